//! Simulations that the tests run through the library, without a command line.
#![allow(dead_code, reason = "each test file uses what it needs")]
#![allow(clippy::unwrap_used)]
#![allow(unreachable_pub, reason = "a test has no outside")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;
use weir_files::{Files, RealFiles, is_temporary_name};
use weir_memory::{Budget, Bytes};
use weir_run::{Run, RunId, RunKind, Timestamp};
use weir_sim::job::{Completed, Job, JobError, ResultsChoice, SimulationSpec};
use weir_sim::protocol::{FellowEye, FollowUp, Protocol, Recruitment};
use weir_sim::results::{Compression, Stored};
use weir_sim::simulate::TimeEngine;
use weir_testkit::checksum_tree;

pub fn protocol() -> Protocol {
    let shipped = Protocol::shipped_by_id("aflibercept-tae-8week").unwrap();
    Protocol::parse(shipped.id, shipped.text).unwrap().protocol
}

/// Second eyes, and patients who arrive over a year and are followed until the study's end.
pub fn protocol_with_fellow_eyes() -> Protocol {
    let mut protocol = protocol();
    protocol.population.fellow_eye = Some(FellowEye {
        hazard_first_two_years_per_year: 0.2,
        hazard_later_per_year: 0.1,
        starts_better_by_letters: 10.0,
    });
    protocol.population.recruitment = Recruitment::Poisson { window_days: 365 };
    protocol.population.follow_up = FollowUp::UntilStudyEnd;
    protocol
}

pub fn job_of(protocol: Protocol, patients: u32, years: f64, results: ResultsChoice) -> Job {
    let spec = SimulationSpec {
        patients,
        years,
        seed: 7,
        engine: TimeEngine::BetweenVisits,
        results,
        compression: Compression::Zstd,
    };
    Job::new(protocol, spec).unwrap()
}

pub fn job(patients: u32, years: f64, results: ResultsChoice) -> Job {
    job_of(protocol(), patients, years, results)
}

pub fn real() -> Arc<dyn Files> {
    Arc::new(RealFiles)
}

/// Where a run's results go, and its id, which a resumed run keeps.
pub struct Place {
    folder: TempDir,
    pub id: RunId,
}

impl Place {
    pub fn new() -> Self {
        Self {
            folder: in_memory(),
            id: RunId::new(Timestamp::now()).unwrap(),
        }
    }

    pub fn folder(&self) -> PathBuf {
        self.folder.path().join("run")
    }

    /// Runs a job here, on a budget that is no part of the test.
    pub fn run(&self, job: &Job, files: &Arc<dyn Files>) -> Result<Completed, JobError> {
        self.run_with(job, files, &Budget::detached(Bytes::gib(1)), 1)
    }

    pub fn run_with(
        &self,
        job: &Job,
        files: &Arc<dyn Files>,
        budget: &Budget,
        threads: usize,
    ) -> Result<Completed, JobError> {
        let run = Run::builder(RunKind::sim(), budget.clone())
            .id(self.id)
            .without_sampling()
            .start()
            .unwrap();
        job.run(&run, threads, files, &self.folder())
    }

    pub fn open(&self, job: &Job) -> Stored {
        job.open(&real(), &self.folder()).unwrap()
    }

    /// The checksum of every file but the journal, which tells what happened when.
    pub fn checksums(&self) -> BTreeMap<PathBuf, String> {
        checksum_tree(&self.folder(), |path| !is_journal(path)).unwrap()
    }

    /// Files under temporary names, anywhere.
    pub fn temporaries(&self) -> Vec<PathBuf> {
        if !self.folder().exists() {
            return Vec::new();
        }
        checksum_tree(&self.folder(), |path| {
            path.file_name().is_some_and(is_temporary_name)
        })
        .unwrap()
        .into_keys()
        .collect()
    }
}

fn is_journal(path: &Path) -> bool {
    path.file_name().is_some_and(|name| {
        name == "journal.jsonl" || name == "journal.jsonl.damaged" || is_temporary_name(name)
    })
}

/// A temporary folder in memory where there is one: faults are simulated, and real syncs are slow.
fn in_memory() -> TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

/// What an uninterrupted run of the job leaves.
pub fn reference(job: &Job) -> BTreeMap<PathBuf, String> {
    let place = Place::new();
    place.run(job, &real()).unwrap();
    place.checksums()
}
