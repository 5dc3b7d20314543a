//! What ends in a store is the same for every limit, every cutting into batches, every number of threads, forced pressure, and a restart
//! at every batch boundary.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use arrow_array::RecordBatch;
use arrow_select::concat::concat_batches;
use proptest::prelude::*;
use weir_flow::bars::{
    BarColumn, BarFunctions, BarsOperator, BarsSpec, Binning, Function, Period, Resolution,
};
use weir_flow::*;
use weir_memory::{Budget, Bytes, HolderName};
use weir_store::{CompactOptions, Dataset, RowGroupTarget, ScanOptions, Settings, Store};
use weir_testkit::ticks;

const ROWS: i64 = 500;
const SINKS: [&str; 4] = ["bars10", "bars1", "asof", "all"];

/// How a pipeline is run: none of it may be seen in what it stores.
#[derive(Clone, Debug)]
struct Variant {
    /// For bars, join, filter and union.
    limits: [Limits; 4],
    trade_batches: Vec<usize>,
    quote_batches: Vec<usize>,
    threads: usize,
    pressure: bool,
}

impl Variant {
    fn plain() -> Self {
        Self {
            limits: [Limits::unbounded(); 4],
            trade_batches: vec![ROWS as usize],
            quote_batches: vec![ROWS as usize],
            threads: 1,
            pressure: false,
        }
    }

    fn with_limits(limits: Limits) -> Self {
        Self {
            limits: [limits; 4],
            ..Self::plain()
        }
    }

    fn cut(mut self, trades: usize, quotes: usize) -> Self {
        (self.trade_batches, self.quote_batches) = (vec![trades], vec![quotes]);
        self
    }
}

/// Rows cut into batches of these lengths, over and over.
fn cut(all: &RecordBatch, lengths: &[usize]) -> Vec<RecordBatch> {
    let mut batches = Vec::new();
    let mut from = 0;
    for length in lengths.iter().cycle() {
        let length = (*length).max(1).min(all.num_rows() - from);
        batches.push(all.slice(from, length));
        from += length;
        if from == all.num_rows() {
            break;
        }
    }
    batches
}

fn trades(lengths: &[usize]) -> Rows {
    let all: Vec<_> = ticks::trade_batches(0..ROWS, ROWS as usize).collect();
    let stream = StreamSchema::ordered(ticks::trade_schema(), "ts").unwrap();
    Rows::new(
        stream,
        cut(
            &concat_batches(&ticks::trade_schema(), &all).unwrap(),
            lengths,
        ),
    )
}

fn quotes(lengths: &[usize]) -> Rows {
    let all: Vec<_> = ticks::quote_batches(0..ROWS, ROWS, ROWS as usize).collect();
    let stream = StreamSchema::ordered(ticks::quote_schema(), "ts").unwrap();
    Rows::new(
        stream,
        cut(
            &concat_batches(&ticks::quote_schema(), &all).unwrap(),
            lengths,
        ),
    )
}

/// Stops with an error after so many batches, as a crash would.
struct Stops<S> {
    source: S,
    left: usize,
}

impl<S: Source> Source for Stops<S> {
    fn stream(&self) -> &StreamSchema {
        self.source.stream()
    }

    fn next(&mut self) -> Result<Option<RecordBatch>, SourceError> {
        if self.left == 0 {
            return Err(SourceError::Read {
                name: "ticks".into(),
                source: "stopped".into(),
            });
        }
        self.left -= 1;
        self.source.next()
    }

    fn position(&self) -> Position {
        self.source.position()
    }

    fn seek(&mut self, position: &Position) -> Result<(), SourceError> {
        self.source.seek(position)
    }
}

fn bars() -> impl MakeOperator {
    let resolution = |name: &str, period: &str| {
        let columns = vec![
            BarColumn::new("open", Function::First, "price"),
            BarColumn::new("close", Function::Last, "price"),
            BarColumn::new("turnover", Function::Sum, "price"),
            BarColumn::new("spread", Function::Variance { freedom: 1 }, "price"),
            BarColumn::new("volume", Function::Sum, "size"),
            BarColumn::rows("n"),
        ];
        Resolution::new(
            name,
            Binning::Period(Period::parse(period).unwrap()),
            columns,
        )
    };
    let spec = BarsSpec {
        keys: vec!["symbol".into()],
        resolutions: vec![resolution("ten", "10s"), resolution("one", "1s")],
    };
    BarsOperator::make(spec, BarFunctions::new())
}

fn sink(store: &Store, name: &str) -> StoreSink {
    let settings = Settings {
        row_group: RowGroupTarget::Rows(100),
        // Bars that are still open are replaced; joins and unions give every row once.
        duplicates_on: name.starts_with("bars").then(|| vec!["symbol".to_owned()]),
        ..Settings::default()
    };
    StoreSink::new(store.clone(), store.key_schema().parse_key(name).unwrap()).settings(settings)
}

