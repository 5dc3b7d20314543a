//! From the system's errors, and through `io::Error` and back.

use std::{error::Error, io, path::Path};

use rustix::io::Errno;

use super::{Doing, FilesError};

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
}

impl Error for FilesError {}

impl From<FilesError> for io::Error {
    fn from(error: FilesError) -> Self {
        Self::new(error.kind(), error)
    }
}
