//! The two ways of computing the missing parts.

use std::num::NonZeroUsize;

use weir_memory::Bytes;
use weir_run::{Stage, run_parts};

use super::error::JobError;
use super::place::{Bench, Ledger, Place};
use crate::results::{BlockBatches, PartWriter};
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
    let refused = |refusal: weir_memory::Refusal| JobError::DoesNotFit {
        refusal: Box::new(
            refusal.with_remedy("--results parquet (writes patients as they are computed)"),
        ),
    };
    let bench = Bench::reserve(stage, &place.preflight)?;
    let mut reserved = stage
        .holder("results in memory")
        .reserve(Bytes::new(0))
        .map_err(refused)?;
    let mut held: Vec<(u32, Vec<BlockBatches>, Counts)> = Vec::new();
    let progress = |patients| stage.progress().add(patients);
    let outcome = run_parts(
        place.run,
        stage,
        missing.iter().copied(),
        threads(&bench),
        || bench.worker(place.job, stage, &place.preflight),
        |worker, part| {
            let mut blocks = Vec::new();
            let keep = |block| {
                blocks.push(block);
                Ok(())
            };
            worker.part(place.job, part, keep, progress)?;
            Ok((blocks, worker.block.counts.clone()))
        },
        |part, (blocks, counts)| {
            let rows: u64 = blocks.iter().map(BlockBatches::bytes).sum();
            reserved
                .grow(Bytes::new(rows + Counts::bytes(place.job.months())))
                .map_err(refused)?;
            held.push((part, blocks, counts));
            Ok(())
        },
    )?;
    if outcome.completed < missing.len() as u64 {
        return Ok(0);
    }
    let _saving = stage.operation("save");
    for (part, blocks, counts) in held {
        let mut writer = PartWriter::create(
            place.files,
            &place.layout,
            &place.stamp,
            part,
            place.job.keeps_visits(),
        )?;
        for block in &blocks {
            writer.write(block)?;
        }
        ledger.enter(place, writer.finish(&counts)?, &counts)?;
    }
    Ok(outcome.completed as u32)
}

fn threads(bench: &Bench) -> NonZeroUsize {
    NonZeroUsize::new(bench.workers()).unwrap_or(NonZeroUsize::MIN)
}
