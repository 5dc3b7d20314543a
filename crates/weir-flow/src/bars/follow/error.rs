use weir_run::Cancelled;
use weir_store::{OpenError, ScanError, WriteError};

use super::super::BarsError;
use crate::StreamError;

/// Why bars cannot be brought up to date. The targets are as they were, or as the update would leave them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FollowError {
    /// A dataset cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The source cannot be read.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// A target cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The bars cannot be made.
    #[error(transparent)]
    Bars(#[from] BarsError),
    /// The source has no stream's form.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// Someone asked it to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The target is not what these bars go into.
    #[error("{target}: {what}")]
    Target {
        /// The dataset.
        target: String,
        /// What is wrong, and what to do.
        what: String,
    },
}
