//! What the journal of a run holds.

use serde::{Deserialize, Serialize};

use super::inputs::InputFacts;

/// One record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "record")]
pub(super) enum Record {
    /// The run began: everything that its parts depend on.
    Begun(Begun),
    /// A part's files are on the disk.
    Part(PartRecord),
    /// An output is complete under its final name. When all are, the parts' files may be gone.
    Assembled(AssembledRecord),
}

/// What the parts of a run depend on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Begun {
    /// The plan's digest.
    pub plan: String,
    /// Target rows in a part.
    pub part_rows: u64,
    /// The cells and the reference system of the target, every digit of them.
    pub target: String,
    /// The files that are read, that of `target.like` last.
    pub inputs: Vec<InputFacts>,
}

/// A part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PartRecord {
    /// Its number.
    pub part: u32,
    /// Its files, one an output, in their order.
    pub files: Vec<PartFile>,
}

/// A part's file of one output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PartFile {
    /// Rows of a table, cells of a raster.
    pub rows: u64,
    /// Length.
    pub bytes: u64,
    /// CRC-32 (IEEE) of all bytes.
    pub crc32: u32,
}

/// An output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AssembledRecord {
    /// Its place among the outputs.
    pub output: u32,
    /// Rows of a table, cells of a raster.
    pub rows: u64,
    /// Length.
    pub bytes: u64,
    /// CRC-32 (IEEE) of all bytes.
    pub crc32: u32,
}
