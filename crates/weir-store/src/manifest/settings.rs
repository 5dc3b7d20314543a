//! How a dataset is written when the writer does not say otherwise.

use serde::{Deserialize, Serialize};

use crate::data::Compression;

/// How large a row group (a file) should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RowGroupTarget {
    /// At most this many rows; at least 1.
    Rows(u64),
    /// One calendar period: `2h`, `1D`, `1W`, `1MS`, `1QS`.
    Period(String),
}

/// Where rows go that are older than what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LateRows {
    /// Into the files they belong to, which are written again.
    #[default]
    Merge,
    /// Into one sorted file beside them, merged by readers.
    Beside,
}

/// What a dataset's writers do when not told otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Row-group target.
    pub row_group: RowGroupTarget,
    /// Columns (with the order column) in which two rows are the same row, of which the last is kept; nothing keeps all rows.
    pub duplicates_on: Option<Vec<String>>,
    /// How many row groups of a merge region may be off target before they are coalesced; nothing never coalesces.
    pub max_off_target: Option<u32>,
    /// Where late rows go.
    pub late_rows: LateRows,
    /// How data files are compressed.
    pub compression: Compression,
}

impl Default for Settings {
    /// 1 Mi rows a row group, no de-duplication, no coalescing, late rows merged.
    fn default() -> Self {
        Self {
            row_group: RowGroupTarget::Rows(1 << 20),
            duplicates_on: None,
            max_off_target: None,
            late_rows: LateRows::Merge,
            compression: Compression::default(),
        }
    }
}
