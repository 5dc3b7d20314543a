//! Why a raster job cannot be prepared, run or resumed.

use std::path::PathBuf;

use weir_files::FilesError;
use weir_memory::{Bytes, Refusal};
use weir_run::{Cancelled, JournalError, PartsError};

use super::target::TargetError;
use crate::{ExportError, GeoTiffError, LayerError};

/// Why a job cannot be prepared, run or resumed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobError {
    /// A raster that is read is damaged, or uses something that is not read.
    #[error(transparent)]
    Raster(GeoTiffError),
    /// A layer does not suit the target, or its own options.
    #[error("the layer {layer} cannot be used: {reason}")]
    Layer {
        /// The layer.
        layer: String,
        /// Why, and what to do.
        reason: String,
    },
    /// There is no target that suits the layers.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// An output cannot be in the format that was asked for.
    #[error("the output {output} cannot be written: {reason}")]
    Output {
        /// The output.
        output: String,
        /// Why, and what to do.
        reason: String,
    },
    /// A part's file is damaged: it is removed and computed again by resuming.
    #[error("the output {output} cannot be made of its parts: {reason}")]
    Part {
        /// The output.
        output: String,
        /// Which file, where and what.
        reason: String,
    },
    /// A file that is read is not the one that the run began with.
    #[error("{} has changed since the run began: {what}", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
        /// What is different.
        what: String,
    },
    /// The folder's run is of another plan.
    #[error("the folder has a run of another plan: {}", folder.display())]
    OtherPlan {
        /// The run's folder.
        folder: PathBuf,
    },
    /// The budget does not hold the work.
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
        /// Where.
        folder: PathBuf,
    },
    /// The disk refused.
    #[error("{}", .0.summary())]
    Files(#[from] FilesError),
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(JournalError),
    /// The run was asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// A worker panicked: a bug.
    #[error("weir failed on part {part}: {message}; this is a bug, please report it with the plan")]
    Panicked {
        /// The part.
        part: u32,
        /// What the panic said.
        message: String,
    },
}

impl From<GeoTiffError> for JobError {
    fn from(error: GeoTiffError) -> Self {
        Self::Raster(error)
    }
}

impl From<Refusal> for JobError {
    fn from(refusal: Refusal) -> Self {
        Self::DoesNotFit {
            refusal: Box::new(
                refusal
                    .with_remedy("--threads 1 (every thread holds windows of all layers)")
                    .with_remedy("fewer layers or outputs in one plan"),
            ),
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

impl JobError {
    /// What is wrong with a layer.
    pub(super) fn of_layer(layer: &str, error: LayerError) -> Self {
        match error {
            LayerError::GeoTiff(error) => error.into(),
            LayerError::Memory(refusal) => refusal.into(),
            LayerError::Cancelled(cancelled) => cancelled.into(),
            other => Self::Layer {
                layer: layer.to_owned(),
                reason: other.to_string(),
            },
        }
    }

    /// What is wrong with an output.
    pub(super) fn of_output(output: &str, error: ExportError) -> Self {
        match error {
            ExportError::Files(error) => error.into(),
            ExportError::Memory(refusal) => refusal.into(),
            ExportError::Cancelled(cancelled) => cancelled.into(),
            error @ ExportError::Part { .. } => Self::Part {
                output: output.to_owned(),
                reason: error.to_string(),
            },
            other => Self::Output {
                output: output.to_owned(),
                reason: other.to_string(),
            },
        }
    }

    /// The code under which `docs/errors.md` explains the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Raster(GeoTiffError::Damaged { .. } | GeoTiffError::Io { .. }) => "W0605",
            Self::Raster(_) => "W0606",
            Self::Layer { .. } | Self::Target(_) => "W0603",
            Self::Output { .. } => "W0607",
            Self::Part { .. } => "W0111",
            Self::Changed { .. } | Self::OtherPlan { .. } => "W0604",
            Self::DoesNotFit { .. } => "W0107",
            Self::DiskTooSmall { .. } | Self::Files(FilesError::Full { .. }) => "W0108",
            Self::Files(_) => "W0109",
            Self::Journal(_) => "W0110",
            Self::Cancelled(_) => "W0608",
            Self::Panicked { .. } => "W0199",
        }
    }

    /// What to do, with option names.
    pub fn remedies(&self) -> Vec<String> {
        let said = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        match self {
            Self::Raster(GeoTiffError::Damaged { .. }) => said(&[
                "compare the file with its origin, or fetch it again",
                "gdal_translate writes a new one of what GDAL can still read",
            ]),
            Self::Raster(_) | Self::Layer { .. } | Self::Output { .. } | Self::Panicked { .. } => {
                vec![]
            }
            Self::Cancelled(_) | Self::Part { .. } => vec![],
            Self::Target(TargetError::Mixed { .. }) => said(&[
                "target.crs: EPSG:CODE in the plan, or -t_srs EPSG:CODE",
                "target.like: FILE for the grid of one of them",
            ]),
            Self::Target(TargetError::Unsaid { what: "cell", .. }) => said(&[
                "target.cell in the plan, or --cell (-tr)",
                "target.like: FILE",
            ]),
            Self::Target(TargetError::Unsaid { .. }) => said(&[
                "target.extent: [west, south, east, north] in the plan, or -te",
                "target.like: FILE",
            ]),
            Self::Target(TargetError::NoWay { .. }) => said(&[
                "another target.crs, or -t_srs",
                "gdalwarp -t_srs EPSG:CODE brings the layer to a supported one",
            ]),
            Self::Target(TargetError::Grid(_)) => said(&["another target.cell or target.extent"]),
            Self::Changed { .. } => said(&[
                "put the file back as it was, times included (cp -p), and resume",
                "`weir raster run` for a new run, and `weir runs rm` for this one",
            ]),
            Self::OtherPlan { .. } => said(&["`weir raster run` for a new run"]),
            Self::DoesNotFit { refusal } => refusal.remedies().to_vec(),
            Self::DiskTooSmall { .. } => said(&[
                "outputs on a disk with more room, or WEIR_HOME on one for the parts",
                "a larger target.cell, or a smaller target.extent",
                "`weir runs rm` for runs that are not needed",
            ]),
            Self::Files(error) => error.remedies().iter().map(ToString::to_string).collect(),
            Self::Journal(JournalError::Damaged { .. }) => {
                said(&["`weir raster resume` computes every part again"])
            }
            Self::Journal(_) => vec![],
        }
    }
}

impl From<PartsError<JobError>> for JobError {
    fn from(error: PartsError<JobError>) -> Self {
        match error {
            PartsError::Panicked { part, message } => Self::Panicked { part, message },
            PartsError::Worker { error, .. }
            | PartsError::Work { error, .. }
            | PartsError::Sink { error, .. } => error,
        }
    }
}
