//! Mistakes in a pipeline are errors when it is built: names, inputs, circles, columns.
#![allow(clippy::unwrap_used)]

mod support;

use support::*;
use weir_flow::*;

fn built(builder: PipelineBuilder) -> String {
    builder
        .build(&setting())
        .err()
        .expect("a mistake")
        .to_string()
}

fn base() -> PipelineBuilder {
    Pipeline::builder("p").input("in", numbers_stream())
}

#[test]
fn names_that_are_there_twice_or_cannot_be() {
    let twice = base()
        .then("in", Recorder::plain())
        .write("out", Collector::new());
    assert_eq!(
        built(twice),
        "`in` is there twice; give each source, operator and sink a name of its own"
    );
    let slash = base()
        .then("a/b", Recorder::plain())
        .write("out", Collector::new());
    assert!(built(slash).starts_with("`a/b` cannot be a name"));
}

#[test]
fn inputs_that_are_not_there() {
    let dangling = base()
        .operator("a", ["inn"], Recorder::plain(), NodeOptions::default())
        .write("out", Collector::new());
    assert_eq!(
        built(dangling),
        "`a` takes its input from `inn`, which is not there; there are in, a"
    );
    let way = base()
        .operator(
            "a",
            [Port::way("in", 2)],
            Recorder::plain(),
            NodeOptions::default(),
        )
        .write("out", Collector::new());
    assert_eq!(
        built(way),
        "`a` takes its input from way 2 of `in`, which has 1"
    );
}

#[test]
fn circles() {
    let circle = base()
        .operator("a", ["in", "c"], Recorder::plain(), NodeOptions::default())
        .then("b", Recorder::plain())
        .then("c", Recorder::plain())
        .write("out", Collector::new());
    assert_eq!(
        built(circle),
        "rows would go round in a circle: a → b → c → a"
    );
}

#[test]
fn rows_that_go_nowhere_and_pipelines_without_ends() {
    let nowhere = base()
        .then("a", Recorder::plain())
        .from("in")
        .write("out", Collector::new());
    assert_eq!(
        built(nowhere),
        "the rows of `a` (way 0) go nowhere; write them or leave it out"
    );
    assert_eq!(
        built(base()),
        "a pipeline needs a source and a sink; there are 1 and 0"
    );
}

#[test]
fn operators_that_do_not_suit_their_inputs() {
    let missing = base()
        .then("f", |inputs: &[StreamSchema]| {
            Ok(Box::new(Filter::compare(inputs, "m", ">", "1")?) as _)
        })
        .write("out", Collector::new());
    assert_eq!(built(missing), "f: there is no column `m`; there are n");
    let value = base()
        .then("f", |inputs: &[StreamSchema]| {
            Ok(Box::new(Filter::compare(inputs, "n", ">", "x")?) as _)
        })
        .write("out", Collector::new());
    assert!(built(value).starts_with("f: `x` cannot be compared with column `n` of type Int64"));
    let order = base()
        .then("c", |inputs: &[StreamSchema]| {
            Ok(Box::new(Columns::of(&inputs[0]).compute("m", "n", "+", "1")?.map()?) as _)
        })
        .write("out", Collector::new());
    assert_eq!(built(order), "c: the order column `n` must be kept");
    let unordered = Pipeline::builder("p")
        .input(
            "in",
            StreamSchema::unordered(numbers_stream().schema().clone()),
        )
        .then_with(
            "a",
            Recorder::plain(),
            NodeOptions::limits(Limits::unbounded().event_time(5).unwrap()),
        )
        .write("out", Collector::new());
    assert!(built(unordered).contains("not a stream without order"));
}

#[test]
fn union_of_different_columns() {
    let other = StreamSchema::ordered(
        std::sync::Arc::new(arrow_schema::Schema::new(vec![arrow_schema::Field::new(
            "m",
            arrow_schema::DataType::Int64,
            false,
        )])),
        "m",
    );
    let union = base()
        .input("other", other.unwrap())
        .operator(
            "u",
            ["in", "other"],
            |inputs: &[StreamSchema]| Ok(Box::new(Union::new(inputs)?) as _),
            NodeOptions::default(),
        )
        .write("out", Collector::new());
    assert_eq!(
        built(union),
        "u: a union takes inputs of equal columns and order; input 2 differs from the first"
    );
}

#[test]
fn input_that_is_not_sorted_is_refused_with_its_row() {
    let rows = Rows::new(numbers_stream(), vec![numbers([1, 2]), numbers([3, 2])]);
    let mut pipeline = Pipeline::builder("p")
        .source("in", rows)
        .write("out", Collector::new())
        .build(&setting())
        .unwrap();
    let error = pipeline.run(&RunOptions::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "in: row 1 of the batch has n 2, after a row with 3; sort the input or do not claim that it is sorted (row 2 is the first of the batch)"
    );
}
