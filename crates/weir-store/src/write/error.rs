//! Why rows were not written.

use weir_memory::Refusal;

use crate::{
    commit::CommitError, data::DataError, manifest::Version, merge::PeriodError, order::OrderError,
    snapshot::OpenError, storage::StorageError,
};

/// A write, compaction or evolution that did not happen. Nothing of it is visible, unless the variant says so.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The rows have other columns than the dataset.
    #[error(
        "the rows do not fit the dataset: {why}; change the dataset's columns (`weir store alter`), or the rows"
    )]
    Schema {
        /// Which column, what it is and what it should be.
        why: String,
    },
    /// A column cannot be changed so.
    #[error("{why}")]
    Column {
        /// Which, and why.
        why: String,
    },
    /// A column is null in a row, and the dataset does not allow that.
    #[error(
        "column {column:?} is null in row {row}, and the dataset's is not nullable; fill it in, or allow null (`weir store alter`)"
    )]
    Null {
        /// The column.
        column: String,
        /// The row, from 0, over all batches.
        row: u64,
    },
    /// A setting cannot be.
    #[error("{why}")]
    Settings {
        /// Which, and why.
        why: String,
    },
    /// The rows' source failed; its own words.
    #[error("the rows' source failed: {why}")]
    Source {
        /// Its words.
        why: String,
    },
    /// The dataset's metadata is no longer what the writer goes on from: another one has written meanwhile.
    #[error(
        "version {version} has another {key:?} in its metadata than the one that this write goes on from; another run has written meanwhile: run again"
    )]
    Overtaken {
        /// The key of the metadata.
        key: String,
        /// The version that has it.
        version: Version,
    },
    /// The dataset changed at every attempt.
    #[error(
        "others changed version {version} in {attempts} attempts; try again when fewer processes write"
    )]
    Contended {
        /// The version last seen.
        version: Version,
        /// How often it was tried.
        attempts: u32,
    },
    /// A file is damaged, the budget does not allow it, the rows are out of order, or the storage failed.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The version was not published, or may not last.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The dataset cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
}

impl From<OrderError> for WriteError {
    fn from(error: OrderError) -> Self {
        Self::Data(error.into())
    }
}

impl From<Refusal> for WriteError {
    fn from(error: Refusal) -> Self {
        Self::Data(error.into())
    }
}

impl From<StorageError> for WriteError {
    fn from(error: StorageError) -> Self {
        Self::Data(error.into())
    }
}

impl From<PeriodError> for WriteError {
    fn from(error: PeriodError) -> Self {
        Self::Settings {
            why: error.to_string(),
        }
    }
}
