//! Rows that wait or are looked back at.

use arrow_array::RecordBatch;
use arrow_buffer::ScalarBuffer;

/// A batch with what a join asks of its rows.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// The rows.
    pub(super) rows: RecordBatch,
    /// Their event times as ranks.
    pub(super) times: ScalarBuffer<i64>,
    /// Their keys' numbers.
    pub(super) keys: Vec<u32>,
}

impl Piece {
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.rows.get_array_memory_size() + self.keys.len() * 4
    }
}

/// A row of one of the pieces held: the piece's position and the row in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RowAt(u64);

impl RowAt {
    /// No row.
    pub(super) const NONE: Self = Self(u64::MAX);

    pub(super) fn new(piece: usize, row: usize) -> Self {
        Self(((piece as u64) << 32) | row as u64)
    }

    pub(super) fn piece(self) -> usize {
        (self.0 >> 32) as usize
    }

    pub(super) fn row(self) -> usize {
        (self.0 & u64::from(u32::MAX)) as usize
    }

    pub(super) fn is_none(self) -> bool {
        self == Self::NONE
    }
}
