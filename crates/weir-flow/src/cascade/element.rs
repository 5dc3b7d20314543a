use std::collections::VecDeque;

use arrow_array::RecordBatch;

use crate::Frontier;

/// One arrival: what one firing passes on, with how far the stream is settled after it. It waits on its edge
/// until it was taken whole.
#[derive(Clone, Debug)]
pub(super) struct Element {
    pub(super) batches: VecDeque<SizedRows>,
    pub(super) frontier: Frontier,
    /// Whether any of it was taken.
    pub(super) touched: bool,
    /// Whether the first batch is what is left of one that was cut.
    pub(super) sliced: bool,
}

/// Rows and the bytes that they keep allocated.
#[derive(Clone, Debug)]
pub(super) struct SizedRows {
    pub(super) rows: RecordBatch,
    pub(super) bytes: u64,
}

/// From an operator's way out to another's input.
#[derive(Debug)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) way: usize,
    pub(super) to: usize,
    pub(super) input: usize,
    pub(super) pending: VecDeque<Element>,
    /// The furthest frontier that was put on the edge.
    pub(super) told: Frontier,
}

impl Edge {
    pub(super) fn pending_bytes(&self) -> u64 {
        let batches = self.pending.iter().flat_map(|element| &element.batches);
        batches.map(|batch| batch.bytes).sum()
    }
}
