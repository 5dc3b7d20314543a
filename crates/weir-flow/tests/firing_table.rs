//! When operators fire: the table of the cascade op1(3) → op2(2) → op3(1), bytes hard and soft, slices, oversized rows.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::{Arc, Mutex};

use support::*;
use weir_flow::*;

type Firings = Arc<Mutex<Vec<Vec<i64>>>>;

fn every(n: u64) -> NodeOptions {
    NodeOptions::limits(Limits::unbounded().every(n).unwrap())
}

fn chain(firings: &[Firings; 3], out: &Collector) -> Pipeline {
    let never = Fuse::at(0);
    Pipeline::builder("cascade")
        .input("in", numbers_stream())
        .then_with("op1", Recorder::make(&firings[0], &never), every(3))
        .then_with("op2", Recorder::make(&firings[1], &never), every(2))
        .then_with("op3", Recorder::make(&firings[2], &never), every(1))
        .write("out", out.clone())
        .build(&setting())
        .unwrap()
}

fn counters(pipeline: &Pipeline) -> [u64; 3] {
    ["op1", "op2", "op3"].map(|name| pipeline.load(name).unwrap().count)
}

#[test]
fn op1_of_3_op2_of_2_op3_of_1_over_18_inputs() {
    let (firings, out) = (<[Firings; 3]>::default(), Collector::new());
    let mut pipeline = chain(&firings, &out);
    for input in 1..=18 {
        let before = ["op1", "op2", "op3"].map(|name| pipeline.counts(name).unwrap());
        pipeline.push("in", numbers([input])).unwrap();
        let after = ["op1", "op2", "op3"].map(|name| pipeline.counts(name).unwrap());
        let runs: Vec<_> = (0..3).map(|op| after[op].runs - before[op].runs).collect();
        let fires: Vec<_> = (0..3)
            .map(|op| after[op].fires - before[op].fires)
            .collect();
        let (expected_runs, expected_fires, expected) = match input % 6 {
            1 => ([1, 0, 0], [0, 0, 0], [1, 0, 0]),
            2 => ([1, 0, 0], [0, 0, 0], [2, 0, 0]),
            3 => ([1, 1, 0], [1, 0, 0], [0, 1, 0]),
            4 => ([1, 0, 0], [0, 0, 0], [1, 1, 0]),
            5 => ([1, 0, 0], [0, 0, 0], [2, 1, 0]),
            _ => ([1, 1, 1], [1, 1, 1], [0, 0, 0]),
        };
        assert_eq!(
            (&runs[..], &fires[..], counters(&pipeline)),
            (&expected_runs[..], &expected_fires[..], expected),
            "input {input}"
        );
    }
    let totals = ["op1", "op2", "op3"].map(|name| pipeline.counts(name).unwrap());
    assert_eq!(
        totals.map(|counts| (counts.runs, counts.fires)),
        [(18, 6), (6, 3), (3, 3)]
    );
    let results = firings[2].lock().unwrap().clone();
    assert_eq!(
        results,
        [
            (1..=6).collect::<Vec<_>>(),
            (7..=12).collect(),
            (13..=18).collect()
        ]
    );
}

#[test]
fn with_20_inputs_the_flush_delivers_19_and_20() {
    let (firings, out) = (<[Firings; 3]>::default(), Collector::new());
    let mut pipeline = chain(&firings, &out);
    for input in 1..=20 {
        pipeline.push("in", numbers([input])).unwrap();
    }
    assert_eq!(
        values(&out.written().unwrap()),
        (1..=18).collect::<Vec<_>>()
    );
    pipeline.end().unwrap();
    assert_eq!(firings[2].lock().unwrap().last().unwrap(), &[19, 20]);
    assert_eq!(
        values(&out.written().unwrap()),
        (1..=20).collect::<Vec<_>>()
    );
}

#[test]
fn a_second_flush_does_nothing_and_rows_after_the_end_are_refused() {
    let (firings, out) = (<[Firings; 3]>::default(), Collector::new());
    let mut pipeline = chain(&firings, &out);
    pipeline.push("in", numbers([1])).unwrap();
    pipeline.end().unwrap();
    let counts = pipeline.counts("op1");
    pipeline.end().unwrap();
    pipeline.settle().unwrap();
    assert_eq!(pipeline.counts("op1"), counts);
    let error = pipeline.push("in", numbers([2])).unwrap_err();
    assert!(error.to_string().contains("has ended"), "{error}");
}

#[test]
fn when_the_last_operator_of_a_chain_fires_every_buffer_is_empty() {
    for sizes in [[3, 2, 1], [2, 2, 2], [1, 5, 3], [4, 1, 2]] {
        let out = Collector::new();
        let mut pipeline = Pipeline::builder("cascade")
            .input("in", numbers_stream())
            .then_with("op1", Recorder::plain(), every(sizes[0]))
            .then_with("op2", Recorder::plain(), every(sizes[1]))
            .then_with("op3", Recorder::plain(), every(sizes[2]))
            .write("out", out)
            .build(&setting())
            .unwrap();
        let mut fired = 0;
        for input in 0..200 {
            pipeline.push("in", numbers([input])).unwrap();
            let now = pipeline.counts("op3").unwrap().fires;
            if now > fired {
                assert_eq!(counters(&pipeline), [0, 0, 0], "{sizes:?} at {input}");
            }
            fired = now;
        }
        assert!(fired > 0);
    }
}

