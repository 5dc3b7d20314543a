use serde::{Deserialize, Serialize};

use crate::memory::MemoryUsage;
use crate::progress::Unit;

/// What a stage took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StageReport {
    /// Its name.
    pub stage: String,
    /// How it ended.
    pub end: StageEnd,
    /// Seconds since the run began at which the stage began.
    pub began: f64,
    /// Seconds it lasted.
    pub seconds: f64,
    /// Units done.
    pub done: u64,
    /// Units in all, when that was known.
    pub total: Option<u64>,
    /// What was counted.
    pub unit: Unit,
    /// Memory of the whole process while the stage was at work.
    pub memory: MemoryUsage,
    /// Its operations, by name.
    pub operations: Vec<OperationReport>,
}

/// How a stage ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageEnd {
    /// Well.
    Finished,
    /// With an error.
    Failed {
        /// The error as the user sees it.
        error: String,
    },
    /// It was left before its end: a cancelled run, an error elsewhere, a panic.
    Unfinished,
}

/// What an operation took, summed over all its runs and threads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperationReport {
    /// Its name.
    pub operation: String,
    /// How often it ran.
    pub count: u64,
    /// Seconds in all; with several threads more than the time that passed.
    pub seconds: f64,
    /// Memory of the whole process while at least one thread was in the operation: the periodic
    /// samples, and one at every beginning and end.
    pub memory: MemoryUsage,
}
