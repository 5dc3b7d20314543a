//! Columns whose pages are encoded here, not by the Parquet library, are read by that library as they were.

#![allow(clippy::unwrap_used)]

use std::fs::File;
use std::sync::Arc;

use arrow_array::types::UInt8Type;
use arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, Float64Array, Int32Array, RecordBatch, StringArray,
    UInt8Array, UInt16Array, UInt32Array,
};
use arrow_schema::Schema;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use proptest::prelude::*;
use weir_files::{Files, RealFiles};
use weir_sim::results::{Compression, Stamp, TableFile};

/// A row: whether each column has a value, and numbers to make them of.
type Row = (u8, u16, u8);

fn batch(rows: &[Row]) -> RecordBatch {
    let has = |row: &Row, column: u8| row.0 & (1 << column) != 0;
    let names: ArrayRef = Arc::new(StringArray::from(vec!["injected", "", "not injected ü"]));
    let codes = |optional: bool| {
        let code = |row: &Row| (!optional || has(row, 0)).then_some(row.2 % 3);
        let keys: UInt8Array = rows.iter().map(code).collect();
        DictionaryArray::<UInt8Type>::try_new(keys, names.clone()).unwrap()
    };
    let number = |row: &Row| u32::from(row.1) << 8 | u32::from(row.2);
    let columns: Vec<(&str, ArrayRef, bool)> = vec![
        (
            "patient",
            Arc::new(UInt32Array::from_iter_values(rows.iter().map(number))),
            false,
        ),
        (
            "day",
            Arc::new(UInt16Array::from_iter_values(rows.iter().map(|row| row.1))),
            false,
        ),
        (
            "flag",
            Arc::new(
                rows.iter()
                    .map(|row| Some(row.2 > 99))
                    .collect::<BooleanArray>(),
            ),
            false,
        ),
        (
            "byte",
            Arc::new(UInt8Array::from_iter_values(rows.iter().map(|row| row.2))),
            false,
        ),
        (
            "one",
            Arc::new(UInt8Array::from_iter_values(rows.iter().map(|_| 7))),
            false,
        ),
        ("name", Arc::new(codes(false)), false),
        ("name?", Arc::new(codes(true)), true),
        (
            "byte?",
            Arc::new(
                rows.iter()
                    .map(|row| has(row, 1).then_some(row.2))
                    .collect::<UInt8Array>(),
            ),
            true,
        ),
        (
            "short?",
            Arc::new(
                rows.iter()
                    .map(|row| has(row, 2).then_some(row.1))
                    .collect::<UInt16Array>(),
            ),
            true,
        ),
        (
            "flag?",
            Arc::new(
                rows.iter()
                    .map(|row| has(row, 3).then_some(row.2 > 9))
                    .collect::<BooleanArray>(),
            ),
            true,
        ),
        (
            "none?",
            Arc::new(rows.iter().map(|_| None).collect::<UInt16Array>()),
            true,
        ),
        (
            "all?",
            Arc::new(rows.iter().map(|row| Some(row.2)).collect::<UInt8Array>()),
            true,
        ),
        (
            "int?",
            Arc::new(
                rows.iter()
                    .map(|row| has(row, 4).then_some(-i32::from(row.1)))
                    .collect::<Int32Array>(),
            ),
            true,
        ),
        (
            "real?",
            Arc::new(
                rows.iter()
                    .map(|row| has(row, 5).then_some(f64::from(row.1) / 7.0))
                    .collect::<Float64Array>(),
            ),
            true,
        ),
    ];
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_is_written_is_read(
        rows in prop_oneof![
            prop::collection::vec(any::<Row>(), 1..400),
            prop::collection::vec((any::<u8>(), 0..4_u16, 0..3_u8), 1..400),
            prop::collection::vec(any::<Row>(), 20_000),
        ],
        cut in 0..100_usize,
        compression in prop::sample::select(Compression::NAMES.to_vec()),
    ) {
        let whole = batch(&rows);
        let first = cut * rows.len() / 100;
        // The second row group starts within a byte of the first one's bits.
        let groups = [whole.clone(), whole.slice(first, rows.len() - first)];
        let folder = tempfile::tempdir().unwrap();
        let files: Arc<dyn Files> = Arc::new(RealFiles);
        let stamp = Stamp { pairs: Vec::new(), compression: compression.1 };
        let schema: Arc<Schema> = whole.schema();
        let mut file =
            TableFile::create(&files, folder.path(), "t.parquet", schema.clone(), "t", None, &stamp).unwrap();
        for group in &groups {
            file.write(group).unwrap();
        }
        prop_assert_eq!(file.finish().unwrap().rows, (2 * rows.len() - first) as u64);

        let reader = File::open(folder.path().join("t.parquet")).unwrap();
        let builder = ParquetRecordBatchReaderBuilder::try_new(reader).unwrap();
        prop_assert_eq!(builder.schema().fields(), schema.fields());
        let mut read = Vec::new();
        for group in 0..2 {
            let reader = File::open(folder.path().join("t.parquet")).unwrap();
            let reader = ParquetRecordBatchReaderBuilder::try_new(reader).unwrap();
            let mut batches = reader.with_row_groups(vec![group]).with_batch_size(1 << 20).build().unwrap();
            read.push(batches.next().unwrap().unwrap());
        }
        for (written, read) in groups.iter().zip(&read) {
            for (column, (written, read)) in written.columns().iter().zip(read.columns()).enumerate() {
                // Dictionaries may hold other entries: names are compared.
                if let Some(written) = written.as_any().downcast_ref::<DictionaryArray<UInt8Type>>() {
                    let read = read.as_any().downcast_ref::<DictionaryArray<UInt8Type>>().unwrap();
                    let written: Vec<Option<&str>> = written.downcast_dict::<StringArray>().unwrap().into_iter().collect();
                    let read: Vec<Option<&str>> = read.downcast_dict::<StringArray>().unwrap().into_iter().collect();
                    prop_assert_eq!(written, read);
                } else {
                    prop_assert_eq!(written, read, "column {}", column);
                }
            }
        }
    }
}
