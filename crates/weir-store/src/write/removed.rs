//! Stored rows that a write removes, by their values.

use std::collections::HashSet;

use arrow_array::{ArrayRef, BooleanArray, RecordBatch};
use arrow_row::{RowConverter, SortField};
use arrow_schema::Schema;
use arrow_select::filter::filter_record_batch;
use weir_memory::{Bytes, Holder, Reservation};

use super::WriteError;
use crate::{
    data::DataError,
    order::{OrderColumn, OrderType, OrderValue},
};

/// What an entry of the set takes beside its bytes, about.
const ENTRY: u64 = 64;

/// Rows by their values in some columns; at least one row.
#[derive(Debug)]
pub(crate) struct Removed {
    columns: Vec<String>,
    converter: RowConverter,
    rows: HashSet<Box<[u8]>>,
    /// Their order values, ascending, each once.
    values: Vec<OrderValue>,
    /// Of the set.
    _memory: Reservation,
}

impl Removed {
    /// `None` where there are no rows.
    pub(crate) fn new(
        batches: &[RecordBatch],
        schema: &Schema,
        order_column: &str,
        order_type: &OrderType,
        holder: &Holder,
    ) -> Result<Option<Self>, WriteError> {
        let Some(first) = batches.iter().find(|rows| rows.num_rows() > 0) else {
            return Ok(None);
        };
        let wrong = |why: String| WriteError::Schema { why };
        let (mut columns, mut fields) = (Vec::new(), Vec::new());
        for field in first.schema_ref().fields() {
            let stored = schema.field_with_name(field.name());
            if !stored.is_ok_and(|stored| stored.data_type() == field.data_type()) {
                return Err(wrong(format!(
                    "rows to remove have a column {:?} of type {}, which is not one of the dataset",
                    field.name(),
                    field.data_type()
                )));
            }
            columns.push(field.name().clone());
            fields.push(SortField::new(field.data_type().clone()));
        }
        let converter = RowConverter::new(fields).map_err(DataError::unsupported)?;
        let (mut rows, mut values, mut bytes) = (HashSet::new(), Vec::new(), 0);
        let mut memory = holder.reserve(Bytes::new(0)).map_err(DataError::from)?;
        for batch in batches {
            if batch.schema_ref().fields() != first.schema_ref().fields() {
                return Err(wrong("rows to remove differ in their columns".to_owned()));
            }
            let order = batch.column_by_name(order_column).ok_or_else(|| {
                wrong(format!(
                    "rows to remove have no column {order_column:?}, the order"
                ))
            })?;
            let order = OrderColumn::new(order_type, order)?;
            let keys = converter
                .convert_columns(batch.columns())
                .map_err(DataError::unsupported)?;
            bytes += keys.size() as u64 + keys.num_rows() as u64 * ENTRY;
            memory.resize(Bytes::new(bytes)).map_err(DataError::from)?;
            for (row, key) in keys.iter().enumerate() {
                rows.insert(key.as_ref().into());
                let value = order.value(row);
                if values.last() != Some(&value) {
                    values.push(value);
                }
            }
        }
        values.sort();
        values.dedup();
        Ok(Some(Self {
            columns,
            converter,
            rows,
            values,
            _memory: memory,
        }))
    }

    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    pub(crate) fn values(&self) -> &[OrderValue] {
        &self.values
    }

    /// The least and the greatest order value.
    pub(crate) fn hull(&self) -> (OrderValue, OrderValue) {
        // There is at least one row.
        (
            self.values[0].clone(),
            self.values[self.values.len() - 1].clone(),
        )
    }

    /// The rows of a sorted batch that stay.
    pub(crate) fn left(
        &self,
        batch: RecordBatch,
        order_type: &OrderType,
        order_column: usize,
    ) -> Result<RecordBatch, DataError> {
        let (least, greatest) = self.hull();
        let order = OrderColumn::new(order_type, batch.column(order_column))?;
        let (from, to) = (order.rows_below(&least), order.rows_up_to(&greatest));
        if from >= to {
            return Ok(batch);
        }
        let columns = self.columns.iter().map(|name| {
            let column = batch.schema_ref().index_of(name);
            let column = column.map_err(DataError::unsupported)?;
            Ok(batch.column(column).slice(from, to - from))
        });
        let columns = columns.collect::<Result<Vec<ArrayRef>, DataError>>()?;
        let keys = self
            .converter
            .convert_columns(&columns)
            .map_err(DataError::unsupported)?;
        let stays: Vec<bool> = keys
            .iter()
            .map(|key| !self.rows.contains(key.as_ref()))
            .collect();
        if stays.iter().all(|stays| *stays) {
            return Ok(batch);
        }
        let rest = batch.num_rows() - to;
        let stays: BooleanArray = std::iter::repeat_n(true, from)
            .chain(stays)
            .chain(std::iter::repeat_n(true, rest))
            .map(Some)
            .collect();
        filter_record_batch(&batch, &stays).map_err(DataError::unsupported)
    }
}
