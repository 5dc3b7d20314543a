use serde::{Deserialize, Serialize};

use crate::memory::{MemorySample, MemoryUsage};
use crate::stage::StageReport;
use crate::{Outcome, RunId, RunKind, RunName, Timestamp};

/// What a run took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunReport {
    /// Its id.
    pub id: RunId,
    /// Its name.
    pub name: RunName,
    /// Its kind.
    pub kind: RunKind,
    /// How it ended; `None` while it is at work.
    pub outcome: Option<Outcome>,
    /// When it began.
    pub started: Timestamp,
    /// Seconds it lasted (so far).
    pub seconds: f64,
    /// The budget's limit, in bytes.
    pub limit: u64,
    /// Memory of the process while the run was at work.
    pub memory: MemoryUsage,
    /// Ended stages in the order of their ends; at most 1,024, further ones are only told to
    /// observers.
    pub stages: Vec<StageReport>,
    /// Memory over time, at most 4,096 samples.
    pub timeline: Vec<MemorySample>,
}
