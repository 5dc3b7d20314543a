//! The external sort: stable, the same for any chunking and budget, spilling when it has to, refusing what breaks a promise.
#![allow(clippy::unwrap_used)]

mod series;

use std::sync::Arc;

use arrow_array::{RecordBatch, StringArray, cast::AsArray};
use proptest::prelude::*;
use series::{Row, batch, holder, row, rows_of, schema};
use weir_files::RealFiles;
use weir_memory::{Budget, Bytes, HolderName};
use weir_store::{
    DataError,
    order::OrderError,
    sort::{ExternalSort, SortOptions, SpillFolder},
};

fn sorted(rows: &[Row], chunk: usize, options: SortOptions) -> Vec<Row> {
    let mut sort = ExternalSort::new(&schema(), "ts", options).unwrap();
    for chunk in rows.chunks(chunk) {
        sort.push(batch(chunk)).unwrap();
    }
    let sorted = sort.finish().unwrap();
    assert_eq!(sorted.len(), rows.len() as u64);
    let read = || -> Vec<Row> {
        sorted
            .rows()
            .unwrap()
            .flat_map(|batch| rows_of(&batch.unwrap()))
            .collect()
    };
    let first = read();
    assert_eq!(first, read(), "it can be read twice");
    first
}

fn mixed(rows: i64) -> Vec<Row> {
    (0..rows)
        .map(|n| {
            row(
                (n * 7_919) % 10_007 % (rows / 3 + 1),
                n,
                &format!("value of row {n}"),
            )
        })
        .collect()
}

#[test]
fn rows_beyond_the_budget_are_spilled_and_come_back_in_order() {
    let rows = mixed(200_000);
    let mut expected = rows.clone();
    expected.sort_by_key(|row| row.0);
    for (mib, chunk) in [(1_000, 10_000), (24, 999), (24, 40_000)] {
        let folder = tempfile::tempdir().unwrap();
        let budget = Budget::detached(Bytes::mib(mib));
        let mut options = SortOptions::new(budget.holder(HolderName::new("test", "store", "sort")));
        options.spill = SpillFolder::new(Arc::new(RealFiles), folder.path());
        let mut sort = ExternalSort::new(&schema(), "ts", options.clone()).unwrap();
        for chunk in rows.chunks(chunk) {
            sort.push(batch(chunk)).unwrap();
        }
        let spilled = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(spilled > 0, mib == 24, "{spilled} runs at {mib} MiB");
        drop(sort);
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            0,
            "runs vanish"
        );
        assert_eq!(
            sorted(&rows, chunk, options),
            expected,
            "{mib} MiB, {chunk} rows"
        );
        assert!(budget.ledger_is_empty());
    }
}

#[test]
fn more_runs_than_are_merged_at_a_time() {
    let rows = mixed(400_000);
    let mut expected = rows.clone();
    expected.sort_by_key(|row| row.0);
    let folder = tempfile::tempdir().unwrap();
    let budget = Budget::detached(Bytes::mib(64));
    let holder = budget.holder(HolderName::new("test", "store", "sort"));
    let mut options = SortOptions::new(holder.clone());
    options.spill = SpillFolder::new(Arc::new(RealFiles), folder.path());
    // Others hold nearly everything while the rows come.
    let free = holder.available().as_u64() - (3 << 19);
    let others = holder.reserve(Bytes::new(free)).unwrap();
    let mut sort = ExternalSort::new(&schema(), "ts", options).unwrap();
    for chunk in rows.chunks(500) {
        sort.push(batch(chunk)).unwrap();
    }
    assert!(std::fs::read_dir(folder.path()).unwrap().count() > 16);
    drop(others);
    let sorted = sort.finish().unwrap();
    let read: Vec<Row> = sorted
        .rows()
        .unwrap()
        .flat_map(|batch| rows_of(&batch.unwrap()))
        .collect();
    assert_eq!(read, expected);
}

#[test]
fn spilled_rows_that_change_on_the_disk_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = SortOptions::new(holder(24));
    options.spill = SpillFolder::new(Arc::new(RealFiles), folder.path());
    let mut sort = ExternalSort::new(&schema(), "ts", options).unwrap();
    for chunk in mixed(200_000).chunks(5_000) {
        sort.push(batch(chunk)).unwrap();
    }
    let sorted = sort.finish().unwrap();
    let run = std::fs::read_dir(folder.path())
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let mut bytes = std::fs::read(&run).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    std::fs::write(&run, bytes).unwrap();
    let error = sorted.rows().unwrap().find_map(Result::err).unwrap();
    assert!(matches!(error, DataError::Damaged { .. }), "{error}");
}

#[test]
fn a_broken_promise_names_the_row() {
    let mut options = SortOptions::new(holder(64));
    options.sorted = true;
    let mut sort = ExternalSort::new(&schema(), "ts", options).unwrap();
    sort.push(batch(&[row(1, 0, ""), row(1, 1, ""), row(2, 2, "")]))
        .unwrap();
    let error = sort
        .push(batch(&[row(2, 3, ""), row(5, 4, ""), row(4, 5, "")]))
        .unwrap_err();
    assert!(
        matches!(error, DataError::Order(OrderError::Unsorted { row: 5, .. })),
        "{error}"
    );
    sort.push(batch(&[row(2, 3, "")])).unwrap();
    assert_eq!(sort.len(), 4, "nothing of the refused batch was taken");
}

#[test]
fn strings_are_sorted_too() {
    let names = ["b", "a", "ä", "", "b", "aa"];
    let rows =
        RecordBatch::try_from_iter([("name", Arc::new(StringArray::from(names.to_vec())) as _)])
            .unwrap();
    let mut sort = ExternalSort::new(&rows.schema(), "name", SortOptions::new(holder(64))).unwrap();
    sort.push(rows).unwrap();
    let sorted = sort.finish().unwrap();
    let batch = sorted.rows().unwrap().next().unwrap().unwrap();
    let found: Vec<&str> = batch
        .column(0)
        .as_string::<i32>()
        .iter()
        .flatten()
        .collect();
    assert_eq!(found, ["", "a", "aa", "b", "b", "ä"]);
}

proptest! {
    #[test]
    fn any_rows_in_any_chunks(ts in prop::collection::vec(-20_i64..20, 1..200), chunk in 1_usize..50) {
        let rows: Vec<Row> = ts.iter().zip(0..).map(|(ts, n)| row(*ts, n, "")).collect();
        let mut expected = rows.clone();
        expected.sort_by_key(|row| row.0);
        prop_assert_eq!(sorted(&rows, chunk, SortOptions::new(holder(64))), expected);
    }
}
