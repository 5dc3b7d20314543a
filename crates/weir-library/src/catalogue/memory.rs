use std::collections::BTreeSet;

use weir_run::{MemorySample, MemoryUsage, RunId};

use super::rows::{parsed, usage};
use super::{Library, unsigned};
use crate::{LibraryError, StageMemory};

impl Library {
    /// Memory by stage and operation: each stage followed by its operations, as the views `memory_by_stage` and
    /// `memory_by_operation` have them. A stage at work has a row from the samples so far.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnknownRun`], and what the catalogue refuses.
    pub fn memory_by_stage(&self, id: RunId) -> Result<Vec<StageMemory>, LibraryError> {
        let row = self.known(id)?;
        let mut stages: Vec<StageMemory> = self.read(|connection| {
            connection
                .prepare(
                    "SELECT position, stage, NULL AS operation, seconds, 1 AS count, peak_resident,
                         mean_resident, peak_reserved, samples, min_resident, sd_resident
                     FROM stages WHERE run = ?1
                     UNION ALL
                     SELECT position, stage, operation, operations.seconds, count,
                         operations.peak_resident, operations.mean_resident,
                         operations.peak_reserved, operations.samples, operations.min_resident,
                         operations.sd_resident
                     FROM operations JOIN stages USING (run, position) WHERE run = ?1
                     ORDER BY 1, 3 NULLS FIRST",
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
        })?;
        if row.state.is_active() {
            let ended: BTreeSet<String> = stages.iter().map(|stage| stage.stage.clone()).collect();
            stages.extend(at_work(&self.samples(id)?, &ended));
        }
        Ok(stages)
    }

    /// Memory over time, at most 4,096 samples of an ended run, as the view
    /// `memory_timeline` has them.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnknownRun`], and what the catalogue refuses.
    pub fn samples(&self, id: RunId) -> Result<Vec<MemorySample>, LibraryError> {
        self.known(id)?;
        self.read(|connection| {
            connection
                .prepare(
                    "SELECT seconds, stage, operation, resident, reserved, memory_limit, pressure,
                         system_available, system_total
                     FROM memory_samples WHERE run = ?1 ORDER BY seconds, number",
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
                        system_available: row
                            .get::<_, Option<i64>>("system_available")?
                            .map(unsigned),
                        system_total: row.get::<_, Option<i64>>("system_total")?.map(unsigned),
                    })
                })?
                .collect()
        })
    }
}

/// The stages that samples tell of and that have not ended, in the order of their first samples.
fn at_work(samples: &[MemorySample], ended: &BTreeSet<String>) -> Vec<StageMemory> {
    let mut names: Vec<&str> = Vec::new();
    for sample in samples {
        if let Some(name) = sample.stage.as_deref()
            && !ended.contains(name)
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    let of = |name: &str| {
        let told: Vec<&MemorySample> = samples
            .iter()
            .filter(|sample| sample.stage.as_deref() == Some(name))
            .collect();
        let first = told.first().map_or(0.0, |sample| sample.seconds);
        let last = told.last().map_or(0.0, |sample| sample.seconds);
        StageMemory {
            stage: name.to_owned(),
            operation: None,
            seconds: last - first,
            count: 1,
            memory: MemoryUsage::of(told.iter().map(|sample| (sample.resident, sample.reserved))),
        }
    };
    names.into_iter().map(of).collect()
}
