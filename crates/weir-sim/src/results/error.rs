use std::path::{Path, PathBuf};

use weir_files::{Doing, FilesError};
use weir_run::JournalError;

use crate::summary::CountsError;

/// Why results could not be written, opened or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResultsError {
    /// The disk refused.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// The journal is damaged or not there.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A file does not have the bytes that were written.
    #[error("damaged: {what}: {}", path.display())]
    Damaged {
        /// What differs.
        what: String,
        /// The file.
        path: PathBuf,
    },
    /// The Parquet library refused a file or a batch.
    #[error("{doing}: {reason}: {}", path.display())]
    Parquet {
        /// What was being done.
        doing: &'static str,
        /// What the library says.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// The counts in a file do not fit the run.
    #[error("the histograms do not fit the run: {reason}: {}", path.display())]
    Counts {
        /// What does not fit.
        reason: CountsError,
        /// The file.
        path: PathBuf,
    },
    /// Asked for patients that the run does not have (or not yet).
    #[error("patient {patient} is not in these results, which hold {held}")]
    NoSuchPatient {
        /// The patient.
        patient: u32,
        /// What there is, in words.
        held: String,
    },
    /// The run kept no visits.
    #[error("this run kept no visits (--results summary): {}", path.display())]
    NoVisits {
        /// The run's folder.
        path: PathBuf,
    },
}

impl ResultsError {
    /// What happened, without what to do about it.
    pub fn summary(&self) -> String {
        match self {
            Self::Files(error) => error.summary(),
            other => other.to_string(),
        }
    }

    /// The file or folder that it is about, where it is about one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Files(error) => Some(error.path()),
            Self::Damaged { path, .. }
            | Self::Parquet { path, .. }
            | Self::Counts { path, .. }
            | Self::NoVisits { path } => Some(path),
            Self::Journal(_) | Self::NoSuchPatient { .. } => None,
        }
    }

    /// An error of the Parquet library; a disk's refusal inside it comes out as itself.
    pub(super) fn parquet(
        error: parquet::errors::ParquetError,
        doing: &'static str,
        path: &Path,
    ) -> Self {
        if let Some(files) = FilesError::find_in(&error) {
            return Self::Files(files.clone());
        }
        if let parquet::errors::ParquetError::External(inner) = error {
            return match inner.downcast::<std::io::Error>() {
                Ok(io) => Self::Files(FilesError::from_io(*io, path, Doing::Write)),
                Err(other) => Self::Parquet {
                    doing,
                    reason: other.to_string(),
                    path: path.to_owned(),
                },
            };
        }
        Self::Parquet {
            doing,
            reason: error.to_string(),
            path: path.to_owned(),
        }
    }

    /// An error of the Arrow library.
    pub(crate) fn arrow(
        error: &arrow_schema::ArrowError,
        doing: &'static str,
        path: &Path,
    ) -> Self {
        Self::Parquet {
            doing,
            reason: error.to_string(),
            path: path.to_owned(),
        }
    }
}
