//! Stored rows that a write removes, by ranges of order values and by name.

use std::sync::Arc;

use arrow_array::RecordBatch;

use super::removed::Removed;

use crate::{
    data::DataError,
    merge::{FileFacts, Rows, Span},
    order::{OrderColumn, OrderType, OrderValue},
};

/// Ranges of order values, both ends within; ascending, not overlapping. And rows by their values.
#[derive(Debug, Clone, Default)]
pub(crate) struct Replaced {
    ranges: Vec<(OrderValue, OrderValue)>,
    rows: Option<Arc<Removed>>,
}

impl Replaced {
    pub(crate) fn new(ranges: &[(OrderValue, OrderValue)]) -> Self {
        let mut sorted: Vec<_> = ranges
            .iter()
            .filter(|(from, to)| from <= to)
            .cloned()
            .collect();
        sorted.sort();
        let mut ranges: Vec<(OrderValue, OrderValue)> = Vec::new();
        for (from, to) in sorted {
            match ranges.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.clone().max(to),
                _ => ranges.push((from, to)),
            }
        }
        Self { ranges, rows: None }
    }

    /// With these rows too.
    pub(crate) fn and(mut self, rows: Option<Removed>) -> Self {
        self.rows = rows.map(Arc::new);
        self
    }

    /// The columns other than the order column that have to be looked at.
    pub(crate) fn columns(&self) -> &[String] {
        self.rows.as_ref().map_or(&[], |rows| rows.columns())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ranges.is_empty() && self.rows.is_none()
    }

    /// From the first to the last order value of any range.
    pub(crate) fn hull(&self) -> Option<(OrderValue, OrderValue)> {
        let ranges = self.ranges.first().zip(self.ranges.last());
        let ranges = ranges.map(|(first, last)| (first.0.clone(), last.1.clone()));
        let rows = self.rows.as_ref().map(|rows| rows.hull());
        match (ranges, rows) {
            (Some(ranges), Some(rows)) => Some((ranges.0.min(rows.0), ranges.1.max(rows.1))),
            (ranges, rows) => ranges.or(rows),
        }
    }

    /// The files that hold rows to remove, as spans without new rows; together with `spans`, ascending.
    pub(crate) fn touching(&self, files: &[FileFacts], mut spans: Vec<Span>) -> Vec<Span> {
        let values = self.rows.iter().flat_map(|rows| rows.values());
        let values = values.map(|value| (value, value));
        let ranges = self.ranges.iter().map(|(from, to)| (from, to));
        for (from, to) in ranges.chain(values) {
            let start = files.partition_point(|file| file.max < *from);
            let end = start + files[start..].partition_point(|file| file.min <= *to);
            let again = spans
                .last()
                .is_some_and(|span| span.rows == 0 && span.touched == (start..end));
            if start < end && !again {
                let (min, max) = (files[start].min.clone(), files[end - 1].max.clone());
                spans.push(Span {
                    touched: start..end,
                    rows: 0,
                    min,
                    max,
                });
            }
        }
        // Stable: new rows keep their order.
        spans.sort_by_key(|span| span.touched.start);
        spans
    }

    /// The rows that stay.
    pub(crate) fn left<'r>(
        &self,
        rows: Rows<'r>,
        order_type: &OrderType,
        order_column: usize,
    ) -> Rows<'r> {
        if self.is_empty() {
            return rows;
        }
        let (ranges, order_type) = (self.ranges.clone(), order_type.clone());
        let removed = self.rows.clone();
        Box::new(rows.flat_map(move |rows| match rows {
            Ok(rows) => match stay(
                &ranges,
                removed.as_deref(),
                &rows,
                &order_type,
                order_column,
            ) {
                Ok(pieces) => pieces.into_iter().map(Ok).collect(),
                Err(error) => vec![Err(error)],
            },
            Err(error) => vec![Err(error)],
        }))
    }
}

/// The slices of sorted rows that lie in no range, without the rows that are removed by name.
fn stay(
    ranges: &[(OrderValue, OrderValue)],
    removed: Option<&Removed>,
    rows: &RecordBatch,
    order_type: &OrderType,
    order_column: usize,
) -> Result<Vec<RecordBatch>, DataError> {
    let column = OrderColumn::new(order_type, rows.column(order_column))?;
    let mut pieces = Vec::new();
    let mut at = 0;
    for (from, to) in ranges {
        let (start, end) = (
            column.rows_below(from).max(at),
            column.rows_up_to(to).max(at),
        );
        if start > at {
            pieces.push(rows.slice(at, start - at));
        }
        at = end;
    }
    if at < rows.num_rows() {
        pieces.push(rows.slice(at, rows.num_rows() - at));
    }
    match removed {
        None => Ok(pieces),
        Some(removed) => pieces
            .into_iter()
            .map(|piece| removed.left(piece, order_type, order_column))
            .collect(),
    }
}
