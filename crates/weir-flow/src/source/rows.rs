use std::sync::Arc;

use arrow_array::RecordBatch;

use super::{Position, Source, SourceError};
use crate::StreamSchema;

/// Gives rows that are in memory already: for tests, examples and small tables.
pub struct Rows {
    stream: StreamSchema,
    batches: Arc<[RecordBatch]>,
    rows: u64,
}

impl Rows {
    /// These batches, in this order.
    #[must_use]
    pub fn new(stream: StreamSchema, batches: Vec<RecordBatch>) -> Self {
        Self {
            stream,
            batches: batches.into(),
            rows: 0,
        }
    }
}

impl Source for Rows {
    fn stream(&self) -> &StreamSchema {
        &self.stream
    }

    fn next(&mut self) -> Result<Option<RecordBatch>, SourceError> {
        let mut skip = self.rows;
        for batch in &*self.batches {
            let rows = batch.num_rows() as u64;
            if skip < rows {
                // Positions are within a batch where a run with other batches stopped.
                let from = usize::try_from(skip).unwrap_or(0);
                self.rows += rows - skip;
                return Ok(Some(batch.slice(from, batch.num_rows() - from)));
            }
            skip -= rows;
        }
        Ok(None)
    }

    fn position(&self) -> Position {
        Position {
            rows: self.rows,
            ..Position::default()
        }
    }

    fn seek(&mut self, position: &Position) -> Result<(), SourceError> {
        let there = self.total_rows().unwrap_or(0);
        if position.rows > there {
            return Err(SourceError::Moved {
                name: "rows in memory".to_owned(),
                what: format!(
                    "there are {there} rows, not the {} of before",
                    position.rows
                ),
                versions: false,
            });
        }
        self.rows = position.rows;
        Ok(())
    }

    fn total_rows(&self) -> Option<u64> {
        Some(self.batches.iter().map(|rows| rows.num_rows() as u64).sum())
    }
}
