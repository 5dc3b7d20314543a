use arrow_array::{BooleanArray, RecordBatch};
use arrow_select::filter::filter_record_batch;

use super::Predicate;
use crate::{Fired, Held, Operator, OperatorError, Output, StreamSchema};

type Test = dyn Fn(&RecordBatch) -> Result<BooleanArray, OperatorError> + Send;

/// Passes on the rows for which something is true.
pub struct Filter {
    stream: StreamSchema,
    test: Box<Test>,
}

impl Filter {
    /// By a function of a batch, true for the rows to keep (null is not true). What it says of a row must depend on that row alone.
    ///
    /// # Errors
    ///
    /// [`OperatorError::Rows`] unless there is exactly one input.
    pub fn new(
        inputs: &[StreamSchema],
        test: impl Fn(&RecordBatch) -> Result<BooleanArray, OperatorError> + Send + 'static,
    ) -> Result<Self, OperatorError> {
        Ok(Self {
            stream: super::one(inputs)?.clone(),
            test: Box::new(test),
        })
    }

    /// By comparing a column with a constant, as [`Predicate::compare`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn compare(
        inputs: &[StreamSchema],
        column: &str,
        operator: &str,
        value: &str,
    ) -> Result<Self, OperatorError> {
        let predicate = Predicate::compare(super::one(inputs)?, column, operator, value)?;
        Self::new(inputs, move |rows| predicate.mask(rows))
    }

    /// Keeps rows for which all of these are true.
    ///
    /// # Errors
    ///
    /// [`OperatorError::Rows`] unless there is exactly one input.
    pub fn all(inputs: &[StreamSchema], predicates: Vec<Predicate>) -> Result<Self, OperatorError> {
        Self::new(inputs, move |rows| {
            let mut all = BooleanArray::from(vec![true; rows.num_rows()]);
            for predicate in &predicates {
                all = BooleanArray::new(all.values() & predicate.mask(rows)?.values(), None);
            }
            Ok(all)
        })
    }
}

impl Operator for Filter {
    fn output(&self) -> &StreamSchema {
        &self.stream
    }

    fn fire(&mut self, held: &Held, out: &mut Output) -> Result<Fired, OperatorError> {
        for rows in held.input(0) {
            let mask = (self.test)(rows)?;
            out.push(filter_record_batch(rows, &mask)?);
        }
        Ok(Fired::Done)
    }
}
