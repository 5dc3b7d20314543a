//! The simulation as a job: what is asked, whether it fits, the run itself, and resuming.

mod error;
mod execute;
mod held_rows;
mod hold;
mod place;
mod preflight;
mod spec;
mod taking_up;
mod tiers;
mod worker;

pub use error::{JobError, JobErrorCode};
pub use execute::Completed;
pub use preflight::Preflight;
pub use spec::{Job, ResultsChoice, SimulationSpec};
