use weir_run::{MemorySample, RunId};

use super::rows::{parsed, usage};
use super::{Library, unsigned};
use crate::{LibraryError, StageMemory};

impl Library {
    /// Memory by stage and operation: each stage followed by its operations, as the view
    /// `memory_by_stage` has it. Stages at work have no row yet.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnknownRun`], and what the catalogue refuses.
    pub fn memory_by_stage(&self, id: RunId) -> Result<Vec<StageMemory>, LibraryError> {
        self.known(id)?;
        self.read(|connection| {
            connection
                .prepare(
                    "SELECT stage, operation, seconds, count, peak_resident, mean_resident,
                         peak_reserved, samples
                     FROM memory_by_stage WHERE run = ?1
                     ORDER BY position, operation IS NOT NULL, operation",
                )?
                .query_map([id.to_string()], |row| {
                    Ok(StageMemory {
                        stage: row.get("stage")?,
                        operation: row.get("operation")?,
                        seconds: row.get("seconds")?,
                        count: unsigned(row.get("count")?),
                        memory: usage(row, "samples")?,
                    })
                })?
                .collect()
        })
    }

    /// Memory over time, at most 4,096 samples of an ended run, as the view `memory_timeline` has it.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnknownRun`], and what the catalogue refuses.
    pub fn samples(&self, id: RunId) -> Result<Vec<MemorySample>, LibraryError> {
        self.known(id)?;
        self.read(|connection| {
            connection
                .prepare(
                    "SELECT seconds, stage, operation, resident, reserved, memory_limit, pressure
                     FROM memory_timeline WHERE run = ?1 ORDER BY seconds",
                )?
                .query_map([id.to_string()], |row| {
                    Ok(MemorySample {
                        seconds: row.get("seconds")?,
                        stage: row.get("stage")?,
                        operation: row.get("operation")?,
                        resident: unsigned(row.get("resident")?),
                        reserved: unsigned(row.get("reserved")?),
                        limit: unsigned(row.get("memory_limit")?),
                        pressure: parsed(row, "pressure")?,
                    })
                })?
                .collect()
        })
    }
}
