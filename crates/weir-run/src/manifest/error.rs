use std::path::PathBuf;

use weir_files::FilesError;

/// Why a manifest cannot be read or written.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// The file is no manifest.
    #[error(
        "the run's manifest is damaged at line {line}, column {column}: {reason}; restore it from a \
         copy, or remove the run: {path}"
    )]
    Damaged {
        /// The manifest.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// The column, counted from 1.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
    /// The manifest was written by a newer weir.
    #[error(
        "the run's manifest has format {found}, this weir reads up to {known}: use the weir that \
         wrote it, or a newer one: {path}"
    )]
    Newer {
        /// The manifest.
        path: PathBuf,
        /// The format in the file.
        found: u32,
        /// The newest format this weir knows.
        known: u32,
    },
    /// The disk refused.
    #[error("the run's manifest cannot be written or read: {0}")]
    Files(#[from] FilesError),
}
