//! Bars in a pipeline: the same for every limit, chunking and restart.
#![allow(clippy::unwrap_used)]

mod bar_rows;

use bar_rows::{Row, batch, period, rows, spec, stream, whole};
use proptest::prelude::*;
use weir_flow::bars::{BarFunctions, BarsOperator, BarsSpec, Period};
use weir_flow::{Collector, Ending, Limits, NodeOptions, Pipeline, Rows, RunOptions, Setting};
use weir_memory::{Budget, Bytes};

fn description() -> BarsSpec {
    spec(vec![
        period("minute", "1min").with_snapshots(Period::parse("20s").unwrap()),
        period("hour", "1h").with_empty_periods(),
        period("day", "1D"),
    ])
}

fn pipeline(rows: &[Row], chunk: usize, limits: Limits, out: &[Collector]) -> Pipeline {
    let spec = description();
    let batches = rows.chunks(chunk).map(batch).collect();
    let options = NodeOptions {
        ways: spec.ways(),
        ..NodeOptions::limits(limits)
    };
    let mut builder = Pipeline::builder("bars")
        .source("ticks", Rows::new(stream(), batches))
        .then_with(
            "bars",
            BarsOperator::make(spec, BarFunctions::new()),
            options,
        );
    for (way, out) in out.iter().enumerate() {
        builder = builder.sink(
            &format!("out{way}"),
            weir_flow::Port::way("bars", way),
            out.clone(),
        );
    }
    builder
        .build(&Setting::new(Budget::detached(Bytes::mib(256))))
        .unwrap()
}

fn collectors() -> Vec<Collector> {
    (0..4).map(|_| Collector::new()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn what_is_written_depends_on_no_limit_and_no_chunking(rows in rows(80), chunk in 1usize..40, every in 1u64..5, limit in 1u64..60) {
        let expected = whole(&description(), &rows);
        for limits in [Limits::at_once(), Limits::unbounded(), Limits::unbounded().every(every).unwrap(), Limits::unbounded().rows(limit).unwrap()] {
            let out = collectors();
            pipeline(&rows, chunk, limits, &out).run(&RunOptions::default()).unwrap();
            for (out, expected) in out.iter().zip(&expected) {
                prop_assert_eq!(&out.committed().unwrap(), expected);
            }
        }
    }

    #[test]
    fn runs_that_stop_anywhere_and_go_on_give_the_same(rows in rows(80), stops in prop::collection::vec(0usize..80, 0..3), chunk in 1usize..20) {
        let expected = whole(&description(), &rows);
        let out = collectors();
        let mut stops: Vec<usize> = stops.into_iter().map(|stop| stop.min(rows.len())).collect();
        stops.sort_unstable();
        for stop in stops {
            let options = RunOptions { ending: Ending::KeepOpen, checkpoint_rows: Some(7), ..RunOptions::default() };
            pipeline(&rows[..stop], chunk, Limits::unbounded(), &out).run(&options).unwrap();
        }
        pipeline(&rows, chunk, Limits::unbounded(), &out).run(&RunOptions::default()).unwrap();
        for (out, expected) in out.iter().zip(&expected) {
            prop_assert_eq!(&out.committed().unwrap(), expected);
        }
    }
}
