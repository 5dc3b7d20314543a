use std::ops::Range;

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

/// Where a worker's blocks go.
pub(super) trait BlockSink {
    /// A block of so many patients is about to be computed: what will hold it is reserved now.
    fn before(&mut self, _patients: u32) -> Result<(), JobError> {
        Ok(())
    }

    /// Takes the block.
    fn take(&mut self, block: BlockBatches) -> Result<(), JobError>;
}

impl BlockSink for PartWriter<'_> {
    fn take(&mut self, block: BlockBatches) -> Result<(), JobError> {
        Ok(self.write(&block)?)
    }
}

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
    fn simulate(&mut self, job: &Job, patients: Range<u32>) -> Result<BlockBatches, JobError> {
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

    /// A worker that counts and keeps no visits.
    pub(super) fn counting(job: &Job, reservation: Reservation) -> Self {
        Self {
            block: Block::new(job.months(), false),
            reservation,
        }
    }

    /// Simulates a part for its counts alone, which stay in the worker's block.
    pub(super) fn count_part(&mut self, job: &Job, part: u32, progress: impl Fn(u64)) {
        self.block.clear(true);
        for patients in blocks_of_part(part, job) {
            self.block.clear(false);
            let count = u64::from(patients.end - patients.start);
            job.model.simulate(patients, &mut self.block);
            progress(count);
        }
    }

    /// Computes a part, handing each block to `sink`; the counts stay in the worker's block.
    pub(super) fn part(
        &mut self,
        job: &Job,
        part: u32,
        sink: &mut impl BlockSink,
        progress: impl Fn(u64),
    ) -> Result<(), JobError> {
        self.block.clear(true);
        for patients in blocks_of_part(part, job) {
            let count = patients.end - patients.start;
            sink.before(count)?;
            let block = self.simulate(job, patients)?;
            sink.take(block)?;
            progress(u64::from(count));
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
        self.part(job, part, &mut writer, progress)?;
        Ok(writer.finish(&self.block.counts)?)
    }
}

/// The patients of a part, a block at a time.
fn blocks_of_part(part: u32, job: &Job) -> impl Iterator<Item = Range<u32>> + use<> {
    let range = patients_of_part(part, job.spec.patients);
    let end = range.end;
    range
        .step_by(BLOCK as usize)
        .map(move |first| first..end.min(first + BLOCK))
}
