use std::path::Path;
use std::sync::Arc;

use weir_run::{Run, Total};

use super::error::JobError;
use super::held_rows::HeldRows;
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
        let holder = stage.holder("results in memory");
        let mut rows = HeldRows::new(self, &holder, &preflight)?;
        let mut counts = Counts::new(self.months());
        for part in 0..parts(self.spec.patients) {
            let progress = |patients| stage.progress().add(patients);
            worker.part(self, part, &mut rows, progress)?;
            counts
                .merge(&worker.block.counts)
                .map_err(|reason| ResultsError::Counts {
                    reason,
                    path: "(in memory)".into(),
                })?;
        }
        let (blocks, reservation) = rows.into_parts();
        let held = Held {
            blocks,
            counts,
            patients: self.spec.patients,
            reservation: Some(Arc::new(reservation)),
        };
        stage.finish();
        Ok(held)
    }
}
