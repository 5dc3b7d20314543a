//! Ranges, projection, predicates, the bytes that they touch; intersections; schema evolution.
#![allow(clippy::unwrap_used)]

mod series;

use std::{convert::Infallible, ops::Bound, sync::Arc};

use arrow_array::{
    Array, Float64Array, Int64Array, RecordBatch, StringArray, cast::AsArray, types::Int64Type,
};
use arrow_schema::{DataType, Field, Schema};
use series::{batch, content, dataset, holder, keys, row, rows_of, settings, write};
use weir_store::{
    Comparison, Dataset, DatasetSpec, LateRows, OrderRange, OrderValue, Predicate, ScanError,
    ScanOptions, Settings, Snapshot, Store, WriteError, WriteOptions, intersections,
};

fn ts_in(snapshot: &Snapshot, range: impl Into<OrderRange>) -> Vec<i64> {
    snapshot
        .scan(ScanOptions::new(holder(64)).range(range))
        .unwrap()
        .flat_map(|batch| rows_of(&batch.unwrap()))
        .map(|row| row.0)
        .collect()
}

fn int(value: i64) -> OrderValue {
    OrderValue::Int(value)
}

#[test]
fn predecessor_5_zero_is_a_bound() {
    let folder = series::place();
    let dataset = dataset(folder.path(), settings(3));
    write(&dataset, &keys(-5..5, ""));
    let snapshot = dataset.snapshot().unwrap();
    assert_eq!(ts_in(&snapshot, int(0)..), [0, 1, 2, 3, 4]);
    assert_eq!(ts_in(&snapshot, ..int(0)), [-5, -4, -3, -2, -1]);
    assert_eq!(ts_in(&snapshot, int(-2)..=int(0)), [-2, -1, 0]);
    assert_eq!(
        ts_in(
            &snapshot,
            (Bound::Excluded(int(-2)), Bound::Excluded(int(1)))
        ),
        [-1, 0]
    );
    assert_eq!(ts_in(&snapshot, int(3)..int(-3)), Vec::<i64>::new());
}

#[test]
fn predecessor_7_empty_datasets_and_the_same_one_twice() {
    let folder = series::place();
    let empty = dataset(folder.path(), settings(3));
    let snapshot = empty.snapshot().unwrap();
    assert_eq!(ts_in(&snapshot, ..), Vec::<i64>::new());
    let twice = [snapshot.clone(), snapshot];
    assert_eq!(
        intersections(&twice, None, None, &holder(64))
            .unwrap()
            .count(),
        0
    );
    write(&empty, &keys(-3..0, ""));
    let (one, other) = (empty.snapshot().unwrap(), empty.snapshot().unwrap());
    assert_eq!(ts_in(&one, ..), ts_in(&other, ..));
    let all: Vec<_> = intersections(&[one, other], None, None, &holder(64))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].rows[0].as_ref().unwrap().num_rows(), 3);
}

#[test]
fn bytes_read_are_those_of_the_columns_and_files_asked_for() {
    let folder = series::place();
    let dataset = dataset(folder.path(), settings(1_000));
    write(
        &dataset,
        &keys(0..10_000, "a value that is always the same"),
    );
    let snapshot = dataset.snapshot().unwrap();
    let file = &snapshot.base_files()[3];
    let options = ScanOptions::new(holder(64))
        .columns(["id"])
        .range(int(3_000)..int(4_000));
    let mut scan = snapshot.scan(options).unwrap();
    let rows: usize = scan.by_ref().map(|batch| batch.unwrap().num_rows()).sum();
    assert_eq!(rows, 1_000);
    let footer = u64::from(file.footer_bytes);
    assert!(scan.bytes_read() > footer);
    assert!(
        scan.bytes_read() < file.bytes,
        "{} of {}",
        scan.bytes_read(),
        file.bytes
    );
}

