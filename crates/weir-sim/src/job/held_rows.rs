use weir_memory::{Bytes, Holder, Refusal, Reservation};

use super::error::JobError;
use super::preflight::Preflight;
use super::spec::Job;
use super::worker::BlockSink;
use crate::results::BlockBatches;
use crate::simulate::{PatientColumns, VisitColumns};
use crate::summary::Counts;

/// What a visit's and a patient's row take in Arrow besides their columns: validity, and bits that become bytes.
const VALIDITY_BYTES: u64 = 4;
const PATIENT_EXTRA_BYTES: u64 = 16;
/// What a block's dictionaries and arrays take whatever the number of rows.
const BLOCK_BYTES: u64 = 32 << 10;

/// Rows that stay in memory. Every block is reserved at the most it can take before it is computed, and the
/// reservation shrinks to what it took; it goes when the rows go.
pub(super) struct HeldRows {
    pub blocks: Vec<BlockBatches>,
    reservation: Reservation,
    /// What the blocks and the counts take.
    held: u64,
    visits_per_patient: f64,
}

/// Bytes that the rows of so many patients take at the most.
pub(super) fn rows_bytes(patients: u32, visits: u64) -> u64 {
    // Columns double as they grow, and Arrow keeps their memory.
    2 * (visits * (VisitColumns::BYTES + VALIDITY_BYTES)
        + u64::from(patients) * (PatientColumns::BYTES + PATIENT_EXTRA_BYTES))
}

impl HeldRows {
    /// Reserves for the counts of a part; blocks come later.
    pub(super) fn new(job: &Job, holder: &Holder, preflight: &Preflight) -> Result<Self, JobError> {
        let held = Counts::bytes(job.months());
        Ok(Self {
            blocks: Vec::new(),
            reservation: holder.reserve(Bytes::new(held)).map_err(refused)?,
            held,
            visits_per_patient: if job.keeps_visits() {
                preflight.visits_per_patient_max
            } else {
                0.0
            },
        })
    }

    /// The rows and what is reserved for them.
    pub(super) fn into_parts(self) -> (Vec<BlockBatches>, Reservation) {
        (self.blocks, self.reservation)
    }
}

impl BlockSink for HeldRows {
    fn before(&mut self, patients: u32) -> Result<(), JobError> {
        let visits = (f64::from(patients) * self.visits_per_patient).ceil() as u64;
        let most = rows_bytes(patients, visits) + BLOCK_BYTES;
        self.reservation.grow(Bytes::new(most)).map_err(refused)
    }

    fn take(&mut self, block: BlockBatches) -> Result<(), JobError> {
        self.held += block.bytes();
        self.blocks.push(block);
        self.reservation
            .resize(Bytes::new(self.held))
            .map_err(refused)
    }
}

fn refused(refusal: Refusal) -> JobError {
    JobError::DoesNotFit {
        refusal: Box::new(
            refusal.with_remedy("--results parquet (writes patients as they are computed)"),
        ),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use weir_memory::Budget;
    use weir_run::{Run, RunKind, Total};

    use super::*;
    use crate::job::{ResultsChoice, SimulationSpec};
    use crate::protocol::Protocol;
    use crate::results::{BLOCK, Compression};
    use crate::simulate::TimeEngine;

    /// Looks at every block whether it was paid for when it came.
    struct Audited {
        rows: HeldRows,
        blocks: u32,
    }

    impl BlockSink for Audited {
        fn before(&mut self, patients: u32) -> Result<(), JobError> {
            self.rows.before(patients)
        }

        fn take(&mut self, block: BlockBatches) -> Result<(), JobError> {
            let reserved = self.rows.reservation.size().as_u64();
            assert!(reserved >= self.rows.held + block.bytes(), "{reserved}");
            self.blocks += 1;
            self.rows.take(block)
        }
    }

    fn job(id: &str, patients: u32, years: f64) -> Job {
        let shipped = Protocol::shipped_by_id(id).unwrap();
        let protocol = Protocol::parse(shipped.id, shipped.text).unwrap().protocol;
        let spec = SimulationSpec {
            patients,
            years,
            seed: 7,
            engine: TimeEngine::BetweenVisits,
            results: ResultsChoice::Memory,
            compression: Compression::None,
        };
        Job::new(protocol, spec).unwrap()
    }

    #[test]
    fn rows_are_reserved_before_they_are_there() {
        for shipped in Protocol::shipped() {
            for (patients, years) in [(1, 0.1), (300, 3.0), (2 * BLOCK + 5, 1.0)] {
                let job = job(shipped.id, patients, years);
                let budget = Budget::detached(Bytes::gib(1));
                let run = Run::builder(RunKind::sim(), budget.clone())
                    .without_sampling()
                    .start()
                    .unwrap();
                let stage = run.stage("simulate", Total::unknown("patients"));
                let files = weir_files::RealFiles;
                let preflight = job.preflight(&budget, 1, &files, std::path::Path::new("."));
                let bench = crate::job::place::Bench::reserve(&stage, &preflight).unwrap();
                let mut worker = bench.worker(&job, &stage, &preflight).unwrap();
                let holder = stage.holder("rows");
                let mut audited = Audited {
                    rows: HeldRows::new(&job, &holder, &preflight).unwrap(),
                    blocks: 0,
                };
                worker.part(&job, 0, &mut audited, |_| {}).unwrap();
                assert_eq!(audited.blocks, patients.div_ceil(BLOCK), "{}", shipped.id);
                let (blocks, reservation) = audited.rows.into_parts();
                let held: u64 = blocks.iter().map(BlockBatches::bytes).sum();
                assert!(reservation.size().as_u64() >= held);
            }
        }
    }
}
