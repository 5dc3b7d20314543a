//! One sequence of rows, handed out in portions.

use arrow_array::RecordBatch;

use crate::{
    data::DataError,
    merge::Rows,
    order::{OrderColumn, OrderType, OrderValue},
};

/// A sorted sequence that is read in portions: so many rows, or up to a value.
pub(crate) struct Feed<'a> {
    rows: Rows<'a>,
    rest: Option<RecordBatch>,
    order_type: OrderType,
    order_column: usize,
}

/// Where a portion ends.
#[derive(Debug, Clone)]
pub(crate) enum Until {
    /// After so many rows.
    Rows(u64),
    /// Before the first row that is not less.
    Below(OrderValue),
    /// After the last row that is not greater.
    UpTo(OrderValue),
    /// With the sequence.
    End,
}

impl<'a> Feed<'a> {
    pub(crate) fn new(rows: Rows<'a>, order_type: &OrderType, order_column: usize) -> Self {
        Self {
            rows,
            rest: None,
            order_type: order_type.clone(),
            order_column,
        }
    }

    /// The order value of the next row.
    pub(crate) fn peek(&mut self) -> Result<Option<OrderValue>, DataError> {
        if self.rest.is_none() {
            self.rest = self.pull()?;
        }
        match &self.rest {
            None => Ok(None),
            Some(batch) => {
                let first = batch.column(self.order_column).slice(0, 1);
                Ok(Some(OrderColumn::new(&self.order_type, &first)?.value(0)))
            }
        }
    }

    /// Refuses to go on when rows are left, which would be lost: they belong to no region.
    pub(crate) fn all_taken(&mut self) -> Result<(), DataError> {
        match self.peek()? {
            None => Ok(()),
            Some(value) => Err(DataError::unsupported(format!(
                "rows from {value} on belong to no file, so nothing was changed; this is a fault of weir"
            ))),
        }
    }

    fn pull(&mut self) -> Result<Option<RecordBatch>, DataError> {
        for batch in self.rows.by_ref() {
            let batch = batch?;
            if batch.num_rows() > 0 {
                return Ok(Some(batch));
            }
        }
        Ok(None)
    }

    /// The next portion; it has to be read to its end before the next.
    pub(crate) fn portion(&mut self, until: Until) -> Portion<'_, 'a> {
        Portion { feed: self, until }
    }

    fn take(&mut self, until: &mut Until) -> Result<Option<RecordBatch>, DataError> {
        if matches!(until, Until::Rows(0)) {
            return Ok(None);
        }
        let batch = match self.rest.take() {
            Some(batch) => batch,
            None => match self.pull()? {
                Some(batch) => batch,
                None => return Ok(None),
            },
        };
        let column = || OrderColumn::new(&self.order_type, batch.column(self.order_column));
        let rows = match until {
            Until::End => batch.num_rows(),
            Until::Rows(left) => {
                let rows = batch
                    .num_rows()
                    .min(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= rows as u64;
                rows
            }
            Until::Below(value) => column()?.rows_below(value),
            Until::UpTo(value) => column()?.rows_up_to(value),
        };
        if rows < batch.num_rows() {
            self.rest = Some(batch.slice(rows, batch.num_rows() - rows));
        }
        Ok((rows > 0).then(|| batch.slice(0, rows)))
    }
}

/// See [`Feed::portion`].
pub(crate) struct Portion<'f, 'a> {
    feed: &'f mut Feed<'a>,
    until: Until,
}

impl Iterator for Portion<'_, '_> {
    type Item = Result<RecordBatch, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.feed.take(&mut self.until).transpose()
    }
}
