//! What can go wrong with objects.

use weir_files::FilesError;

/// A failed operation of a storage, by what the caller can do next.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// There is nothing at this path.
    #[error("nothing is there: {path}")]
    NotFound {
        /// The object, as its storage names it.
        path: String,
    },
    /// There is something at this path already, and it was left as it is.
    #[error("something is there already: {path}")]
    AlreadyExists {
        /// The object, as its storage names it.
        path: String,
    },
    /// The object is whole and visible, and a loss of power may still take it away; do not do it again.
    #[error(
        "written whole, but a loss of power may undo it ({reason}): {path}; look at the disk's health before relying on it"
    )]
    NotDurable {
        /// The object, as its storage names it.
        path: String,
        /// Why it could not be made durable.
        reason: String,
    },
    /// The object ends before the range that was asked for: it is shorter than its manifest says.
    #[error(
        "the object has {len} bytes where {wanted_end} are expected: {path}; it is damaged or was replaced: run `weir store verify`"
    )]
    Short {
        /// The object, as its storage names it.
        path: String,
        /// Its length in bytes.
        len: u64,
        /// The end of the range asked for, in bytes.
        wanted_end: u64,
    },
    /// The object is larger than this kind of object ever is.
    #[error(
        "{len} bytes where at most {limit} are expected: {path}; the object is damaged or foreign"
    )]
    TooLarge {
        /// The object, as its storage names it.
        path: String,
        /// Its length in bytes.
        len: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// What the disk answered.
    #[error(transparent)]
    Files(FilesError),
    /// What an object store answered.
    #[error("the object store refused: {reason}: {path}")]
    Remote {
        /// The object, as its storage names it.
        path: String,
        /// Its words.
        reason: String,
    },
}

impl From<FilesError> for StorageError {
    fn from(error: FilesError) -> Self {
        let path = error.path().display().to_string();
        match error {
            FilesError::NotFound { .. } => Self::NotFound { path },
            FilesError::AlreadyExists { .. } => Self::AlreadyExists { path },
            FilesError::RenamedNotSynced { reason, .. } => Self::NotDurable { path, reason },
            FilesError::TooLarge { len, limit, .. } => Self::TooLarge { path, len, limit },
            other => Self::Files(other),
        }
    }
}

impl StorageError {
    /// Whether the storage refuses writing as such: a read-only disk or no permission.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        matches!(
            self,
            Self::Files(FilesError::ReadOnly { .. } | FilesError::PermissionDenied { .. })
        )
    }
}

/// For writers of other crates, which know `io::Error` only.
impl From<StorageError> for std::io::Error {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Files(error) => error.into(),
            other => Self::other(other),
        }
    }
}
