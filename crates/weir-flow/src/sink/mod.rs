//! Where rows end up.

mod collect;
mod even;
mod file;
mod provisional;
mod rows;
mod store;

use std::collections::BTreeMap;
use std::error::Error;

use arrow_array::RecordBatch;
use serde::{Deserialize, Serialize};

use crate::{Context, Position, StreamSchema};

pub use collect::Collector;
pub use file::{FileSink, WriterSink};
pub use provisional::PROVISIONAL_KEY;
pub use rows::{RowWriteError, RowWriter};
pub use store::{CHECKPOINT_KEY, StoreSink};

/// Takes rows in order and commits them whole or not at all.
///
/// What it stores is a function of the rows and never of how they are cut into batches.
pub trait Sink: Send {
    /// The checkpoint that was committed last, by this process or an earlier one: where to go on. `None` for a
    /// sink that is empty or keeps none.
    ///
    /// # Errors
    ///
    /// [`SinkError`] where it cannot be read.
    fn last(&mut self) -> Result<Option<Checkpoint>, SinkError>;

    /// Takes rows, all or none of them.
    ///
    /// # Errors
    ///
    /// [`SinkError`]; then none of these rows was taken and the same are given again.
    fn write(&mut self, rows: &RecordBatch) -> Result<(), SinkError>;

    /// The rows from here to the next commit come because the run ends: a later run gives them again, under the same label or another one, or not at all.
    /// A sink that [replaces](Self::replaces) rows takes them away with that run's first commit. `same_names`: if they come again, then with the same label and key.
    ///
    /// # Errors
    ///
    /// [`SinkError`].
    fn begin_provisional(&mut self, same_names: bool) -> Result<(), SinkError> {
        let _ = same_names;
        Ok(())
    }

    /// Commits the rows taken since the last commit together with the checkpoint, atomically.
    ///
    /// # Errors
    ///
    /// [`SinkError`]; then nothing is committed, and trying again is allowed.
    fn commit(&mut self, checkpoint: &Checkpoint) -> Result<Committed, SinkError>;

    /// Ends it: after this, everything committed is where others read it. Called once, after the last commit.
    ///
    /// # Errors
    ///
    /// [`SinkError`].
    fn close(&mut self) -> Result<(), SinkError> {
        Ok(())
    }

    /// Whether it can commit before the end and go on from a checkpoint. A plain file cannot.
    fn keeps_checkpoints(&self) -> bool {
        false
    }

    /// Whether provisional rows may be written, which a later run replaces; see [`begin_provisional`](Self::begin_provisional).
    fn replaces(&self) -> bool {
        false
    }

    /// Bytes it holds for which it has no reservation of its own.
    fn held_bytes(&self) -> usize {
        0
    }
}

/// Makes a sink for a stream, when the pipeline is built.
///
/// Every closure `FnOnce(&StreamSchema, &Context) -> Result<Box<dyn Sink>, SinkError>` is one.
pub trait MakeSink: Send {
    /// Makes the sink.
    ///
    /// # Errors
    ///
    /// [`SinkError`] where it cannot take such rows: the pipeline is not built.
    fn make(
        self: Box<Self>,
        stream: &StreamSchema,
        context: &Context,
    ) -> Result<Box<dyn Sink>, SinkError>;
}

impl<F> MakeSink for F
where
    F: FnOnce(&StreamSchema, &Context) -> Result<Box<dyn Sink>, SinkError> + Send,
{
    fn make(
        self: Box<Self>,
        stream: &StreamSchema,
        context: &Context,
    ) -> Result<Box<dyn Sink>, SinkError> {
        self(stream, context)
    }
}

/// All that a later run needs to go on: committed with the rows that it describes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Counts checkpoints of a pipeline, from 1.
    pub number: u64,
    /// Identifies the pipeline (its operators and their options), so that no other one continues from here.
    pub pipeline: String,
    /// Where each source was, by name.
    pub positions: BTreeMap<String, Position>,
    /// The state of each operator that has one, by name; base64.
    pub states: BTreeMap<String, String>,
    /// Rows delivered to each sink since the very beginning, by name, provisional ones not counted.
    pub delivered: BTreeMap<String, u64>,
    /// Whether the run had come to the end of its sources and everything was ended.
    #[serde(default)]
    pub ended: bool,
    /// Whether a later run can go on from here; not where some operator's state cannot be saved.
    #[serde(default)]
    pub resumable: bool,
    /// Rows that each sink was given beyond these because the run ended: what open bars and unmatched rows came to. A later run
    /// gives them again.
    #[serde(default)]
    pub provisional: BTreeMap<String, u64>,
}

/// What a commit did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// The version of the dataset, where there is one.
    pub version: Option<u64>,
    /// Rows in this commit.
    pub rows: u64,
}

/// Why a sink does not take or commit rows.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SinkError {
    /// It cannot be written or read.
    #[error("{name}: {source}")]
    Write {
        /// What is written, with its path.
        name: String,
        /// Why not.
        source: Box<dyn Error + Send + Sync>,
    },
    /// Memory is short.
    #[error(transparent)]
    Memory(#[from] weir_memory::Refusal),
    /// Its bars follow a dataset, which a pipeline with checkpoints cannot go on with.
    #[error(
        "{name}: its bars follow a dataset (metadata `{}`), and this pipeline's cannot; write into a new dataset",
        crate::bars::FOLLOWED_KEY
    )]
    Followed {
        /// What is written.
        name: String,
    },
    /// It holds the result of something else, or of an earlier form of this pipeline.
    #[error("{name}: {what}")]
    Foreign {
        /// What is written, with its path.
        name: String,
        /// What is there, and what to do.
        what: String,
    },
}
