//! The table of behaviours that users of the predecessor rely on, and its failures: numbers are rows of each row group.
#![allow(clippy::unwrap_used)]

mod series;

use std::{convert::Infallible, sync::Arc};

use arrow_array::{RecordBatch, TimestampMillisecondArray};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use serde_json::json;
use series::{
    batch, content, dataset, holder, keys, row, settings, sizes, stored_keys, try_write, write,
};
use weir_store::{
    Dataset, DatasetSpec, MetadataPatch, RowGroupTarget, ScanOptions, Settings, Store, WriteError,
    WriteOptions,
};

fn all(range: std::ops::Range<i64>) -> Vec<i64> {
    range.collect()
}

fn with(target: u64, off: Option<u32>, on: Option<&[&str]>) -> Settings {
    Settings {
        max_off_target: off,
        duplicates_on: on.map(|names| names.iter().map(|name| (*name).to_owned()).collect()),
        ..settings(target)
    }
}

/// Files of exactly these sizes, keys counted up from 0, whatever the dataset's target.
fn lay_out(dataset: &Dataset, sizes: &[u64]) {
    let mut next = 0;
    for size in sizes {
        let end = next + i64::try_from(*size).unwrap();
        let options = WriteOptions::new(holder(64)).settings(settings(1_000_000));
        try_write(dataset, &keys(next..end, "old"), options).unwrap();
        next = end;
    }
    assert_eq!(self::sizes(dataset), sizes);
}

#[test]
fn first_write_and_append() {
    let folder = series::place();
    let dataset = dataset(folder.path(), settings(2));
    write(&dataset, &keys(0..6, ""));
    assert_eq!(sizes(&dataset), [2, 2, 2]);
    let report = write(&dataset, &keys(6..8, ""));
    assert_eq!(sizes(&dataset), [2, 2, 2, 2]);
    assert_eq!((report.files_added, report.files_removed), (1, 0));
    assert_eq!(stored_keys(&dataset), all(0..8));
}

#[test]
fn coalesce_the_first_group() {
    let folder = series::place();
    let dataset = dataset(folder.path(), with(4, Some(1), None));
    write(&dataset, &keys(0..2, ""));
    assert_eq!(sizes(&dataset), [2]);
    write(&dataset, &keys(2..3, ""));
    assert_eq!(sizes(&dataset), [3]);
}

#[test]
fn coalesce_several_groups() {
    let folder = series::place();
    let dataset = dataset(folder.path(), with(4, Some(2), None));
    lay_out(&dataset, &[4, 1, 4, 1]);
    write(&dataset, &keys(10..11, ""));
    assert_eq!(sizes(&dataset), [4, 1, 4, 1, 1]);
    write(&dataset, &keys(11..12, ""));
    assert_eq!(sizes(&dataset), [4, 1, 4, 3]);
    assert_eq!(stored_keys(&dataset), all(0..12));
}

#[test]
fn append_with_duplicates() {
    let folder = series::place();
    let dataset = dataset(folder.path(), with(4, Some(2), Some(&["id"])));
    lay_out(&dataset, &[4, 1, 4, 1, 1]);
    write(&dataset, &keys([10, 20], "new"));
    assert_eq!(sizes(&dataset), [4, 1, 4, 1, 2]);
    let mut expected = keys(0..10, "old");
    expected.extend(keys([10, 20], "new"));
    assert_eq!(content(&dataset), expected);
}

#[test]
fn append_spanning_several_groups() {
    let folder = series::place();
    let dataset = dataset(folder.path(), settings(3));
    write(&dataset, &keys((0..11).map(|key| key * 10), "old"));
    assert_eq!(sizes(&dataset), [3, 3, 3, 2]);
    write(&dataset, &keys([75, 95, 105], "new"));
    assert_eq!(sizes(&dataset), [3, 3, 3, 3, 2]);
    let stored = stored_keys(&dataset);
    assert!(stored.is_sorted());
    assert_eq!(stored.len(), 14);
}

#[test]
fn insert_with_and_without_de_duplication() {
    for (on, expected) in [
        (Some(&["id"][..]), vec![3, 3, 3, 3, 2]),
        (None, vec![3, 3, 3, 3, 1, 2]),
    ] {
        let folder = series::place();
        let dataset = dataset(folder.path(), with(3, None, on));
        write(&dataset, &keys((0..11).map(|key| key * 10), "old"));
        let before = dataset.latest().unwrap();
        write(&dataset, &keys([5, 35, 70, 75], "new"));
        assert_eq!(sizes(&dataset), expected, "{on:?}");
        let after = dataset.latest().unwrap();
        assert_eq!(
            before.files.last(),
            after.files.last(),
            "the tail keeps its place"
        );
    }
}

