//! Map, filter, split, union, sort: what they do to rows, whatever the limits.
#![allow(clippy::unwrap_used)]

mod support;

use support::*;
use weir_flow::*;

fn rows(values: &[i64], batch: usize) -> Rows {
    Rows::new(
        numbers_stream(),
        values
            .chunks(batch)
            .map(|values| numbers(values.iter().copied()))
            .collect(),
    )
}

fn run(builder: PipelineBuilder) {
    builder
        .build(&setting())
        .unwrap()
        .run(&RunOptions::default())
        .unwrap();
}

#[test]
fn a_split_sends_each_row_one_way_and_a_union_brings_them_back_in_order() {
    let (out, small) = (Collector::new(), Collector::new());
    let split = |inputs: &[StreamSchema]| {
        let predicates = vec![
            Predicate::compare(&inputs[0], "n", "<", "10")?,
            Predicate::compare(&inputs[0], "n", "<", "20")?,
        ];
        Ok(Box::new(Split::new(inputs, predicates)?) as _)
    };
    let values: Vec<_> = (0..30).flat_map(|n| [n, n]).collect();
    run(Pipeline::builder("split")
        .source("in", rows(&values, 7))
        .then_with(
            "split",
            split,
            NodeOptions {
                ways: 3,
                ..NodeOptions::limits(Limits::unbounded().rows(4).unwrap())
            },
        )
        .sink("small", "split", small.clone())
        .operator(
            "union",
            [
                Port::way("split", 2),
                Port::way("split", 0),
                Port::way("split", 1),
            ],
            |inputs: &[StreamSchema]| Ok(Box::new(Union::new(inputs)?) as _),
            NodeOptions::limits(Limits::unbounded().rows(3).unwrap()),
        )
        .write("out", out.clone()));
    assert_eq!(
        support::values(&small.committed().unwrap()),
        (0..10).flat_map(|n| [n, n]).collect::<Vec<_>>()
    );
    assert_eq!(support::values(&out.committed().unwrap()), values);
}

#[test]
fn columns_are_chosen_renamed_and_computed() {
    let out = Collector::new();
    let columns = |inputs: &[StreamSchema]| {
        let columns = Columns::of(&inputs[0])
            .keep_as("n", "time")?
            .compute("next", "n", "+", "1")?;
        Ok(Box::new(columns.map()?) as _)
    };
    run(Pipeline::builder("columns")
        .source("in", rows(&[1, 2, 3], 2))
        .then("columns", columns)
        .write("out", out.clone()));
    let rows = out.committed().unwrap();
    assert_eq!(rows.schema().field(0).name(), "time");
    let next =
        arrow_array::cast::AsArray::as_primitive::<arrow_array::types::Int64Type>(rows.column(1))
            .values()
            .to_vec();
    assert_eq!(next, [2, 3, 4]);
}

#[test]
fn numbers_of_two_types_are_calculated_with_as_one() {
    use arrow_array::{ArrayRef, Float64Array, Int32Array, Int64Array, RecordBatch, cast::AsArray};
    use std::sync::Arc;
    let batch = RecordBatch::try_from_iter([
        ("n", Arc::new(Int64Array::from(vec![1, 2])) as ArrayRef),
        ("price", Arc::new(Float64Array::from(vec![10.5, 11.0])) as _),
        ("size", Arc::new(Int32Array::from(vec![2, 3])) as _),
    ])
    .unwrap();
    let stream = StreamSchema::ordered(batch.schema(), "n").unwrap();
    let out = Collector::new();
    let columns = |inputs: &[StreamSchema]| {
        let columns = Columns::all(&inputs[0])
            .compute("value", "price", "*", "size")?
            .compute("both", "n", "+", "size")?;
        Ok(Box::new(columns.map()?) as _)
    };
    run(Pipeline::builder("columns")
        .source("in", Rows::new(stream, vec![batch]))
        .then("columns", columns)
        .write("out", out.clone()));
    let rows = out.committed().unwrap();
    let value = rows.column_by_name("value").unwrap();
    assert_eq!(
        value
            .as_primitive::<arrow_array::types::Float64Type>()
            .values()
            .to_vec(),
        [21.0, 33.0]
    );
    let both = rows.column_by_name("both").unwrap();
    assert_eq!(
        both.as_primitive::<arrow_array::types::Int64Type>()
            .values()
            .to_vec(),
        [3, 5]
    );
}

