//! Errors change nothing and lose nothing: operators and sinks fail at every point, and every row arrives exactly once.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use support::*;
use weir_flow::*;

struct Fuses {
    operators: [Fuse; 3],
    write: Fuse,
}

fn pipeline(fuses: &Fuses, limits: [Limits; 3], out: &Collector) -> Pipeline {
    let firings = Arc::<Mutex<Vec<Vec<i64>>>>::default();
    let [a, b, c] = limits.map(NodeOptions::limits);
    Pipeline::builder("fragile")
        .input("in", numbers_stream())
        .then_with("a", Recorder::make(&firings, &fuses.operators[0]), a)
        .then_with("b", Recorder::make(&firings, &fuses.operators[1]), b)
        .then_with("c", Recorder::make(&firings, &fuses.operators[2]), c)
        .write("out", Fragile::make(out, &fuses.write, &Fuse::at(0)))
        .build(&setting())
        .unwrap()
}

fn every(n: u64) -> Limits {
    Limits::unbounded().every(n).unwrap()
}

/// Pushes everything, pushing again what was not taken; returns how many calls failed.
fn push_all(pipeline: &mut Pipeline, batches: &[Vec<i64>]) -> usize {
    let mut failures = 0;
    for batch in batches {
        while let Err(error) = pipeline.push("in", numbers(batch.iter().copied())) {
            failures += 1;
            let FlowError::Cascade(error) = error else {
                panic!("{error}")
            };
            if error.taken {
                break;
            }
        }
    }
    while pipeline.end().is_err() {
        failures += 1;
    }
    failures
}

#[test]
fn an_operator_failing_at_any_firing_loses_and_doubles_nothing() {
    for node in 0..3 {
        for call in 1..=12 {
            let mut fuses = Fuses {
                operators: [0, 0, 0].map(Fuse::at),
                write: Fuse::at(0),
            };
            fuses.operators[node] = Fuse::at(call);
            let out = Collector::new();
            let mut pipeline = pipeline(&fuses, [every(3), every(2), every(1)], &out);
            let batches: Vec<_> = (0..40).map(|n| vec![n]).collect();
            push_all(&mut pipeline, &batches);
            assert_eq!(
                values(&out.written().unwrap()),
                (0..40).collect::<Vec<_>>(),
                "node {node} call {call}"
            );
        }
    }
}

#[test]
fn a_sink_failing_at_any_write_loses_and_doubles_nothing() {
    for call in 1..=41 {
        let fuses = Fuses {
            operators: [0, 0, 0].map(Fuse::at),
            write: Fuse::at(call),
        };
        let out = Collector::new();
        let mut pipeline = pipeline(&fuses, [every(3), every(1), every(1)], &out);
        let batches: Vec<_> = (0..40).map(|n| vec![n]).collect();
        assert_eq!(
            push_all(&mut pipeline, &batches),
            usize::from(call <= 40),
            "call {call}"
        );
        assert_eq!(
            values(&out.written().unwrap()),
            (0..40).collect::<Vec<_>>(),
            "call {call}"
        );
    }
}

#[test]
fn an_operators_error_changes_nothing_and_the_caller_sees_it() {
    let fuses = Fuses {
        operators: [Fuse::at(1), Fuse::at(0), Fuse::at(0)],
        write: Fuse::at(0),
    };
    let out = Collector::new();
    let mut pipeline = pipeline(&fuses, [every(3), every(1), every(1)], &out);
    pipeline.push("in", numbers([1])).unwrap();
    pipeline.push("in", numbers([2])).unwrap();
    let before = (pipeline.load("a"), pipeline.counts("a"));
    let FlowError::Cascade(error) = pipeline.push("in", numbers([3])).unwrap_err() else {
        panic!()
    };
    assert_eq!(
        (error.to_string().as_str(), error.taken),
        ("a: told to fail", false)
    );
    assert_eq!((pipeline.load("a"), pipeline.counts("a")), before);
    // Not taken: another batch may come in its place, in order with the one before.
    pipeline.push("in", numbers([2])).unwrap();
    pipeline.end().unwrap();
    assert_eq!(values(&out.written().unwrap()), [1, 2, 2]);
}

#[test]
fn a_failed_delivery_waits_and_goes_first_next_time() {
    let fuses = Fuses {
        operators: [Fuse::at(0), Fuse::at(1), Fuse::at(0)],
        write: Fuse::at(0),
    };
    let out = Collector::new();
    let mut pipeline = pipeline(&fuses, [every(1), every(1), every(1)], &out);
    let FlowError::Cascade(error) = pipeline.push("in", numbers([1])).unwrap_err() else {
        panic!()
    };
    assert!(error.taken && error.node == "b");
    assert_eq!(values(&out.written().unwrap()), Vec::<i64>::new());
    pipeline.push("in", numbers([2])).unwrap();
    assert_eq!(values(&out.written().unwrap()), [1, 2]);
}