#[test]
fn predicates_leave_files_out_and_rows() {
    let folder = series::place();
    let settings = Settings {
        late_rows: LateRows::Beside,
        duplicates_on: Some(vec!["ts".to_owned()]),
        ..settings(100)
    };
    let dataset = dataset(folder.path(), settings);
    write(&dataset, &keys(0..1_000, "a"));
    let pick = |dataset: &Dataset, predicates: &[Predicate]| {
        let mut options = ScanOptions::new(holder(64));
        options.filter = predicates.to_vec();
        let snapshot = dataset.snapshot().unwrap();
        let mut scan = snapshot.scan(options).unwrap();
        let rows: Vec<i64> = scan
            .by_ref()
            .flat_map(|batch| rows_of(&batch.unwrap()))
            .map(|row| row.0)
            .collect();
        (rows, scan.bytes_read(), snapshot.bytes())
    };
    let above = Predicate::new("id", Comparison::GreaterOrEqual, int(950));
    let below = Predicate::new("id", Comparison::Less, int(955));
    let (rows, read, all) = pick(&dataset, &[above, below]);
    assert_eq!(rows, [950, 951, 952, 953, 954]);
    assert!(read < all * 9 / 10, "{read} of {all}");
    // A correction that does not fulfil the condition still replaces the row that did.
    write(&dataset, &[row(7, -1, "b")]);
    assert_eq!(dataset.latest().unwrap().late_files().len(), 1);
    let (rows, _, _) = pick(
        &dataset,
        &[
            Predicate::new("id", Comparison::LessOrEqual, int(8)),
            Predicate::new("id", Comparison::Greater, int(5)),
        ],
    );
    assert_eq!(rows, [6, 8]);
    let text = Predicate::new("value", Comparison::Equal, OrderValue::Text("b".into()));
    assert_eq!(pick(&dataset, &[text]).0, [7]);
    let snapshot = dataset.snapshot().unwrap();
    let wrong = ScanOptions::new(holder(64)).filter(Predicate::new(
        "id",
        Comparison::Equal,
        OrderValue::Text("x".into()),
    ));
    assert!(matches!(snapshot.scan(wrong), Err(ScanError::Value { .. })));
    let missing = ScanOptions::new(holder(64)).columns(["nothing"]);
    assert!(matches!(
        snapshot.scan(missing),
        Err(ScanError::NoColumn { .. })
    ));
}

fn groups(folder: &std::path::Path, name: &str, groups: &[&[i64]]) -> Snapshot {
    let dataset = dataset(&folder.join(name), settings(1_000));
    for group in groups {
        write(&dataset, &keys(group.iter().copied(), name));
    }
    let snapshot = dataset.snapshot().unwrap();
    assert_eq!(snapshot.base_files().len(), groups.len());
    snapshot
}

fn in_step(
    snapshots: &[Snapshot],
    start: Option<i64>,
    end: Option<i64>,
) -> Vec<Vec<Option<Vec<i64>>>> {
    intersections(snapshots, start.map(int), end.map(int), &holder(64))
        .unwrap()
        .map(|interval| {
            let rows = interval.unwrap().rows;
            rows.iter()
                .map(|batch| {
                    batch.as_ref().map(|batch| {
                        batch
                            .column(0)
                            .as_primitive::<Int64Type>()
                            .values()
                            .to_vec()
                    })
                })
                .collect()
        })
        .collect()
}

#[test]
fn datasets_are_read_in_step() {
    let folder = series::place();
    let a = groups(
        folder.path(),
        "a",
        &[&[-5, -1], &[0, 4], &[5, 9], &[10, 14]],
    );
    let c = groups(folder.path(), "c", &[&[2, 6], &[7, 11], &[12, 20]]);
    let some = |a: &[i64], c: &[i64]| vec![Some(a.to_vec()), Some(c.to_vec())];
    let both = [a, c];
    assert_eq!(
        in_step(&both, None, None),
        [
            some(&[-5, -1], &[]),
            some(&[0, 4], &[2]),
            some(&[5], &[6]),
            some(&[9], &[7]),
            some(&[10], &[11]),
            some(&[14], &[12, 20]),
        ]
    );
    assert_eq!(
        in_step(&both, Some(3), Some(12)),
        [
            some(&[4], &[]),
            some(&[5], &[6]),
            some(&[9], &[7]),
            some(&[10], &[11])
        ]
    );
    // Without a row in the span there is no table; groups that touch in equal values are one.
    assert_eq!(
        in_step(&both, Some(-9), Some(0)),
        [vec![Some(vec![-5, -1]), None]]
    );
    let touching = groups(folder.path(), "t", &[&[1, 3], &[3, 5], &[6]]);
    assert_eq!(
        in_step(&[touching], None, None),
        [vec![Some(vec![1, 3, 3, 5])], vec![Some(vec![6])]]
    );
}

