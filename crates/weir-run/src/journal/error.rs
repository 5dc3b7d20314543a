use std::path::PathBuf;

use weir_files::FilesError;

use crate::RunId;

/// Why a journal cannot be read or written.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// A record is damaged and others follow it, or the damage is not what an interrupted write
    /// leaves. Nothing was changed.
    #[error(
        "the journal is damaged at byte {offset}: {reason}; nothing that it vouches for can be \
         trusted: {path}"
    )]
    Damaged {
        /// The journal.
        path: PathBuf,
        /// Where the damaged line begins, in bytes from the start.
        offset: u64,
        /// What is wrong there.
        reason: String,
    },
    /// The journal was written by a newer weir.
    #[error(
        "the journal has format {found}, this weir reads up to {known}: use the weir that wrote \
         it, or a newer one: {path}"
    )]
    Newer {
        /// The journal.
        path: PathBuf,
        /// The format in the file.
        found: u32,
        /// The newest format this weir knows.
        known: u32,
    },
    /// The journal belongs to another run.
    #[error("the journal belongs to run {found}, not to {expected}: {path}")]
    OtherRun {
        /// The journal.
        path: PathBuf,
        /// The run in the file.
        found: RunId,
        /// The run that was asked for.
        expected: RunId,
    },
    /// A record cannot be turned into JSON, or is longer than 1 MiB.
    #[error("the record cannot be written: {reason}: {path}")]
    Record {
        /// The journal.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The disk refused. After a refused append the journal takes no more: open it again, which
    /// finds out what is on disk.
    #[error("the journal cannot be written or read: {0}")]
    Files(#[from] FilesError),
}
