//! Where new rows belong among the stored files.

use std::{collections::BTreeMap, ops::Range};

use super::{FileFacts, Span};
use crate::order::{OrderColumn, OrderValue};

/// Counts new rows by the files that they touch. Rows may come in any order, batches must be sorted.
#[derive(Debug)]
pub(crate) struct Spans<'a> {
    files: &'a [FileFacts],
    /// Whether a new row meets every stored row of the same order value; else it only goes behind them.
    meets_equal: bool,
    spans: BTreeMap<(usize, usize), Span>,
}

impl<'a> Spans<'a> {
    pub(crate) fn new(files: &'a [FileFacts], meets_equal: bool) -> Self {
        Self {
            files,
            meets_equal,
            spans: BTreeMap::new(),
        }
    }

    /// The files that a row of this value touches; empty between files.
    pub(crate) fn place(&self, value: &OrderValue) -> Range<usize> {
        let files = self.files;
        if self.meets_equal {
            let start = files.partition_point(|file| file.max < *value);
            let end = start + files[start..].partition_point(|file| file.min <= *value);
            start..end
        } else {
            let start = files.partition_point(|file| file.max <= *value);
            let inside = files.get(start).is_some_and(|file| file.min <= *value);
            start..start + usize::from(inside)
        }
    }

    /// Whether all rows between two values belong to one place.
    pub(crate) fn same_place(&self, min: &OrderValue, max: &OrderValue) -> bool {
        self.place(min) == self.place(max)
    }

    /// Adds rows of which only the range is known, and that it is within one place.
    pub(crate) fn add_range(&mut self, rows: u64, min: &OrderValue, max: &OrderValue) {
        let place = self.place(min);
        let span = self
            .spans
            .entry((place.start, place.end))
            .or_insert_with(|| Span {
                touched: place,
                rows: 0,
                min: min.clone(),
                max: max.clone(),
            });
        span.rows += rows;
        if *min < span.min {
            span.min = min.clone();
        }
        if *max > span.max {
            span.max = max.clone();
        }
    }

    /// Adds sorted rows.
    pub(crate) fn add(&mut self, column: &OrderColumn) {
        self.add_rows(column, 0..column.len());
    }

    /// Halves the rows until each half belongs to one place: few steps where rows lie close together.
    fn add_rows(&mut self, column: &OrderColumn, rows: Range<usize>) {
        if rows.is_empty() {
            return;
        }
        let (min, max) = (column.value(rows.start), column.value(rows.end - 1));
        if self.same_place(&min, &max) {
            self.add_range(rows.len() as u64, &min, &max);
        } else {
            let middle = rows.start + rows.len() / 2;
            self.add_rows(column, rows.start..middle);
            self.add_rows(column, middle..rows.end);
        }
    }

    /// The spans, ascending.
    pub(crate) fn finish(self) -> Vec<Span> {
        self.spans.into_values().collect()
    }
}