#[test]
fn columns_are_added_and_widened_explicitly() {
    let folder = series::place();
    let store = Store::create(folder.path(), "name".parse().unwrap()).unwrap();
    let schema = Arc::new(Schema::new(vec![
        Field::new("ts", DataType::Int32, false),
        Field::new("price", DataType::Float32, false),
    ]));
    let key = store.key_schema().key(["a"]).unwrap();
    let dataset = store
        .create_dataset(&key, DatasetSpec::new(schema.clone(), "ts"))
        .unwrap();
    let old = RecordBatch::try_new(
        schema,
        vec![
            Arc::new(arrow_array::Int32Array::from(vec![1, 3])),
            Arc::new(arrow_array::Float32Array::from(vec![0.5, 1.5])),
        ],
    )
    .unwrap();
    let put = |batch: RecordBatch| {
        dataset.write([Ok::<_, Infallible>(batch)], WriteOptions::new(holder(64)))
    };
    put(old.clone()).unwrap();
    assert!(matches!(
        dataset.add_column(Field::new("note", DataType::Utf8, false)),
        Err(WriteError::Column { .. })
    ));
    dataset
        .add_column(Field::new("note", DataType::Utf8, true))
        .unwrap();
    assert!(dataset.widen_column("price", &DataType::Float16).is_err());
    dataset.widen_column("price", &DataType::Float64).unwrap();
    dataset.widen_column("ts", &DataType::Int64).unwrap();
    dataset.allow_null("price").unwrap();
    assert!(
        matches!(put(old), Err(WriteError::Schema { .. })),
        "the old columns are refused now"
    );
    let new = RecordBatch::try_new(
        dataset.latest().unwrap().schema.clone(),
        vec![
            Arc::new(Int64Array::from(vec![2])),
            Arc::new(Float64Array::from(vec![None])),
            Arc::new(StringArray::from(vec!["new"])),
        ],
    )
    .unwrap();
    put(new).unwrap();
    for _ in 0..2 {
        let snapshot = dataset.snapshot().unwrap();
        let batches: Vec<RecordBatch> = snapshot
            .scan(ScanOptions::new(holder(64)))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let all = arrow_select::concat::concat_batches(&snapshot.schema, &batches).unwrap();
        assert_eq!(
            all.column(0).as_primitive::<Int64Type>().values(),
            &[1, 2, 3]
        );
        assert!(all.column(1).is_null(1));
        assert_eq!(all.column(2).null_count(), 2);
        dataset
            .compact(&weir_store::CompactOptions::new(holder(64)))
            .unwrap();
    }
}

#[test]
fn what_works_on_threads_can_be_sent_to_them() {
    fn is_send<T: Send>() {}
    is_send::<weir_store::DatasetWriter>();
    is_send::<weir_store::Scan>();
    is_send::<weir_store::Intersections>();
    is_send::<weir_store::sort::Sorted>();
    let folder = series::place();
    let dataset = dataset(folder.path(), settings(3));
    let mut writer = dataset.writer(WriteOptions::new(holder(64))).unwrap();
    writer.push(batch(&keys([1], ""))).unwrap();
    std::thread::spawn(move || writer.commit(Default::default()).unwrap())
        .join()
        .unwrap();
    assert_eq!(content(&dataset).len(), 1);
}
