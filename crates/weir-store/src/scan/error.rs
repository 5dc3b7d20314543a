//! Why rows cannot be read.

use crate::{data::DataError, order::OrderError};

/// A failed read, by what the caller can do next.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ScanError {
    /// The dataset has no such column.
    #[error("the dataset has no column {name:?}; it has {columns}")]
    NoColumn {
        /// The name asked for.
        name: String,
        /// The names there are.
        columns: String,
    },
    /// A bound or a predicate's value is not of its column's type.
    #[error("{value} is not a value of column {column:?}, which is {found}")]
    Value {
        /// The column.
        column: String,
        /// Its Arrow type.
        found: String,
        /// The value.
        value: String,
    },
    /// Datasets that are to be read together are ordered by different types.
    #[error("the order columns are of different types: {first} and {second}")]
    Orders {
        /// One.
        first: String,
        /// The other.
        second: String,
    },
    /// A file is damaged, the budget does not allow it, or the storage failed.
    #[error(transparent)]
    Data(#[from] DataError),
}

impl From<OrderError> for ScanError {
    fn from(error: OrderError) -> Self {
        Self::Data(error.into())
    }
}
