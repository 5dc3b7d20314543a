//! Joins by equal keys, in any order of the keys.
//!
//! * In memory while the rows of both sides fit: a table of the right rows by key.
//! * When they do not: both sides' keys are spilled into partitions by hash, and the left's rows as they came. Each partition's
//!   matches are found on their own and written in the left's order; at the end the left's rows are read once
//!   more, each takes its matches from its key's partition, and so the order is the left's again.
//! * A partition that does not fit is cut again by other bits of the hash, [`DEEPEST`] times at the most; what does not
//!   fit then (one key with many rows) is taken block by block, against all left keys of the partition each.

mod grace;
mod matches;
mod merge;
mod operator;
mod table;

pub(super) use self::grace::{Blocks, Finder};
pub(super) use self::matches::{Matches, MatchesWriter};
pub(super) use self::merge::Merge;
use self::operator::Equal;
use super::by_order::columns;
use super::shape::{ColumnChoice, Shape};
use super::{JoinError, JoinKind};
use crate::{MakeOperator, Operator, OperatorError, StreamSchema};

/// Partitions of one cut.
pub(super) const PARTITIONS: usize = 32;

/// Cuts of a partition at the most.
const DEEPEST: u32 = 3;

/// Rows of a block or a piece of output at the most.
const ROWS: usize = 8192;

/// Each left row with all right rows of its key, whatever their order.
///
/// Needs: at least one key column. Gives: the pairs (a left join: and left rows that meet none, with nulls) **in the left's order and, for
/// one left row, in the right's order of arrival**, with the left's columns and then the right's without its keys: in memory or spilled, the same rows in the same
/// order.
///
/// A null in a key column: the row meets none. Floating-point keys are equal where Arrow's total order says so: NaN equals itself, −0 is not 0.
///
/// Nothing is passed on before the right input has ended; where it fits into memory, left rows then pass at once. Give the smaller input on the
/// right. What does not fit is spilled into a scratch file of its own, about twice the size of both inputs; without a folder for it, and on a
/// full disk, it is an error. Nothing is left out.
///
/// Where the keys are ordered as the streams are, [`crate::IntervalJoin`] with both distances 0 needs far less.
///
/// ```
/// use weir_flow::{EqualJoin, JoinKind};
///
/// let orders = EqualJoin::new(JoinKind::Inner).on_pair("seq", "ref");
/// # let _ = orders;
/// ```
#[derive(Clone, Debug)]
pub struct EqualJoin {
    columns: ColumnChoice,
}

impl EqualJoin {
    /// A join without keys yet: it needs at least one.
    #[must_use]
    pub fn new(kind: JoinKind) -> Self {
        Self {
            columns: ColumnChoice::new(kind),
        }
    }
}

columns!(EqualJoin);

impl MakeOperator for EqualJoin {
    fn make(self: Box<Self>, inputs: &[StreamSchema]) -> Result<Box<dyn Operator>, OperatorError> {
        if self.columns.keys.is_empty() {
            return Err(JoinError::NoKeys.into());
        }
        let shape = Shape::new(&self.columns, inputs)?;
        Ok(Box::new(Equal::new(shape, inputs[0].clone())?))
    }
}
