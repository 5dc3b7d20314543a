//! Handing the parts of a job to threads, and their results on in part order.

mod error;
mod pool;
mod schedule;

pub use error::PartsError;
pub use pool::{PartsOutcome, run_parts};
