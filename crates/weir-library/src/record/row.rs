use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;
use weir_run::{InputHash, MemoryUsage, RunId, RunKind, RunName, RunState, StageReport, Timestamp};

/// A run as lists show it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunRow {
    /// Its id.
    pub id: RunId,
    /// Its name.
    pub name: RunName,
    /// Its kind.
    pub kind: RunKind,
    /// Where it stands; a run whose process died is `resumable`.
    pub state: RunState,
    /// Its folder.
    pub folder: PathBuf,
    /// When it was registered.
    pub created: Timestamp,
    /// When it started, last.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Seconds it worked, last.
    pub seconds: Option<f64>,
    /// The error, when it failed.
    pub error: Option<String>,
    /// The process that works on it, when one does.
    pub pid: Option<u32>,
    /// The stage it is in or was in last.
    pub stage: Option<String>,
    /// Units done in that stage.
    pub done: Option<u64>,
    /// Units in all in that stage.
    pub total: Option<u64>,
    /// What is counted there.
    pub unit: Option<String>,
    /// The memory limit, in bytes.
    pub limit: Option<u64>,
    /// Memory of the process while it worked.
    pub memory: MemoryUsage,
}

/// Everything the catalogue knows about a run, samples aside.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunDetails {
    /// What lists show.
    #[serde(flatten)]
    pub row: RunRow,
    /// The version of weir that made it.
    pub weir: String,
    /// The seed of its random numbers.
    pub seed: Option<u64>,
    /// The machine it worked on.
    pub host: String,
    /// Everything the job was asked to do.
    pub parameters: Value,
    /// What it came to, as its kind of work tells it; null until it ends.
    pub result: Value,
    /// What it read.
    pub inputs: Vec<InputHash>,
    /// What its stages took.
    pub stages: Vec<StageReport>,
    /// Words to find it by, sorted.
    pub tags: Vec<String>,
    /// What people wrote about it, oldest first.
    pub notes: Vec<String>,
    /// What happened, oldest first; the last 2,000 events without progress and samples.
    pub events: Vec<AuditEvent>,
}

/// An entry of the audit log.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AuditEvent {
    /// Its place among the events of the process that told it.
    pub sequence: u64,
    /// When.
    pub at: Timestamp,
    /// The event's word: `stage_started`, `warning`.
    pub event: String,
    /// The event as JSON.
    pub detail: Value,
}

/// Memory of a stage, or of one operation in it. Sizes in bytes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StageMemory {
    /// The stage.
    pub stage: String,
    /// The operation; `None` for the whole stage.
    pub operation: Option<String>,
    /// Seconds it took.
    pub seconds: f64,
    /// How often it ran.
    pub count: u64,
    /// Peak and mean.
    pub memory: MemoryUsage,
}
