use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::CancelReason;

/// Where a run stands. Kept in the manifest and in the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Recorded, not started yet.
    Registered,
    /// A living process works on it.
    Running,
    /// Complete.
    Finished,
    /// Ended with an error; finished parts are kept.
    Failed,
    /// Stopped on request; can be resumed.
    Cancelled,
    /// Its process died while it ran; can be resumed.
    Resumable,
}

impl RunState {
    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::Registered,
        Self::Running,
        Self::Finished,
        Self::Failed,
        Self::Cancelled,
        Self::Resumable,
    ];

    /// The state's word, as stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Resumable => "resumable",
        }
    }

    /// Whether the missing parts may be computed by another process.
    pub fn can_resume(self) -> bool {
        matches!(self, Self::Cancelled | Self::Resumable | Self::Failed)
    }

    /// Whether a process may be at work on it.
    pub fn is_active(self) -> bool {
        matches!(self, Self::Registered | Self::Running)
    }

    /// What becomes of a run in this state once its owner is known to be dead.
    #[must_use]
    pub fn when_owner_dead(self) -> Self {
        if self.is_active() {
            Self::Resumable
        } else {
            self
        }
    }
}

impl fmt::Display for RunState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for RunState {
    type Err = RunStateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| RunStateError {
                text: text.to_owned(),
            })
    }
}

/// A word that is no run state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no run state: registered, running, finished, failed, cancelled or resumable")]
pub struct RunStateError {
    /// What was given.
    pub text: String,
}

/// How a run ended, as its job reports it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Everything was computed and committed.
    Finished,
    /// An error stopped it.
    Failed {
        /// The error as the user sees it.
        error: String,
    },
    /// Someone asked it to stop. Finished parts are kept; it can be resumed.
    Cancelled {
        /// Who or what asked.
        reason: CancelReason,
    },
}

impl Outcome {
    /// The state a run has after this outcome.
    pub fn state(&self) -> RunState {
        match self {
            Self::Finished => RunState::Finished,
            Self::Failed { .. } => RunState::Failed,
            Self::Cancelled { .. } => RunState::Cancelled,
        }
    }
}
