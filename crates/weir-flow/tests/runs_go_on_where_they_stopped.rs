//! Restarts: a run that failed at any commit or any batch goes on from the last commit, with every row once in every sink.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::Arc;

use support::*;
use weir_flow::*;
use weir_memory::{Budget, Bytes};
use weir_run::{Cancel, CancelReason, Run, RunKind, Total};

const ROWS: i64 = 60;

fn source(batch: i64) -> Rows {
    let batches = (0..ROWS)
        .step_by(batch as usize)
        .map(|from| numbers(from..ROWS.min(from + batch)));
    Rows::new(numbers_stream(), batches.collect())
}

fn even(inputs: &[StreamSchema]) -> Result<Box<dyn Operator>, OperatorError> {
    let predicate = Columns::all(&inputs[0])
        .compute("rest", "n", "%", "2")?
        .map()?;
    drop(predicate);
    Ok(Box::new(Filter::new(inputs, |rows| {
        Ok(values(rows).iter().map(|n| Some(n % 2 == 0)).collect())
    })?))
}

struct Outs {
    all: Collector,
    even: Collector,
}

fn pipeline(batch: i64, outs: &Outs, commits: [&Fuse; 2]) -> Pipeline {
    let never = Fuse::at(0);
    Pipeline::builder("restart")
        .source("in", source(batch))
        .then_with(
            "hold",
            Recorder::plain(),
            NodeOptions::limits(Limits::unbounded().rows(7).unwrap()),
        )
        .sink("all", "hold", Fragile::make(&outs.all, &never, commits[0]))
        .from("hold")
        .then("even", even)
        .write("evens", Fragile::make(&outs.even, &never, commits[1]))
        .build(&setting())
        .unwrap()
}

fn check(outs: &Outs, what: &str) {
    assert_eq!(
        values(&outs.all.committed().unwrap()),
        (0..ROWS).collect::<Vec<_>>(),
        "{what}"
    );
    assert_eq!(
        values(&outs.even.committed().unwrap()),
        (0..ROWS).step_by(2).collect::<Vec<_>>(),
        "{what}"
    );
}

#[test]
fn a_commit_that_fails_in_either_sink_at_any_checkpoint() {
    let options = RunOptions {
        checkpoint_rows: Some(10),
        ..RunOptions::default()
    };
    for sink in 0..2 {
        for commit in 1..=8 {
            let outs = Outs {
                all: Collector::new(),
                even: Collector::new(),
            };
            let fuses = [
                Fuse::at(if sink == 0 { commit } else { 0 }),
                Fuse::at(if sink == 1 { commit } else { 0 }),
            ];
            let failed = pipeline(5, &outs, [&fuses[0], &fuses[1]])
                .run(&options)
                .is_err();
            assert_eq!(failed, commit <= 7, "sink {sink} commit {commit}");
            if failed {
                pipeline(13, &outs, [&Fuse::at(0), &Fuse::at(0)])
                    .run(&options)
                    .unwrap();
            }
            check(&outs, &format!("sink {sink} commit {commit}"));
        }
    }
}

#[test]
fn a_second_run_with_nothing_new_does_nothing() {
    let outs = Outs {
        all: Collector::new(),
        even: Collector::new(),
    };
    let never = Fuse::at(0);
    pipeline(5, &outs, [&never, &never])
        .run(&RunOptions::default())
        .unwrap();
    let commits = outs.all.commits();
    let report = pipeline(9, &outs, [&never, &never])
        .run(&RunOptions::default())
        .unwrap();
    assert!(report.up_to_date && report.rows == 0);
    assert_eq!(outs.all.commits(), commits);
    check(&outs, "second run");
}

#[test]
fn a_cancelled_run_leaves_its_last_commit() {
    let outs = Outs {
        all: Collector::new(),
        even: Collector::new(),
    };
    let never = Fuse::at(0);
    let cancel = Cancel::new();
    cancel.cancel(CancelReason::User);
    let options = RunOptions {
        cancel: Some(cancel),
        ..RunOptions::default()
    };
    let error = pipeline(5, &outs, [&never, &never])
        .run(&options)
        .unwrap_err();
    assert!(matches!(error, FlowError::Cancelled(_)));
    assert_eq!(outs.all.commits(), 0);
    pipeline(5, &outs, [&never, &never])
        .run(&RunOptions::default())
        .unwrap();
    check(&outs, "after cancelling");
}

#[test]
fn another_pipeline_does_not_go_on_from_here() {
    let out = Collector::new();
    let build = |identity: &str| {
        let builder = Pipeline::builder("p")
            .identity(identity)
            .source("in", source(10))
            .write("out", out.clone());
        builder.build(&setting()).unwrap()
    };
    build("one").run(&RunOptions::default()).unwrap();
    let error = build("two").run(&RunOptions::default()).unwrap_err();
    assert!(
        error.to_string().contains("written by another pipeline"),
        "{error}"
    );
}

#[test]
fn what_an_end_made_final_refuses_more_rows_and_what_was_kept_open_takes_them() {
    let fold = |inputs: &[StreamSchema]| {
        Ok(Box::new(Fold::new(inputs[0].clone(), |state, rows| {
            Ok(numbers([
                state.map_or(0, |state| values(state)[0]) + values(rows).iter().sum::<i64>()
            ]))
        })) as Box<dyn Operator>)
    };
    let out = Collector::new();
    let build = |until: i64| {
        let rows = Rows::new(numbers_stream(), vec![numbers(0..until)]);
        Pipeline::builder("sum")
            .source("in", rows)
            .then("sum", fold)
            .write("out", out.clone())
            .build(&setting())
            .unwrap()
    };
    let open = RunOptions {
        ending: Ending::KeepOpen,
        ..RunOptions::default()
    };
    build(5).run(&open).unwrap();
    assert_eq!(out.committed().unwrap().num_rows(), 0);
    build(10).run(&RunOptions::default()).unwrap();
    assert_eq!(values(&out.committed().unwrap()), [45]);
    let error = build(11).run(&RunOptions::default()).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("is final, but `in` now has more than 10 rows"),
        "{error}"
    );
    assert!(build(10).run(&RunOptions::default()).unwrap().up_to_date);
}

#[test]
fn a_run_tells_its_progress_and_the_time_of_each_operator() {
    let run = Run::builder(RunKind::sim(), Budget::detached(Bytes::mib(64)))
        .without_sampling()
        .start()
        .unwrap();
    let stage = Arc::new(run.stage("flow", Total::known(ROWS as u64, "rows")));
    let outs = Outs {
        all: Collector::new(),
        even: Collector::new(),
    };
    let never = Fuse::at(0);
    let options = RunOptions {
        stage: Some(stage.clone()),
        threads: 2,
        ..RunOptions::default()
    };
    pipeline(5, &outs, [&never, &never]).run(&options).unwrap();
    drop(options);
    let report = Arc::into_inner(stage).unwrap().finish();
    assert_eq!(report.done, ROWS as u64);
    let operations: Vec<_> = report
        .operations
        .iter()
        .map(|operation| operation.operation.as_str())
        .collect();
    assert!(
        operations.contains(&"hold") && operations.contains(&"even") && operations.contains(&"all"),
        "{operations:?}"
    );
}
