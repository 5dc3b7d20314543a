//! Where rows come from.

mod csv;
mod format;
mod input;
mod ipc;
mod once;
mod open;
mod parquet;
mod prefix;
mod rows;
mod store;

use std::error::Error;

use arrow_array::RecordBatch;
use serde::{Deserialize, Serialize};

use crate::{StreamError, StreamSchema};

pub use csv::{
    ColumnType, CsvOptions, CsvSource, INFERRED_FROM_BYTES, INFERRED_FROM_ROWS,
    ParseColumnTypeError,
};
pub use format::{ParseRowFormatError, RowFormat};
pub use ipc::IpcSource;
pub use open::{OpenedRows, open_rows, read_rows_once};
pub use parquet::{ParquetOptions, ParquetSource};
pub use rows::Rows;
pub use store::{StoreOptions, StoreSource};

/// Gives rows in order, a batch at a time, and can go to a place it was at before.
///
/// Its rows are a function of what it reads and never of how they are cut into batches.
/// The pipeline checks the order that the source claims.
pub trait Source: Send {
    /// What it gives.
    fn stream(&self) -> &StreamSchema;

    /// The next rows; `None` at the end, and from then on.
    ///
    /// # Errors
    ///
    /// [`SourceError`]; calling again may go on where it failed or fail again, never leave rows out.
    fn next(&mut self) -> Result<Option<RecordBatch>, SourceError>;

    /// Where it is: after the last batch given.
    fn position(&self) -> Position;

    /// Goes to a place that [`position`](Self::position) told, perhaps in an earlier process.
    ///
    /// # Errors
    ///
    /// [`SourceError::Moved`] where what it reads is no longer what it was.
    fn seek(&mut self, position: &Position) -> Result<(), SourceError>;

    /// How many rows there are in all, where that is known: for progress.
    fn total_rows(&self) -> Option<u64> {
        None
    }
}

/// A place in a source.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// Rows given so far, from the beginning of what is read.
    pub rows: u64,
    /// What else the source needs to know it again (a version, a length, a checksum of what is read); null for nothing.
    #[serde(default)]
    pub detail: serde_json::Value,
}

/// Why a source gives no rows.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// It cannot be read.
    #[error("{name}: {source}")]
    Read {
        /// What is read, with its path.
        name: String,
        /// Why not.
        source: Box<dyn Error + Send + Sync>,
    },
    /// What it gives is not what it claims: not sorted, other columns.
    #[error("{name}: {source} (row {first_row} is the first of the batch)")]
    Rows {
        /// What is read, with its path.
        name: String,
        /// The number of the batch's first row, from 0.
        first_row: u64,
        /// What is wrong.
        source: Box<StreamError>,
    },
    /// It is no longer what it was when the position was noted.
    #[error(
        "{name} has changed since the last run: {what}; make the results anew, or write into a new dataset"
    )]
    Moved {
        /// What is read, with its path.
        name: String,
        /// How it has changed.
        what: String,
        /// Whether it has versions, so that what was read then may still be there.
        versions: bool,
    },
    /// Memory is short.
    #[error(transparent)]
    Memory(#[from] weir_memory::Refusal),
}
