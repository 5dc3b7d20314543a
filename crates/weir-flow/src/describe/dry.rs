//! A sink for looking at a pipeline without running it.

use arrow_array::RecordBatch;

use crate::{Checkpoint, Committed, Context, MakeSink, Sink, SinkError, StreamSchema};

/// Writes nothing.
pub(super) struct DrySink;

impl MakeSink for DrySink {
    fn make(self: Box<Self>, _: &StreamSchema, _: &Context) -> Result<Box<dyn Sink>, SinkError> {
        Ok(self)
    }
}

impl Sink for DrySink {
    fn last(&mut self) -> Result<Option<Checkpoint>, SinkError> {
        Ok(None)
    }
    fn write(&mut self, _: &RecordBatch) -> Result<(), SinkError> {
        Ok(())
    }
    fn commit(&mut self, _: &Checkpoint) -> Result<Committed, SinkError> {
        Ok(Committed::default())
    }
}
