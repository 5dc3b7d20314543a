//! Writing rows: streamed, all or nothing, done again on conflict.

mod error;
mod feed;
mod late;
mod merging;
mod options;
mod output;
mod removed;
mod replaced;
mod writer;

pub use error::WriteError;
pub(crate) use feed::{Feed, Until};
pub(crate) use merging::{Job, facts};
pub use options::{WriteOptions, WriteReport};
pub(crate) use output::Output;
pub(crate) use removed::Removed;
pub(crate) use replaced::Replaced;
pub use writer::DatasetWriter;
pub(crate) use writer::{Made, check, redo};

/// How often a write is done again after conflicts.
pub(crate) const ATTEMPTS: u32 = 100;
