use std::sync::Arc;

use weir_run::{Cancel, Stage};
use weir_store::{OrderRange, Settings, Version};

use super::super::RowFilter;

/// What of the source bars are made of, and what an update heeds. The default: of all rows and columns.
#[derive(Clone, Default)]
pub struct FollowOptions {
    /// What tells these bars from others, kept in the targets' metadata: an update of targets that say something else is refused. Without it the description's
    /// debug form, which knows filters by their names only.
    pub described: Option<String>,
    /// Which rows of the source.
    pub range: OrderRange,
    /// Which columns of the source; the order column is one of them.
    pub columns: Option<Vec<String>>,
    /// Only rows that pass.
    pub filter: Option<RowFilter>,
    /// The open bars are left for a later update.
    pub keep_open: bool,
    /// A pipeline (its identity) whose checkpoints targets may have: what it wrote is made anew, and its checkpoint removed, in one commit. Targets of any other
    /// pipeline are refused.
    pub takes_over: Option<String>,
    /// For each target what it is written by, instead of its own settings.
    pub settings: Vec<Option<Settings>>,
    /// Asked between batches and before each commit.
    pub cancel: Option<Cancel>,
    /// Told the rows read.
    pub stage: Option<Arc<Stage>>,
}

/// What an update did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FollowUpdate {
    /// The version of the source that the bars are of now.
    pub source: Version,
    /// Rows of the source read, those read again for another resolution included.
    pub rows: u64,
    /// What was done for each target.
    pub targets: Vec<Followed>,
}

/// What an update did for one target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// The version of the source that its bars were of before; none for new ones.
    pub before: Option<Version>,
    /// The target's version now.
    pub version: Version,
    /// Rows of the source read for it.
    pub rows_read: u64,
    /// Bars written.
    pub bars: u64,
    /// Stored bars that these replaced, vanished ones included.
    pub replaced: u64,
    /// Whether there was nothing to do.
    pub up_to_date: bool,
}
