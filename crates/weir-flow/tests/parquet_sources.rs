//! Foreign Parquet files: the same rows for every batch size and from every place, within memory, and no panic for any damage.
#![allow(clippy::unwrap_used)]

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_select::concat::concat_batches;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use weir_flow::{ParquetOptions, ParquetSource, Source, SourceError};
use weir_memory::{Budget, Bytes, Holder, HolderName};

fn holder(budget: &Budget) -> Holder {
    budget.holder(HolderName::new("test", "flow", "read"))
}

fn budget() -> Budget {
    Budget::detached(Bytes::mib(128))
}

fn rows(count: i64) -> RecordBatch {
    let t: ArrayRef = Arc::new(Int64Array::from_iter_values((0..count).map(|i| i / 3)));
    let value: ArrayRef = Arc::new(Int64Array::from_iter(
        (0..count).map(|i| (i % 7 != 0).then_some(i * i)),
    ));
    let name: ArrayRef = Arc::new(StringArray::from_iter_values(
        (0..count).map(|i| format!("name {}", i % 50)),
    ));
    RecordBatch::try_from_iter([("t", t), ("value", value), ("name", name)]).unwrap()
}

fn write(path: &Path, rows: &RecordBatch, codec: Compression) {
    let properties = WriterProperties::builder()
        .set_compression(codec)
        .set_max_row_group_row_count(Some(400))
        .set_data_page_row_count_limit(100)
        .set_write_batch_size(50)
        .build();
    let mut writer =
        ArrowWriter::try_new(File::create(path).unwrap(), rows.schema(), Some(properties)).unwrap();
    writer.write(rows).unwrap();
    writer.close().unwrap();
}

fn read(source: &mut ParquetSource) -> Result<Vec<RecordBatch>, SourceError> {
    let mut all = Vec::new();
    while let Some(rows) = source.next()? {
        all.push(rows);
    }
    Ok(all)
}

#[test]
fn the_rows_are_the_same_for_every_batch_size_and_from_every_place() {
    let folder = tempfile::tempdir().unwrap();
    let rows = rows(1_000);
    for codec in [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::ZSTD(ZstdLevel::default()),
    ] {
        let path = folder.path().join("rows.parquet");
        write(&path, &rows, codec);
        let budget = budget();
        for batch_rows in [1, 7, 399, 400, 10_000] {
            let options = ParquetOptions {
                batch_rows: Some(batch_rows),
                columns: None,
            };
            let mut source =
                ParquetSource::open(&path, Some("t"), &options, holder(&budget)).unwrap();
            assert_eq!(source.total_rows(), Some(1_000));
            let got = concat_batches(&rows.schema(), &read(&mut source).unwrap()).unwrap();
            assert_eq!(got, rows);
            for place in [0, 1, 250, 399, 400, 401, 999, 1_000] {
                source
                    .seek(&weir_flow::Position {
                        rows: place,
                        detail: source.position().detail,
                    })
                    .unwrap();
                let got = concat_batches(&rows.schema(), &read(&mut source).unwrap()).unwrap();
                assert_eq!(got, rows.slice(place as usize, 1_000 - place as usize));
                assert_eq!(source.position().rows, 1_000);
            }
        }
        assert!(budget.ledger_is_empty());
    }
}

#[test]
fn only_asked_columns_come_and_the_order_column_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.parquet");
    write(&path, &rows(500), Compression::SNAPPY);
    let budget = budget();
    let options = ParquetOptions {
        columns: Some(vec!["name".into()]),
        ..Default::default()
    };
    let mut source = ParquetSource::open(&path, Some("t"), &options, holder(&budget)).unwrap();
    let schema = source.stream().schema().clone();
    let got = concat_batches(&schema, &read(&mut source).unwrap()).unwrap();
    assert_eq!(got, rows(500).project(&[0, 2]).unwrap());
    let unknown = ParquetOptions {
        columns: Some(vec!["nose".into()]),
        ..Default::default()
    };
    let error = ParquetSource::open(&path, None, &unknown, holder(&budget))
        .err()
        .unwrap();
    assert!(
        error
            .to_string()
            .contains("no column is called `nose`; there are t, value, name"),
        "{error}"
    );
}

