//! Two runs that go on from one commit: the second to commit is refused, and run again goes on from the first.
#![allow(clippy::unwrap_used)]

mod support;

use arrow_array::RecordBatch;
use support::*;
use weir_flow::*;
use weir_memory::{Budget, Bytes, HolderName};
use weir_store::{ScanOptions, Store};

/// Does something before its first rows.
struct Before<F> {
    rows: Rows,
    first: Option<F>,
}

impl<F: FnOnce() + Send> Source for Before<F> {
    fn stream(&self) -> &StreamSchema {
        self.rows.stream()
    }

    fn next(&mut self) -> Result<Option<RecordBatch>, SourceError> {
        if let Some(first) = self.first.take() {
            first();
        }
        self.rows.next()
    }

    fn position(&self) -> Position {
        self.rows.position()
    }

    fn seek(&mut self, position: &Position) -> Result<(), SourceError> {
        self.rows.seek(position)
    }
}

fn pipeline(store: &Store, first: impl FnOnce() + Send + 'static) -> Pipeline {
    let rows = Rows::new(numbers_stream(), vec![numbers(0..100)]);
    let key = store.key_schema().parse_key("numbers").unwrap();
    Pipeline::builder("two")
        .source(
            "in",
            Before {
                rows,
                first: Some(first),
            },
        )
        .write("out", StoreSink::new(store.clone(), key))
        .build(&setting())
        .unwrap()
}

#[test]
fn the_second_of_two_commits_on_one_checkpoint_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path(), "name".parse().unwrap()).unwrap();
    let other = store.clone();
    let meanwhile = move || {
        pipeline(&other, || {}).run(&RunOptions::default()).unwrap();
    };
    let error = pipeline(&store, meanwhile)
        .run(&RunOptions::default())
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("another run has written meanwhile"),
        "{error}"
    );
    let report = pipeline(&store, || {}).run(&RunOptions::default()).unwrap();
    assert!(report.up_to_date);
    let dataset = store
        .dataset(&store.key_schema().parse_key("numbers").unwrap())
        .unwrap();
    let holder = Budget::detached(Bytes::mib(64)).holder(HolderName::new("test", "", ""));
    let scan = dataset
        .snapshot()
        .unwrap()
        .scan(ScanOptions::new(holder))
        .unwrap();
    let all: Vec<_> = scan.flat_map(|rows| values(&rows.unwrap())).collect();
    assert_eq!(all, (0..100).collect::<Vec<_>>());
}
