use weir_memory::{Bytes, Reservation};

use super::error::JobError;
use super::place::{Place, refused};
use super::spec::Job;
use crate::results::{
    BLOCK, BlockBatches, PartRecord, PartWriter, ResultsError, batches, patients_of_part,
};
use crate::simulate::{Block, PatientColumns, VisitColumns};
use crate::summary::Counts;

/// What the Parquet writers of one part hold besides rows: compression contexts, dictionaries, pages.
const WRITERS_BYTES: u64 = 6 << 20;
/// Bytes a visit takes while its row group is encoded: Arrow's widened copy of one column and encoded pages.
const ENCODED_BYTES_PER_VISIT: u64 = 16;

/// One thread's memory: a block, its reservation, and nothing else that grows.
pub(super) struct Worker {
    pub block: Block,
    reservation: Reservation,
}

/// Bytes that a worker holds when patients have so many visits at the most.
pub(super) fn worker_bytes(months: u32, visits_per_patient: f64) -> u64 {
    let visits = (f64::from(BLOCK) * visits_per_patient).ceil() as u64;
    // Columns double as they grow.
    2 * visits * VisitColumns::BYTES
        + visits * ENCODED_BYTES_PER_VISIT
        + 2 * u64::from(BLOCK) * PatientColumns::BYTES
        + 3 * Counts::bytes(months)
        + WRITERS_BYTES
}

impl Worker {
    pub(super) fn new(job: &Job, reservation: Reservation) -> Self {
        Self {
            block: Block::new(job.months(), job.keeps_visits()),
            reservation,
        }
    }

    /// Simulates one block of a part into Arrow, keeping the reservation above what is held.
    fn simulate(
        &mut self,
        job: &Job,
        patients: std::ops::Range<u32>,
    ) -> Result<BlockBatches, JobError> {
        self.block.clear(false);
        job.model.simulate(patients, &mut self.block);
        let visits = self.block.visits.len() as u32;
        let held = self.block.capacity_bytes()
            + u64::from(visits) * ENCODED_BYTES_PER_VISIT
            + 3 * Counts::bytes(job.months())
            + WRITERS_BYTES;
        if held > self.reservation.size().as_u64() {
            self.reservation.resize(Bytes::new(held)).map_err(refused)?;
        }
        let result = batches(&mut self.block, job.keeps_visits());
        self.block.visits_before += visits;
        result.map_err(|error| {
            let path = std::path::Path::new("(in memory)");
            ResultsError::arrow(&error, "building rows", path).into()
        })
    }

    /// Computes a part, handing each block to `take`; the counts stay in the worker's block.
    pub(super) fn part(
        &mut self,
        job: &Job,
        part: u32,
        mut take: impl FnMut(BlockBatches) -> Result<(), JobError>,
        progress: impl Fn(u64),
    ) -> Result<(), JobError> {
        self.block.clear(true);
        let range = patients_of_part(part, job.spec.patients);
        let mut first = range.start;
        while first < range.end {
            let end = range.end.min(first + BLOCK);
            let block = self.simulate(job, first..end)?;
            take(block)?;
            progress(u64::from(end - first));
            first = end;
        }
        Ok(())
    }

    /// Computes a part and writes it.
    pub(super) fn write_part(
        &mut self,
        place: &Place<'_>,
        part: u32,
        progress: impl Fn(u64),
    ) -> Result<PartRecord, JobError> {
        let Place {
            job,
            files,
            layout,
            stamp,
            ..
        } = place;
        let mut writer = PartWriter::create(files, layout, stamp, part, job.keeps_visits())?;
        self.part(job, part, |block| Ok(writer.write(&block)?), progress)?;
        Ok(writer.finish(&self.block.counts)?)
    }
}
