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
    /// What the machine could still give ([`weir_memory::SystemMemory`]), where the system tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_available: Option<u64>,
    /// What the machine has, where the system tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_total: Option<u64>,
}

impl MemorySample {
    /// How much of the machine's memory was in use, by all its processes, in percent.
    pub fn system_percent(&self) -> Option<f64> {
        let total = self.system_total.filter(|total| *total > 0)?;
        let used = total.saturating_sub(self.system_available?);
        Some(used as f64 / total as f64 * 100.0)
    }
}
