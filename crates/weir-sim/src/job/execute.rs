use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use weir_files::Files;
use weir_memory::Bytes;
use weir_run::{Run, Stage, Total};

use super::error::JobError;
use super::place::{Ledger, Place};
use super::spec::Job;
use super::taking_up::{Plan, TakenUp, take_up};
use super::tiers::{count_again, hold_then_write, write_parts};
use crate::results::{JournalRecord, Layout, Results, Tier, parts, write_counts, write_summary};

/// How a run of a job ended, other than by an error.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Completed {
    /// Patients whose results are on disk.
    pub patients: u32,
    /// Visits on disk.
    pub visits: u64,
    /// Bytes on disk.
    pub bytes: u64,
    /// Parts that were there before this call.
    pub parts_before: u32,
    /// Parts that this call computed.
    pub parts_computed: u32,
    /// Parts whose tables stayed and whose patients this call counted again.
    pub parts_counted: u32,
    /// Whether this call wrote the histograms and the summary of the whole run.
    pub whole_written: bool,
    /// Cancelled before the end; the rest can be resumed.
    pub cancelled: bool,
    /// Threads that worked.
    pub threads: usize,
    /// The tier that was chosen.
    pub tier: &'static str,
}

impl Job {
    /// Runs the job into `folder`, or finishes what an earlier run of it left there: parts that are whole stay,
    /// damaged and missing ones are computed. The same bytes come out for every budget, thread count and
    /// interruption.
    ///
    /// # Errors
    /// [`JobError`]; every part that was finished stays, temporary files are removed.
    pub fn run(
        &self,
        run: &Run,
        threads: usize,
        files: &Arc<dyn Files>,
        folder: &Path,
    ) -> Result<Completed, JobError> {
        let preparing = run.stage("prepare", Total::unknown("files"));
        let place = Place {
            job: self,
            run,
            files,
            layout: Layout::new(folder),
            stamp: self.stamp(),
            preflight: self.preflight(run.budget(), threads, &**files, folder),
        };
        let TakenUp {
            journal,
            plan,
            counts,
            patients_kept,
            parts_kept,
        } = take_up(&place)?;
        let share_left = plan.missing.len() as f64 / f64::from(parts(self.spec.patients));
        place.preflight.check_disk(share_left, &**files, folder)?;
        // The memory tier holds everything until the end: better refused now than at a tenth of the way.
        if place.preflight.tier() == Tier::Memory && !plan.missing.is_empty() {
            let whole = preparing
                .holder("results in memory")
                .reserve(Bytes::new(place.preflight.memory_bytes))
                .map_err(|refusal| JobError::DoesNotFit {
                    refusal: Box::new(refusal.with_remedy(
                        "a new run with --results parquet, which writes part by part",
                    )),
                })?;
            drop(whole);
        }
        preparing.finish();

        let mut ledger = Ledger {
            journal,
            counts,
            counts_known: plan.counts_known,
        };
        let stage = run.stage(
            "simulate",
            Total::known(u64::from(self.spec.patients), "patients"),
        );
        stage.progress().take_over(patients_kept);
        let worked = work(&place, &stage, &plan, &mut ledger);
        match &worked {
            Ok(_) => stage.finish(),
            Err(error) => stage.fail(error),
        };
        let (parts_computed, parts_counted) = worked?;
        let asked = plan.missing.len() + plan.uncounted.len();
        let cancelled = ((parts_computed + parts_counted) as usize) < asked;
        if !cancelled {
            close(&place, &mut ledger, plan.close)?;
        }
        let stored = self.open(files, folder)?;
        Ok(Completed {
            patients: stored.patients_done().0,
            visits: stored.rows("visits"),
            bytes: stored.bytes(),
            parts_before: parts_kept,
            parts_computed,
            parts_counted,
            whole_written: plan.close && !cancelled,
            cancelled,
            threads: place.preflight.threads,
            tier: place.preflight.tier,
        })
    }
}

/// Computes what is missing, then counts what is uncounted; returns how many parts of each were done.
fn work(
    place: &Place<'_>,
    stage: &Stage,
    plan: &Plan,
    ledger: &mut Ledger,
) -> Result<(u32, u32), JobError> {
    let computed = match place.preflight.tier() {
        Tier::Memory => hold_then_write(place, stage, &plan.missing, ledger)?,
        Tier::Parquet => write_parts(place, stage, &plan.missing, ledger)?,
    };
    Ok((
        computed,
        count_again(place, stage, &plan.uncounted, ledger)?,
    ))
}

/// All parts are there: the run's own histograms and summary, then the parts' counts can go.
fn close(place: &Place<'_>, ledger: &mut Ledger, write: bool) -> Result<(), JobError> {
    let stage = place.run.stage("summarise", Total::unknown("tables"));
    let Place {
        files,
        layout,
        stamp,
        ..
    } = place;
    if write {
        let counts = &ledger.counts;
        let whole = vec![
            write_counts(files, layout, "histograms.parquet", counts, None, stamp)?,
            write_summary(files, layout, counts, stamp)?,
        ];
        ledger
            .journal
            .append(&JournalRecord::Whole { files: whole })?;
    }
    files.remove_folder_all(&layout.table("counts"))?;
    stage.finish();
    Ok(())
}