fn pipeline(store: &Store, variant: &Variant, stop: usize) -> Pipeline {
    let budget = Budget::detached(Bytes::gib(4));
    if variant.pressure {
        budget.observe(Bytes::mib(3_900));
    }
    let options = |which: usize| NodeOptions::limits(variant.limits[which]);
    Pipeline::builder("invariant")
        .source(
            "trades",
            Stops {
                source: trades(&variant.trade_batches),
                left: stop,
            },
        )
        .source("quotes", quotes(&variant.quote_batches))
        .operator(
            "bars",
            ["trades"],
            bars(),
            NodeOptions {
                ways: 2,
                ..options(0)
            },
        )
        .sink("bars10", "bars", sink(store, "bars10"))
        .sink("bars1", Port::way("bars", 1), sink(store, "bars1"))
        .operator(
            "join",
            ["trades", "quotes"],
            AsofJoin::new(AsofDirection::Backward).on("symbol"),
            options(1),
        )
        .sink("asof", "join", sink(store, "asof"))
        .from("trades")
        .then_with(
            "large",
            |inputs: &[StreamSchema]| {
                Ok(Box::new(Filter::compare(inputs, "size", ">", "500")?) as _)
            },
            options(2),
        )
        .operator(
            "union",
            ["large", "trades"],
            |inputs: &[StreamSchema]| Ok(Box::new(Union::new(inputs)?) as _),
            options(3),
        )
        .sink("all", "union", sink(store, "all"))
        .build(&Setting::new(budget).minimum_rows(1))
        .unwrap()
}

/// Runs in a new store to the end.
fn run(folder: &Path, variant: &Variant) -> Store {
    let store = Store::create(folder, "name".parse().unwrap()).unwrap();
    let options = RunOptions {
        threads: variant.threads,
        ..RunOptions::default()
    };
    let mut pipeline = pipeline(&store, variant, usize::MAX);
    let report = pipeline.run(&options).unwrap();
    assert_eq!(report.rows, 2 * ROWS as u64);
    if variant.pressure {
        let released: u64 = report
            .counts
            .iter()
            .map(|(_, counts)| counts.released)
            .sum();
        assert!(
            released > 0 || variant.limits[1] != Limits::unbounded(),
            "the pressure was felt"
        );
    }
    store
}

fn dataset(store: &Store, name: &str) -> Dataset {
    store
        .dataset(&store.key_schema().parse_key(name).unwrap())
        .unwrap()
}

fn holder() -> weir_memory::Holder {
    Budget::detached(Bytes::gib(1)).holder(HolderName::new("test", "read", ""))
}

fn content(store: &Store) -> Vec<RecordBatch> {
    let read = |name: &&str| {
        let scan = dataset(store, name)
            .snapshot()
            .unwrap()
            .scan(ScanOptions::new(holder()))
            .unwrap();
        let schema = scan.schema().clone();
        let batches: Vec<_> = scan.map(Result::unwrap).collect();
        concat_batches(&schema, &batches).unwrap()
    };
    SINKS.iter().map(read).collect()
}

/// The bytes of all data files of the newest versions, in order.
fn bytes(store: &Store, folder: &Path) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for name in SINKS {
        let dataset = dataset(store, name);
        for file in &dataset.latest().unwrap().files {
            let path = dataset.file_path(&file.name, file.place);
            all.push(std::fs::read(folder.join(path.to_string())).unwrap());
        }
    }
    assert!(all.len() > SINKS.len());
    all
}

fn expected() -> (Vec<RecordBatch>, Vec<Vec<u8>>) {
    let folder = tempfile::tempdir().unwrap();
    let store = run(folder.path(), &Variant::plain());
    let content = content(&store);
    let rows: Vec<_> = content.iter().map(RecordBatch::num_rows).collect();
    assert_eq!(rows[2], ROWS as usize);
    assert!(rows[3] > ROWS as usize && rows[0] > 10 && rows[1] > rows[0]);
    (content, bytes(&store, folder.path()))
}

fn check(variant: &Variant, expected: &(Vec<RecordBatch>, Vec<Vec<u8>>)) {
    let folder = tempfile::tempdir().unwrap();
    let store = run(folder.path(), variant);
    assert_eq!(content(&store), expected.0, "{variant:?}");
    assert!(
        bytes(&store, folder.path()) == expected.1,
        "the files' bytes differ: {variant:?}"
    );
}

fn limits(rows: u64) -> Limits {
    Limits::unbounded().rows(rows).unwrap()
}