#[test]
fn whole_row_de_duplication() {
    let folder = series::place();
    let dataset = dataset(folder.path(), with(3, None, Some(&["id", "value"])));
    write(&dataset, &keys(0..9, "a"));
    write(
        &dataset,
        &[
            row(3, 3, "a"),
            row(3, 3, "b"),
            row(8, 8, "a"),
            row(9, 9, "a"),
        ],
    );
    assert_eq!(sizes(&dataset), [3, 3, 3, 2]);
    let mut expected = keys(0..3, "a");
    expected.extend([row(3, 3, "a"), row(3, 3, "b")]);
    expected.extend(keys(4..10, "a"));
    assert_eq!(content(&dataset), expected);
}

#[test]
fn incomplete_groups_without_coalescing() {
    let folder = series::place();
    let dataset = dataset(folder.path(), with(5, Some(4), Some(&["id"])));
    lay_out(&dataset, &[5, 1, 1]);
    write(&dataset, &keys([6], "new"));
    assert_eq!(sizes(&dataset), [5, 1, 1]);
    assert_eq!(content(&dataset).last().unwrap(), &row(6, 6, "new"));
}

const HOUR: i64 = 3_600_000;

fn moments(folder: &std::path::Path, settings: Settings) -> Dataset {
    let store = Store::create(folder, "name".parse().unwrap()).unwrap();
    let key = store.key_schema().key(["a"]).unwrap();
    let zone = Some("Europe/Berlin".into());
    let field = Field::new(
        "ts",
        DataType::Timestamp(TimeUnit::Millisecond, zone),
        false,
    );
    let mut spec = DatasetSpec::new(Arc::new(Schema::new(vec![field])), "ts");
    spec.settings = settings;
    store.create_dataset(&key, spec).unwrap()
}

fn write_moments(dataset: &Dataset, ts: Vec<i64>, options: WriteOptions) {
    let array = TimestampMillisecondArray::from(ts).with_timezone("Europe/Berlin");
    let schema = dataset.latest().unwrap().schema.clone();
    let batch = RecordBatch::try_new(schema, vec![Arc::new(array)]).unwrap();
    dataset
        .write([Ok::<_, Infallible>(batch)], options)
        .unwrap();
}

fn period(text: &str, off: Option<u32>) -> Settings {
    Settings {
        row_group: RowGroupTarget::Period(text.to_owned()),
        max_off_target: off,
        ..Settings::default()
    }
}

#[test]
fn resize_with_no_rows() {
    let folder = series::place();
    let dataset = moments(folder.path(), settings(1));
    let hours = (8..12).map(|hour| hour * HOUR).collect();
    write_moments(&dataset, hours, WriteOptions::new(holder(64)));
    assert_eq!(sizes(&dataset), [1, 1, 1, 1]);
    let nothing: [Result<RecordBatch, Infallible>; 0] = [];
    let options = WriteOptions::new(holder(64)).settings(period("2h", Some(1)));
    let report = dataset.write(nothing, options.clone()).unwrap();
    assert!(report.published);
    assert_eq!(sizes(&dataset), [2, 2]);
    let again = dataset
        .write([] as [Result<RecordBatch, Infallible>; 0], options)
        .unwrap();
    assert!(!again.published, "nothing to do is no version");
}

#[test]
fn nothing_to_write_creates_nothing() {
    let folder = series::place();
    let dataset = dataset(folder.path(), settings(2));
    let before = dataset.latest().unwrap().version;
    let report = write(&dataset, &[]);
    assert!(!report.published);
    assert_eq!(dataset.latest().unwrap().version, before);
    assert_eq!(content(&dataset), []);
}

#[test]
fn empty_periods_and_calendar_months() {
    let folder = series::place();
    let dataset = moments(folder.path(), period("1MS", None));
    // 31 January, 1 and 29 February 2024, nothing in March, 30 April, 1 May.
    let days = [19_753, 19_754, 19_782, 19_843, 19_844];
    let ts = days.iter().map(|day| day * 24 * HOUR).collect();
    write_moments(&dataset, ts, WriteOptions::new(holder(64)));
    assert_eq!(sizes(&dataset), [1, 2, 1, 1]);
}

