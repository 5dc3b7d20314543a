use std::path::PathBuf;
use std::sync::Arc;

use weir_files::{Files, RealFiles};
use weir_memory::{Budget, Bytes, HolderName};

use crate::cascade::Settings;

/// A pipeline's surroundings: its memory, its files, its name in reports. No result depends on them.
#[derive(Clone)]
pub struct Setting {
    pub(crate) budget: Budget,
    pub(crate) files: Arc<dyn Files>,
    pub(crate) spill: Option<PathBuf>,
    pub(crate) run: Arc<str>,
    pub(crate) share: Option<Bytes>,
    pub(crate) minimum_rows: u64,
    pub(crate) output: usize,
}

impl Setting {
    /// Works in this budget; spilling is not allowed, files are real ones.
    #[must_use]
    pub fn new(budget: Budget) -> Self {
        Self {
            budget,
            files: Arc::new(RealFiles),
            spill: None,
            run: "flow".into(),
            share: None,
            minimum_rows: 1_024,
            output: 1 << 20,
        }
    }

    /// Writes files by this.
    #[must_use]
    pub fn files(self, files: Arc<dyn Files>) -> Self {
        Self { files, ..self }
    }

    /// Lets operators spill into folders below this one.
    #[must_use]
    pub fn spill(self, folder: impl Into<PathBuf>) -> Self {
        Self {
            spill: Some(folder.into()),
            ..self
        }
    }

    /// Names the run whose memory it is.
    #[must_use]
    pub fn run(self, name: &str) -> Self {
        Self {
            run: name.into(),
            ..self
        }
    }

    /// The bytes that all buffers of the pipeline may hold together; without it a quarter of the budget, 64 MiB at most.
    #[must_use]
    pub fn share(self, share: Bytes) -> Self {
        Self {
            share: Some(share),
            ..self
        }
    }

    /// Under pressure, leaves alone what holds fewer rows than this (1,024 unless said).
    #[must_use]
    pub fn minimum_rows(self, rows: u64) -> Self {
        Self {
            minimum_rows: rows,
            ..self
        }
    }

    /// Operators pass on about so much at a time (1 MiB unless said).
    #[must_use]
    pub fn output(self, bytes: Bytes) -> Self {
        Self {
            output: usize::try_from(bytes.as_u64()).unwrap_or(usize::MAX).max(1),
            ..self
        }
    }

    pub(crate) fn run_name(&self) -> Arc<str> {
        Arc::clone(&self.run)
    }

    /// The budget.
    #[must_use]
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    pub(crate) fn holder_name(&self, pipeline: &str, node: &str) -> HolderName {
        HolderName::new(Arc::clone(&self.run), pipeline, node)
    }

    /// Sizes for so many operators that hold rows.
    pub(crate) fn sizes(&self, holding: usize) -> Settings {
        let quarter = self.budget.limit().as_u64() / 4;
        let share = self
            .share
            .map_or(quarter.min(64 << 20), Bytes::as_u64)
            .max(1);
        // More than 2 MiB at a time makes nothing faster.
        let node_share = (share / holding.max(1) as u64).clamp(1, 2 << 20);
        Settings {
            share,
            node_share,
            minimum_bytes: (64 << 10).min(node_share),
            minimum_rows: self.minimum_rows,
            output: self.output,
        }
    }
}
