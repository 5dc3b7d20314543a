//! Ticks as Arrow rows.

use std::{ops::Range, sync::Arc};

use arrow_array::{
    ArrayRef, Float64Array, Int8Array, Int32Array, Int64Array, RecordBatch,
    TimestampNanosecondArray,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};

use super::{Quote, Trade, late, quote, trade};

/// `ts` (timestamp in nanoseconds, no zone), `symbol` int32, `price` float64, `size` int64, `side` int8, `seq` int64.
#[must_use]
pub fn trade_schema() -> SchemaRef {
    schema(&[
        ("ts", DataType::Timestamp(TimeUnit::Nanosecond, None)),
        ("symbol", DataType::Int32),
        ("price", DataType::Float64),
        ("size", DataType::Int64),
        ("side", DataType::Int8),
        ("seq", DataType::Int64),
    ])
}

/// `ts` (timestamp in nanoseconds, no zone), `symbol` int32, `bid` and `ask` float64, `bsize` and `ref` int64.
#[must_use]
pub fn quote_schema() -> SchemaRef {
    schema(&[
        ("ts", DataType::Timestamp(TimeUnit::Nanosecond, None)),
        ("symbol", DataType::Int32),
        ("bid", DataType::Float64),
        ("ask", DataType::Float64),
        ("bsize", DataType::Int64),
        ("ref", DataType::Int64),
    ])
}

/// The trades of `rows` in batches of `batch_rows`, the last one shorter.
pub fn trade_batches(rows: Range<i64>, batch_rows: usize) -> impl Iterator<Item = RecordBatch> {
    pieces(rows, batch_rows).map(|piece| trades(&piece.map(trade).collect::<Vec<_>>()))
}

/// The corrections of the trades of `rows`, in batches of those of `batch_rows` trades.
pub fn late_batches(rows: Range<i64>, batch_rows: usize) -> impl Iterator<Item = RecordBatch> {
    pieces(rows, batch_rows).map(|piece| trades(&piece.filter_map(late).collect::<Vec<_>>()))
}

/// The quotes of `rows` of `all` in batches of `batch_rows`, the last one shorter.
pub fn quote_batches(
    rows: Range<i64>,
    all: i64,
    batch_rows: usize,
) -> impl Iterator<Item = RecordBatch> {
    pieces(rows, batch_rows)
        .map(move |piece| quotes(&piece.map(|row| quote(row, all)).collect::<Vec<_>>()))
}

fn pieces(rows: Range<i64>, batch_rows: usize) -> impl Iterator<Item = Range<i64>> {
    let size = batch_rows.max(1);
    rows.clone()
        .step_by(size)
        .map(move |start| start..rows.end.min(start.saturating_add_unsigned(size as u64)))
}

fn trades(rows: &[Trade]) -> RecordBatch {
    let columns: Vec<ArrayRef> = vec![
        Arc::new(TimestampNanosecondArray::from_iter_values(
            rows.iter().map(|row| row.ts),
        )),
        Arc::new(Int32Array::from_iter_values(
            rows.iter().map(|row| row.symbol),
        )),
        Arc::new(Float64Array::from_iter_values(
            rows.iter().map(|row| row.price),
        )),
        Arc::new(Int64Array::from_iter_values(
            rows.iter().map(|row| row.size),
        )),
        Arc::new(Int8Array::from_iter_values(rows.iter().map(|row| row.side))),
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.seq))),
    ];
    RecordBatch::try_new(trade_schema(), columns).expect("columns of the schema, of one length")
}

fn quotes(rows: &[Quote]) -> RecordBatch {
    let columns: Vec<ArrayRef> = vec![
        Arc::new(TimestampNanosecondArray::from_iter_values(
            rows.iter().map(|row| row.ts),
        )),
        Arc::new(Int32Array::from_iter_values(
            rows.iter().map(|row| row.symbol),
        )),
        Arc::new(Float64Array::from_iter_values(
            rows.iter().map(|row| row.bid),
        )),
        Arc::new(Float64Array::from_iter_values(
            rows.iter().map(|row| row.ask),
        )),
        Arc::new(Int64Array::from_iter_values(
            rows.iter().map(|row| row.bid_size),
        )),
        Arc::new(Int64Array::from_iter_values(
            rows.iter().map(|row| row.reference),
        )),
    ];
    RecordBatch::try_new(quote_schema(), columns).expect("columns of the schema, of one length")
}

fn schema(fields: &[(&str, DataType)]) -> SchemaRef {
    let fields: Vec<Field> = fields
        .iter()
        .map(|(name, kind)| Field::new(*name, kind.clone(), true))
        .collect();
    Arc::new(Schema::new(fields))
}
