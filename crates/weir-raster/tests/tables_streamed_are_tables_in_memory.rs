//! A table that was streamed in chunks and parts has the rows, names, types and order of one that was made in memory at one go.
#![allow(clippy::unwrap_used)]

mod tables;

use std::{fs::File, path::Path, sync::Arc};

use arrow_array::{
    ArrayRef, Float32Array, Float64Array, Int16Array, Int32Array, RecordBatch, UInt8Array,
    UInt32Array, UInt64Array,
};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tables::{COLUMNS, ROWS};
use weir_raster::{
    ChunkRows, Export, Rows, TableCompression, TableExport, TableFormat, TableOptions,
};
use weir_run::Cancel;

/// The whole table, by the definition: a row a cell, where any, all or none of the layers have a value.
fn in_memory(layers: usize, rows: Rows, keys: bool) -> RecordBatch {
    let target = tables::target();
    let cells: Vec<(u64, u64)> = (0..ROWS)
        .flat_map(|row| (0..COLUMNS).map(move |column| (row, column)))
        .filter(|&(row, column)| {
            let mut there = (0..layers).map(|layer| !tables::value(layer, row, column).is_nan());
            match rows {
                Rows::Any => there.any(|there| there),
                Rows::All => there.all(|there| there),
                Rows::Every => true,
            }
        })
        .collect();
    let values = |layer: usize| {
        let values = cells.iter();
        values.map(move |&(row, column)| {
            Some(tables::value(layer, row, column)).filter(|value| !value.is_nan())
        })
    };
    let x = cells.iter().map(|cell| target.grid.x.centre(cell.1));
    let y = cells.iter().map(|cell| target.grid.y.centre(cell.0));
    let mut columns: Vec<(String, ArrayRef)> = vec![
        ("x".into(), Arc::new(Float64Array::from_iter_values(x))),
        ("y".into(), Arc::new(Float64Array::from_iter_values(y))),
    ];
    if keys {
        let row = cells.iter().map(|cell| cell.0 as u32);
        let col = cells.iter().map(|cell| cell.1 as u32);
        columns.insert(
            0,
            ("row".into(), Arc::new(UInt32Array::from_iter_values(row))),
        );
        columns.insert(
            1,
            ("col".into(), Arc::new(UInt32Array::from_iter_values(col))),
        );
    }
    for (layer, column) in tables::layers().into_iter().take(layers).enumerate() {
        let values = values(layer);
        let array: ArrayRef = match layer {
            0 => Arc::new(
                values
                    .map(|v| v.map(|v| v as f32))
                    .collect::<Float32Array>(),
            ),
            1 => Arc::new(values.collect::<Float64Array>()),
            2 => Arc::new(values.map(|v| v.map(|v| v as u8)).collect::<UInt8Array>()),
            3 => Arc::new(values.map(|v| v.map(|v| v as i32)).collect::<Int32Array>()),
            4 => Arc::new(values.map(|v| v.map(|v| v as u64)).collect::<UInt64Array>()),
            _ => Arc::new(values.map(|v| v.map(|v| v as i16)).collect::<Int16Array>()),
        };
        columns.push((column.name, array));
    }
    let nullable = |name: &str| !["x", "y", "row", "col"].contains(&name);
    RecordBatch::try_from_iter_with_nullable(
        columns
            .into_iter()
            .map(|(name, array)| (name.clone(), array, nullable(&name))),
    )
    .unwrap()
}

fn read(path: &Path) -> RecordBatch {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let mut reader = reader.with_batch_size(10_000_000).build().unwrap();
    let batch = reader.next().unwrap().unwrap();
    assert!(reader.next().is_none());
    batch
}

fn assert_same(left: &RecordBatch, right: &RecordBatch) {
    assert_eq!(left.num_rows(), right.num_rows());
    let names = |batch: &RecordBatch| -> Vec<(String, String, bool)> {
        let schema = batch.schema();
        let fields = schema.fields().iter();
        fields
            .map(|field| {
                (
                    field.name().clone(),
                    field.data_type().to_string(),
                    field.is_nullable(),
                )
            })
            .collect()
    };
    assert_eq!(names(left), names(right));
    for (at, (left, right)) in left.columns().iter().zip(right.columns()).enumerate() {
        assert!(left == right, "column {at} differs");
    }
}

