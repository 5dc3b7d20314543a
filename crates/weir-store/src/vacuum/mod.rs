//! What no reader, writer or kept version needs goes.

#[cfg(test)]
mod model;
mod plan;
mod remove;
mod run;

use std::time::Duration;

use crate::manifest::Version;

/// What a vacuum keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VacuumOptions {
    /// The newest versions, so many; at least 1.
    pub keep_versions: u64,
    /// Versions that were the newest within this time, and unpublished files of this age whose writer is not known to be dead.
    /// Readers that cannot hold their version (a read-only folder, an object store) are safe for this long.
    pub grace: Duration,
    /// Only says what would go.
    pub dry_run: bool,
}

impl Default for VacuumOptions {
    /// The newest 10 versions, an hour.
    fn default() -> Self {
        Self {
            keep_versions: 10,
            grace: Duration::from_secs(60 * 60),
            dry_run: false,
        }
    }
}

/// What a vacuum removed, or would remove.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VacuumReport {
    /// The versions that can no longer be opened, ascending.
    pub versions: Vec<Version>,
    /// Files removed.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}
