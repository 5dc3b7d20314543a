//! A sink that has rows of an earlier run leaves out as many. That is right only if the same rows come again: where other ones come, the run is
//! refused and nothing is lost.
#![allow(clippy::unwrap_used)]

mod support;

use std::io::Cursor;
use std::ops::Range;
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_schema::DataType;
use support::*;
use weir_flow::*;
use weir_store::Store;

fn csv(rows: Range<i64>) -> String {
    let lines = rows.map(|n| format!("{n},{}\n", n * n));
    std::iter::once("n,v\n".to_owned()).chain(lines).collect()
}

fn options() -> CsvOptions {
    CsvOptions {
        order_by: Some("n".to_owned()),
        batch_rows: 100,
        ..CsvOptions::default()
    }
}

struct Piped(Box<dyn Source>);

impl Source for Piped {
    fn stream(&self) -> &StreamSchema {
        self.0.stream()
    }

    fn next(&mut self) -> Result<Option<RecordBatch>, SourceError> {
        self.0.next()
    }

    fn position(&self) -> Position {
        self.0.position()
    }

    fn seek(&mut self, position: &Position) -> Result<(), SourceError> {
        self.0.seek(position)
    }
}

fn once(rows: Range<i64>) -> Piped {
    let bytes = Box::new(Cursor::new(csv(rows)));
    let types = ["n", "v"].map(|name| (name.to_owned(), DataType::Int64));
    let options = CsvOptions {
        types: types.to_vec(),
        ..options()
    };
    Piped(
        read_rows_once("standard input", bytes, RowFormat::Csv, options)
            .unwrap()
            .source,
    )
}

fn store(folder: &Path) -> Store {
    Store::create(folder, "name".parse().unwrap()).unwrap()
}

fn sink(store: &Store) -> StoreSink {
    StoreSink::new(store.clone(), store.key_schema().parse_key("rows").unwrap())
}

fn stored(store: &Store) -> u64 {
    let key = store.key_schema().parse_key("rows").unwrap();
    store.dataset(&key).unwrap().latest().unwrap().rows()
}

/// Rows taken in now.
fn pipe(store: &Store, rows: Range<i64>) -> Result<u64, FlowError> {
    let mut pipeline = Pipeline::builder("pipe")
        .source("in", once(rows))
        .write("out", sink(store))
        .build(&setting())
        .unwrap();
    Ok(pipeline.run(&RunOptions::default())?.rows)
}

#[test]
fn what_comes_once_goes_on_behind_the_same_rows_only() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    assert_eq!(pipe(&store, 0..1_500).unwrap(), 1_500);
    assert_eq!(pipe(&store, 0..1_500).unwrap(), 0);
    assert_eq!(pipe(&store, 0..1_730).unwrap(), 230);
    for other in [2_000..3_800, 1..1_900, 1_730..1_731, 0..20, 0..0] {
        let refused = pipe(&store, other.clone());
        let moved = matches!(
            &refused,
            Err(FlowError::Source(SourceError::Moved { name, .. })) if name == "standard input"
        );
        assert!(moved, "{other:?}: {refused:?}");
    }
    assert_eq!(stored(&store), 1_730);
}

#[test]
fn a_file_that_was_replaced_is_refused_though_a_plain_file_beside_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder.path().join("store"));
    let (path, out) = (folder.path().join("in.csv"), folder.path().join("out.csv"));
    let run = |rows: Range<i64>| {
        std::fs::write(&path, csv(rows)).unwrap();
        let source = CsvSource::open(&path, options()).unwrap();
        let mut pipeline = Pipeline::builder("both")
            .source("in", source)
            .write("out", sink(&store))
            .from("in")
            .write("file", FileSink::new(&out, RowFormat::Csv))
            .build(&setting())
            .unwrap();
        pipeline.run(&RunOptions::default())
    };
    run(0..2).unwrap();
    // The plain file is made again from all rows; the dataset has them already.
    run(0..2).unwrap();
    assert_eq!(std::fs::read_to_string(&out).unwrap(), csv(0..2));
    let refused = run(100..103);
    assert!(
        matches!(refused, Err(FlowError::Source(SourceError::Moved { .. }))),
        "{refused:?}"
    );
    assert_eq!(stored(&store), 2);
    assert_eq!(std::fs::read_to_string(&out).unwrap(), csv(0..2));
}

#[test]
fn other_rows_of_a_pipeline_that_sorts_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder.path().join("store"));
    let path = folder.path().join("in.csv");
    let run = |rows: Range<i64>| {
        std::fs::write(&path, csv(rows)).unwrap();
        let unordered = CsvOptions {
            order_by: None,
            ..options()
        };
        let mut pipeline = Pipeline::builder("sorted")
            .source("in", CsvSource::open(&path, unordered).unwrap())
            .then("sort", |inputs: &[StreamSchema]| {
                Ok(Box::new(Sort::new(inputs, "n")?) as _)
            })
            .write("out", sink(&store))
            .build(&setting())
            .unwrap();
        pipeline.run(&RunOptions::default())
    };
    run(0..500).unwrap();
    let refused = run(10..300);
    assert!(
        matches!(refused, Err(FlowError::Source(SourceError::Moved { .. }))),
        "{refused:?}"
    );
    assert_eq!(stored(&store), 500);
}

#[test]
fn a_run_reports_the_rows_of_all_its_commits() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let mut pipeline = Pipeline::builder("pipe")
        .source("in", once(0..1_234))
        .write("out", sink(&store))
        .build(&setting())
        .unwrap();
    let report = pipeline
        .run(&RunOptions {
            checkpoint_rows: Some(300),
            ..RunOptions::default()
        })
        .unwrap();
    assert!(report.commits > 2);
    assert_eq!(report.committed[0].1.rows, 1_234);
}
