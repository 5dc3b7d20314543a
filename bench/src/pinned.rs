use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::Failure;

/// Runs `work` with this thread, and the threads that it starts, on the first core that is allowed.
pub(crate) fn on_one_core<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    let before = sched_getaffinity(None)?;
    let first = (0..CpuSet::MAX_CPU)
        .find(|&core| before.is_set(core))
        .ok_or("no core is allowed")?;
    let mut one = CpuSet::new();
    one.set(first);
    sched_setaffinity(None, &one)?;
    let outcome = work();
    sched_setaffinity(None, &before)?;
    outcome
}
