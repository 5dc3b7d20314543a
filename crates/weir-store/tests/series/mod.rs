//! Small datasets of made-up rows: `ts` (Int64, the order column), `id` (Int64), `value` (Utf8).
#![allow(dead_code, clippy::unwrap_used)]

use std::{convert::Infallible, path::Path, sync::Arc};

use arrow_array::{Int64Array, RecordBatch, StringArray, cast::AsArray, types::Int64Type};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use weir_memory::{Budget, Holder, HolderName};
use weir_store::{
    Dataset, DatasetSpec, RowGroupTarget, ScanOptions, Settings, Snapshot, Store, WriteError,
    WriteOptions, WriteReport,
};

/// A folder in memory where the machine has one, since these tests sync thousands of files.
pub(crate) fn place() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .unwrap()
}

/// One row: ts, id, value.
pub(crate) type Row = (i64, i64, String);

pub(crate) fn row(ts: i64, id: i64, value: &str) -> Row {
    (ts, id, value.to_owned())
}

/// Rows of these keys, `id` equal to `ts`.
pub(crate) fn keys(ts: impl IntoIterator<Item = i64>, value: &str) -> Vec<Row> {
    ts.into_iter().map(|ts| row(ts, ts, value)).collect()
}

pub(crate) fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("ts", DataType::Int64, false),
        Field::new("id", DataType::Int64, true),
        Field::new("value", DataType::Utf8, true),
    ]))
}

pub(crate) fn batch(rows: &[Row]) -> RecordBatch {
    let ts = Int64Array::from_iter_values(rows.iter().map(|row| row.0));
    let id = Int64Array::from_iter_values(rows.iter().map(|row| row.1));
    let value = StringArray::from_iter_values(rows.iter().map(|row| &row.2));
    RecordBatch::try_new(schema(), vec![Arc::new(ts), Arc::new(id), Arc::new(value)]).unwrap()
}

pub(crate) fn rows_of(batch: &RecordBatch) -> Vec<Row> {
    let ts = batch.column(0).as_primitive::<Int64Type>();
    let id = batch.column(1).as_primitive::<Int64Type>();
    let value = batch.column(2).as_string::<i32>();
    (0..batch.num_rows())
        .map(|row| (ts.value(row), id.value(row), value.value(row).to_owned()))
        .collect()
}

pub(crate) fn holder(mib: u64) -> Holder {
    Budget::detached(weir_memory::Bytes::mib(mib)).holder(HolderName::new("test", "store", "rows"))
}

pub(crate) fn settings(target: u64) -> Settings {
    Settings {
        row_group: RowGroupTarget::Rows(target),
        ..Settings::default()
    }
}

/// A dataset in a folder of its own.
pub(crate) fn dataset(folder: &Path, settings: Settings) -> Dataset {
    let store = Store::create(folder, "name".parse().unwrap()).unwrap();
    let key = store.key_schema().key(["a"]).unwrap();
    let mut spec = DatasetSpec::new(schema(), "ts");
    spec.settings = settings;
    store.create_dataset(&key, spec).unwrap()
}

pub(crate) fn try_write(
    dataset: &Dataset,
    rows: &[Row],
    options: WriteOptions,
) -> Result<WriteReport, WriteError> {
    dataset.write([Ok::<_, Infallible>(batch(rows))], options)
}

pub(crate) fn write(dataset: &Dataset, rows: &[Row]) -> WriteReport {
    try_write(dataset, rows, WriteOptions::new(holder(64))).unwrap()
}

pub(crate) fn read(snapshot: &Snapshot) -> Vec<Row> {
    snapshot
        .scan(ScanOptions::new(holder(64)))
        .unwrap()
        .flat_map(|batch| rows_of(&batch.unwrap()))
        .collect()
}

pub(crate) fn content(dataset: &Dataset) -> Vec<Row> {
    read(&dataset.snapshot().unwrap())
}

pub(crate) fn stored_keys(dataset: &Dataset) -> Vec<i64> {
    content(dataset).iter().map(|row| row.0).collect()
}

/// Rows of each base file.
pub(crate) fn sizes(dataset: &Dataset) -> Vec<u64> {
    let manifest = dataset.latest().unwrap();
    manifest.base_files().iter().map(|file| file.rows).collect()
}

/// What the dataset should hold after writes, by the rules as they are written down: rows in order, ties in the order of arrival, of rows
/// with equal key only the last.
#[derive(Debug, Default, Clone)]
pub(crate) struct Model {
    pub(crate) rows: Vec<Row>,
}

impl Model {
    pub(crate) fn write(&mut self, new: &[Row], keys: Option<&dyn Fn(&Row) -> Row>) {
        for row in new {
            if let Some(key) = keys {
                self.rows.retain(|stored| key(stored) != key(row));
            }
            let at = self.rows.partition_point(|stored| stored.0 <= row.0);
            self.rows.insert(at, row.clone());
        }
    }
}
