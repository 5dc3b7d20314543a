//! Sorting more rows than fit in memory, stably, by the order column.
//!
//! Rows are collected while the budget allows; then they are sorted and spilled as a run. Runs are merged with bounded fan-in.
//! Rows that arrive in order are neither sorted nor compared twice.

mod external;
mod memory;
mod run;

use std::{path::PathBuf, sync::Arc};

use weir_files::{Files, RealFiles};

pub use external::{ExternalSort, SortOptions, Sorted, SortedRows};

/// Where rows go that do not fit in memory.
#[derive(Debug, Clone)]
pub struct SpillFolder {
    /// The file system.
    pub files: Arc<dyn Files>,
    /// A folder that exists.
    pub folder: PathBuf,
}

impl SpillFolder {
    /// A folder that exists.
    #[must_use]
    pub fn new(files: Arc<dyn Files>, folder: impl Into<PathBuf>) -> Self {
        Self {
            files,
            folder: folder.into(),
        }
    }
}

impl Default for SpillFolder {
    /// The system's folder for temporary files.
    fn default() -> Self {
        Self::new(Arc::new(RealFiles), std::env::temp_dir())
    }
}
