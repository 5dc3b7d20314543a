//! One job's life: identity, stages and operations, progress, cancelling, events, memory,
//! journal, manifest, and the executor of its parts. Knows no simulation, no SQL, no HTTP.
//!
//! ```
//! use std::sync::Arc;
//! use weir_memory::Budget;
//! use weir_run::{EventKind, Outcome, Recording, Run, RunKind, Total};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let heard = Arc::new(Recording::new(1000));
//! let run = Run::builder(RunKind::sim(), Budget::detached("256MiB".parse()?))
//!     .observer(heard.clone())
//!     .start()?;
//!
//! let stage = run.stage("simulate", Total::known(100, "patients"));
//! for _batch in 0..4 {
//!     let _operation = stage.operation("engine");
//!     stage.progress().add(25);
//! }
//! let report = stage.finish();
//! assert_eq!((report.done, report.operations[0].count), (100, 4));
//!
//! run.finish(Outcome::Finished);
//! let events = heard.events();
//! assert!(matches!(events.first().unwrap().kind, EventKind::Started { .. }));
//! assert!(matches!(events.last().unwrap().kind, EventKind::Finished { .. }));
//! # Ok(())
//! # }
//! ```

mod cancel;
mod clock;
mod event;
mod identity;
mod journal;
mod manifest;
mod memory;
mod parts;
mod progress;
mod run;
mod stage;
mod state;
mod timestamp;

pub use cancel::{Cancel, CancelReason, Cancelled};
pub use clock::{Clock, ManualClock, SystemClock};
pub use event::{Event, EventKind, Observer, Recording};
pub use identity::{RunId, RunIdError, RunKind, RunKindError, RunName, RunNameError};
pub use journal::{DroppedTail, Journal, JournalError, Opened, Recovered, recover};
pub use manifest::{Host, InputHash, Manifest, ManifestError};
pub use memory::{MemorySample, MemoryUsage, PressureLevel, PressureLevelError, Timeline};
pub use parts::{PartsError, PartsOutcome, run_parts};
pub use progress::{Progress, ProgressCounter, Rate, Throttle, Total, Unit};
pub use run::{Run, RunBuilder, RunReport, StartError};
pub use stage::{Operation, OperationReport, Stage, StageEnd, StageReport};
pub use state::{Outcome, RunState, RunStateError};
pub use timestamp::{Timestamp, TimestampError};
