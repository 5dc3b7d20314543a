//! Where one file ends and the next begins.

use arrow_array::RecordBatch;

use super::Target;
use crate::order::{OrderColumn, OrderError, OrderType};

/// Cuts a sorted stream of rows into files, at places that depend on the rows only.
#[derive(Debug)]
pub(crate) struct Cutter {
    target: Target,
    order_type: OrderType,
    order_column: usize,
    rows: u64,
    period: Option<i64>,
}

/// What to do next with a batch.
pub(crate) enum Cut {
    /// So many of its leading rows go into the present file (at least one).
    Take(usize),
    /// The present file is full.
    Close,
}

impl Cutter {
    pub(crate) fn new(target: Target, order_type: OrderType, order_column: usize) -> Self {
        Self {
            target,
            order_type,
            order_column,
            rows: 0,
            period: None,
        }
    }

    /// The rest of a batch, which has rows.
    pub(crate) fn next(&mut self, batch: &RecordBatch) -> Result<Cut, OrderError> {
        match &self.target {
            Target::Rows(target) => {
                if self.rows >= *target {
                    self.rows = 0;
                    return Ok(Cut::Close);
                }
                let room = usize::try_from(target - self.rows).unwrap_or(usize::MAX);
                let take = room.min(batch.num_rows());
                self.rows += take as u64;
                Ok(Cut::Take(take))
            }
            Target::Period(period, order_type) => {
                let column = OrderColumn::new(&self.order_type, batch.column(self.order_column))?;
                let index = |row: usize| period.index(order_type, &column.value(row));
                let first = index(0);
                if self.period.is_some_and(|open| open != first) {
                    self.period = None;
                    return Ok(Cut::Close);
                }
                self.period = Some(first);
                let (mut low, mut high) = (1, column.len());
                while low < high {
                    let middle = low + (high - low) / 2;
                    if index(middle) == first {
                        low = middle + 1;
                    } else {
                        high = middle;
                    }
                }
                Ok(Cut::Take(low))
            }
        }
    }
}
