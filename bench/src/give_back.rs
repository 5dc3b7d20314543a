//! What stays resident after a job, and after a thousand small ones.

use std::time::Duration;

use serde_json::{Value, json};
use weir_memory::{peak_resident, resident};
use weir_sim::job::ResultsChoice;

use crate::subject::{Subject, budget};
use crate::timing::Timing;
use crate::{Failure, Settings};

/// How long an allocator that gives memory back by itself is waited for.
const WAIT: Duration = Duration::from_secs(2);

fn resident_mib() -> f64 {
    resident().map_or(f64::NAN, |bytes| bytes.as_u64() as f64 / f64::from(1 << 20))
}

/// Measures one large and many small jobs in this process.
pub(crate) fn measure(settings: &Settings) -> Result<Value, Failure> {
    let large = Subject::new(
        if settings.quick { 20_000 } else { 100_000 },
        ResultsChoice::Parquet,
    )?;
    let small = Subject::new(100, ResultsChoice::Memory)?;
    let runs = if settings.quick { 100 } else { 1_000 };
    let idle = resident_mib();
    let mut timing = Timing::default();
    for _ in 0..3 {
        let folder = tempfile::tempdir_in(&settings.scratch)?;
        timing.take(|| large.run(2, folder.path()))?;
    }
    let after_job = resident_mib();
    let peak = peak_resident().map_or(f64::NAN, |bytes| bytes.as_u64() as f64 / f64::from(1 << 20));
    std::thread::sleep(WAIT);
    let after_wait = resident_mib();
    budget()?.give_back();
    let after_give_back = resident_mib();

    let folder = tempfile::tempdir_in(&settings.scratch)?;
    let mut by_hundred = Vec::new();
    for run in 0..runs {
        let place = folder.path().join("run");
        small.run(1, &place)?;
        std::fs::remove_dir_all(&place)?;
        if (run + 1) % 100 == 0 {
            by_hundred.push(resident_mib());
        }
    }
    let growth = match (by_hundred.first(), by_hundred.last()) {
        (Some(first), Some(last)) if by_hundred.len() > 1 => {
            (last - first) / (by_hundred.len() - 1) as f64
        }
        _ => f64::NAN,
    };
    Ok(json!({
        "seconds_two_threads": timing.seconds(),
        "idle_mib": idle,
        "peak_mib": peak,
        "after_job_mib": after_job,
        "two_seconds_later_mib": after_wait,
        "after_give_back_mib": after_give_back,
        "small_runs": runs,
        "after_every_hundred_mib": by_hundred,
        "growth_mib_per_hundred": growth,
    }))
}
