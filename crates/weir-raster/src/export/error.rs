//! Why rows could not be written.

use weir_files::FilesError;
use weir_memory::Refusal;
use weir_run::Cancelled;

/// Why a part, or the file made of parts, could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The disk would not take or give bytes.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// The budget has no room.
    #[error(transparent)]
    Memory(#[from] Refusal),
    /// The run was cancelled; parts that are complete stay.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// What was asked for cannot be written in this format.
    #[error("{format}: {reason}")]
    Unfit {
        /// The format's name.
        format: &'static str,
        /// What cannot be, and what to do.
        reason: String,
    },
    /// A value that the output's type or its nodata does not allow.
    #[error("{name}: row {row}, column {column} of the target (from 0): {reason}")]
    Value {
        /// The column of the output.
        name: String,
        /// The target's row, from 0 at the top.
        row: u64,
        /// The target's column, from 0 in the west.
        column: u64,
        /// What is wrong with the value, and what to do.
        reason: String,
    },
    /// A part's file is not what its writer left.
    #[error("{}: {reason} at byte {offset}; remove it and resume: the part is computed again", path.display())]
    Part {
        /// The part's file.
        path: std::path::PathBuf,
        /// Where.
        offset: u64,
        /// What is wrong.
        reason: String,
    },
}
