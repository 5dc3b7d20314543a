use std::path::Path;
use std::time::Instant;

use serde::Serialize;
use weir_files::{Files, FilesError, preflight_space};
use weir_memory::{Budget, Bytes};

use super::error::JobError;
use super::held_rows::rows_bytes;
use super::spec::{Job, ResultsChoice};
use super::worker::worker_bytes;
use crate::results::{BLOCK, Tier, parts};
use crate::simulate::Block;

/// Patients that are simulated to estimate the rest.
const PILOT: u32 = 512;
/// Most patients that stay in memory when the tier is chosen automatically.
const MEMORY_PATIENTS: u32 = 1_000;
/// Share of the budget that they may take.
const MEMORY_SHARE: u64 = 8;
/// Bytes on disk: measured 3 to 5 a visit with zstd, 6.3 uncompressed, 20 to 24 a patient; rounded up.
const DISK_BYTES_PER_VISIT: f64 = 7.0;
const DISK_BYTES_PER_PATIENT: f64 = 26.0;
/// The whole job costs this many times the simulation alone: 1.4 measured (`bench/run`), rounded up.
const WRITING_FACTOR: f64 = 1.5;
/// Room that has to stay free on the disk.
const DISK_SAFETY_BYTES: u64 = 16 << 20;

/// What a run will take, estimated from a pilot of its own first patients.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Preflight {
    /// Patients.
    pub patients: u32,
    /// Parts: files of each table.
    pub parts: u32,
    /// Where results are kept while it runs.
    pub tier: &'static str,
    /// Visits, estimated.
    pub visits: u64,
    /// Threads that the budget and the parts allow.
    pub threads: usize,
    /// Memory of one worker, bytes.
    pub worker_bytes: u64,
    /// Memory of all, bytes, without the program itself.
    pub memory_bytes: u64,
    /// What the budget leaves, bytes.
    pub available_bytes: u64,
    /// The budget, bytes.
    pub limit_bytes: u64,
    /// Room on disk, bytes, estimated.
    pub disk_bytes: u64,
    /// Room that is free there, bytes.
    pub disk_available_bytes: Option<u64>,
    /// Seconds, estimated on this machine.
    pub seconds: f64,
    /// Whether memory and disk suffice.
    pub fits: bool,
    #[serde(skip)]
    pub(super) visits_per_patient_max: f64,
}

impl Job {
    /// Estimates memory, disk and time for `threads` at the most. Nothing is written.
    pub fn preflight(
        &self,
        budget: &Budget,
        threads: usize,
        files: &dyn Files,
        folder: &Path,
    ) -> Preflight {
        let pilot = PILOT.min(self.spec.patients);
        let mut block = Block::new(self.months(), true);
        let began = Instant::now();
        self.model.simulate(0..pilot, &mut block);
        let seconds_per_patient = began.elapsed().as_secs_f64() / f64::from(pilot);
        let visits_per_patient = block.visits.len() as f64 / f64::from(pilot);
        let most = block
            .patients
            .visits
            .iter()
            .copied()
            .max()
            .map_or(0.0, f64::from);
        // A block's mean is far below one patient's most; halfway is above any block's.
        let visits_per_patient_max = 0.5 * (visits_per_patient + most) + 1.0;

        let spec = &self.spec;
        let kept = if self.keeps_visits() {
            visits_per_patient
        } else {
            0.0
        };
        let visits = (kept * f64::from(spec.patients)).ceil() as u64;
        let rows = rows_bytes(spec.patients, visits);
        let available = budget
            .holder(weir_memory::HolderName::new("preflight", "estimate", "all"))
            .available();
        let tier = match spec.results {
            ResultsChoice::Memory => Tier::Memory,
            ResultsChoice::Auto
                if spec.patients <= MEMORY_PATIENTS
                    && rows <= available.as_u64() / MEMORY_SHARE =>
            {
                Tier::Memory
            }
            _ => Tier::Parquet,
        };
        let parts = parts(spec.patients);
        let worker = worker_bytes(
            self.months(),
            if self.keeps_visits() {
                visits_per_patient_max
            } else {
                0.0
            },
        );
        let held = if tier == Tier::Memory { rows } else { 0 };
        let for_workers = available.as_u64().saturating_sub(held);
        let fitting = usize::try_from(for_workers / worker).unwrap_or(usize::MAX);
        let useful = threads
            .min(spec.patients.div_ceil(BLOCK).min(parts) as usize)
            .max(1);
        let threads = useful.min(fitting).max(1);
        let memory = held + worker * threads as u64;

        let disk = DISK_BYTES_PER_VISIT * visits as f64
            + DISK_BYTES_PER_PATIENT * f64::from(spec.patients)
            + f64::from(1 << 20);
        let disk_bytes = disk as u64;
        let disk_available = preflight_space(files, folder, 0, 0)
            .ok()
            .map(|space| space.available);
        Preflight {
            patients: spec.patients,
            parts,
            tier: tier.name(),
            visits,
            threads,
            worker_bytes: worker,
            memory_bytes: memory,
            available_bytes: available.as_u64(),
            limit_bytes: budget.limit().as_u64(),
            disk_bytes,
            disk_available_bytes: disk_available,
            seconds: seconds_per_patient * WRITING_FACTOR * f64::from(spec.patients)
                / threads as f64,
            fits: memory <= available.as_u64()
                && disk_available.is_none_or(|free| disk_bytes + DISK_SAFETY_BYTES <= free),
            visits_per_patient_max,
        }
    }

    /// Refuses a job that cannot fit on the disk of `folder`, which need not exist yet: the question before a run
    /// is entered anywhere. Nothing is written.
    ///
    /// # Errors
    /// [`JobError::DiskTooSmall`] with the numbers; what the disk answers.
    pub fn check_disk(
        &self,
        budget: &Budget,
        threads: usize,
        files: &dyn Files,
        folder: &Path,
    ) -> Result<Preflight, JobError> {
        let preflight = self.preflight(budget, threads, files, folder);
        preflight.check_disk(1.0, files, folder)?;
        Ok(preflight)
    }
}

impl Preflight {
    /// Refuses what cannot fit on the disk when this share of the run is still to be written.
    pub(super) fn check_disk(
        &self,
        share_left: f64,
        files: &dyn Files,
        folder: &Path,
    ) -> Result<(), JobError> {
        let needed = (self.disk_bytes as f64 * share_left) as u64;
        match preflight_space(files, folder, needed, DISK_SAFETY_BYTES) {
            Ok(_) => Ok(()),
            Err(FilesError::Full {
                available: Some(available),
                ..
            }) if available < needed.saturating_add(DISK_SAFETY_BYTES) => {
                Err(JobError::DiskTooSmall {
                    needed,
                    spare: DISK_SAFETY_BYTES,
                    available,
                    folder: folder.to_owned(),
                })
            }
            Err(other) => Err(other.into()),
        }
    }

    /// The tier.
    pub fn tier(&self) -> Tier {
        if self.tier == Tier::Memory.name() {
            Tier::Memory
        } else {
            Tier::Parquet
        }
    }

    /// Memory of one worker.
    pub fn worker(&self) -> Bytes {
        Bytes::new(self.worker_bytes)
    }
}