#[test]
fn rows_out_of_order_are_refused_with_their_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.parquet");
    let column: ArrayRef = Arc::new(Int64Array::from_iter_values(
        (0..600).map(|i| if i == 450 { 3 } else { i }),
    ));
    write(
        &path,
        &RecordBatch::try_from_iter([("t", column)]).unwrap(),
        Compression::SNAPPY,
    );
    let budget = budget();
    let mut source = ParquetSource::open(
        &path,
        Some("t"),
        &ParquetOptions::default(),
        holder(&budget),
    )
    .unwrap();
    let error = read(&mut source).unwrap_err();
    assert!(
        matches!(error, SourceError::Rows { first_row: 400, .. }),
        "{error}"
    );
}

#[test]
fn a_file_that_changed_is_not_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.parquet");
    write(&path, &rows(1_000), Compression::SNAPPY);
    let budget = budget();
    let open = || {
        ParquetSource::open(
            &path,
            Some("t"),
            &ParquetOptions::default(),
            holder(&budget),
        )
        .unwrap()
    };
    let mut source = open();
    source.next().unwrap();
    let position = source.position();
    write(&path, &rows(1_200), Compression::SNAPPY);
    assert!(matches!(
        open().seek(&position),
        Err(SourceError::Moved { .. })
    ));
}

#[test]
fn pages_that_do_not_fit_the_budget_are_refused_before_they_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("zeros.parquet");
    // 64 MiB of zeros in one page of a few kilobytes.
    let zeros: ArrayRef = Arc::new(Int64Array::from(vec![0; 8 << 20]));
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_dictionary_enabled(false)
        .set_data_page_size_limit(1 << 30)
        .set_data_page_row_count_limit(usize::MAX)
        .set_max_row_group_row_count(None)
        .build();
    let rows = RecordBatch::try_from_iter([("t", zeros)]).unwrap();
    let mut writer = ArrowWriter::try_new(
        File::create(&path).unwrap(),
        rows.schema(),
        Some(properties),
    )
    .unwrap();
    writer.write(&rows).unwrap();
    writer.close().unwrap();
    assert!(std::fs::metadata(&path).unwrap().len() < 1 << 20);
    let budget = Budget::detached(Bytes::mib(32));
    let mut source = ParquetSource::open(
        &path,
        Some("t"),
        &ParquetOptions::default(),
        holder(&budget),
    )
    .unwrap();
    assert!(matches!(source.next(), Err(SourceError::Memory(_))));
    let roomy = Budget::detached(Bytes::mib(256));
    let mut source =
        ParquetSource::open(&path, Some("t"), &ParquetOptions::default(), holder(&roomy)).unwrap();
    assert_eq!(
        read(&mut source)
            .unwrap()
            .iter()
            .map(RecordBatch::num_rows)
            .sum::<usize>(),
        8 << 20
    );
}

/// Every byte of the footer and of page headers, and many others, turned over; and every length of the file.
#[test]
fn damage_is_an_error_or_other_rows_and_never_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.parquet");
    write(&path, &rows(300), Compression::SNAPPY);
    let whole = std::fs::read(&path).unwrap();
    let budget = budget();
    let attempt = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        match ParquetSource::open(
            &path,
            Some("t"),
            &ParquetOptions::default(),
            holder(&budget),
        ) {
            Err(_) => {}
            // At most one error is followed by more rows, each at most once.
            Ok(mut source) => {
                let mut given = 0;
                for _ in 0..100 {
                    match source.next() {
                        Ok(None) => break,
                        Ok(Some(rows)) => given += rows.num_rows(),
                        Err(_) => {}
                    }
                }
                assert!(given <= 1 << 20);
            }
        }
    };
    std::panic::set_hook(Box::new(|_| {}));
    for at in (0..whole.len()).step_by(3) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        attempt(&bytes);
        bytes[at] = 0xff;
        attempt(&bytes);
    }
    for length in (0..whole.len()).step_by(97) {
        attempt(&whole[..length]);
    }
    let _ = std::panic::take_hook();
    assert!(budget.ledger_is_empty());
    for no_file in [
        folder.path().to_path_buf(),
        folder.path().join("nothing.parquet"),
    ] {
        assert!(
            ParquetSource::open(no_file, None, &ParquetOptions::default(), holder(&budget))
                .is_err()
        );
    }
}
