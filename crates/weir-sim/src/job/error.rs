use std::path::PathBuf;

use weir_files::FilesError;
use weir_memory::{Bytes, Refusal};
use weir_run::{JournalError, PartsError};

use crate::protocol::{Mistakes, ReadError};
use crate::results::ResultsError;

/// Why a simulation could not be prepared, run or resumed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobError {
    /// A number that is asked for is out of range.
    #[error("{name} is {value}, and has to be {allowed}")]
    OutOfRange {
        /// What it is, as the command line names it.
        name: &'static str,
        /// What was given.
        value: String,
        /// What is allowed.
        allowed: &'static str,
    },
    /// The budget does not hold even one worker.
    #[error("the run does not fit into its memory budget: {}", refusal.explanation())]
    DoesNotFit {
        /// Who asked, what was free, who holds the rest.
        refusal: Box<Refusal>,
    },
    /// The disk has not enough room for what the run is estimated to write. Nothing was written.
    #[error(
        "the run does not fit on the disk: needs about {} and {} to spare, {} are free: {}",
        Bytes::new(*needed), Bytes::new(*spare), Bytes::new(*available), folder.display()
    )]
    DiskTooSmall {
        /// Bytes that are still to be written, estimated.
        needed: u64,
        /// Bytes that have to stay free after them.
        spare: u64,
        /// Bytes that are free there.
        available: u64,
        /// Where the run was to be.
        folder: PathBuf,
    },
    /// The disk is full.
    #[error("the run does not fit on the disk: {}", .0.summary())]
    NoRoom(FilesError),
    /// The disk refused.
    #[error("{}", .0.summary())]
    Files(FilesError),
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(JournalError),
    /// Results cannot be written or read.
    #[error(transparent)]
    Results(ResultsError),
    /// The protocol in the run's folder is not the one the run was started with.
    #[error(
        "the folder's protocol.yaml is not the protocol that this run was started with ({found} instead of {expected}); put the original back, or start a new run"
    )]
    OtherProtocol {
        /// Digest in the run's parameters.
        expected: String,
        /// Digest of the file.
        found: String,
    },
    /// There is no protocol in the run's folder.
    #[error("the run's protocol is not there, it may have been stopped before it began: {}", path.display())]
    NoProtocol {
        /// Where it should be.
        path: PathBuf,
    },
    /// The protocol in the run's folder has mistakes.
    #[error("the run's protocol cannot be read: {}", without_heading(.0))]
    Protocol(Mistakes),
    /// The protocol's file cannot be read.
    #[error(transparent)]
    ProtocolFile(ReadError),
    /// The run's parameters are not a simulation's.
    #[error("the run's parameters are not those of a simulation: {0}")]
    Parameters(String),
    /// A worker panicked: a bug.
    #[error(
        "weir failed on part {part}: {message}; this is a bug, please report it with the protocol and the seed"
    )]
    Panicked {
        /// The part.
        part: u32,
        /// What the panic said.
        message: String,
    },
}

/// A report of mistakes inside a sentence: its own `error[…]: ` would be the second one.
fn without_heading(mistakes: &Mistakes) -> String {
    let text = mistakes.to_string();
    match text.split_once("]: ") {
        Some((heading, rest)) if heading.starts_with("error[") => rest.to_owned(),
        _ => text,
    }
}

/// Stable codes of [`JobError`], documented in `docs/errors.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobErrorCode(pub &'static str);

impl From<ResultsError> for JobError {
    fn from(error: ResultsError) -> Self {
        match error {
            ResultsError::Files(files) => files.into(),
            ResultsError::Journal(journal) => journal.into(),
            other => Self::Results(other),
        }
    }
}

impl From<JournalError> for JobError {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Files(files) => files.into(),
            other => Self::Journal(other),
        }
    }
}

impl From<FilesError> for JobError {
    fn from(error: FilesError) -> Self {
        match error {
            full @ FilesError::Full { .. } => Self::NoRoom(full),
            other => Self::Files(other),
        }
    }
}

impl From<PartsError<JobError>> for JobError {
    fn from(error: PartsError<JobError>) -> Self {
        match error {
            PartsError::Panicked { part, message, .. } => Self::Panicked { part, message },
            other => {
                let said = other.to_string();
                other.into_inner().unwrap_or(Self::Panicked {
                    part: 0,
                    message: said,
                })
            }
        }
    }
}

impl JobError {
    /// The code under which `docs/errors.md` explains the error.
    pub fn code(&self) -> JobErrorCode {
        JobErrorCode(match self {
            Self::OutOfRange { .. } => "W0101",
            Self::DoesNotFit { .. } => "W0107",
            Self::NoRoom(_) | Self::DiskTooSmall { .. } => "W0108",
            Self::Files(_) => "W0109",
            Self::Journal(_) => "W0110",
            Self::Results(ResultsError::Damaged { .. }) => "W0111",
            Self::Results(_) => "W0112",
            Self::OtherProtocol { .. } | Self::NoProtocol { .. } => "W0113",
            Self::Protocol(_) | Self::ProtocolFile(_) => "W0201",
            Self::Parameters(_) => "W0114",
            Self::Panicked { .. } => "W0199",
        })
    }

    /// Two to four things to do, with option names.
    pub fn remedies(&self) -> Vec<String> {
        match self {
            Self::OutOfRange { .. } => vec![],
            Self::DoesNotFit { refusal } => refusal.remedies().to_vec(),
            Self::NoRoom(_) => vec![
                "free room on that disk, or --out on another one".to_owned(),
                "--results summary (keeps no visits)".to_owned(),
                "`weir runs rm` for runs that are not needed".to_owned(),
            ],
            Self::DiskTooSmall { .. } => vec![
                "--out FOLDER on a disk with more room".to_owned(),
                "--results summary (keeps no visits)".to_owned(),
                "fewer --patients or --years".to_owned(),
                "`weir runs rm` for runs that are not needed".to_owned(),
            ],
            Self::Files(error) => error.remedies().iter().map(ToString::to_string).collect(),
            Self::Journal(JournalError::Damaged { .. })
            | Self::Results(ResultsError::Damaged { .. }) => {
                vec![
                    "`weir sim resume` computes what is damaged again".to_owned(),
                    "restore the folder from a copy".to_owned(),
                ]
            }
            Self::Journal(_) | Self::Results(_) => vec![],
            Self::NoProtocol { .. } => vec![
                "put the protocol back as protocol.yaml and resume".to_owned(),
                "`weir runs rm` for the run, and start it again".to_owned(),
            ],
            Self::OtherProtocol { .. } | Self::Parameters(_) | Self::Panicked { .. } => vec![],
            Self::Protocol(_) | Self::ProtocolFile(_) => {
                vec!["`weir protocol check FILE` lists every mistake".to_owned()]
            }
        }
    }
}
