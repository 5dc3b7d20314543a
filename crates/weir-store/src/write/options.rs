//! How to write.

use arrow_array::RecordBatch;
use weir_memory::Holder;

use crate::{
    commit::MetadataPatch,
    manifest::{Settings, Version},
    order::OrderValue,
    sort::SpillFolder,
};

/// How rows are written, and in whose memory.
#[derive(Debug, Clone)]
pub struct WriteOptions {
    /// For this write instead of the dataset's settings.
    pub settings: Option<Settings>,
    /// Refuse rows that are not in order, instead of sorting them.
    pub sorted: bool,
    /// Changes of user metadata, atomic with the rows.
    pub metadata: MetadataPatch,
    /// What the dataset's user metadata must still say when the version is published (nothing: that there is no such key); otherwise
    /// nothing is written. So a writer that goes on from what it read there is never published beside another that did.
    pub expects: MetadataPatch,
    /// Stored rows whose order value lies in one of these ranges (both ends within) are removed; the new rows come in their place.
    pub replace: Vec<(OrderValue, OrderValue)>,
    /// Stored rows that equal one of these are removed; see [`WriteOptions::removing`].
    pub remove: Vec<RecordBatch>,
    /// Where rows go that do not fit in memory.
    pub spill: SpillFolder,
    /// Whose memory it is. Encoding takes up to 1 MiB for each column at least, beside the rows that wait.
    pub holder: Holder,
}

impl WriteOptions {
    /// By the dataset's settings, sorting what is not sorted.
    #[must_use]
    pub fn new(holder: Holder) -> Self {
        Self {
            settings: None,
            sorted: false,
            metadata: MetadataPatch::new(),
            expects: MetadataPatch::new(),
            replace: Vec::new(),
            remove: Vec::new(),
            spill: SpillFolder::default(),
            holder,
        }
    }

    /// With these settings for this write.
    #[must_use]
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = Some(settings);
        self
    }

    /// Remove the stored rows from one order value to another, both within: the new rows come in their place.
    #[must_use]
    pub fn replacing(mut self, from: OrderValue, to: OrderValue) -> Self {
        self.replace.push((from, to));
        self
    }

    /// Remove the stored rows that have the values of one of these rows, in all the columns that these have: the order column and others of the dataset, the
    /// same in all batches. New rows stay, whatever their values. The values are held in memory.
    #[must_use]
    pub fn removing(mut self, rows: Vec<RecordBatch>) -> Self {
        self.remove = rows;
        self
    }

    /// Refuse rows that are not in order.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        self.sorted = true;
        self
    }
}

/// What a write, compaction or evolution did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WriteReport {
    /// The newest version: the one published, or where nothing was to be done the one found.
    pub version: Version,
    /// Whether a version was published.
    pub published: bool,
    /// Rows that came in.
    pub rows: u64,
    /// Rows in the files written, stored ones that were written again included.
    pub rows_written: u64,
    /// Files written.
    pub files_added: u64,
    /// Files that the new version does not name any more.
    pub files_removed: u64,
    /// Bytes of the files written.
    pub bytes_written: u64,
    /// Bytes fetched from stored files.
    pub bytes_read: u64,
    /// How often the work was done, conflicts included.
    pub attempts: u32,
}
