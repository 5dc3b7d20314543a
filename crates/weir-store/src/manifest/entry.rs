//! One data file, as a manifest names it.

use serde::{Deserialize, Serialize};

use crate::order::OrderValue;

/// Where a file's rows belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// In the sequence of files that do not overlap, in the dataset's own folder, for every reader of Parquet.
    Base,
    /// Beside it, in `_weir/`: late rows, which readers merge in; newer than every base row and every late file of a
    /// smaller [`FileEntry::commit`].
    Late,
}

/// One immutable data file.
///
/// Invariants: `rows` ≥ 1, `min` ≤ `max`, both of the order column's type, `footer_bytes` < `bytes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Its name: `.parquet` in the dataset's folder for [`Place::Base`], `.late` in `_weir/` for [`Place::Late`].
    pub name: String,
    /// Where its rows belong.
    pub place: Place,
    /// Rows.
    pub rows: u64,
    /// The least order value.
    pub min: OrderValue,
    /// The greatest order value.
    pub max: OrderValue,
    /// Length in bytes.
    pub bytes: u64,
    /// Bytes at its end that the checksum covers: the Parquet footer with its length and magic.
    pub footer_bytes: u32,
    /// CRC-32 of these.
    pub footer_crc32: u32,
    /// The version that brought it; set by the commit, whatever the writer puts here.
    pub commit: u64,
}
