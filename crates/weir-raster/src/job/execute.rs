//! A run from its folder to its outputs; resuming is the same function.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use serde::Serialize;
use weir_files::{Files, sweep_temporaries};
use weir_memory::Bytes;
use weir_run::{PartsError, Run, Total, run_parts};

use super::checksum::checksum;
use super::part::{Bench, Worker, part_file};
use super::record::{AssembledRecord, Record};
use super::taking_up::{PARTS, TakenUp, take_up, unchanged};
use super::windows::{WindowChange, Windows};
use super::{Job, JobError, Preflight};
use crate::Part;

/// An output that is complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Written {
    /// The output's name in the plan.
    pub output: String,
    /// The file.
    pub path: PathBuf,
    /// Rows of a table, cells of a raster.
    pub rows: u64,
    /// Its length.
    pub bytes: u64,
    /// Whether it is a table.
    pub table: bool,
}

impl Written {
    /// What [`Written::rows`] counts.
    pub fn unit(&self) -> &'static str {
        if self.table { "row" } else { "cell" }
    }
}

/// How a run ended, other than by an error.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Completed {
    /// Columns of the target.
    pub columns: u64,
    /// Rows of the target.
    pub rows: u64,
    /// Its reference system.
    pub crs: String,
    /// Layers whose values were copied, as their grid is the target.
    pub copied: Vec<String>,
    /// Parts in all.
    pub parts: u32,
    /// Parts that were there before this call.
    pub parts_before: u32,
    /// Parts that this call computed.
    pub parts_computed: u32,
    /// Cancelled before the end; the rest can be resumed.
    pub cancelled: bool,
    /// Threads that worked.
    pub threads: usize,
    /// Source pixels a side of a window at the start.
    pub window: u64,
    /// How that changed, the first 256 times.
    pub windows: Vec<WindowChange>,
    /// The outputs, when all are complete.
    pub outputs: Vec<Written>,
}

impl Job {
    /// Runs the job in `folder`, or finishes what an earlier run of it left there. The same bytes come out for every budget, thread count, window
    /// and interruption. Outputs appear under their names when they are complete.
    ///
    /// # Errors
    /// [`JobError`]; every part that was finished stays, and what the outputs were before.
    pub fn run(
        &self,
        run: &Run,
        threads: usize,
        files: &Arc<dyn Files>,
        folder: &Path,
    ) -> Result<Completed, JobError> {
        let load = run.stage("load", Total::known(self.layers.len() as u64, "layers"));
        let (taken, preflight) = {
            let _operation = load.operation("headers");
            let taken = take_up(self, run, files, folder)?;
            let preflight = self.preflight(run.budget(), threads, &**files, folder)?;
            if !taken.work.missing.is_empty() {
                // Better refused now than at the first part.
                let one = load.holder("one worker");
                drop(one.reserve(Bytes::new(preflight.worker_bytes))?);
                if taken.kept == 0 {
                    self.check_disk(&**files, folder)?;
                }
            }
            (taken, preflight)
        };
        for warning in &self.warnings().to_vec() {
            run.warn(warning.clone());
        }
        load.progress().add(self.layers.len() as u64);
        load.finish();
        let TakenUp {
            mut journal,
            work,
            kept,
            mut assembled,
        } = taken;
        let (computed, windows) =
            self.compute(run, &preflight, files, folder, &work.missing, |record| {
                Ok(journal.append(&record)?)
            })?;
        let mut cancelled = (computed as usize) < work.missing.len();
        if !cancelled {
            if !work.missing.is_empty() {
                unchanged(&self.inputs, &**files)?;
            }
            match self.assemble(run, files, folder, &work.assemble, |record| {
                assembled.insert(record.output, record.clone());
                Ok(journal.append(&Record::Assembled(record))?)
            }) {
                Ok(()) => {
                    files.remove_folder_all(&folder.join(PARTS))?;
                }
                Err(JobError::Cancelled(_)) => cancelled = true,
                Err(error) => return Err(error),
            }
        }
        let grid = &self.target.grid;
        Ok(Completed {
            columns: grid.columns(),
            rows: grid.rows(),
            crs: self.target.crs.to_string(),
            copied: self.copied(),
            parts: self.parts(),
            parts_before: kept,
            parts_computed: computed,
            cancelled,
            threads: preflight.threads,
            window: preflight.window,
            windows,
            outputs: if cancelled {
                Vec::new()
            } else {
                self.written(&assembled)
            },
        })
    }

