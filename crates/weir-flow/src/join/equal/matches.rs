//! The matches of a run of left keys, spilled: how many each has, and the right rows themselves.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, UInt32Array, cast::AsArray, types::UInt32Type};
use arrow_schema::{DataType, Field, Schema};
use arrow_select::interleave::interleave_record_batch;

use super::ROWS;
use crate::OperatorError;
use crate::spill::{Block, Spill};

/// Written matches: for each left key in order a count, and the right rows of all of them, one after the other.
#[derive(Clone, Debug, Default)]
pub(in crate::join) struct Matches {
    counts: Arc<Vec<Block>>,
    rows: Arc<Vec<Block>>,
}

/// Matches being written.
#[derive(Debug, Default)]
pub(in crate::join) struct MatchesWriter {
    counts: Vec<Block>,
    rows: Vec<Block>,
    waiting: Vec<u32>,
}

impl MatchesWriter {
    /// The next left key has so many.
    pub(in crate::join) fn count(
        &mut self,
        spill: &mut Spill,
        count: u32,
    ) -> Result<(), OperatorError> {
        self.waiting.push(count);
        if self.waiting.len() >= ROWS {
            self.write_counts(spill)?;
        }
        Ok(())
    }

    fn write_counts(&mut self, spill: &mut Spill) -> Result<(), OperatorError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let counts: ArrayRef = Arc::new(UInt32Array::from(std::mem::take(&mut self.waiting)));
        let schema = Schema::new(vec![Field::new("count", DataType::UInt32, false)]);
        let counts = RecordBatch::try_new(Arc::new(schema), vec![counts])?;
        self.counts.push(spill.append(&counts)?);
        Ok(())
    }

    /// The next right rows.
    pub(in crate::join) fn rows(
        &mut self,
        spill: &mut Spill,
        rows: &RecordBatch,
    ) -> Result<(), OperatorError> {
        if rows.num_rows() > 0 {
            self.rows.push(spill.append(rows)?);
        }
        Ok(())
    }

    pub(in crate::join) fn finish(mut self, spill: &mut Spill) -> Result<Matches, OperatorError> {
        self.write_counts(spill)?;
        Ok(Matches {
            counts: Arc::new(self.counts),
            rows: Arc::new(self.rows),
        })
    }
}

/// A place in written matches. A clone goes on from the same place.
#[derive(Clone, Debug)]
pub(super) struct MatchesReader {
    matches: Matches,
    next_counts: usize,
    counts: Option<UInt32Array>,
    count: usize,
    next_rows: usize,
    rows: Option<RecordBatch>,
    row: usize,
    /// Which of the collector's batches `rows` is.
    collected: Option<usize>,
}

impl MatchesReader {
    pub(super) fn new(matches: Matches) -> Self {
        Self {
            matches,
            next_counts: 0,
            counts: None,
            count: 0,
            next_rows: 0,
            rows: None,
            row: 0,
            collected: None,
        }
    }

    /// How many the next left key has.
    pub(super) fn next_count(&mut self, spill: &Spill) -> Result<u32, OperatorError> {
        loop {
            if let Some(counts) = self
                .counts
                .as_ref()
                .filter(|counts| self.count < counts.len())
            {
                self.count += 1;
                return Ok(counts.value(self.count - 1));
            }
            let block = self.matches.counts.get(self.next_counts).copied();
            let block = block.ok_or_else(|| lost("counts"))?;
            self.counts = Some(
                spill
                    .read(block)?
                    .column(0)
                    .as_primitive::<UInt32Type>()
                    .clone(),
            );
            self.next_counts += 1;
            self.count = 0;
        }
    }

    /// Collects the next row.
    pub(super) fn collect(
        &mut self,
        spill: &Spill,
        collector: &mut Collector,
    ) -> Result<(), OperatorError> {
        if self
            .rows
            .as_ref()
            .is_none_or(|rows| self.row >= rows.num_rows())
        {
            let block = self.matches.rows.get(self.next_rows).copied();
            let block = block.ok_or_else(|| lost("rows"))?;
            self.rows = Some(spill.read(block)?);
            self.next_rows += 1;
            self.row = 0;
            self.collected = None;
        }
        let batch = match (self.collected, &self.rows) {
            (Some(batch), _) => batch,
            (None, Some(rows)) => {
                collector.batches.push(rows.clone());
                let batch = collector.batches.len() - 1;
                self.collected = Some(batch);
                batch
            }
            (None, None) => return Err(lost("rows")),
        };
        collector.indices.push((batch, self.row));
        self.row += 1;
        Ok(())
    }

    /// The collector starts anew.
    pub(super) fn forget(&mut self) {
        self.collected = None;
    }
}

fn lost(what: &str) -> OperatorError {
    OperatorError::Spill {
        doing: "reading matches back".to_owned(),
        source: format!("fewer {what} than were written").into(),
    }
}

/// Rows of several batches, picked one by one.
#[derive(Debug, Default)]
pub(super) struct Collector {
    batches: Vec<RecordBatch>,
    pub(super) indices: Vec<(usize, usize)>,
}

impl Collector {
    /// A collector whose batch 0 is this one.
    pub(super) fn with(rows: RecordBatch) -> Self {
        Self {
            batches: vec![rows],
            indices: Vec::new(),
        }
    }

    /// The rows picked, where there are any.
    pub(super) fn rows(&self) -> Result<Option<RecordBatch>, OperatorError> {
        if self.indices.is_empty() {
            return Ok(None);
        }
        let batches: Vec<&RecordBatch> = self.batches.iter().collect();
        Ok(Some(interleave_record_batch(&batches, &self.indices)?))
    }
}
