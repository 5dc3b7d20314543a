use arrow_array::RecordBatch;

use crate::Frontier;

/// The rows that an operator is given when it fires, in order of arrival.
#[derive(Clone, Debug)]
pub struct Held {
    /// The rows, each with the input it came in by. Never empty batches; rows of one input are in
    /// stream order, inputs may alternate in any way and the operator must not care how.
    pub batches: Vec<HeldBatch>,
    /// What may still come, per input.
    pub frontiers: Vec<Frontier>,
}

/// Rows and the input that they came in by.
#[derive(Clone, Debug)]
pub struct HeldBatch {
    /// The index of the input.
    pub input: usize,
    /// The rows, at least one.
    pub rows: RecordBatch,
}

impl Held {
    /// Rows of one input, for operators with one and for tests.
    #[must_use]
    pub fn single(batches: Vec<RecordBatch>, frontier: Frontier) -> Self {
        let batches = batches.into_iter().filter(|rows| rows.num_rows() > 0);
        Self {
            batches: batches.map(|rows| HeldBatch { input: 0, rows }).collect(),
            frontiers: vec![frontier],
        }
    }

    /// The rows of one input, in stream order.
    pub fn input(&self, input: usize) -> impl Iterator<Item = &RecordBatch> {
        self.batches
            .iter()
            .filter(move |batch| batch.input == input)
            .map(|batch| &batch.rows)
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.batches.iter().map(|batch| batch.rows.num_rows()).sum()
    }

    /// The least of the inputs' frontiers.
    #[must_use]
    pub fn frontier(&self) -> Frontier {
        Frontier::common(&self.frontiers)
    }
}
