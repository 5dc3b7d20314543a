//! Under pressure the largest buffers go first, small ones stay, and nothing but the time changes.
#![allow(clippy::unwrap_used)]

mod support;

use support::*;
use weir_flow::*;
use weir_memory::{Budget, Bytes};

fn two_buffers(setting: &Setting, outs: [&Collector; 2]) -> Pipeline {
    let hold = || NodeOptions::limits(Limits::unbounded());
    Pipeline::builder("pressure")
        .input("a", numbers_stream())
        .then_with("hold_a", Recorder::plain(), hold())
        .write("out_a", outs[0].clone())
        .input("b", numbers_stream())
        .then_with("hold_b", Recorder::plain(), hold())
        .write("out_b", outs[1].clone())
        .build(setting)
        .unwrap()
}

#[test]
fn the_largest_buffer_goes_first_and_small_ones_stay() {
    let budget = Budget::detached(Bytes::gib(1));
    let setting = Setting::new(budget.clone())
        .share(Bytes::mib(10))
        .minimum_rows(100);
    let outs = [Collector::new(), Collector::new()];
    let mut pipeline = two_buffers(&setting, [&outs[0], &outs[1]]);
    pipeline.push("a", numbers(0..1_000)).unwrap();
    pipeline.push("b", numbers(0..50)).unwrap();
    assert_eq!(outs[0].written().unwrap().num_rows(), 0);
    budget.observe(Bytes::mib(940));
    pipeline.push("b", numbers([60])).unwrap();
    assert_eq!(
        outs[0].written().unwrap().num_rows(),
        1_000,
        "the large one has gone"
    );
    assert_eq!(
        outs[1].written().unwrap().num_rows(),
        0,
        "too few rows to go"
    );
    assert_eq!(pipeline.counts("hold_a").unwrap().released, 1);
}

#[test]
fn above_80_percent_of_the_share_rows_go_until_60() {
    let setting = Setting::new(Budget::detached(Bytes::mib(100)))
        .share(Bytes::new(10_000))
        .minimum_rows(1);
    let outs = [Collector::new(), Collector::new()];
    let mut pipeline = two_buffers(&setting, [&outs[0], &outs[1]]);
    pipeline.push("a", numbers(0..500)).unwrap();
    pipeline.push("b", numbers(0..520)).unwrap();
    pipeline.push("a", numbers([500])).unwrap();
    assert_eq!(outs[1].written().unwrap().num_rows(), 520);
    assert_eq!(outs[0].written().unwrap().num_rows(), 0);
}

#[test]
fn every_buffer_is_a_reservation_under_the_names_of_pipeline_and_operator() {
    let budget = Budget::detached(Bytes::mib(100));
    let outs = [Collector::new(), Collector::new()];
    let mut pipeline = two_buffers(
        &Setting::new(budget.clone()).run("run-1"),
        [&outs[0], &outs[1]],
    );
    pipeline.push("a", numbers(0..1_000)).unwrap();
    let snapshot = budget.snapshot();
    assert_eq!(snapshot.reserved, Bytes::new(8_000));
    let held = snapshot
        .holders
        .iter()
        .find(|held| held.bytes > Bytes::ZERO)
        .unwrap();
    assert_eq!(
        (held.name.run(), held.name.stage(), held.name.operation()),
        ("run-1", "pressure", "hold_a")
    );
    drop(pipeline);
    assert!(budget.ledger_is_empty());
}
