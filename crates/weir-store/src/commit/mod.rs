//! Publishing the next version: a pure decision, then one atomic creation.

mod change;
mod decide;
mod error;
#[cfg(test)]
mod model;
mod writing;

pub use change::{Change, MetadataPatch};
pub use error::{CommitError, Conflict};
pub use writing::Writing;
pub(crate) use writing::now_ms;
