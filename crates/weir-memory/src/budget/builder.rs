//! A budget with settings.

use std::sync::{Arc, Mutex};

use super::{Budget, Shared, ledger::Ledger};
use crate::pressure::Subscribers;
use crate::{BudgetOrigin, BudgetPlan, Bytes, PressureGauge, Thresholds};

/// Settings of a [`Budget`], each with a default.
#[derive(Clone, Debug)]
pub struct BudgetBuilder {
    limit: Bytes,
    origin: BudgetOrigin,
    memory: Option<Bytes>,
    reserve: Bytes,
    thresholds: Thresholds,
    detached: bool,
}

impl BudgetBuilder {
    /// A budget of so many bytes, as asked.
    #[must_use]
    pub fn new(limit: Bytes) -> Self {
        Self {
            limit,
            origin: BudgetOrigin::Asked,
            memory: None,
            reserve: limit.fraction(1, 16).min(Bytes::mib(64)),
            thresholds: Thresholds::default(),
            detached: false,
        }
    }

    /// Kept for work that cannot be spilled ([`super::Holder::unspillable`]); by default a
    /// sixteenth of the limit, 64 MiB at most. More than the limit is taken as the limit.
    #[must_use]
    pub fn reserve(mut self, reserve: Bytes) -> Self {
        self.reserve = reserve;
        self
    }

    /// Where levels of pressure begin and end.
    #[must_use]
    pub fn thresholds(mut self, thresholds: Thresholds) -> Self {
        self.thresholds = thresholds;
        self
    }

    /// Knows nothing of the process: nothing is resident but what [`Budget::observe`] is told.
    #[must_use]
    pub fn detached(mut self) -> Self {
        self.detached = true;
        self
    }

    /// The budget. What is resident now is its first estimate of what is outside reservations.
    #[must_use]
    pub fn build(self) -> Budget {
        let probe: Option<fn() -> Option<Bytes>> = (!self.detached).then_some(crate::resident);
        let baseline = probe.and_then(|probe| probe()).unwrap_or_default();
        // What the process peaked at before is not this budget's affair.
        let known_peak = crate::peak_resident()
            .filter(|_| !self.detached)
            .unwrap_or_default();
        let ledger = Ledger::new(
            self.limit.as_u64(),
            self.reserve.as_u64(),
            baseline.as_u64(),
            known_peak.as_u64(),
            PressureGauge::new(self.thresholds),
        );
        Budget {
            shared: Arc::new(Shared {
                ledger: Mutex::new(ledger),
                subscribers: Arc::new(Subscribers::default()),
                give_back: Mutex::new(None),
                origin: self.origin,
                memory: self.memory,
                probe,
            }),
        }
    }
}

impl From<BudgetPlan> for BudgetBuilder {
    /// As planned.
    fn from(plan: BudgetPlan) -> Self {
        let builder = Self::new(plan.limit);
        Self {
            origin: plan.origin,
            memory: plan.memory,
            ..builder
        }
    }
}

impl From<BudgetPlan> for Budget {
    /// As planned, with the other settings at their defaults.
    fn from(plan: BudgetPlan) -> Self {
        BudgetBuilder::from(plan).build()
    }
}