#[test]
fn an_overflow_is_an_error_and_not_a_value() {
    let columns = |inputs: &[StreamSchema]| {
        Ok(Box::new(
            Columns::all(&inputs[0])
                .compute("next", "n", "+", "1")?
                .map()?,
        ) as _)
    };
    let pipeline = Pipeline::builder("columns")
        .source("in", rows(&[i64::MAX], 1))
        .then("columns", columns)
        .write("out", Collector::new());
    let error = pipeline
        .build(&setting())
        .unwrap()
        .run(&RunOptions::default())
        .unwrap_err();
    assert!(error.to_string().contains("verflow"), "{error}");
}

#[test]
fn a_sort_makes_an_order_and_a_pipeline_with_one_commits_at_its_end() {
    let (out, folder) = (Collector::new(), tempfile::tempdir().unwrap());
    let values: Vec<i64> = (0..5_000).map(|n| (n * 7_919) % 1_000).collect();
    let unordered = StreamSchema::unordered(numbers_stream().schema().clone());
    let source = Rows::new(
        unordered,
        values
            .chunks(301)
            .map(|values| numbers(values.iter().copied()))
            .collect(),
    );
    let mut pipeline = Pipeline::builder("sort")
        .source("in", source)
        .then("sort", |inputs: &[StreamSchema]| {
            Ok(Box::new(Sort::new(inputs, "n")?) as _)
        })
        .write("out", out.clone())
        .build(&setting().spill(folder.path()))
        .unwrap();
    let report = pipeline
        .run(&RunOptions {
            checkpoint_rows: Some(1),
            ..RunOptions::default()
        })
        .unwrap();
    assert_eq!((report.commits, out.commits()), (1, 1));
    let mut sorted = values;
    sorted.sort_unstable();
    assert_eq!(support::values(&out.committed().unwrap()), sorted);
}

#[test]
fn operators_of_ones_own_by_name() {
    let mut registry = Registry::new();
    registry
        .register("above", |inputs, options| {
            Ok(Box::new(Filter::compare(
                inputs,
                "n",
                ">",
                options["than"].as_str().unwrap_or("0"),
            )?))
        })
        .unwrap();
    let out = Collector::new();
    let above = |inputs: &[StreamSchema]| {
        (registry.get("above").unwrap())(inputs, &serde_json::json!({"than": "2"}))
    };
    let above = above(&[numbers_stream()]).unwrap();
    run(Pipeline::builder("own")
        .source("in", rows(&[1, 2, 3, 4], 4))
        .then("above", move |_: &[StreamSchema]| Ok(above))
        .write("out", out.clone()));
    assert_eq!(support::values(&out.committed().unwrap()), [3, 4]);
    assert!(
        registry
            .register("above", |_, _| Err(OperatorError::Rows(String::new())))
            .is_err()
    );
}

#[test]
fn a_pipeline_without_rows_writes_nothing_and_is_no_error() {
    let out = Collector::new();
    run(Pipeline::builder("empty")
        .source("in", rows(&[], 1))
        .then("hold", Recorder::plain())
        .write("out", out.clone()));
    assert_eq!(
        (
            out.committed().unwrap().num_rows(),
            out.commits(),
            out.is_closed()
        ),
        (0, 1, true)
    );
}

#[test]
fn fan_out_and_in_again_gives_every_row_by_both_ways() {
    let out = Collector::new();
    let union = |inputs: &[StreamSchema]| Ok(Box::new(Union::new(inputs)?) as _);
    run(Pipeline::builder("diamond")
        .source("in", rows(&(0..50).collect::<Vec<_>>(), 3))
        .then_with(
            "left",
            Recorder::plain(),
            NodeOptions::limits(Limits::unbounded().rows(7).unwrap()),
        )
        .from("in")
        .then_with("right", Recorder::plain(), NodeOptions::at_once())
        .operator(
            "both",
            ["left", "right"],
            union,
            NodeOptions::limits(Limits::unbounded().every(2).unwrap()),
        )
        .write("out", out.clone()));
    assert_eq!(
        support::values(&out.committed().unwrap()),
        (0..50).flat_map(|n| [n, n]).collect::<Vec<_>>()
    );
}
