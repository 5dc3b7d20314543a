use crate::{Fired, Held, Operator, OperatorError, Output, StreamSchema};

/// Holds rows and passes them on as they are: for the limits that it is given.
pub struct Buffer {
    stream: StreamSchema,
}

impl Buffer {
    /// On one input.
    ///
    /// # Errors
    ///
    /// [`OperatorError::Rows`] unless there is exactly one input.
    pub fn new(inputs: &[StreamSchema]) -> Result<Self, OperatorError> {
        Ok(Self {
            stream: super::one(inputs)?.clone(),
        })
    }
}

impl Operator for Buffer {
    fn output(&self) -> &StreamSchema {
        &self.stream
    }

    fn fire(&mut self, held: &Held, out: &mut Output) -> Result<Fired, OperatorError> {
        for rows in held.input(0) {
            out.push(rows.clone());
        }
        Ok(Fired::Done)
    }

    fn keeps_names(&self) -> bool {
        true
    }
}
