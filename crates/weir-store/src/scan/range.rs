//! Ranges of order values.

use std::ops::{Bound, Range, RangeBounds};

use crate::{
    manifest::FileEntry,
    order::{OrderColumn, OrderValue},
};

/// A range of order values. Every value is a bound, 0 and negative ones too; no bound is no bound.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderRange {
    /// Where it begins.
    pub start: Bound<OrderValue>,
    /// Where it ends.
    pub end: Bound<OrderValue>,
}

impl Default for OrderRange {
    fn default() -> Self {
        Self::all()
    }
}

impl<R: RangeBounds<OrderValue>> From<R> for OrderRange {
    fn from(range: R) -> Self {
        Self {
            start: range.start_bound().cloned(),
            end: range.end_bound().cloned(),
        }
    }
}

impl OrderRange {
    /// Everything.
    #[must_use]
    pub fn all() -> Self {
        Self {
            start: Bound::Unbounded,
            end: Bound::Unbounded,
        }
    }

    /// Whether a file between these values may have rows in it.
    pub(crate) fn meets(&self, file: &FileEntry) -> bool {
        let after_start = match &self.start {
            Bound::Unbounded => true,
            Bound::Included(start) => file.max >= *start,
            Bound::Excluded(start) => file.max > *start,
        };
        let before_end = match &self.end {
            Bound::Unbounded => true,
            Bound::Included(end) => file.min <= *end,
            Bound::Excluded(end) => file.min < *end,
        };
        after_start && before_end
    }

    /// Whether all rows of a file are in it.
    pub(crate) fn covers(&self, file: &FileEntry) -> bool {
        let range = (self.start.as_ref(), self.end.as_ref());
        range.contains(&file.min) && range.contains(&file.max)
    }

    /// The rows of a sorted column that are in it.
    pub(crate) fn rows(&self, column: &OrderColumn) -> Range<usize> {
        let start = match &self.start {
            Bound::Unbounded => 0,
            Bound::Included(start) => column.rows_below(start),
            Bound::Excluded(start) => column.rows_up_to(start),
        };
        let end = match &self.end {
            Bound::Unbounded => column.len(),
            Bound::Included(end) => column.rows_up_to(end),
            Bound::Excluded(end) => column.rows_below(end),
        };
        start..end.max(start)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &OrderValue> {
        [&self.start, &self.end]
            .into_iter()
            .filter_map(|bound| match bound {
                Bound::Included(value) | Bound::Excluded(value) => Some(value),
                Bound::Unbounded => None,
            })
    }
}
