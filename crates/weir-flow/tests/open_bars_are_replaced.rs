//! What a run writes into a dataset because it ends is taken away by the next one, whatever its label was: bars of rows named by their last row get another label
//! with every row, and a filter behind the bars may let no row through for what it let through before. Runs that go on equal one run over everything.
#![allow(clippy::unwrap_used)]

mod bar_rows;

use arrow_array::RecordBatch;
use bar_rows::{Row, batch, row, schema};
use weir_flow::*;
use weir_memory::{Budget, Bytes, Holder, HolderName};
use weir_store::{DatasetSpec, ScanOptions, Store, WriteOptions};

/// Bars of three rows, named by the last.
const BY_ROWS: &str = "weir: flow/1
name: goes-on
sources:
  ticks: {kind: store, store: market, key: ticks}
steps:
  bars:
    kind: bars
    from: ticks
    keys: [key]
    columns: {open: first price, close: last price, n: count}
    resolutions: {three: {rows: 3, label: right}}
sinks:
  out: {kind: store, from: bars.three, store: market, key: NAME}
";

/// Minutes of less than five rows: an open one may be among them, and not any more when it is closed.
const FILTERED: &str = "weir: flow/1
name: goes-on
sources:
  ticks: {kind: store, store: market, key: ticks}
steps:
  bars:
    kind: bars
    from: ticks
    keys: [key]
    columns: {close: last price, n: count}
    resolutions: {minute: {period: 1min}}
  few: {kind: filter, from: bars.minute, where: [n < 5]}
sinks:
  out: {kind: store, from: few, store: market, key: NAME, duplicates_on: [key]}
";

struct Place {
    folder: tempfile::TempDir,
    store: Store,
}

fn holder() -> Holder {
    Budget::detached(Bytes::mib(64)).holder(HolderName::new("test", "flow", "rows"))
}

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path().join("market"), "name".parse().unwrap()).unwrap();
    let key = store.key_schema().parse_key("ticks").unwrap();
    store
        .create_dataset(&key, DatasetSpec::new(schema(), "ts"))
        .unwrap();
    Place { folder, store }
}

impl Place {
    fn append(&self, rows: &[Row]) {
        let key = self.store.key_schema().parse_key("ticks").unwrap();
        let dataset = self.store.dataset(&key).unwrap();
        let mut writer = dataset.writer(WriteOptions::new(holder())).unwrap();
        writer.push(batch(rows)).unwrap();
        writer.commit(Default::default()).unwrap();
    }

    fn run(&self, text: &str, name: &str, ending: Ending, checkpoint_rows: Option<u64>) {
        let text = text.replace("NAME", name);
        let (file, _) = PipelineFile::parse("p.yaml", &text).unwrap();
        let setting = Setting::new(Budget::detached(Bytes::mib(256)));
        let built = file
            .build(Surroundings::new(self.folder.path()), &setting)
            .unwrap();
        let options = RunOptions {
            ending,
            checkpoint_rows,
            ..RunOptions::default()
        };
        built.run(&options).unwrap();
    }

    fn rows(&self, name: &str) -> RecordBatch {
        let key = self.store.key_schema().parse_key(name).unwrap();
        let snapshot = self.store.dataset(&key).unwrap().snapshot().unwrap();
        let scan = snapshot.scan(ScanOptions::new(holder())).unwrap();
        let schema = scan.schema().clone();
        let batches: Vec<RecordBatch> = scan.map(Result::unwrap).collect();
        arrow_select::concat::concat_batches(&schema, &batches).unwrap()
    }
}

/// Rows of two keys, some at one time, so that labels repeat.
fn ticks(count: i64) -> Vec<Row> {
    let each = (0..count).map(|i| row((i / 4) * 25, (i % 2) as i32, (i % 7) as f64, 1));
    each.collect()
}

#[test]
fn four_rows_then_three_are_as_seven() {
    let place = place();
    let rows: Vec<Row> = (0..7).map(|i| row(i * 10, 1, i as f64, 1)).collect();
    place.append(&rows[..4]);
    place.run(BY_ROWS, "a", Ending::End, None);
    // One whole bar, and one of a row.
    assert_eq!(place.rows("a").num_rows(), 2);
    place.append(&rows[4..]);
    place.run(BY_ROWS, "a", Ending::End, None);
    place.run(BY_ROWS, "whole", Ending::End, None);
    assert_eq!(place.rows("whole").num_rows(), 3);
    assert_eq!(place.rows("a"), place.rows("whole"));
}

#[test]
fn many_restarts_are_as_one_run() {
    for text in [BY_ROWS, FILTERED] {
        let place = place();
        let rows = ticks(61);
        let mut at = 0;
        for (run, take) in [1, 2, 1, 3, 5, 1, 1, 8, 2, 13, 4, 1, 7, 12]
            .into_iter()
            .enumerate()
        {
            place.append(&rows[at..at + take]);
            at += take;
            let ending = if run % 5 == 3 {
                Ending::KeepOpen
            } else {
                Ending::End
            };
            place.run(text, "a", ending, (run % 3 == 1).then_some(2));
            let whole = format!("whole-{run}");
            place.run(text, &whole, ending, None);
            assert_eq!(
                place.rows("a"),
                place.rows(&whole),
                "after run {run} of {text}"
            );
        }
        assert_eq!(at, rows.len());
    }
}

#[test]
fn what_was_kept_open_behind_a_run_that_ended_is_gone() {
    let place = place();
    let rows = ticks(8);
    place.append(&rows[..4]);
    place.run(BY_ROWS, "a", Ending::End, None);
    place.append(&rows[4..]);
    place.run(BY_ROWS, "a", Ending::KeepOpen, None);
    place.run(BY_ROWS, "whole", Ending::KeepOpen, None);
    assert_eq!(place.rows("a"), place.rows("whole"));
}
