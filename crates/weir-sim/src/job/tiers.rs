//! The two ways of computing the missing parts, and counting those that are there.

use std::num::NonZeroUsize;

use weir_run::{Stage, run_parts};

use super::error::JobError;
use super::held_rows::HeldRows;
use super::place::{Bench, Ledger, Place};
use crate::results::PartWriter;
use crate::summary::Counts;

/// Parquet: parts are written as they are computed. Returns how many were finished.
pub(super) fn write_parts(
    place: &Place<'_>,
    stage: &Stage,
    missing: &[u32],
    ledger: &mut Ledger,
) -> Result<u32, JobError> {
    let bench = Bench::reserve(stage, &place.preflight)?;
    let progress = |patients| stage.progress().add(patients);
    let outcome = run_parts(
        place.run,
        stage,
        missing.iter().copied(),
        threads(&bench),
        || bench.worker(place.job, stage, &place.preflight),
        |worker, part| {
            let _operation = stage.operation("part");
            let record = worker.write_part(place, part, progress)?;
            Ok((record, worker.block.counts.clone()))
        },
        |_, (record, counts)| ledger.enter(place, record, &counts),
    )?;
    Ok(outcome.completed as u32)
}

/// Memory: everything is computed, then saved. Returns how many parts were finished: none where the run was
/// cancelled.
pub(super) fn hold_then_write(
    place: &Place<'_>,
    stage: &Stage,
    missing: &[u32],
    ledger: &mut Ledger,
) -> Result<u32, JobError> {
    let bench = Bench::reserve(stage, &place.preflight)?;
    let holder = stage.holder("results in memory");
    let mut held: Vec<(u32, HeldRows, Counts)> = Vec::new();
    let progress = |patients| stage.progress().add(patients);
    let outcome = run_parts(
        place.run,
        stage,
        missing.iter().copied(),
        threads(&bench),
        || bench.worker(place.job, stage, &place.preflight),
        |worker, part| {
            let _operation = stage.operation("part");
            let mut rows = HeldRows::new(place.job, &holder, &place.preflight)?;
            worker.part(place.job, part, &mut rows, progress)?;
            Ok((rows, worker.block.counts.clone()))
        },
        |part, (rows, counts)| {
            held.push((part, rows, counts));
            Ok(())
        },
    )?;
    if outcome.completed < missing.len() as u64 {
        return Ok(0);
    }
    let _saving = stage.operation("save");
    for (part, rows, counts) in held {
        let mut writer = PartWriter::create(
            place.files,
            &place.layout,
            &place.stamp,
            part,
            place.job.keeps_visits(),
        )?;
        for block in &rows.blocks {
            writer.write(block)?;
        }
        ledger.enter(place, writer.finish(&counts)?, &counts)?;
    }
    Ok(outcome.completed as u32)
}

/// Counts the patients of parts whose tables are as written, for a run that has lost its histograms. Returns how
/// many were counted. Nothing of it is on disk before the histograms are.
pub(super) fn count_again(
    place: &Place<'_>,
    stage: &Stage,
    parts: &[u32],
    ledger: &mut Ledger,
) -> Result<u32, JobError> {
    if parts.is_empty() {
        return Ok(0);
    }
    let bench = Bench::reserve(stage, &place.preflight)?;
    let outcome = run_parts(
        place.run,
        stage,
        parts.iter().copied(),
        threads(&bench),
        || bench.counting(place.job, stage, &place.preflight),
        |worker, part| {
            let _operation = stage.operation("count");
            let progress = |patients| stage.progress().add(patients);
            worker.count_part(place.job, part, progress);
            Ok(worker.block.counts.clone())
        },
        |part, counts| ledger.count(place, part, &counts),
    )?;
    Ok(outcome.completed as u32)
}

fn threads(bench: &Bench) -> NonZeroUsize {
    NonZeroUsize::new(bench.workers()).unwrap_or(NonZeroUsize::MIN)
}
