//! Joins that cannot be, rows out of order, damaged states, full disks: errors with their type, and nothing changed.

#![allow(clippy::unwrap_used)]

mod joining;

use std::sync::Arc;

use joining::{Form, Row, batch, context, stream};
use weir_files::{FilesError, RealFiles};
use weir_flow::{
    AsofDirection, AsofJoin, Context, Distance, EqualJoin, Fired, Frontier, Held, HeldBatch,
    IntervalJoin, JoinError, JoinKind, MakeOperator, Operator, OperatorError, Output, StreamError,
};
use weir_testkit::{Fault, FaultPlan, FaultyFiles, Operation};

fn rows(count: usize) -> Vec<Row> {
    let rows = (0..count).map(|row| Row {
        time: row as i64,
        key: Some((row % 7) as i64),
    });
    rows.collect()
}

fn make(join: impl MakeOperator, forms: [Form; 2]) -> Result<Box<dyn Operator>, OperatorError> {
    Box::new(join).make(&forms.map(stream))
}

fn refused(join: impl MakeOperator, forms: [Form; 2]) -> JoinError {
    match make(join, forms) {
        Err(OperatorError::Join(error)) => error,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was made"),
    }
}

#[test]
fn joins_that_cannot_be_are_not_made() {
    let asof = || AsofJoin::new(AsofDirection::Backward);
    let both = [Form::Integers, Form::Integers];
    let error = refused(asof().on("nothing"), both);
    assert!(matches!(&error, JoinError::NoColumn { side: "left", .. }));
    assert_eq!(
        error.to_string(),
        "the left input has no column `nothing`; there are t, k, id, text"
    );
    let error = refused(asof().on("k"), [Form::Integers, Form::FloatsAndText]);
    assert!(matches!(error, JoinError::KeyTypes { .. }));
    let error = refused(asof(), [Form::Integers, Form::FloatsAndText]);
    assert!(matches!(error, JoinError::OrderTypes { .. }));
    let error = refused(asof().on("k"), [Form::Integers, Form::Unordered]);
    assert_eq!(error, JoinError::NoOrder { side: "right" });
    let error = refused(asof().on("k").right_columns(["id", "id"]), both);
    assert!(matches!(error, JoinError::NameTaken { .. }));
    let error = refused(asof().on("k").suffix(""), both);
    assert!(matches!(error, JoinError::NameTaken { .. }));
    let error = refused(asof().tolerance(Distance::Number(0.5)), both);
    assert!(matches!(error, JoinError::Distance { .. }));
    let error = refused(asof().tolerance(std::time::Duration::from_secs(1)), both);
    assert!(error.to_string().contains("whole units"), "{error}");
    let error = refused(
        IntervalJoin::new(Distance::Number(-1.0), Distance::Units(1)),
        [Form::FloatsAndText, Form::FloatsAndText],
    );
    assert!(matches!(error, JoinError::Distance { .. }));
    assert_eq!(
        refused(EqualJoin::new(JoinKind::Left), both),
        JoinError::NoKeys
    );
    let Err(OperatorError::Join(error)) = Box::new(asof()).make(&[stream(Form::Integers)]) else {
        panic!("one input is too few");
    };
    assert_eq!(error, JoinError::Inputs { inputs: 1 });
}

fn held(input: usize, rows: &[Row], frontiers: [Frontier; 2]) -> Held {
    let rows = batch(Form::Integers, rows, 0);
    Held {
        batches: vec![HeldBatch { input, rows }],
        frontiers: frontiers.to_vec(),
    }
}

#[test]
fn rows_out_of_order_are_refused_and_change_nothing() {
    let join = AsofJoin::new(AsofDirection::Backward)
        .on("k")
        .right_columns(["id"]);
    let mut join = make(join, [Form::Integers, Form::Integers]).unwrap();
    let mut out = Output::new(1 << 20);
    let unsorted = [5, 7, 6].map(|time| Row { time, key: Some(1) });
    let error = join
        .fire(
            &held(1, &unsorted, [Frontier::Start, Frontier::Start]),
            &mut out,
        )
        .unwrap_err();
    assert!(
        matches!(
            error,
            OperatorError::Stream(StreamError::OutOfOrder { row: 2, .. })
        ),
        "{error}"
    );
    // The refused batch is not remembered: 5 may still come.
    let sorted = [5, 6].map(|time| Row { time, key: Some(1) });
    assert!(
        join.fire(
            &held(1, &sorted, [Frontier::Start, Frontier::Start]),
            &mut out
        )
        .is_ok()
    );
    let error = join
        .fire(
            &held(1, &sorted, [Frontier::Start, Frontier::Start]),
            &mut out,
        )
        .unwrap_err();
    assert!(
        matches!(
            error,
            OperatorError::Stream(StreamError::OutOfOrder { row: 0, .. })
        ),
        "{error}"
    );
}

