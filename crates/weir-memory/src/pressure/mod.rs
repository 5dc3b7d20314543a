//! How tight memory is, in four levels.

mod gauge;
mod subscribers;
mod thresholds;

use std::fmt;

pub use gauge::PressureGauge;
pub(crate) use subscribers::Subscribers;
pub use subscribers::Subscription;
pub use thresholds::{ThresholdError, Thresholds};

use crate::Bytes;

/// How tight memory is: resident memory as a share of the limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pressure {
    /// Below 70 % (settable, as the others: [`Thresholds`]).
    #[default]
    Calm,
    /// From 70 %: do not grow.
    Elevated,
    /// From 80 %: halve.
    Warning,
    /// From 90 %: go to the floor, give back.
    Critical,
}

impl Pressure {
    /// All levels, from the calmest.
    pub const ALL: [Self; 4] = [Self::Calm, Self::Elevated, Self::Warning, Self::Critical];

    /// `calm`, `elevated`, `warning`, `critical`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Elevated => "elevated",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Pressure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Pressure went from one level to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PressureChange {
    /// The level before.
    pub from: Pressure,
    /// The level now; never the same.
    pub to: Pressure,
    /// Resident memory when it was seen.
    pub resident: Bytes,
    /// The budget's limit.
    pub limit: Bytes,
}
