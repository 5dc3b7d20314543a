//! Trades with quotes through a whole pipeline: the same rows for every limit, every cut and every memory.

#![allow(clippy::unwrap_used)]

use arrow_array::RecordBatch;
use weir_flow::{
    AsofDirection, AsofJoin, Collector, Distance, EqualJoin, IntervalJoin, JoinKind, Limits,
    MakeOperator, NodeOptions, Pipeline, Rows, RunOptions, Setting, StreamSchema,
};
use weir_memory::{Budget, Bytes};
use weir_testkit::ticks::{quote_batches, quote_schema, trade_batches, trade_schema};

const ROWS: i64 = 1_000;

/// What the join gives with this limit, batches of `cut` rows, and this share of memory for the whole pipeline.
fn joined<J: MakeOperator + Clone + 'static>(
    join: &J,
    limits: Limits,
    cut: usize,
    share: Option<Bytes>,
) -> RecordBatch {
    let folder = tempfile::tempdir().unwrap();
    let trades = StreamSchema::ordered(trade_schema(), "ts").unwrap();
    let quotes = StreamSchema::ordered(quote_schema(), "ts").unwrap();
    let out = Collector::new();
    let mut setting =
        Setting::new(Budget::detached("256MiB".parse().unwrap())).spill(folder.path());
    if let Some(share) = share {
        setting = setting.share(share);
    }
    let mut pipeline = Pipeline::builder("trades-with-quotes")
        .source(
            "trades",
            Rows::new(trades, trade_batches(0..ROWS, cut).collect()),
        )
        .source(
            "quotes",
            Rows::new(quotes, quote_batches(0..ROWS, ROWS, cut + 3).collect()),
        )
        .operator(
            "joined",
            ["trades", "quotes"],
            join.clone(),
            NodeOptions::limits(limits),
        )
        .write("out", out.clone())
        .build(&setting)
        .unwrap();
    pipeline.run(&RunOptions::default()).unwrap();
    out.committed().unwrap()
}

fn check<J: MakeOperator + Clone + 'static>(join: J, rows: std::ops::RangeInclusive<usize>) {
    let expected = joined(&join, Limits::unbounded(), ROWS as usize, None);
    assert!(
        rows.contains(&expected.num_rows()),
        "{} rows",
        expected.num_rows()
    );
    for limits in [
        Limits::at_once(),
        Limits::unbounded().rows(1).unwrap(),
        Limits::unbounded().rows(333).unwrap(),
        Limits::unbounded().bytes(Bytes::kib(20)).unwrap(),
        Limits::adaptive(),
    ] {
        for cut in [64, 500] {
            assert_eq!(joined(&join, limits, cut, None), expected);
        }
    }
    for share in [Bytes::kib(128), Bytes::mib(1)] {
        assert_eq!(
            joined(&join, Limits::adaptive(), 100, Some(share)),
            expected
        );
    }
}

#[test]
fn as_of() {
    for direction in [
        AsofDirection::Backward,
        AsofDirection::Forward,
        AsofDirection::Nearest,
    ] {
        let join = AsofJoin::new(direction)
            .on("symbol")
            .right_columns(["bid", "ask"]);
        check(join, ROWS as usize..=ROWS as usize);
    }
}

#[test]
fn interval() {
    let minute = std::time::Duration::from_secs(60);
    let join = IntervalJoin::new(minute, Distance::Units(0)).on("symbol");
    check(
        join.kind(JoinKind::Inner).right_columns(["bsize"]),
        300..=20_000,
    );
}

#[test]
fn equal() {
    let join = EqualJoin::new(JoinKind::Inner)
        .on_pair("seq", "ref")
        .right_columns(["bsize"]);
    check(join, ROWS as usize..=ROWS as usize);
}