#[test]
fn distant_touched_groups_are_separate_regions() {
    let folder = series::place();
    let dataset = dataset(folder.path(), settings(3));
    write(&dataset, &keys((0..30).map(|key| key * 10), "old"));
    let before = dataset.latest().unwrap();
    let report = write(&dataset, &keys([5, 275], "new"));
    let after = dataset.latest().unwrap();
    assert_eq!(report.files_removed, 2);
    assert_eq!(sizes(&dataset), [3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1]);
    assert_eq!(
        before.files[1..9],
        after.files[2..10],
        "between them nothing is touched"
    );
    let between: u64 = before.files[1..9].iter().map(|file| file.bytes).sum();
    let touched = before.bytes() - between;
    assert!(
        report.bytes_read <= touched,
        "{} of {touched}",
        report.bytes_read
    );
}

#[test]
fn equal_values_across_group_borders() {
    let rows = [
        row(0, 0, "a"),
        row(5, 1, "a"),
        row(5, 2, "a"),
        row(6, 3, "a"),
    ];
    let folder = series::place();
    let merged = dataset(&folder.path().join("on"), with(2, None, Some(&["id"])));
    write(&merged, &rows);
    let report = write(&merged, &[row(5, 1, "b")]);
    assert_eq!(report.files_removed, 2, "both groups are loaded");
    assert_eq!(
        content(&merged),
        [
            row(0, 0, "a"),
            row(5, 2, "a"),
            row(5, 1, "b"),
            row(6, 3, "a")
        ]
    );
    let appended = dataset(&folder.path().join("off"), settings(2));
    write(&appended, &rows);
    write(&appended, &[row(5, 1, "b")]);
    assert_eq!(
        content(&appended),
        [
            row(0, 0, "a"),
            row(5, 1, "a"),
            row(5, 2, "a"),
            row(5, 1, "b"),
            row(6, 3, "a")
        ]
    );
}

/// Found by the model: files that hold one and the same value have no order of their own, and a new one behind them was put in front, because
/// another file that the same write replaced reached to that value.
#[test]
fn files_of_one_value_keep_the_order_of_arrival() {
    let folder = series::place();
    let appended = dataset(&folder.path().join("a"), settings(2));
    write(
        &appended,
        &[
            row(3, 0, "a"),
            row(4, 1, "b"),
            row(4, 2, "c"),
            row(4, 3, "d"),
        ],
    );
    write(&appended, &[row(3, 4, "e"), row(4, 5, "f")]);
    let ids = |dataset: &Dataset| content(dataset).iter().map(|row| row.1).collect::<Vec<_>>();
    assert_eq!(ids(&appended), [0, 4, 1, 2, 3, 5]);
    // Two regions with a file of the value between them, which stays.
    let around = dataset(&folder.path().join("b"), settings(2));
    let rows = [(3, 0), (4, 1), (4, 2), (4, 3), (4, 4), (6, 5)].map(|(ts, id)| row(ts, id, ""));
    write(&around, &rows);
    write(&around, &[row(3, 6, ""), row(5, 7, "")]);
    assert_eq!(ids(&around), [0, 6, 1, 2, 3, 4, 7, 5]);
    for dataset in [appended, around] {
        let before = content(&dataset);
        dataset
            .compact(&weir_store::CompactOptions::new(holder(64)))
            .unwrap();
        assert_eq!(content(&dataset), before);
    }
}

#[test]
fn rows_equal_to_the_maximum_rewrite_nothing() {
    let folder = series::place();
    let dataset = dataset(folder.path(), settings(3));
    write(&dataset, &keys([1, 2, 2], "old"));
    let report = write(&dataset, &keys([2, 2, 3], "new"));
    assert_eq!((report.files_removed, report.bytes_read), (0, 0));
    let values: Vec<String> = content(&dataset).into_iter().map(|row| row.2).collect();
    assert_eq!(values, ["old", "old", "old", "new", "new", "new"]);
}

#[test]
fn unsorted_rows_are_refused_when_order_is_promised() {
    let folder = series::place();
    let dataset = dataset(folder.path(), settings(3));
    let options = WriteOptions::new(holder(64)).sorted();
    let batches = [batch(&keys([1, 2, 3], "")), batch(&keys([3, 2], ""))];
    let error = dataset
        .write(batches.map(Ok::<_, Infallible>), options)
        .unwrap_err();
    assert_eq!(error.to_string(), "row 4 is out of order: 2 comes after 3");
    assert_eq!(content(&dataset), []);
    let error = try_write(
        &dataset,
        &keys([9], ""),
        WriteOptions::new(holder(64)).sorted(),
    );
    assert!(error.is_ok());
}