#[test]
fn limits_from_one_row_to_unbounded() {
    let expected = expected();
    for rows in [1, 2, 7, 64, 499] {
        check(&Variant::with_limits(limits(rows)), &expected);
    }
    check(
        &Variant::with_limits(limits(20).soft()).cut(13, 9),
        &expected,
    );
    check(
        &Variant::with_limits(Limits::adaptive()).cut(10, 10),
        &expected,
    );
    check(
        &Variant::with_limits(Limits::unbounded().every(3).unwrap()).cut(10, 17),
        &expected,
    );
    check(
        &Variant::with_limits(Limits::unbounded().bytes(Bytes::new(777)).unwrap()),
        &expected,
    );
    check(
        &Variant::with_limits(Limits::unbounded().event_time(3_000_000_000).unwrap()).cut(5, 5),
        &expected,
    );
}

#[test]
fn five_chunkings_of_the_input() {
    let expected = expected();
    for (trades, quotes) in [(1, 1), (7, 500), (500, 7), (64, 64), (499, 250)] {
        check(
            &Variant::with_limits(limits(50)).cut(trades, quotes),
            &expected,
        );
    }
}

#[test]
fn threads_1_2_and_4() {
    let expected = expected();
    for threads in [1, 2, 4] {
        check(
            &Variant {
                threads,
                ..Variant::with_limits(limits(30)).cut(11, 13)
            },
            &expected,
        );
    }
}

#[test]
fn forced_pressure() {
    let expected = expected();
    check(
        &Variant {
            pressure: true,
            ..Variant::plain().cut(10, 10)
        },
        &expected,
    );
    check(
        &Variant {
            pressure: true,
            ..Variant::with_limits(limits(40)).cut(33, 8)
        },
        &expected,
    );
}

#[test]
fn a_restart_at_every_batch_boundary() {
    let (content_expected, _) = expected();
    let batch = 60;
    let boundaries = (ROWS as usize).div_ceil(batch);
    let mut compacted: Option<Vec<Vec<u8>>> = None;
    // Zero boundaries: no restart; the last: a stop after everything but the end.
    for stop in 0..=boundaries {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create(folder.path(), "name".parse().unwrap()).unwrap();
        let options = RunOptions {
            checkpoint_rows: Some(1),
            ..RunOptions::default()
        };
        let first = Variant::with_limits(limits(25)).cut(batch, 45);
        pipeline(&store, &first, stop).run(&options).unwrap_err();
        // Goes on with other limits and other batches.
        let second = Variant::with_limits(limits(9)).cut(37, 81);
        let report = pipeline(&store, &second, usize::MAX)
            .run(&RunOptions::default())
            .unwrap();
        assert_eq!(report.resumed_from > 0, stop > 0, "stop {stop}");
        assert_eq!(content(&store), content_expected, "stop {stop}");
        for name in SINKS {
            dataset(&store, name)
                .compact(&CompactOptions::new(holder()))
                .unwrap();
        }
        let files = bytes(&store, folder.path());
        match &compacted {
            None => compacted = Some(files),
            Some(expected) => assert!(
                files == *expected,
                "the compacted files' bytes differ: stop {stop}"
            ),
        }
    }
}

fn any_limits() -> impl Strategy<Value = Limits> {
    let rows = prop_oneof![Just(None), (1u64..600).prop_map(Some)];
    let bytes = prop_oneof![Just(None), (1u64..40_000).prop_map(Some)];
    let every = prop_oneof![Just(None), (1u64..20).prop_map(Some)];
    (rows, bytes, every, any::<bool>()).prop_map(|(rows, bytes, every, soft)| {
        let mut limits = Limits::unbounded();
        if let Some(rows) = rows {
            limits = limits.rows(rows).unwrap();
        }
        if let Some(bytes) = bytes {
            limits = limits.bytes(Bytes::new(bytes)).unwrap();
        }
        if let Some(every) = every {
            limits = limits.every(every).unwrap();
        }
        if soft { limits.soft() } else { limits }
    })
}

fn any_variant() -> impl Strategy<Value = Variant> {
    let lengths = || proptest::collection::vec(1usize..200, 1..6);
    let limits = [any_limits(), any_limits(), any_limits(), any_limits()];
    (
        limits,
        lengths(),
        lengths(),
        prop_oneof![Just(1usize), Just(2), Just(4)],
        any::<bool>(),
    )
        .prop_map(
            |(limits, trade_batches, quote_batches, threads, pressure)| Variant {
                limits,
                trade_batches,
                quote_batches,
                threads,
                pressure,
            },
        )
}

fn any_run_stores_the_same(cases: u32) {
    let expected = expected();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases)
    });
    runner
        .run(&any_variant(), |variant| {
            check(&variant, &expected);
            Ok(())
        })
        .unwrap();
}

#[test]
fn any_limits_chunks_threads_and_pressure() {
    any_run_stores_the_same(12);
}

#[test]
#[ignore = "long"]
fn any_limits_chunks_threads_and_pressure_at_length() {
    any_run_stores_the_same(500);
}
