use arrow_select::filter::filter_record_batch;

use super::Predicate;
use crate::{Fired, Held, Operator, OperatorError, Output, StreamSchema};

/// Sends each row by the first way whose predicate is true for it, and by the last way if none is: n predicates, n + 1 ways out.
pub struct Split {
    stream: StreamSchema,
    predicates: Vec<Predicate>,
}

impl Split {
    /// By these predicates. The operator needs `ways: predicates.len() + 1` in its [`crate::NodeOptions`].
    ///
    /// # Errors
    ///
    /// [`OperatorError::Rows`] unless there is exactly one input.
    pub fn new(inputs: &[StreamSchema], predicates: Vec<Predicate>) -> Result<Self, OperatorError> {
        Ok(Self {
            stream: super::one(inputs)?.clone(),
            predicates,
        })
    }
}

impl Operator for Split {
    fn output(&self) -> &StreamSchema {
        &self.stream
    }

    fn fire(&mut self, held: &Held, out: &mut Output) -> Result<Fired, OperatorError> {
        for rows in held.input(0) {
            let mut rest = rows.clone();
            for (way, predicate) in self.predicates.iter().enumerate() {
                let mask = predicate.mask(&rest)?;
                out.push_to(way, filter_record_batch(&rest, &mask)?);
                let others = arrow_array::BooleanArray::new(!mask.values(), None);
                rest = filter_record_batch(&rest, &others)?;
            }
            out.push_to(self.predicates.len(), rest);
        }
        Ok(Fired::Done)
    }
}