fn one_operator(limits: Limits, firings: &Firings) -> Pipeline {
    Pipeline::builder("bytes")
        .input("in", numbers_stream())
        .then_with(
            "op",
            Recorder::make(firings, &Fuse::at(0)),
            NodeOptions::limits(limits),
        )
        .write("out", Collector::new())
        .build(&setting())
        .unwrap()
}

/// After which pushes of items of 40 B the number of firings had grown.
fn fired_in(limits: Limits, items: i64) -> Vec<i64> {
    let firings = Firings::default();
    let mut pipeline = one_operator(limits, &firings);
    let mut fired = Vec::new();
    for item in 1..=items {
        let before = firings.lock().unwrap().len();
        pipeline.push("in", numbers([item; 5])).unwrap();
        if firings.lock().unwrap().len() > before {
            fired.push(item);
        }
        if limits == Limits::unbounded().bytes("100B".parse().unwrap()).unwrap() {
            assert!(pipeline.load("op").unwrap().bytes <= 100);
        }
    }
    fired
}

#[test]
fn items_of_40_bytes_with_100_hard_fire_before_items_3_5_7() {
    let limits = Limits::unbounded().bytes("100B".parse().unwrap()).unwrap();
    assert_eq!(fired_in(limits, 8), [3, 5, 7]);
}

#[test]
fn items_of_40_bytes_with_100_soft_fire_at_items_3_6_9() {
    let limits = Limits::unbounded().bytes("100B".parse().unwrap()).unwrap();
    assert_eq!(fired_in(limits.soft(), 9), [3, 6, 9]);
}

#[test]
fn a_batch_larger_than_a_hard_limit_is_cut_into_slices() {
    let firings = Firings::default();
    let limits = Limits::unbounded().bytes("64B".parse().unwrap()).unwrap();
    let mut pipeline = one_operator(limits, &firings);
    pipeline.push("in", numbers(0..20)).unwrap();
    pipeline.end().unwrap();
    let sizes: Vec<_> = firings.lock().unwrap().iter().map(Vec::len).collect();
    assert_eq!(sizes, [8, 8, 4]);
    let counts = pipeline.counts("op").unwrap();
    assert_eq!(
        (
            counts.slices,
            counts.runs,
            counts.oversized,
            counts.peak_bytes
        ),
        (3, 1, 0, 64)
    );
}

#[test]
fn a_single_row_larger_than_the_limit_passes_alone_and_is_counted() {
    let firings = Firings::default();
    let limits = Limits::unbounded().bytes("7B".parse().unwrap()).unwrap();
    let mut pipeline = one_operator(limits, &firings);
    pipeline.push("in", numbers(0..3)).unwrap();
    pipeline.end().unwrap();
    assert_eq!(*firings.lock().unwrap(), [vec![0], vec![1], vec![2]]);
    assert_eq!(pipeline.counts("op").unwrap().oversized, 3);
}

#[test]
fn a_slice_of_a_much_larger_batch_is_copied_when_it_is_held() {
    let firings = Firings::default();
    let mut pipeline = one_operator(Limits::unbounded(), &firings);
    pipeline
        .push("in", numbers(0..100_000).slice(10, 5))
        .unwrap();
    assert_eq!(pipeline.load("op").unwrap().bytes, 40);
}

#[test]
fn event_time_fires_before_its_span_is_passed() {
    let firings = Firings::default();
    let mut pipeline = one_operator(Limits::unbounded().event_time(10).unwrap(), &firings);
    for time in [0, 4, 9, 10, 15, 30] {
        pipeline.push("in", numbers([time])).unwrap();
    }
    assert_eq!(*firings.lock().unwrap(), [vec![0, 4, 9], vec![10, 15]]);
}

#[test]
fn without_accumulation_each_firing_ends_a_segment() {
    let sum = |inputs: &[StreamSchema]| {
        let fold = Fold::new(inputs[0].clone(), |state, rows| {
            let before: i64 = state.map_or(0, |state| values(state)[0]);
            Ok(numbers([before + values(rows).iter().sum::<i64>()]))
        });
        Ok(Box::new(fold) as Box<dyn Operator>)
    };
    for (accumulate, expected) in [(false, vec![6, 15, 24, 10]), (true, vec![55])] {
        let out = Collector::new();
        let options = NodeOptions {
            accumulate,
            ..every(3)
        };
        let mut pipeline = Pipeline::builder("sums")
            .input("in", numbers_stream())
            .then_with("sum", sum, options)
            .then_with("hold", Recorder::plain(), NodeOptions::at_once())
            .write("out", out.clone())
            .build(&setting());
        // Sums of segments are in order only because these inputs grow.
        let pipeline = pipeline.as_mut().unwrap();
        for input in 1..=9 {
            pipeline.push("in", numbers([input])).unwrap();
        }
        if !accumulate {
            assert_eq!(values(&out.written().unwrap()), [6, 15, 24]);
            pipeline.push("in", numbers([25])).unwrap();
            pipeline.end().unwrap();
            assert_eq!(values(&out.written().unwrap()), [6, 15, 24, 25]);
        } else {
            pipeline.push("in", numbers([10])).unwrap();
            assert_eq!(values(&out.written().unwrap()), Vec::<i64>::new());
            pipeline.end().unwrap();
            assert_eq!(values(&out.written().unwrap()), expected);
        }
    }
}
