//! What can go wrong with a disk, by what the caller can do about it.

use std::{
    error::Error,
    fmt::{self, Display},
    io,
    path::{Path, PathBuf},
};

use rustix::io::Errno;

use crate::space::Readable;

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

impl Display for Doing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Create => "create",
            Self::Write => "write",
            Self::Sync => "sync",
            Self::SyncFolder => "sync the folder",
            Self::Rename => "rename",
            Self::Remove => "remove",
            Self::CreateFolder => "create the folder",
            Self::List => "list the folder",
            Self::Read => "read",
            Self::Inspect => "inspect",
        })
    }
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
    /// From the system's error, or unchanged when a `FilesError` travels inside `error`.
    ///
    /// `ENOSPC`, `EDQUOT`, `EROFS`, `EACCES`, `EPERM`, `EMFILE`, `ENFILE`, `ENOENT` and `EEXIST` have variants; every other
    /// failure of a sync is [`FilesError::SyncFailed`].
    #[must_use]
    pub fn from_io(error: io::Error, path: &Path, doing: Doing) -> Self {
        if let Some(own) = Self::find_in(&error) {
            return own.clone();
        }
        let path = path.to_path_buf();
        let errno = error.raw_os_error().map(Errno::from_raw_os_error);
        match errno {
            Some(Errno::NOSPC) => {
                let available = crate::real::available_near(&path);
                return Self::Full {
                    doing,
                    path,
                    needed: None,
                    available,
                };
            }
            Some(Errno::DQUOT) => {
                return Self::Full {
                    doing,
                    path,
                    needed: None,
                    available: None,
                };
            }
            Some(Errno::ROFS) => return Self::ReadOnly { doing, path },
            Some(Errno::ACCESS | Errno::PERM) => return Self::PermissionDenied { doing, path },
            Some(Errno::MFILE) => {
                let limit = crate::real::open_files_limit();
                return Self::TooManyOpenFiles { doing, path, limit };
            }
            Some(Errno::NFILE) => {
                return Self::TooManyOpenFiles {
                    doing,
                    path,
                    limit: None,
                };
            }
            _ => {}
        }
        match (error.kind(), doing) {
            (io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded, _) => Self::Full {
                doing,
                path,
                needed: None,
                available: None,
            },
            (io::ErrorKind::ReadOnlyFilesystem, _) => Self::ReadOnly { doing, path },
            (io::ErrorKind::PermissionDenied, _) => Self::PermissionDenied { doing, path },
            (io::ErrorKind::NotFound, _) => Self::NotFound { doing, path },
            (io::ErrorKind::AlreadyExists, _) => Self::AlreadyExists { doing, path },
            (_, Doing::Sync | Doing::SyncFolder) => Self::SyncFailed {
                doing,
                path,
                reason: error.to_string(),
            },
            (kind, _) => Self::Other {
                doing,
                path,
                kind,
                reason: error.to_string(),
            },
        }
    }

    /// The `FilesError` inside another error, at any depth: other crates wrap the [`io::Error`] that a writer
    /// returned, as `parquet` does in its `External`.
    #[must_use]
    pub fn find_in<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e Self> {
        let mut next = Some(error);
        // Deeper than any real chain; a cycle must not hang an error path.
        for _ in 0..32 {
            let here = next?;
            if let Some(own) = here.downcast_ref::<Self>() {
                return Some(own);
            }
            // `io::Error::source` skips the error that it carries, and `get_ref` does not.
            next = match here
                .downcast_ref::<io::Error>()
                .and_then(io::Error::get_ref)
            {
                Some(inner) => Some(inner),
                None => here.source(),
            };
        }
        None
    }

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

    /// What happened, with numbers, and the path last.
    #[must_use]
    pub fn summary(&self) -> String {
        let path = self.path().display();
        match self {
            Self::Full {
                doing,
                needed,
                available,
                ..
            } => {
                let numbers = match (needed, available) {
                    (Some(needed), Some(available)) => {
                        format!(
                            " (needs {}, {} available)",
                            Readable(*needed),
                            Readable(*available)
                        )
                    }
                    (Some(needed), None) => format!(" (needs {})", Readable(*needed)),
                    (None, Some(available)) => format!(" ({} available)", Readable(*available)),
                    (None, None) => String::new(),
                };
                format!("cannot {doing}: the disk or quota is full{numbers}: {path}")
            }
            Self::ReadOnly { doing, .. } => {
                format!("cannot {doing}: the file system is read-only: {path}")
            }
            Self::PermissionDenied { doing, .. } => {
                format!("cannot {doing}: permission denied: {path}")
            }
            Self::TooManyOpenFiles { doing, limit, .. } => {
                let limit = limit.map_or(String::new(), |limit| format!(" (limit {limit})"));
                format!("cannot {doing}: too many open files{limit}: {path}")
            }
            Self::SyncFailed { doing, reason, .. } => {
                format!("cannot {doing}: the disk did not confirm the bytes ({reason}): {path}")
            }
            Self::RenamedNotSynced { reason, .. } => format!(
                "written whole and renamed, but the folder could not be synced ({reason}), so a loss of power may bring \
                 the old file back: {path}"
            ),
            Self::NotFound { doing, .. } => format!("cannot {doing}: not found: {path}"),
            Self::AlreadyExists { doing, .. } => format!("cannot {doing}: exists already: {path}"),
            Self::TooLarge { len, limit, .. } => format!(
                "cannot read: {} where at most {} are expected: {path}",
                Readable(*len),
                Readable(*limit)
            ),
            Self::Other { doing, reason, .. } => format!("cannot {doing}: {reason}: {path}"),
        }
    }

    /// What the user can do, most promising first; each a clause without a full stop.
    #[must_use]
    pub fn remedies(&self) -> &'static [&'static str] {
        match self {
            Self::Full { .. } => &["free some space", "choose a folder on another disk"],
            Self::ReadOnly { .. } => &[
                "choose a folder on a writable disk",
                "remount the file system for writing",
            ],
            Self::PermissionDenied { .. } => &[
                "choose a folder that you own",
                "ask its owner for the permission",
            ],
            Self::TooManyOpenFiles { .. } => {
                &["raise the limit with `ulimit -n`", "run with fewer threads"]
            }
            Self::SyncFailed { .. } => &[
                "look at the disk's health (`dmesg`)",
                "write again, to another disk",
            ],
            Self::RenamedNotSynced { .. } => &[
                "look at the disk's health (`dmesg`)",
                "write again before relying on it",
            ],
            Self::NotFound { .. } => &["look at the path", "create the folder"],
            Self::AlreadyExists { .. } => &["choose another name", "remove what is there"],
            Self::TooLarge { .. } => &["look whether the file is damaged or foreign"],
            Self::Other { .. } => &["look at the path and the disk"],
        }
    }

    /// The nearest kind of [`io::Error`].
    #[must_use]
    pub fn kind(&self) -> io::ErrorKind {
        match self {
            Self::Full { .. } => io::ErrorKind::StorageFull,
            Self::ReadOnly { .. } => io::ErrorKind::ReadOnlyFilesystem,
            Self::PermissionDenied { .. } => io::ErrorKind::PermissionDenied,
            Self::NotFound { .. } => io::ErrorKind::NotFound,
            Self::AlreadyExists { .. } => io::ErrorKind::AlreadyExists,
            Self::TooLarge { .. } => io::ErrorKind::FileTooLarge,
            Self::Other { kind, .. } => *kind,
            Self::TooManyOpenFiles { .. }
            | Self::SyncFailed { .. }
            | Self::RenamedNotSynced { .. } => io::ErrorKind::Other,
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

impl Display for FilesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.summary(), self.remedies().join(", or "))
    }
}

impl Error for FilesError {}

impl From<FilesError> for io::Error {
    fn from(error: FilesError) -> Self {
        Self::new(error.kind(), error)
    }
}
