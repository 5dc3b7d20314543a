use std::io;
use std::sync::{Arc, Weak};
use std::time::Duration;

use weir_memory::{Budget, Sampler};

use super::PressureLevel;
use crate::run::RunInner;

/// One measurement of a budget. Sizes in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    pub(crate) resident: u64,
    pub(crate) reserved: u64,
    pub(crate) limit: u64,
    pub(crate) pressure: PressureLevel,
}

impl Reading {
    /// Measures now, or as the budget was last observed where the system does not tell.
    pub(crate) fn take(budget: &Budget) -> Self {
        budget.observe_now();
        let snapshot = budget.snapshot();
        Self {
            resident: snapshot.resident.as_u64(),
            reserved: snapshot.reserved.as_u64(),
            limit: snapshot.limit.as_u64(),
            pressure: snapshot.pressure.into(),
        }
    }
}

/// The sampler's thread, as long as the run is at work.
pub(crate) struct Watch {
    _sampler: Sampler,
}

impl Watch {
    pub(crate) fn start(run: &Arc<RunInner>, period: Duration) -> io::Result<Self> {
        let weak: Weak<RunInner> = Arc::downgrade(run);
        let sampler = Sampler::start(run.budget().clone(), period, move |sample| {
            if let Some(run) = weak.upgrade() {
                run.on_reading(Reading {
                    resident: sample.resident.as_u64(),
                    reserved: sample.reserved.as_u64(),
                    limit: sample.limit.as_u64(),
                    pressure: sample.pressure.into(),
                });
            }
        })?;
        Ok(Self { _sampler: sampler })
    }
}
