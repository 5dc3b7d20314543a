use std::collections::VecDeque;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};
use arrow_select::concat::concat_batches;

/// Cuts rows into batches of an equal number of rows, so that what is written does not depend on how they came.
pub(super) struct EvenBatches {
    schema: SchemaRef,
    rows: usize,
    waiting: VecDeque<RecordBatch>,
    held: usize,
}

impl EvenBatches {
    pub(super) fn new(schema: SchemaRef, rows: usize) -> Self {
        Self {
            schema,
            rows,
            waiting: VecDeque::new(),
            held: 0,
        }
    }

    pub(super) fn push(&mut self, rows: &RecordBatch) {
        self.held += rows.num_rows();
        self.waiting.push_back(rows.clone());
    }

    /// The next full batch; with `all`, also the rest.
    pub(super) fn next(&mut self, all: bool) -> Result<Option<RecordBatch>, ArrowError> {
        if self.held < self.rows && !(all && self.held > 0) {
            return Ok(None);
        }
        let mut wanted = self.rows.min(self.held);
        self.held -= wanted;
        let mut pieces = Vec::new();
        while wanted > 0 {
            let Some(rows) = self.waiting.pop_front() else {
                break;
            };
            if rows.num_rows() > wanted {
                self.waiting
                    .push_front(rows.slice(wanted, rows.num_rows() - wanted));
                pieces.push(rows.slice(0, wanted));
                wanted = 0;
            } else {
                wanted -= rows.num_rows();
                pieces.push(rows);
            }
        }
        concat_batches(&self.schema, &pieces).map(Some)
    }

    pub(super) fn bytes(&self) -> usize {
        self.waiting
            .iter()
            .map(RecordBatch::get_array_memory_size)
            .sum()
    }
}