#[test]
fn metadata_is_added_replaced_removed_and_kept() {
    let folder = series::place();
    let dataset = dataset(folder.path(), settings(3));
    let patch = |pairs: &[(&str, Option<serde_json::Value>)]| -> MetadataPatch {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect()
    };
    let write = |rows: &[series::Row], metadata: MetadataPatch| {
        let mut options = WriteOptions::new(holder(64));
        options.metadata = metadata;
        try_write(&dataset, rows, options).unwrap()
    };
    write(
        &keys([1], ""),
        patch(&[
            ("zero", Some(json!(0))),
            ("no", Some(json!(false))),
            ("gone", Some(json!("x"))),
        ]),
    );
    write(&[], patch(&[("gone", None), ("zero", Some(json!("")))]));
    let metadata = dataset.latest().unwrap().metadata.clone();
    assert_eq!(
        serde_json::to_value(metadata).unwrap(),
        json!({"no": false, "zero": ""})
    );
    assert!(!write(&[], patch(&[("no", Some(json!(false)))])).published);
}

#[test]
fn predecessor_1_duplicates_inside_the_new_rows() {
    let folder = series::place();
    let dataset = dataset(folder.path(), with(10, None, Some(&["ts"])));
    write(&dataset, &keys(0..30, "old"));
    assert_eq!(sizes(&dataset), [10, 10, 10]);
    write(&dataset, &keys([2, 2, 2, 2, 22], "new"));
    assert_eq!(stored_keys(&dataset), all(0..30));
    let replaced: Vec<i64> = content(&dataset)
        .iter()
        .filter(|row| row.2 == "new")
        .map(|row| row.0)
        .collect();
    assert_eq!(replaced, [2, 22]);
    write(&dataset, &keys([5], "again"));
    assert_eq!(stored_keys(&dataset), all(0..30));
}

#[test]
fn predecessor_4_other_columns_are_refused() {
    let folder = series::place();
    let dataset = dataset(folder.path(), settings(3));
    let rows = batch(&keys([1], ""));
    let missing = rows.project(&[0, 1]).unwrap();
    let error = dataset
        .write(
            [Ok::<_, Infallible>(missing)],
            WriteOptions::new(holder(64)),
        )
        .unwrap_err();
    assert!(
        matches!(&error, WriteError::Schema { why } if why.contains("value")),
        "{error}"
    );
    let more = RecordBatch::try_from_iter([
        ("ts", rows.column(0).clone()),
        ("id", rows.column(0).clone()),
        ("value", rows.column(2).clone()),
        ("extra", rows.column(0).clone()),
    ])
    .unwrap();
    let error = dataset
        .write([Ok::<_, Infallible>(more)], WriteOptions::new(holder(64)))
        .unwrap_err();
    assert!(
        matches!(&error, WriteError::Schema { why } if why.contains("extra")),
        "{error}"
    );
}

#[test]
fn predecessor_6_an_insert_at_the_head_of_200_files_touches_one() {
    let folder = series::place();
    let dataset = dataset(folder.path(), settings(3));
    write(&dataset, &keys(0..600, "old"));
    assert_eq!(sizes(&dataset).len(), 200);
    let report = write(&dataset, &keys((0..10).map(|_| 1), "new"));
    assert_eq!(report.files_removed, 1);
    assert!(report.files_added <= 5);
    let ahead = write(&dataset, &keys(-10..0, "new"));
    assert_eq!(ahead.files_removed, 0);
}

#[test]
fn predecessor_8_microseconds_and_zones_are_kept() {
    let folder = series::place();
    let dataset = moments(folder.path(), settings(2));
    write_moments(&dataset, vec![-5, 0, 7], WriteOptions::new(holder(64)));
    let snapshot = dataset.snapshot().unwrap();
    let batches: Vec<RecordBatch> = snapshot
        .scan(ScanOptions::new(holder(64)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 3);
    assert_eq!(
        batches[0].schema().field(0).data_type(),
        &DataType::Timestamp(TimeUnit::Millisecond, Some("Europe/Berlin".into()))
    );
}
