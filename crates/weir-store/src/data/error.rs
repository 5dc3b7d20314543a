//! What can go wrong with a data file.

use weir_memory::Refusal;

use crate::{order::OrderError, storage::StorageError};

/// A failed read or write of a data file, by what the caller can do next.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The file's bytes are not those that were written; nothing of what they hold was used.
    #[error(
        "damaged at byte {offset}: {why}: {path}; restore the file from a copy, or find all damage with `weir store verify`"
    )]
    Damaged {
        /// The file, as its storage names it.
        path: String,
        /// The first byte of the damaged piece (a footer, a column chunk).
        offset: u64,
        /// What does not fit.
        why: String,
    },
    /// The rows cannot be stored.
    #[error("cannot be stored in Parquet: {why}")]
    Unsupported {
        /// What is wrong with which column.
        why: String,
    },
    /// The order column is not as it must be.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// The budget does not allow it.
    #[error(transparent)]
    Memory(#[from] Refusal),
    /// What the storage answered.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl DataError {
    pub(crate) fn damaged(path: &str, offset: u64, why: impl ToString) -> Self {
        Self::Damaged {
            path: path.to_owned(),
            offset,
            why: why.to_string(),
        }
    }

    pub(crate) fn unsupported(why: impl ToString) -> Self {
        Self::Unsupported {
            why: why.to_string(),
        }
    }
}
