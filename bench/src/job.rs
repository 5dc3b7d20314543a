//! The whole job: simulate, summarise, write every visit as zstd Parquet, sync.

use weir_sim::job::Completed;

use crate::subject::Subject;
use crate::timing::Timing;
use crate::{Failure, Settings};

/// One more run of it on so many threads. Removing its files is not counted.
pub(crate) fn run(
    subject: &Subject,
    threads: usize,
    settings: &Settings,
    timing: &mut Timing,
) -> Result<Completed, Failure> {
    let folder = tempfile::tempdir_in(&settings.scratch)?;
    timing.take(|| subject.run(threads, folder.path()))
}
