//! 10,000 patients: held in memory, saved, opened again, every row read.

use weir_sim::job::ResultsChoice;
use weir_sim::results::Results;

use crate::subject::Subject;
use crate::timing::Timing;
use crate::writer::Rows;
use crate::{Failure, Settings};

/// Patients.
pub(crate) const PATIENTS: u32 = 10_000;

/// Measures saving rows that are there, and the whole of `Job::run` in the memory tier followed by loading.
#[derive(Default)]
pub(crate) struct SaveLoad {
    pub(crate) save: Timing,
    pub(crate) load: Timing,
}

impl SaveLoad {
    /// Once more.
    pub(crate) fn take(&mut self, settings: &Settings) -> Result<(), Failure> {
        let subject = Subject::new(PATIENTS, ResultsChoice::Memory)?;
        let rows = Rows::new(&subject)?;
        let folder = tempfile::tempdir_in(&settings.scratch)?;
        self.save.take(|| rows.write(&subject, folder.path()))?;
        drop(folder);

        let folder = tempfile::tempdir_in(&settings.scratch)?;
        subject.run(1, folder.path())?;
        let read = self.load.take(|| -> Result<usize, Failure> {
            let stored = subject.job.open(&subject.files, folder.path())?;
            let mut read = 0;
            for batches in [stored.patients(0..PATIENTS)?, stored.visits(0..PATIENTS)?] {
                for batch in batches {
                    read += batch?.num_rows();
                }
            }
            Ok(read)
        })?;
        if read as u64 != rows.visits() + u64::from(PATIENTS) {
            return Err(format!("{read} rows came back").into());
        }
        Ok(())
    }
}