#[test]
fn a_buffer_that_memory_is_refused_for_fires_first_and_tells_who_holds_what() {
    let budget = weir_memory::Budget::detached(weir_memory::Bytes::new(4_000));
    let out = Collector::new();
    let mut pipeline = Pipeline::builder("tight")
        .input("in", numbers_stream())
        .then_with(
            "hold",
            Recorder::plain(),
            NodeOptions::limits(Limits::unbounded()),
        )
        .write("out", out.clone())
        .build(&Setting::new(budget.clone()).share("1GiB".parse().unwrap()))
        .unwrap();
    for n in 0..20 {
        pipeline
            .push("in", numbers(n * 100..n * 100 + 100))
            .unwrap();
    }
    assert!(pipeline.counts("hold").unwrap().released > 0);
    let FlowError::Cascade(error) = pipeline.push("in", numbers(2_000..3_000)).unwrap_err() else {
        panic!()
    };
    assert!(!error.taken && error.to_string().contains("3.9"), "{error}");
    pipeline.end().unwrap();
    assert_eq!(
        values(&out.written().unwrap()),
        (0..2_000).collect::<Vec<_>>()
    );
    drop(pipeline);
    assert!(budget.ledger_is_empty());
}

/// in → (a → left, right) → union → out, and right → side.
fn diamond(fuses: &[Fuse; 5], limits: [Limits; 4], outs: [&Collector; 2]) -> Pipeline {
    let firings = Arc::<Mutex<Vec<Vec<i64>>>>::default();
    let [a, left, right, union] = limits.map(NodeOptions::limits);
    Pipeline::builder("diamond")
        .input("in", numbers_stream())
        .then_with("a", Recorder::make(&firings, &fuses[0]), a)
        .then_with("left", Recorder::make(&firings, &fuses[1]), left)
        .operator("right", ["a"], Recorder::make(&firings, &fuses[2]), right)
        .operator(
            "union",
            ["left", "right"],
            |inputs: &[StreamSchema]| Ok(Box::new(Union::new(inputs)?) as _),
            union,
        )
        .sink(
            "out",
            "union",
            Fragile::make(outs[0], &fuses[3], &Fuse::at(0)),
        )
        .sink(
            "side",
            "right",
            Fragile::make(outs[1], &fuses[4], &Fuse::at(0)),
        )
        .build(&setting())
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn by_every_way_exactly_once_whatever_fails(
        fails in proptest::array::uniform5(0i64..12), sizes in proptest::collection::vec(1usize..9, 1..30),
        rows in proptest::array::uniform4(1u64..12), every in 1u64..5,
    ) {
        let outs = [Collector::new(), Collector::new()];
        let mut limits = rows.map(|rows| Limits::unbounded().rows(rows).unwrap());
        limits[0] = limits[0].every(every).unwrap();
        let mut pipeline = diamond(&fails.map(Fuse::at), limits, [&outs[0], &outs[1]]);
        let mut next = 0;
        let batches: Vec<Vec<i64>> = sizes.iter().map(|&size| {
            next += size as i64;
            (next - size as i64..next).collect()
        }).collect();
        push_all(&mut pipeline, &batches);
        prop_assert_eq!(values(&outs[0].written().unwrap()), (0..next).flat_map(|n| [n, n]).collect::<Vec<_>>());
        prop_assert_eq!(values(&outs[1].written().unwrap()), (0..next).collect::<Vec<_>>());
    }

    #[test]
    fn every_row_exactly_once_whatever_fails(
        fails in proptest::array::uniform3(0i64..12), write in 0i64..12,
        sizes in proptest::collection::vec(1usize..9, 1..30),
        rows in 1u64..9, bytes in 8u64..200, every in 1u64..5, soft in any::<bool>(),
    ) {
        let fuses = Fuses { operators: fails.map(Fuse::at), write: Fuse::at(write) };
        let out = Collector::new();
        let bytes = weir_memory::Bytes::new(bytes);
        let mut limits = [
            Limits::unbounded().rows(rows).unwrap(),
            Limits::unbounded().bytes(bytes).unwrap(),
            Limits::unbounded().every(every).unwrap().rows(rows).unwrap(),
        ];
        if soft {
            limits = limits.map(Limits::soft);
        }
        let mut pipeline = pipeline(&fuses, limits, &out);
        let mut next = 0;
        let batches: Vec<Vec<i64>> = sizes.iter().map(|&size| {
            next += size as i64;
            (next - size as i64..next).collect()
        }).collect();
        push_all(&mut pipeline, &batches);
        prop_assert_eq!(values(&out.written().unwrap()), (0..next).collect::<Vec<_>>());
    }
}
