use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use weir_files::Files;
use weir_memory::{Refusal, Reservation};
use weir_run::{Journal, Run, Stage};

use super::error::JobError;
use super::preflight::Preflight;
use super::spec::Job;
use super::worker::Worker;
use crate::results::{JournalRecord, Layout, PartRecord, ResultsError, Stamp};
use crate::summary::Counts;

/// What is worked on, where, and with how much: the same for every part.
pub(super) struct Place<'a> {
    pub job: &'a Job,
    pub run: &'a Run,
    pub files: &'a Arc<dyn Files>,
    pub layout: Layout,
    pub stamp: Stamp,
    pub preflight: Preflight,
}

impl Place<'_> {
    /// Adds counts; `path` is where they are from.
    pub(super) fn merge(
        &self,
        counts: &mut Counts,
        more: &Counts,
        path: &Path,
    ) -> Result<(), JobError> {
        counts.merge(more).map_err(|reason| {
            JobError::Results(ResultsError::Counts {
                reason,
                path: path.to_owned(),
            })
        })
    }
}

/// What is finished.
pub(super) struct Ledger {
    pub journal: Journal,
    pub counts: Counts,
    /// The counts are the whole run's already.
    pub counts_known: bool,
}

impl Ledger {
    /// Enters a part whose files are on disk; it exists from then on.
    pub(super) fn enter(
        &mut self,
        place: &Place<'_>,
        record: PartRecord,
        counts: &Counts,
    ) -> Result<(), JobError> {
        if !self.counts_known {
            let path = place.layout.part_file("counts", record.part);
            place.merge(&mut self.counts, counts, &path)?;
        }
        Ok(self.journal.append(&JournalRecord::Part(record))?)
    }

    /// Adds the counts of a part that is finished already.
    pub(super) fn count(
        &mut self,
        place: &Place<'_>,
        part: u32,
        counts: &Counts,
    ) -> Result<(), JobError> {
        let path = place.layout.part_file("counts", part);
        place.merge(&mut self.counts, counts, &path)
    }
}

/// Memory for workers, reserved before the first one starts.
pub(super) struct Bench(Mutex<Vec<Reservation>>);

impl Bench {
    /// Reserves for as many workers as the preflight found room for; one at least, or a refusal.
    pub(super) fn reserve(stage: &Stage, preflight: &Preflight) -> Result<Self, JobError> {
        let holder = stage.holder("blocks of patients");
        let mut reservations = Vec::new();
        for _ in 0..preflight.threads {
            match holder.reserve(preflight.worker()) {
                Ok(reservation) => reservations.push(reservation),
                Err(refusal) if reservations.is_empty() => return Err(refused(refusal)),
                Err(_) => break,
            }
        }
        Ok(Self(Mutex::new(reservations)))
    }

    /// Workers there is memory for.
    pub(super) fn workers(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// A worker with its memory.
    pub(super) fn worker(
        &self,
        job: &Job,
        stage: &Stage,
        preflight: &Preflight,
    ) -> Result<Worker, JobError> {
        Ok(Worker::new(job, self.take(stage, preflight)?))
    }

    /// A worker that only counts, with its memory.
    pub(super) fn counting(
        &self,
        job: &Job,
        stage: &Stage,
        preflight: &Preflight,
    ) -> Result<Worker, JobError> {
        Ok(Worker::counting(job, self.take(stage, preflight)?))
    }

    fn take(&self, stage: &Stage, preflight: &Preflight) -> Result<Reservation, JobError> {
        let reserved = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match reserved {
            Some(reservation) => Ok(reservation),
            None => stage
                .holder("blocks of patients")
                .reserve(preflight.worker())
                .map_err(refused),
        }
    }
}

/// No memory for a worker.
pub(super) fn refused(refusal: Refusal) -> JobError {
    JobError::DoesNotFit {
        refusal: Box::new(
            refusal
                .with_remedy("--threads 1 (every thread holds a block of patients)")
                .with_remedy("--results summary (keeps no visits)"),
        ),
    }
}
