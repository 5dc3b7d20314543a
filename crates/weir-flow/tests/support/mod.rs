//! What several tests use: small streams, an operator that records and fails when told, a sink that fails when told.
#![allow(clippy::unwrap_used, dead_code, missing_docs, unreachable_pub)]

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use weir_flow::*;
use weir_memory::{Budget, Bytes};

pub fn setting() -> Setting {
    Setting::new(Budget::detached(Bytes::mib(512)))
}

/// One column, ordered by it.
pub fn numbers_stream() -> StreamSchema {
    let schema = Schema::new(vec![Field::new("n", DataType::Int64, false)]);
    StreamSchema::ordered(Arc::new(schema), "n").unwrap()
}

/// 8 B for each number.
pub fn numbers(values: impl IntoIterator<Item = i64>) -> RecordBatch {
    let column: ArrayRef = Arc::new(Int64Array::from(values.into_iter().collect::<Vec<_>>()));
    RecordBatch::try_new(numbers_stream().schema().clone(), vec![column]).unwrap()
}

pub fn values(rows: &RecordBatch) -> Vec<i64> {
    rows.column(0).as_primitive::<Int64Type>().values().to_vec()
}

/// Fails at the calls that it is told to, counting down to 0 and staying there until told otherwise.
#[derive(Clone, Debug)]
pub struct Fuse(Arc<AtomicI64>);

impl Fuse {
    /// Fails once, at this call from 1; 0 for never.
    pub fn at(call: i64) -> Self {
        Self(Arc::new(AtomicI64::new(call)))
    }

    pub fn burns(&self) -> bool {
        self.0.fetch_sub(1, Ordering::SeqCst) == 1
    }
}

/// Passes rows on as they are, and notes each firing.
pub struct Recorder {
    stream: StreamSchema,
    pub firings: Arc<Mutex<Vec<Vec<i64>>>>,
    fuse: Fuse,
}

impl Recorder {
    pub fn make(firings: &Arc<Mutex<Vec<Vec<i64>>>>, fuse: &Fuse) -> impl MakeOperator + use<> {
        let (firings, fuse) = (firings.clone(), fuse.clone());
        move |inputs: &[StreamSchema]| {
            let stream = inputs[0].clone();
            Ok(Box::new(Self {
                stream,
                firings,
                fuse,
            }) as Box<dyn Operator>)
        }
    }

    pub fn plain() -> impl MakeOperator {
        Self::make(&Arc::default(), &Fuse::at(0))
    }
}

impl Operator for Recorder {
    fn output(&self) -> &StreamSchema {
        &self.stream
    }

    fn fire(&mut self, held: &Held, out: &mut Output) -> Result<Fired, OperatorError> {
        let mut all = Vec::new();
        for rows in held.input(0) {
            all.extend(values(rows));
            out.push(rows.clone());
        }
        if self.fuse.burns() {
            return Err(OperatorError::Rows("told to fail".into()));
        }
        self.firings.lock().unwrap().push(all);
        Ok(Fired::Done)
    }
}

/// A collector that fails when told.
pub struct Fragile {
    pub inner: Box<dyn Sink>,
    write: Fuse,
    commit: Fuse,
}

impl Fragile {
    pub fn make(collector: &Collector, write: &Fuse, commit: &Fuse) -> impl MakeSink + use<> {
        let (collector, write, commit) = (collector.clone(), write.clone(), commit.clone());
        move |stream: &StreamSchema, context: &Context| {
            let inner = Box::new(collector).make(stream, context)?;
            Ok(Box::new(Self {
                inner,
                write,
                commit,
            }) as Box<dyn Sink>)
        }
    }
}

fn told() -> SinkError {
    SinkError::Write {
        name: "out".into(),
        source: "told to fail".into(),
    }
}

impl Sink for Fragile {
    fn last(&mut self) -> Result<Option<Checkpoint>, SinkError> {
        self.inner.last()
    }

    fn write(&mut self, rows: &RecordBatch) -> Result<(), SinkError> {
        if self.write.burns() {
            Err(told())
        } else {
            self.inner.write(rows)
        }
    }

    fn commit(&mut self, checkpoint: &Checkpoint) -> Result<Committed, SinkError> {
        if self.commit.burns() {
            Err(told())
        } else {
            self.inner.commit(checkpoint)
        }
    }

    fn keeps_checkpoints(&self) -> bool {
        true
    }
}
