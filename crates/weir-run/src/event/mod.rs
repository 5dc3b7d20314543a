//! What happens in a run, told to whoever observes it.

mod kind;
mod observer;

pub use kind::EventKind;
pub use observer::{Observer, Recording};

use serde::{Deserialize, Serialize};

use crate::{RunId, Timestamp};

/// One thing that happened in a run.
///
/// Sequence numbers start at 1 and have no gaps within one process's work on a run. Observers
/// get a run's events one at a time, in sequence order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The run.
    pub run: RunId,
    /// The event's place among the run's events.
    pub sequence: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub kind: EventKind,
}
