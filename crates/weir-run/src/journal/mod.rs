//! What a job has committed so far, one record a line, each on disk before the job goes on.

mod error;
mod file;
mod line;
mod recover;

pub use error::JournalError;
pub use file::{Journal, Opened};
pub use recover::{DroppedTail, Recovered, recover};
