//! How far a stage is, how fast it goes, and how long it will take.

mod counter;
mod rate;
mod throttle;
mod total;

pub use counter::ProgressCounter;
pub use rate::Rate;
pub use throttle::Throttle;
pub use total::{Total, Unit};

use serde::{Deserialize, Serialize};

/// How far a stage is at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Which stage.
    pub stage: String,
    /// Units done.
    pub done: u64,
    /// Units in all; `None` while it is not known (indeterminate).
    pub total: Option<u64>,
    /// What is counted, in the plural: `patients`.
    pub unit: Unit,
    /// Units a second, smoothed over the last seconds; `None` before two observations.
    pub rate: Option<f64>,
    /// Seconds until the end at this rate; `None` without a total or a rate.
    pub seconds_left: Option<f64>,
    /// Seconds since the stage began.
    pub seconds: f64,
    /// Whether this is the stage's last word.
    pub last: bool,
}

impl Progress {
    /// The share done, 0–1; `None` when the total is not known.
    pub fn fraction(&self) -> Option<f64> {
        match self.total {
            None => None,
            Some(0) => Some(1.0),
            Some(total) => Some((self.done as f64 / total as f64).min(1.0)),
        }
    }

    /// Whether nobody knows how much there is.
    pub fn is_indeterminate(&self) -> bool {
        self.total.is_none()
    }
}
