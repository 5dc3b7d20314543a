//! What a manifest says.

use std::{
    collections::BTreeMap,
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use arrow_schema::{DataType, SchemaRef};
use serde::{Deserialize, Serialize};

use super::{FileEntry, Place, Settings};
use crate::order::OrderType;

/// User metadata: any JSON under any key.
pub type Metadata = BTreeMap<String, serde_json::Value>;

/// The number of a version of a dataset; the first is 1.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Version(pub u64);

impl Version {
    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One version of a dataset.
///
/// Invariants, checked when it is read and before it is written: base files first, ascending and not overlapping (one may
/// begin with the value that the one before ends with); then late files by commit; names unique; all values of the order column's type.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// Which dataset it is of: a random name given when the dataset was created, so that one created again under the same key is another.
    pub id: String,
    /// Its number.
    pub version: Version,
    /// The version that it was made from; 0 for the first.
    pub parent: Version,
    /// Whether the dataset was removed with this version; then there are no files.
    pub removed: bool,
    /// Who wrote it: a random name for each writer.
    pub writer: String,
    /// When, in milliseconds since 1970 UTC, by the writer's clock.
    pub written_ms: i64,
    /// The columns.
    pub schema: SchemaRef,
    /// The order column.
    pub order_column: String,
    /// How it is written by default.
    pub settings: Settings,
    /// What users keep with it.
    pub metadata: Metadata,
    /// Base files in order, then late files by commit.
    pub files: Vec<FileEntry>,
}

impl Manifest {
    /// Rows in all files. With de-duplication and late files a reader may see fewer.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }

    /// Bytes in all files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// The base files, in order.
    #[must_use]
    pub fn base_files(&self) -> &[FileEntry] {
        &self.files[..self.base_count()]
    }

    /// The late files, by commit.
    #[must_use]
    pub fn late_files(&self) -> &[FileEntry] {
        &self.files[self.base_count()..]
    }

    fn base_count(&self) -> usize {
        self.files.partition_point(|file| file.place == Place::Base)
    }

    /// The order column's type.
    ///
    /// # Panics
    /// Never for a manifest that was read or committed: these are checked.
    #[must_use]
    pub fn order_type(&self) -> OrderType {
        let found = self
            .schema
            .field_with_name(&self.order_column)
            .map_or(&DataType::Null, |field| field.data_type());
        OrderType::of(found).expect("a manifest's order column is checked when it is read or made")
    }

    /// When it was written, by the writer's clock.
    #[must_use]
    pub fn written(&self) -> SystemTime {
        let since = Duration::from_millis(self.written_ms.unsigned_abs());
        if self.written_ms < 0 {
            UNIX_EPOCH.checked_sub(since)
        } else {
            UNIX_EPOCH.checked_add(since)
        }
        .unwrap_or(UNIX_EPOCH)
    }
}
