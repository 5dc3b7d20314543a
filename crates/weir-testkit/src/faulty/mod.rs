//! A disk that fails on order, keeps a log, and loses power.

mod crash;
mod files;
mod plan;
mod state;

pub use crash::{CrashPoint, Loss, at_every_crash_point};
pub use files::FaultyFiles;
pub use plan::{Fault, FaultPlan};
pub use state::{Logged, Operation, Outcome};