    /// Computes the missing parts; gives how many, and how the windows changed.
    fn compute(
        &self,
        run: &Run,
        preflight: &Preflight,
        files: &Arc<dyn Files>,
        folder: &Path,
        missing: &[u32],
        mut enter: impl FnMut(Record) -> Result<(), JobError>,
    ) -> Result<(u32, Vec<WindowChange>), JobError> {
        if missing.is_empty() {
            return Ok((0, Vec::new()));
        }
        // The stage that counts rows begins last: progress that is shown is its own.
        let merge = run.stage("merge", Total::known(u64::from(self.parts()), "parts"));
        let rows = self.target.grid.rows();
        let resample = run.stage("resample", Total::known(rows, "rows"));
        let there = u64::from(self.parts()) - missing.len() as u64;
        resample
            .progress()
            .take_over((there * self.part_rows()).min(rows));
        let bench = Bench {
            job: self,
            run,
            files: &**files,
            folder: folder.join(PARTS),
            resample: &resample,
            merge: &merge,
            windows: Windows::new(run, preflight.window),
            together: RwLock::new(()),
        };
        let mut computed = 0;
        let outcome = run_parts(
            run,
            &resample,
            missing.iter().copied(),
            NonZeroUsize::new(preflight.threads).unwrap_or(NonZeroUsize::MIN),
            || Worker::new(&bench),
            |worker, part| worker.part(&bench, part),
            |_, record| {
                enter(Record::Part(record))?;
                computed += 1;
                Ok(())
            },
        );
        let windows = bench.windows.changes();
        match outcome {
            Ok(_)
            | Err(PartsError::Work {
                error: JobError::Cancelled(_),
                ..
            }) => {}
            Err(error) => {
                let error = JobError::from(error);
                resample.fail(&error);
                merge.fail(&error);
                return Err(error);
            }
        }
        resample.finish();
        merge.finish();
        Ok((computed, windows))
    }

    /// Makes the outputs of their parts.
    fn assemble(
        &self,
        run: &Run,
        files: &Arc<dyn Files>,
        folder: &Path,
        outputs: &[u32],
        mut enter: impl FnMut(AssembledRecord) -> Result<(), JobError>,
    ) -> Result<(), JobError> {
        let stage = run.stage("export", Total::known(outputs.len() as u64, "outputs"));
        let rows = self.part_rows();
        for index in outputs {
            run.cancel().check()?;
            let output = &self.outputs[*index as usize];
            let parts = (0..self.parts()).map(|number| {
                let first = u64::from(number) * rows;
                let part = Part {
                    number,
                    rows: first..(first + rows).min(self.target.grid.rows()),
                };
                (
                    part,
                    part_file(&folder.join(PARTS), *index as usize, number),
                )
            });
            let parts: Vec<(Part, PathBuf)> = parts.collect();
            let parts: Vec<(Part, &Path)> = parts
                .iter()
                .map(|(part, path)| (part.clone(), path.as_path()))
                .collect();
            let _operation = stage.operation(&output.name);
            if let Some(folder) = output
                .path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty())
            {
                files.create_folder_all(folder)?;
                sweep_temporaries(&**files, folder)?;
            }
            let holder = stage.holder(&output.name);
            let made = output
                .export
                .assemble(&parts, &output.path, &holder, run.cancel());
            let made = made.map_err(|error| JobError::of_output(&output.name, error))?;
            let (bytes, crc32) = checksum(&**files, &output.path)?;
            enter(AssembledRecord {
                output: *index,
                rows: made.rows,
                bytes,
                crc32,
            })?;
            stage.progress().add(1);
        }
        stage.finish();
        Ok(())
    }

    fn written(&self, assembled: &BTreeMap<u32, AssembledRecord>) -> Vec<Written> {
        let records = self.outputs.iter().zip(0..).filter_map(|(output, index)| {
            let record = assembled.get(&index)?;
            Some(Written {
                output: output.name.clone(),
                path: output.path.clone(),
                rows: record.rows,
                bytes: record.bytes,
                table: self.is_table(&output.name),
            })
        });
        records.collect()
    }

    fn is_table(&self, name: &str) -> bool {
        let output = self.plan.outputs.iter().find(|(known, _)| known == name);
        output.is_some_and(|(_, output)| output.kind.table().is_some())
    }
}
