use arrow_array::RecordBatch;

use crate::batch::{rows_from_bytes, rows_to_bytes, size::allocated_bytes};
use crate::{Fired, Frontier, Held, Operator, OperatorError, OperatorKind, Output, StreamSchema};

type Step = dyn Fn(Option<&RecordBatch>, &RecordBatch) -> Result<RecordBatch, OperatorError> + Send;

/// Folds rows into a running state, itself rows, which comes out at the end; or, without accumulation, at each firing.
pub struct Fold {
    output: StreamSchema,
    step: Box<Step>,
    state: Option<RecordBatch>,
}

impl Fold {
    /// By a function of the state so far (nothing at first) and the next rows. Folding rows in one go or in pieces has to come to the
    /// same.
    #[must_use]
    pub fn new(
        output: StreamSchema,
        step: impl Fn(Option<&RecordBatch>, &RecordBatch) -> Result<RecordBatch, OperatorError>
        + Send
        + 'static,
    ) -> Self {
        Self {
            output,
            step: Box::new(step),
            state: None,
        }
    }
}

impl Operator for Fold {
    fn output(&self) -> &StreamSchema {
        &self.output
    }

    fn fire(&mut self, held: &Held, _out: &mut Output) -> Result<Fired, OperatorError> {
        let mut state = self.state.clone();
        for rows in held.input(0) {
            state = Some((self.step)(state.as_ref(), rows)?);
        }
        self.state = state;
        Ok(Fired::Done)
    }

    fn end(&mut self, out: &mut Output) -> Result<Fired, OperatorError> {
        if let Some(state) = self.state.clone() {
            out.push(state);
        }
        Ok(Fired::Done)
    }

    /// The state can have any event time.
    fn frontier(&self, _inputs: &[Frontier]) -> Frontier {
        Frontier::Start
    }

    fn state_bytes(&self) -> usize {
        let bytes = self.state.as_ref().map_or(0, allocated_bytes);
        usize::try_from(bytes).unwrap_or(usize::MAX)
    }

    fn save(&self) -> Result<Option<Vec<u8>>, OperatorError> {
        match &self.state {
            None => Ok(Some(Vec::new())),
            Some(state) => Ok(Some(rows_to_bytes(
                self.output.schema(),
                std::slice::from_ref(state),
            )?)),
        }
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), OperatorError> {
        self.state = None;
        if !state.is_empty() {
            let rows = rows_from_bytes(self.output.schema(), state);
            let rows = rows.map_err(|error| OperatorError::State(error.to_string()))?;
            self.state = rows.into_iter().next();
        }
        Ok(())
    }

    fn reset(&mut self) {
        self.state = None;
    }

    fn kind(&self) -> OperatorKind {
        OperatorKind::Aggregation
    }
}
