//! What can go wrong with a disk, by what the caller can do about it.

mod message;
mod system;

use std::{
    io,
    path::{Path, PathBuf},
};

/// What was being done when a file operation failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// Creating a file.
    Create,
    /// Writing to a file.
    Write,
    /// Syncing a file to the disk.
    Sync,
    /// Syncing a folder to the disk.
    SyncFolder,
    /// Renaming.
    Rename,
    /// Removing a file or folder.
    Remove,
    /// Creating a folder.
    CreateFolder,
    /// Listing a folder.
    List,
    /// Opening or reading a file.
    Read,
    /// Asking for facts or free space.
    Inspect,
}

/// A failed file operation; the variant says what the caller can do next.
///
/// Messages name the numbers, then the path, then what to do; [`FilesError::summary`] leaves the last out and
/// [`FilesError::remedies`] is only that. Survives the way through [`io::Error`] (and so through writers of other crates)
/// unchanged: see [`FilesError::from_io`] and [`FilesError::find_in`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FilesError {
    /// The disk, or the quota, is full. Nothing that was committed is lost.
    Full {
        /// What was being done.
        doing: Doing,
        /// The file or folder.
        path: PathBuf,
        /// Bytes asked for, where known.
        needed: Option<u64>,
        /// Bytes free for this user, where known; misleading and so absent when a quota refused.
        available: Option<u64>,
    },
    /// The file system is mounted read-only.
    ReadOnly {
        /// What was being done.
        doing: Doing,
        /// The file or folder.
        path: PathBuf,
    },
    /// This user may not do that.
    PermissionDenied {
        /// What was being done.
        doing: Doing,
        /// The file or folder.
        path: PathBuf,
    },
    /// The process or the system has no file descriptor left.
    TooManyOpenFiles {
        /// What was being done.
        doing: Doing,
        /// The file or folder.
        path: PathBuf,
        /// The soft limit of this process (`ulimit -n`), where known.
        limit: Option<u64>,
    },
    /// The disk did not confirm that the bytes are on it: they may be lost, and asking again would not tell.
    SyncFailed {
        /// [`Doing::Sync`] or [`Doing::SyncFolder`].
        doing: Doing,
        /// The file or folder.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// The file is whole and has its final name, but its folder could not be synced: after a loss of power
    /// the old file may be back. The state is unknown until the folder has been synced.
    RenamedNotSynced {
        /// The final path.
        path: PathBuf,
        /// Why the folder could not be synced.
        reason: String,
    },
    /// There is nothing at this path, or its folder is missing.
    NotFound {
        /// What was being done.
        doing: Doing,
        /// The file or folder.
        path: PathBuf,
    },
    /// There is something at this path already.
    AlreadyExists {
        /// What was being done.
        doing: Doing,
        /// The file or folder.
        path: PathBuf,
    },
    /// The file is longer than this kind of file ever is.
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its length in bytes.
        len: u64,
        /// The most that would have been read, in bytes.
        limit: u64,
    },
    /// Anything else.
    Other {
        /// What was being done.
        doing: Doing,
        /// The file or folder.
        path: PathBuf,
        /// The kind of the system's error.
        kind: io::ErrorKind,
        /// The system's words.
        reason: String,
    },
}

impl FilesError {
    /// The file or folder that it is about.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Full { path, .. }
            | Self::ReadOnly { path, .. }
            | Self::PermissionDenied { path, .. }
            | Self::TooManyOpenFiles { path, .. }
            | Self::SyncFailed { path, .. }
            | Self::RenamedNotSynced { path, .. }
            | Self::NotFound { path, .. }
            | Self::AlreadyExists { path, .. }
            | Self::TooLarge { path, .. }
            | Self::Other { path, .. } => path,
        }
    }

    /// The same error with the bytes that were asked for, where it is about space.
    #[must_use]
    pub(crate) fn needing(mut self, bytes: u64) -> Self {
        if let Self::Full {
            needed: needed @ None,
            ..
        } = &mut self
        {
            *needed = Some(bytes);
        }
        self
    }
}
