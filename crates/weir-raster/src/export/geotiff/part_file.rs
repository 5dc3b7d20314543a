//! A part's file.
//!
//! ```text
//! "weirtif1" | length u32, what the part is a part of | blobs … | index | offset of the index u64, its length u64, its CRC-32 u32, "1fitriew"
//! ```
//!
//! A blob is an encoded tile, or a row that further overviews are made of. The index has for each level within parts how many tiles there
//! are (u64), then how many rows (u64), then a record of 16 bytes for each: offset u64, length u32, CRC-32 u32. A tile that is left out has
//! length 0. Numbers are little-endian.

/// How it starts.
pub(super) const START: &[u8; 8] = b"weirtif1";
/// How it ends.
pub(super) const END: &[u8; 8] = b"1fitriew";
/// Bytes of the end.
pub(super) const TRAILER: u64 = 28;
/// Bytes of a blob's record.
pub(super) const RECORD: u64 = 16;

/// Where a blob is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Blob {
    pub(super) offset: u64,
    pub(super) length: u32,
    pub(super) checksum: u32,
}

impl Blob {
    /// A tile that is left out.
    pub(super) const LEFT_OUT: Self = Self {
        offset: 0,
        length: 0,
        checksum: 0,
    };

    pub(super) fn put(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.offset.to_le_bytes());
        bytes.extend(self.length.to_le_bytes());
        bytes.extend(self.checksum.to_le_bytes());
    }

    pub(super) fn get(record: &[u8]) -> Self {
        Self {
            offset: u64_at(record, 0),
            length: u32_at(record, 8),
            checksum: u32_at(record, 12),
        }
    }
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes are eight"))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes are four"))
}
