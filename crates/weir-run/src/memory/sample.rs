use serde::{Deserialize, Serialize};

use super::PressureLevel;

/// Memory at one moment of a run. Sizes in bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemorySample {
    /// Seconds since the run began.
    pub seconds: f64,
    /// The innermost stage at work, when there is one.
    pub stage: Option<String>,
    /// The operation entered last among those at work, when there is one.
    pub operation: Option<String>,
    /// Resident memory of the process.
    pub resident: u64,
    /// Reserved in the budget by all its holders.
    pub reserved: u64,
    /// The budget's limit.
    pub limit: u64,
    /// The pressure level.
    pub pressure: PressureLevel,
}
