use std::path::Path;
use std::sync::Arc;

use weir_files::{Files, RealFiles};
use weir_memory::Budget;
use weir_run::{Outcome, Run, RunKind};
use weir_sim::job::{Completed, Job, ResultsChoice, SimulationSpec};
use weir_sim::protocol::Protocol;
use weir_sim::results::Compression;
use weir_sim::simulate::{Model, TimeEngine};

use crate::Failure;

/// The README's job: this protocol over five years.
pub(crate) const PROTOCOL: &str = "aflibercept-tae-8week";
/// Years of follow-up.
pub(crate) const YEARS: f64 = 5.0;

/// What is measured, and on how many patients.
pub(crate) struct Subject {
    pub(crate) job: Job,
    pub(crate) model: Model,
    pub(crate) patients: u32,
    pub(crate) files: Arc<dyn Files>,
}

impl Subject {
    /// The README's job with so many patients.
    pub(crate) fn new(patients: u32, results: ResultsChoice) -> Result<Self, Failure> {
        let shipped = Protocol::shipped_by_id(PROTOCOL).ok_or("the protocol is not shipped")?;
        let protocol = Protocol::parse(shipped.id, shipped.text)
            .map_err(|mistakes| mistakes.to_string())?
            .protocol;
        let model = Model::new(&protocol, YEARS, 1, TimeEngine::BetweenVisits);
        let spec = SimulationSpec {
            patients,
            years: YEARS,
            seed: 1,
            engine: TimeEngine::BetweenVisits,
            results,
            compression: Compression::Zstd,
        };
        Ok(Self {
            job: Job::new(protocol, spec)?,
            model,
            patients,
            files: Arc::new(RealFiles),
        })
    }

    /// The whole job into a new folder, as the command runs it.
    pub(crate) fn run(&self, threads: usize, folder: &Path) -> Result<Completed, Failure> {
        let run = Run::builder(RunKind::sim(), budget()?).start()?;
        let completed = self.job.run(&run, threads, &self.files, folder)?;
        run.finish(Outcome::Finished);
        Ok(completed)
    }
}

/// A budget as the command's, connected to the allocator.
pub(crate) fn budget() -> Result<Budget, Failure> {
    let budget = Budget::new("1GiB".parse()?);
    crate::allocator::connect(&budget);
    Ok(budget)
}