#[test]
fn damaged_states_are_refused() {
    let join = || {
        AsofJoin::new(AsofDirection::Backward)
            .on("k")
            .right_columns(["id"])
    };
    let made = || make(join(), [Form::Integers, Form::Integers]).unwrap();
    let mut first = made();
    let mut out = Output::new(1 << 20);
    assert!(
        first
            .fire(
                &held(1, &rows(20), [Frontier::Start, Frontier::Start]),
                &mut out
            )
            .is_ok()
    );
    let state = first.save().unwrap().unwrap();
    assert!(made().restore(&state).is_ok());
    for at in 0..state.len() {
        let mut damaged = state.clone();
        damaged[at] ^= 1 << (at % 8);
        assert!(made().restore(&damaged).is_err(), "byte {at}");
        assert!(made().restore(&state[..at]).is_err(), "{at} bytes");
    }
    // A join with other columns has other states.
    let mut other = make(
        join().right_columns(["text"]),
        [Form::Integers, Form::Integers],
    )
    .unwrap();
    assert!(matches!(
        other.restore(&state),
        Err(OperatorError::State(_))
    ));
}

fn drain(join: &mut dyn Operator, mut fired: Fired) -> Result<(), OperatorError> {
    let mut out = Output::new(1 << 20);
    while fired == Fired::More {
        fired = join.resume(&mut out)?;
        out.take();
    }
    Ok(())
}

fn is_full(error: &OperatorError) -> bool {
    let OperatorError::Spill { source, .. } = error else {
        return false;
    };
    matches!(
        source.downcast_ref::<FilesError>(),
        Some(FilesError::Full { .. })
    )
}

#[test]
fn a_full_disk_is_an_error_and_leaves_nothing() {
    type Make = fn() -> Box<dyn Operator>;
    let joins: [Make; 2] = [
        || {
            make(
                EqualJoin::new(JoinKind::Left).on("k").right_columns(["id"]),
                [Form::Integers; 2],
            )
            .unwrap()
        },
        || {
            let join = AsofJoin::new(AsofDirection::Backward)
                .on("k")
                .right_columns(["id"]);
            make(join, [Form::Integers; 2]).unwrap()
        },
    ];
    for make in joins {
        let folder = tempfile::tempdir().unwrap();
        let plan = FaultPlan::none().fail(Operation::Write, 3, Fault::NoSpace);
        let files = FaultyFiles::new(Arc::new(RealFiles), plan).shared();
        let context = Context {
            files,
            ..context(100, folder.path())
        };
        let mut join = make();
        join.open(&context).unwrap();
        let mut out = Output::new(1 << 20);
        let right = held(1, &rows(200), [Frontier::Start, Frontier::End]);
        let fired = join.fire(&right, &mut out).unwrap();
        let error = drain(&mut *join, fired).and_then(|()| {
            let left = held(0, &rows(200), [Frontier::End, Frontier::End]);
            let fired = join.fire(&left, &mut out)?;
            drain(&mut *join, fired)
        });
        let error = error.unwrap_err();
        assert!(is_full(&error), "{error}");
        drop(join);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

#[test]
fn without_a_folder_an_equal_join_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let context = Context {
        spill: None,
        ..context(100, folder.path())
    };
    let mut join = make(
        EqualJoin::new(JoinKind::Left).on("k").right_columns(["id"]),
        [Form::Integers; 2],
    )
    .unwrap();
    join.open(&context).unwrap();
    let mut out = Output::new(1 << 20);
    let fired = join
        .fire(
            &held(1, &rows(200), [Frontier::Start, Frontier::Start]),
            &mut out,
        )
        .unwrap();
    let error = drain(&mut *join, fired).unwrap_err();
    assert!(
        error.to_string().contains("no folder to spill to"),
        "{error}"
    );
}
