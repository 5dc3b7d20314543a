//! What no reader, writer or kept version needs goes.

use std::time::Duration;

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
