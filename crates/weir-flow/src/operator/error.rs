use std::error::Error;

use weir_memory::Refusal;

use crate::StreamError;

/// Why an operator could not do its work. After it nothing has changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OperatorError {
    /// The rows cannot be treated: an overflow, a value that is not allowed. Trying again does not help.
    #[error("{0}")]
    Rows(String),
    /// The rows do not belong to the stream.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// A join does not suit its inputs.
    #[error(transparent)]
    Join(#[from] crate::JoinError),
    /// Memory is short. Trying again can help once others have drained.
    #[error(transparent)]
    Memory(#[from] Refusal),
    /// A spill file cannot be written or read.
    #[error("{doing}: {source}")]
    Spill {
        /// What was being done, with the path.
        doing: String,
        /// Why it failed.
        source: Box<dyn Error + Send + Sync>,
    },
    /// Bytes given to restore from are not a state of this operator.
    #[error("the saved state cannot be used: {0}; run again from the beginning into a new dataset")]
    State(String),
    /// Arrow refused.
    #[error(transparent)]
    Arrow(#[from] arrow_schema::ArrowError),
    /// A user's own operator failed.
    #[error(transparent)]
    User(Box<dyn Error + Send + Sync>),
}
