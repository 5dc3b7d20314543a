use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow_array::RecordBatch;
use arrow_select::concat::concat_batches;

use super::{Checkpoint, Committed, MakeSink, Sink, SinkError};
use crate::{Context, StreamSchema};

/// Collects rows in memory, for tests and for small results: clones share what is collected. It commits as a dataset does, so a
/// pipeline made anew on it goes on from its last commit. Not bounded but by the rows that it is given.
#[derive(Clone, Default)]
pub struct Collector {
    shared: Arc<Mutex<Collected>>,
}

#[derive(Default)]
struct Collected {
    stream: Option<StreamSchema>,
    committed: Vec<RecordBatch>,
    written: Vec<RecordBatch>,
    checkpoint: Option<Checkpoint>,
    version: u64,
    closed: bool,
}

impl Collector {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What is committed, as one batch; nothing before the pipeline was built.
    #[must_use]
    pub fn committed(&self) -> Option<RecordBatch> {
        let collected = self.lock();
        let stream = collected.stream.as_ref()?;
        concat_batches(stream.schema(), &collected.committed).ok()
    }

    /// All that was written, committed or not.
    #[must_use]
    pub fn written(&self) -> Option<RecordBatch> {
        let collected = self.lock();
        let stream = collected.stream.as_ref()?;
        concat_batches(
            stream.schema(),
            collected.committed.iter().chain(&collected.written),
        )
        .ok()
    }

    /// The last commit's checkpoint.
    #[must_use]
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.lock().checkpoint.clone()
    }

    /// How many commits there were.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.lock().version
    }

    /// Whether it was closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.lock().closed
    }

    fn lock(&self) -> MutexGuard<'_, Collected> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MakeSink for Collector {
    fn make(
        self: Box<Self>,
        stream: &StreamSchema,
        _context: &Context,
    ) -> Result<Box<dyn Sink>, SinkError> {
        let mut collected = self.lock();
        collected.stream = Some(stream.clone());
        // A crash commits nothing.
        collected.written.clear();
        drop(collected);
        Ok(self)
    }
}

impl Sink for Collector {
    fn last(&mut self) -> Result<Option<Checkpoint>, SinkError> {
        Ok(self.lock().checkpoint.clone())
    }

    fn write(&mut self, rows: &RecordBatch) -> Result<(), SinkError> {
        self.lock().written.push(rows.clone());
        Ok(())
    }

    fn commit(&mut self, checkpoint: &Checkpoint) -> Result<Committed, SinkError> {
        let mut collected = self.lock();
        let written = std::mem::take(&mut collected.written);
        let rows = written.iter().map(|rows| rows.num_rows() as u64).sum();
        collected.committed.extend(written);
        collected.checkpoint = Some(checkpoint.clone());
        collected.version += 1;
        Ok(Committed {
            version: Some(collected.version),
            rows,
        })
    }

    fn close(&mut self) -> Result<(), SinkError> {
        self.lock().closed = true;
        Ok(())
    }

    fn keeps_checkpoints(&self) -> bool {
        true
    }
}