#[test]
fn parquet_has_the_rows_of_the_table_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        (6, Rows::Any, false),
        (5, Rows::All, true),
        (3, Rows::Every, true),
        (6, Rows::All, false),
    ];
    for (layers, rows, keys) in cases {
        let out = folder.path().join("table.parquet");
        let options = TableOptions {
            rows,
            keys,
            ..tables::options(tables::parquet())
        };
        let columns = tables::layers()[..layers].to_vec();
        let written = tables::write(&tables::target(), columns, options, &out).unwrap();
        let expected = in_memory(layers, rows, keys);
        assert_eq!(written.rows, expected.num_rows() as u64);
        assert_eq!(written.bytes, out.metadata().unwrap().len());
        if (layers, rows) == (6, Rows::All) {
            // One layer has no value anywhere.
            assert_eq!(written.rows, 0);
        } else {
            assert!(written.rows > 1000);
            assert_same(&read(&out), &expected);
        }
    }
}

#[test]
fn csv_has_the_rows_of_the_table_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("table.csv");
    let options = TableOptions {
        keys: true,
        ..tables::options(tables::csv(TableCompression::None))
    };
    tables::write(&tables::target(), tables::layers(), options, &out).unwrap();
    let target = tables::target();
    let text = std::fs::read_to_string(out).unwrap();
    let mut lines = text.lines();
    assert_eq!(
        lines.next().unwrap(),
        "row,col,x,y,tenths,\"many, \"\"doubles\"\"\",class,count,big,nothing"
    );
    for row in 0..ROWS {
        for column in 0..COLUMNS {
            let values: Vec<f64> = (0..6)
                .map(|layer| tables::value(layer, row, column))
                .collect();
            if values.iter().all(|value| value.is_nan()) {
                continue;
            }
            let fields: Vec<&str> = lines.next().unwrap().split(',').collect();
            assert_eq!(fields.len(), 10);
            assert_eq!(
                (fields[0], fields[1]),
                (&*row.to_string(), &*column.to_string())
            );
            assert_eq!(
                fields[2].parse::<f64>().unwrap(),
                target.grid.x.centre(column)
            );
            assert_eq!(fields[3].parse::<f64>().unwrap(), target.grid.y.centre(row));
            for (layer, (field, value)) in fields[4..].iter().zip(values).enumerate() {
                if value.is_nan() {
                    assert_eq!(*field, "");
                } else if layer == 0 {
                    assert_eq!(field.parse::<f32>().unwrap(), value as f32);
                    assert!(
                        field.len() <= 4,
                        "{field} is not the shortest text of a single"
                    );
                } else {
                    assert_eq!(field.parse::<f64>().unwrap(), value);
                    assert_eq!(field.contains('.'), layer == 1);
                }
            }
        }
    }
    assert_eq!(lines.next(), None);
}

#[test]
fn bytes_never_depend_on_chunks_parts_or_budgets() {
    use weir_memory::{Budget, Bytes, HolderName};

    let target = tables::target();
    let folder = tempfile::tempdir().unwrap();
    let geo = TableFormat::GeoParquet {
        geometry: weir_raster::Geometry::Cells,
        compression: TableCompression::Zstd,
    };
    for (layers, format) in [
        (6, tables::parquet()),
        (2, geo),
        (3, tables::csv(TableCompression::None)),
        (3, tables::csv(TableCompression::Zstd)),
        (2, tables::csv(TableCompression::Gzip)),
    ] {
        let mut first: Option<Vec<u8>> = None;
        // Parts of one group, of two groups, the whole at once; without pressure and with it.
        let cases = [
            (tables::fixed(1), 1, 256),
            (tables::fixed(100), 1, 256),
            (tables::fixed(5000), 2, 256),
            (tables::fixed(usize::MAX), 100, 256),
            (ChunkRows::Adaptive, 1, 40),
            (ChunkRows::Adaptive, 2, 256),
        ];
        for (chunk, groups, budget) in cases {
            let options = TableOptions {
                chunk,
                ..tables::options(format)
            };
            let columns = tables::layers()[..layers].to_vec();
            let export = TableExport::new(tables::real(), &target, columns, options).unwrap();
            let budget = Budget::detached(Bytes::mib(budget));
            let holder = budget.holder(HolderName::new("run", "export", "chunks"));
            let rows = export.part_rows() * groups;
            let parts = tables::write_parts(&export, &target, layers, rows, folder.path(), &holder)
                .unwrap();
            let out = folder.path().join("out");
            tables::assemble(&export, &parts, &out, &holder, &Cancel::new()).unwrap();
            drop(holder);
            assert!(budget.ledger_is_empty());
            let bytes = std::fs::read(out).unwrap();
            match &first {
                None => first = Some(bytes),
                Some(first) => assert!(*first == bytes, "{format:?} {chunk:?} {groups}"),
            }
        }
    }
}
