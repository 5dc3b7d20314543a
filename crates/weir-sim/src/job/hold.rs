use std::path::Path;

use weir_run::{Run, Total};

use super::error::JobError;
use super::place::Bench;
use super::spec::Job;
use crate::results::{Held, ResultsError, parts};
use crate::summary::Counts;

impl Job {
    /// Simulates into memory and nothing else: for small questions and for the bench.
    ///
    /// # Errors
    /// [`JobError::DoesNotFit`].
    pub fn hold(&self, run: &Run) -> Result<Held, JobError> {
        let stage = run.stage(
            "simulate",
            Total::known(u64::from(self.spec.patients), "patients"),
        );
        let here = Path::new(".");
        let preflight = self.preflight(run.budget(), 1, &weir_files::RealFiles, here);
        let bench = Bench::reserve(&stage, &preflight)?;
        let mut worker = bench.worker(self, &stage, &preflight)?;
        let mut held = Held {
            blocks: Vec::new(),
            counts: Counts::new(self.months()),
            patients: self.spec.patients,
        };
        for part in 0..parts(self.spec.patients) {
            let keep = |block| {
                held.blocks.push(block);
                Ok(())
            };
            worker.part(self, part, keep, |patients| stage.progress().add(patients))?;
            held.counts
                .merge(&worker.block.counts)
                .map_err(|reason| ResultsError::Counts {
                    reason,
                    path: "(in memory)".into(),
                })?;
        }
        stage.finish();
        Ok(held)
    }
}
