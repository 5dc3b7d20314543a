//! Running aggregations: one state per column asked for, struct-of-arrays over the keys' slots.

mod build;
mod count;
mod ends;
mod extremes;
mod function;
mod moments;
mod quantile;
mod sketch;
mod sum;
mod text;

use std::any::Any;

use arrow_array::{Array, ArrayRef};

pub use function::{Fraction, Function, UnknownFunction};

pub(crate) use build::state;

use super::saved::{Damaged, Reader, Writer};

/// Rows to take in: a run of rows of one batch that lie in one bar per key.
pub(crate) struct Run<'a> {
    /// The column's values of the whole batch; none for a count of rows.
    pub(crate) values: Option<&'a dyn Array>,
    /// Where the run begins in the batch.
    pub(crate) start: usize,
    /// The slot of each row of the run.
    pub(crate) slots: &'a [u32],
    /// The order value of each row of the run.
    pub(crate) times: &'a [i64],
}

impl Run<'_> {
    fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether the value in this row of the run is null.
    fn has_nulls(&self) -> bool {
        self.values.is_some_and(|values| values.null_count() > 0)
    }
}

/// A sum that its type cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Overflow {
    pub(crate) slot: u32,
}

/// A row of nulls when finishing: no slot.
pub(crate) const NOTHING: u32 = u32::MAX;

/// The running state of one aggregation for all keys, by slot.
pub(crate) trait State: Send + Any {
    /// Makes room for slots below `slots`, empty.
    fn resize(&mut self, slots: usize);

    /// Bytes that one more slot takes.
    fn slot_bytes(&self) -> usize;

    /// Bytes held beyond those per slot.
    fn heap_bytes(&self) -> usize {
        0
    }

    /// Takes rows in.
    fn update(&mut self, run: &Run<'_>);

    /// Whether a sum might pass what its type holds once these values were taken in; asked, once, before every [`State::update`] with
    /// rows of that batch. May say yes when it would not.
    fn may_overflow(&mut self, _values: &dyn Array) -> bool {
        false
    }

    /// Whether a sum might have passed what its type holds.
    fn near_overflow(&self) -> bool {
        false
    }

    /// Adds the states of a later stretch of the same stream.
    fn merge(&mut self, later: &dyn State, slots: &[u32]);

    /// Appends the results of these slots to what [`State::take`] gives; null for [`NOTHING`].
    fn finish(&mut self, slots: &[u32]) -> Result<(), Overflow>;

    /// The results appended since the last call.
    fn take(&mut self) -> ArrayRef;

    /// Empties these slots.
    fn reset(&mut self, slots: &[u32]);

    fn save(&self, slots: &[u32], to: &mut Writer);

    fn restore(&mut self, slots: &[u32], from: &mut Reader<'_>) -> Result<(), Damaged>;
}

/// Two states of one kind meet: the builder of both makes it so.
fn same<T: State>(state: &dyn State) -> &T {
    (state as &dyn Any)
        .downcast_ref()
        .expect("states that merge were built for the same function and type")
}
