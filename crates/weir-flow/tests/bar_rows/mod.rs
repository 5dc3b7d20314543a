//! Rows for bars, and what bars of them should be, by the definition.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampSecondType};
use arrow_array::{Array, Float64Array, Int32Array, Int64Array, RecordBatch, TimestampSecondArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use proptest::prelude::*;
use weir_flow::StreamSchema;
use weir_flow::bars::{
    BarColumn, BarFunctions, Bars, BarsSpec, Binning, Function, Period, Resolution,
};

#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub ts: i64,
    pub key: Option<i32>,
    pub price: Option<f64>,
    pub size: Option<i64>,
}

pub fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("ts", DataType::Timestamp(TimeUnit::Second, None), false),
        Field::new("key", DataType::Int32, true),
        Field::new("price", DataType::Float64, true),
        Field::new("size", DataType::Int64, true),
    ]))
}

pub fn stream() -> StreamSchema {
    StreamSchema::ordered(schema(), "ts").unwrap()
}

pub fn batch(rows: &[Row]) -> RecordBatch {
    RecordBatch::try_new(
        schema(),
        vec![
            Arc::new(
                rows.iter()
                    .map(|row| Some(row.ts))
                    .collect::<TimestampSecondArray>(),
            ),
            Arc::new(rows.iter().map(|row| row.key).collect::<Int32Array>()),
            Arc::new(rows.iter().map(|row| row.price).collect::<Float64Array>()),
            Arc::new(rows.iter().map(|row| row.size).collect::<Int64Array>()),
        ],
    )
    .unwrap()
}

/// Ordered rows with ties, gaps, nulls and NaN.
pub fn rows(most: usize) -> impl Strategy<Value = Vec<Row>> {
    let row = (
        prop_oneof![5 => 0i64..40, 2 => Just(0), 1 => 1000i64..20_000],
        prop_oneof![9 => (-2i32..4).prop_map(Some), 1 => Just(None)],
        prop_oneof![12 => (-1e3..1e3f64).prop_map(Some), 2 => Just(None), 1 => Just(Some(f64::NAN)), 1 => Just(Some(-0.0))],
        prop_oneof![8 => (-50i64..50).prop_map(Some), 1 => Just(None)],
    );
    prop::collection::vec(row, 0..most).prop_map(|steps| {
        let mut ts = 1_704_067_200 - 600;
        let each = steps.into_iter().map(|(step, key, price, size)| {
            ts += step;
            Row {
                ts,
                key,
                price,
                size,
            }
        });
        each.collect()
    })
}

pub fn columns() -> Vec<BarColumn> {
    let of = BarColumn::new;
    vec![
        of("open", Function::First, "price"),
        of("close", Function::Last, "price"),
        of("low", Function::Min, "price"),
        of("high", Function::Max, "price"),
        of("volume", Function::Sum, "size"),
        of("turnover", Function::Sum, "price"),
        of("sizes", Function::Count, "size"),
        BarColumn::rows("n"),
        of("mean", Function::Mean, "price"),
        of("mean_size", Function::Mean, "size"),
        of("variance", Function::Variance { freedom: 1 }, "size"),
        of("median", "median".parse().unwrap(), "size"),
    ]
}

pub fn period(name: &str, text: &str) -> Resolution {
    Resolution::new(
        name,
        Binning::Period(Period::parse(text).unwrap()),
        columns(),
    )
}

pub fn spec(resolutions: Vec<Resolution>) -> BarsSpec {
    BarsSpec {
        keys: vec!["key".to_owned()],
        resolutions,
    }
}

/// All bars of a run over these chunks, by way out, the open ones last; a restart before each chunk that says so.
pub fn run(
    spec: &BarsSpec,
    functions: &BarFunctions,
    chunks: &[(&[Row], bool)],
) -> Vec<RecordBatch> {
    let make = || Bars::new(spec, &stream(), functions).unwrap();
    let mut bars = make();
    let mut out: Vec<Vec<RecordBatch>> = bars.outputs().iter().map(|_| Vec::new()).collect();
    for (rows, restart) in chunks {
        if *restart {
            let state = bars.save().unwrap();
            bars = make();
            bars.restore(&state).unwrap();
        }
        bars.take_in(&[&batch(rows)]).unwrap();
        while let Some((way, rows)) = bars.next_finished() {
            out[way].push(rows);
        }
    }
    for (way, rows) in bars.open_bars().unwrap() {
        out[way].push(rows);
    }
    let schemas = bars.outputs().iter().map(|output| output.schema());
    out.iter()
        .zip(schemas)
        .map(|(rows, schema)| arrow_select::concat::concat_batches(schema, rows).unwrap())
        .collect()
}

pub fn whole(spec: &BarsSpec, rows: &[Row]) -> Vec<RecordBatch> {
    run(spec, &BarFunctions::new(), &[(rows, false)])
}

/// Cuts rows at these places (taken modulo their number), restarting where told.
pub fn chunks<'a>(rows: &'a [Row], cuts: &[(usize, bool)]) -> Vec<(&'a [Row], bool)> {
    let mut cuts: Vec<(usize, bool)> = cuts
        .iter()
        .map(|(cut, restart)| (cut % (rows.len() + 1), *restart))
        .collect();
    cuts.sort_unstable();
    let mut chunks = Vec::new();
    let mut at = (0, false);
    for cut in cuts.into_iter().chain([(rows.len(), false)]) {
        chunks.push((&rows[at.0..cut.0], at.1));
        at = cut;
    }
    chunks
}

pub fn int(batch: &RecordBatch, name: &str) -> Vec<Option<i64>> {
    let column = batch.column_by_name(name).unwrap();
    match column.data_type() {
        DataType::Int32 => column
            .as_primitive::<Int32Type>()
            .iter()
            .map(|value| value.map(i64::from))
            .collect(),
        DataType::Timestamp(..) => column
            .as_primitive::<TimestampSecondType>()
            .iter()
            .collect(),
        _ => column.as_primitive::<Int64Type>().iter().collect(),
    }
}

pub fn float(batch: &RecordBatch, name: &str) -> Vec<Option<f64>> {
    batch
        .column_by_name(name)
        .unwrap()
        .as_primitive::<Float64Type>()
        .iter()
        .collect()
}

pub fn row(ts: i64, key: i32, price: f64, size: i64) -> Row {
    Row {
        ts,
        key: Some(key),
        price: Some(price),
        size: Some(size),
    }
}
