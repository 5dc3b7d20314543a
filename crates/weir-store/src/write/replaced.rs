//! Stored rows that a write removes, by ranges of order values.

use arrow_array::RecordBatch;

use crate::{
    data::DataError,
    merge::{FileFacts, Rows, Span},
    order::{OrderColumn, OrderType, OrderValue},
};

/// Ranges of order values, both ends within; ascending, not overlapping.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Replaced {
    ranges: Vec<(OrderValue, OrderValue)>,
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
        Self { ranges }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// From the first to the last order value of any range.
    pub(crate) fn hull(&self) -> Option<(OrderValue, OrderValue)> {
        Some((
            self.ranges.first()?.0.clone(),
            self.ranges.last()?.1.clone(),
        ))
    }

    /// The files that hold rows to remove, as spans without new rows; together with `spans`, ascending.
    pub(crate) fn touching(&self, files: &[FileFacts], mut spans: Vec<Span>) -> Vec<Span> {
        for (from, to) in &self.ranges {
            let start = files.partition_point(|file| file.max < *from);
            let end = start + files[start..].partition_point(|file| file.min <= *to);
            if start < end {
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
        Box::new(rows.flat_map(move |rows| match rows {
            Ok(rows) => match stay(&ranges, &rows, &order_type, order_column) {
                Ok(pieces) => pieces.into_iter().map(Ok).collect(),
                Err(error) => vec![Err(error)],
            },
            Err(error) => vec![Err(error)],
        }))
    }
}

/// The slices of sorted rows that lie in no range.
fn stay(
    ranges: &[(OrderValue, OrderValue)],
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
    Ok(pieces)
}
