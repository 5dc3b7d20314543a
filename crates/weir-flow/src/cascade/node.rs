use std::sync::Arc;

use weir_memory::Reservation;

use super::element::SizedRows;
use crate::limits::AdaptiveLimit;
use crate::{Frontier, Limits, Load, Operator, OrderCheck, Sink, StreamSchema};

/// What a node does with rows.
pub(crate) enum Work {
    Source,
    Operator(Box<dyn Operator>),
    Sink(SinkWork),
}

pub(crate) struct SinkWork {
    pub(crate) sink: Box<dyn Sink>,
    /// Rows given so far, from the very beginning.
    pub(crate) delivered: u64,
    /// Rows that it has already, from a commit after the checkpoint that the pipeline went on from.
    pub(crate) skip: u64,
}

pub(super) struct Node {
    pub(super) name: Arc<str>,
    pub(super) work: Work,
    pub(super) inputs: Vec<StreamSchema>,
    pub(super) limits: Limits,
    pub(super) adaptive: AdaptiveLimit,
    pub(super) accumulate: bool,

    pub(super) load: Load,
    pub(super) buffer: Vec<(usize, SizedRows)>,
    /// Without accumulation: output that waits for the trigger.
    pub(super) made: Vec<(usize, arrow_array::RecordBatch)>,
    pub(super) frontiers: Vec<Frontier>,
    pub(super) phase: Phase,
    /// The operator has more to pass on.
    pub(super) more: bool,
    /// On the stack: it is passing rows on.
    pub(super) busy: bool,

    /// Declared after what they stand for.
    pub(super) held: Reservation,
    pub(super) state: Reservation,
    pub(super) passing: Reservation,

    /// One for each way out.
    pub(super) checks: Vec<OrderCheck>,
    pub(super) outs: Vec<usize>,
    pub(super) ins: Vec<usize>,
    /// Whether a node lies below this one.
    pub(super) below: Vec<bool>,
    pub(super) counts: Counts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Open,
    /// Without accumulation: the trigger said so, but the segment could not be closed yet.
    Due,
    /// Without accumulation: the operator was told that its segment ends.
    Closing,
    Ended,
}

/// What an operator or sink did so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Arrivals taken.
    pub runs: u64,
    /// Firings.
    pub fires: u64,
    /// Rows taken.
    pub rows_in: u64,
    /// Rows passed on.
    pub rows_out: u64,
    /// Slices that a batch was cut into because it was larger than the limit.
    pub slices: u64,
    /// Single rows larger than the limit in bytes, which passed alone.
    pub oversized: u64,
    /// Firings because memory was short, before any limit was reached.
    pub released: u64,
    /// The most bytes held at once, without state.
    pub peak_bytes: u64,
}

impl Node {
    pub(super) fn limits_now(&self) -> Limits {
        self.limits.resolved(self.adaptive.limit())
    }

    pub(super) fn is_operator(&self) -> bool {
        matches!(self.work, Work::Operator(_))
    }
}
