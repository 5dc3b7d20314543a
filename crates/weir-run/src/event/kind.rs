use serde::{Deserialize, Serialize};

use crate::memory::{MemorySample, PressureLevel};
use crate::progress::{Progress, Total};
use crate::stage::StageReport;
use crate::{CancelReason, RunKind, RunName};

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EventKind {
    /// The run began.
    Started {
        /// Its name.
        name: RunName,
        /// Its kind.
        kind: RunKind,
        /// The memory limit, in bytes.
        limit: u64,
    },
    /// A stage began.
    StageStarted {
        /// Its name.
        stage: String,
        /// How much it has to do.
        total: Total,
    },
    /// A stage ended, well or not.
    StageEnded(StageReport),
    /// How far a stage is; at most about ten a second, and always a last one.
    Progress(Progress),
    /// Memory at one moment.
    MemorySample(MemorySample),
    /// The memory pressure changed its level.
    PressureChanged {
        /// The level before.
        from: PressureLevel,
        /// The level now.
        to: PressureLevel,
    },
    /// Work goes on in pieces of another size, because memory got tight or calm again. Results do not depend on it.
    SizeChanged {
        /// What has that size, such as `window`.
        what: String,
        /// The size before, in units of its own.
        from: u64,
        /// The size now.
        to: u64,
        /// The pressure that it follows.
        pressure: PressureLevel,
    },
    /// A part of the output is committed.
    PartFinished {
        /// The stage that made it.
        stage: String,
        /// Which part.
        part: u32,
    },
    /// Something worth telling.
    Note {
        /// What.
        text: String,
    },
    /// Something the user should look at.
    Warning {
        /// What.
        text: String,
    },
    /// The run stopped on request; it can be resumed.
    Cancelled {
        /// Who or what asked.
        reason: CancelReason,
        /// Seconds since the start.
        seconds: f64,
    },
    /// The run is complete.
    Finished {
        /// Seconds since the start.
        seconds: f64,
    },
    /// The run ended with an error.
    Failed {
        /// The error as the user sees it.
        error: String,
        /// Seconds since the start.
        seconds: f64,
    },
}

impl EventKind {
    /// The event's word, as serialised.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Started { .. } => "started",
            Self::StageStarted { .. } => "stage_started",
            Self::StageEnded(_) => "stage_ended",
            Self::Progress(_) => "progress",
            Self::MemorySample(_) => "memory_sample",
            Self::PressureChanged { .. } => "pressure_changed",
            Self::SizeChanged { .. } => "size_changed",
            Self::PartFinished { .. } => "part_finished",
            Self::Note { .. } => "note",
            Self::Warning { .. } => "warning",
            Self::Cancelled { .. } => "cancelled",
            Self::Finished { .. } => "finished",
            Self::Failed { .. } => "failed",
        }
    }

    /// Whether it is one of the three a run ends with.
    pub fn is_end(&self) -> bool {
        matches!(
            self,
            Self::Cancelled { .. } | Self::Finished { .. } | Self::Failed { .. }
        )
    }

    /// Whether a slow observer may skip it: the next of its kind says the same, newer.
    pub fn may_be_skipped(&self) -> bool {
        match self {
            Self::MemorySample(_) => true,
            Self::Progress(progress) => !progress.last,
            _ => false,
        }
    }
}
