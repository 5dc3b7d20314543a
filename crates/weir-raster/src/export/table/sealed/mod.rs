//! Files of parts, with checksums: what is read is what was written.
//!
//! A part's file is the format's own bytes, followed by a checksum of each block of 64 KiB, what the part is (JSON),
//! and a seal of fixed length:
//!
//! ```text
//! bytes | CRC-32 of each block, 4 bytes each | facts | facts' length (4) | bytes' length (8) | CRC-32 of all since the bytes (4) | "weirpart"
//! ```
//!
//! Numbers are little-endian.

mod reader;
mod writer;

pub(super) use reader::{SealedRead, SealedReader};
pub(super) use writer::{Refused, SealedWriter};

/// What is checked at once, and the most that is lost in telling where damage is.
const BLOCK: usize = 64 * 1024;

/// Length, length, checksum, name.
const SEAL: usize = 4 + 8 + 4 + 8;

const MAGIC: &[u8; 8] = b"weirpart";

/// The most bytes of facts.
const MAX_FACTS: usize = 4096;

/// What a part says of itself.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Facts {
    /// Which table it belongs to.
    pub(super) table: u32,
    /// Its first target row.
    pub(super) first: u64,
    /// The target row after its last.
    pub(super) end: u64,
    /// Rows of the table.
    pub(super) rows: u64,
    /// The least and the greatest target row and column that are in the table, where there are any.
    pub(super) bounds: Option<Bounds>,
}

/// Target cells around those of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Bounds {
    pub(super) top: u64,
    pub(super) bottom: u64,
    pub(super) left: u64,
    pub(super) right: u64,
}

impl Bounds {
    /// Around both.
    pub(super) fn around(self, other: Self) -> Self {
        Self {
            top: self.top.min(other.top),
            bottom: self.bottom.max(other.bottom),
            left: self.left.min(other.left),
            right: self.right.max(other.right),
        }
    }
}

/// Memory that reading or writing a file of so many bytes needs: a block, and the checksums.
pub(super) fn sealed_bytes(bytes: u64) -> u64 {
    2 * BLOCK as u64 + bytes / BLOCK as u64 * 8 + 1024
}
