//! As-of and interval joins, as they are asked for.

use std::sync::Arc;

use arrow_schema::DataType;

use super::asof::{AsofDirection, Backward, Forward};
use super::interval::{Interval, Window};
use super::ordered::{MakeMatcher, OrderedJoin};
use super::reach::{Distance, Reach};
use super::shape::{ColumnChoice, Shape};
use super::{JoinError, JoinKind};
use crate::{MakeOperator, Operator, OperatorError, StreamSchema};

/// Each left row with one right row of its key, by time.
///
/// Needs: both inputs ordered, by columns of one type (any but decimals and text). Gives: one row for each left row (an inner join:
/// for each that meets one), in the left's order, with the left's columns and then the right's without its keys.
///
/// * Of right rows with one key and time, **the last in stream order** is the one, always.
/// * Exact matches (equal times) count unless [`exact`](Self::exact) says no.
/// * A null in a key column: the row meets none. Floating-point keys are equal where Arrow's total order says so: NaN equals itself, −0 is not 0.
/// * Distances that pass the end of the type's range end there.
/// * An input without rows, or one that ends early, is as one whose rows lie elsewhere in time: left rows go on alone.
///
/// Memory: backward, the newest right row of each key, and left rows later than the last right row. Forward and nearest, left rows that still wait:
/// without a tolerance, a key that never appears on the right holds up what follows. What does not fit goes to a scratch file by partitions of
/// the keys, where the pipeline has a folder for it; then nothing more is passed on before both inputs have ended.
///
/// ```
/// use std::time::Duration;
/// use weir_flow::{AsofDirection, AsofJoin};
///
/// let quotes = AsofJoin::new(AsofDirection::Backward)
///     .on("symbol")
///     .tolerance(Duration::from_secs(60))
///     .right_columns(["bid", "ask"]);
/// # let _ = quotes;
/// ```
#[derive(Clone, Debug)]
pub struct AsofJoin {
    columns: ColumnChoice,
    direction: AsofDirection,
    exact: bool,
    tolerance: Option<Distance>,
}

impl AsofJoin {
    /// A left join without keys (all rows have one), exact matches allowed, any distance.
    #[must_use]
    pub fn new(direction: AsofDirection) -> Self {
        Self {
            columns: ColumnChoice::new(JoinKind::Left),
            direction,
            exact: true,
            tolerance: None,
        }
    }

    /// Whether rows of equal times meet.
    #[must_use]
    pub fn exact(mut self, exact: bool) -> Self {
        self.exact = exact;
        self
    }

    /// The farthest that the right row may be; that far is still near enough.
    #[must_use]
    pub fn tolerance(mut self, tolerance: impl Into<Distance>) -> Self {
        self.tolerance = Some(tolerance.into());
        self
    }
}

/// Each left row with the right rows of its key from `before` earlier to `after` later; both ends belong to the window
/// unless [`open_start`](Self::open_start) or [`open_end`](Self::open_end) say otherwise.
///
/// Needs: both inputs ordered, by columns of one type (any but decimals and text). Gives: the pairs (a left join: and left rows that meet none, with
/// nulls) in the left's order and, for one left row, in the right's stream order, with the left's columns and then the right's without its keys.
///
/// A null in a key column: the row meets none. Keys and distances are as in [`crate::AsofJoin`]; a bound of floating-point times is
/// the time plus or minus the distance, rounded as floating-point numbers are.
///
/// With both distances 0 it is the equal join of streams whose time belongs to the key, and keeps no more than the rows of one time.
///
/// Memory: the right rows of the window, and left rows whose window is not complete. What does not fit goes to a scratch file by partitions of
/// the keys, where the pipeline has a folder for it; then nothing more is passed on before both inputs have ended.
///
/// ```
/// use std::time::Duration;
/// use weir_flow::{Distance, IntervalJoin, JoinKind};
///
/// let last_minute = IntervalJoin::new(Duration::from_secs(60), Distance::Units(0))
///     .on("symbol")
///     .kind(JoinKind::Inner);
/// # let _ = last_minute;
/// ```
#[derive(Clone, Debug)]
pub struct IntervalJoin {
    columns: ColumnChoice,
    before: Distance,
    after: Distance,
    open_start: bool,
    open_end: bool,
}

impl IntervalJoin {
    /// A left join without keys (all rows have one).
    #[must_use]
    pub fn new(before: impl Into<Distance>, after: impl Into<Distance>) -> Self {
        Self {
            columns: ColumnChoice::new(JoinKind::Left),
            before: before.into(),
            after: after.into(),
            open_start: false,
            open_end: false,
        }
    }

    /// Right rows exactly `before` earlier do not belong to the window.
    #[must_use]
    pub fn open_start(mut self) -> Self {
        self.open_start = true;
        self
    }

    /// Right rows exactly `after` later do not belong to the window.
    #[must_use]
    pub fn open_end(mut self) -> Self {
        self.open_end = true;
        self
    }
}

/// What joins have in common.
macro_rules! columns {
    ($join:ty) => {
        impl $join {
            /// A key column, of this name on both sides; called again, the keys are all of them together.
            #[must_use]
            pub fn on(self, column: impl Into<String>) -> Self {
                let column = column.into();
                self.on_pair(column.clone(), column)
            }

            /// A key column with another name on the right.
            #[must_use]
            pub fn on_pair(mut self, left: impl Into<String>, right: impl Into<String>) -> Self {
                self.columns.keys.push((left.into(), right.into()));
                self
            }

            /// What becomes of left rows that meet none.
            #[must_use]
            pub fn kind(mut self, kind: JoinKind) -> Self {
                self.columns.kind = kind;
                self
            }

            /// The right's columns to pass on, in this order, instead of all but the keys.
            #[must_use]
            pub fn right_columns<C: Into<String>>(
                mut self,
                columns: impl IntoIterator<Item = C>,
            ) -> Self {
                self.columns.right_columns = Some(columns.into_iter().map(Into::into).collect());
                self
            }

            /// What is put behind the name of a right column when the left has one of that name; `_right` unless said otherwise.
            #[must_use]
            pub fn suffix(mut self, suffix: impl Into<String>) -> Self {
                self.columns.suffix = suffix.into();
                self
            }
        }
    };
}
pub(super) use columns;

columns!(AsofJoin);
columns!(IntervalJoin);

impl MakeOperator for AsofJoin {
    fn make(self: Box<Self>, inputs: &[StreamSchema]) -> Result<Box<dyn Operator>, OperatorError> {
        let (shape, order_type) = shape(&self.columns, inputs)?;
        let reach = match self.tolerance {
            Some(tolerance) => Reach::of(tolerance, &order_type)?,
            None => Reach::Unlimited,
        };
        let float = matches!(order_type, DataType::Float32 | DataType::Float64);
        let (direction, exact) = (self.direction, self.exact);
        let make: MakeMatcher = match direction {
            AsofDirection::Backward => Arc::new(move |_| Box::new(Backward::new(exact, reach))),
            other => Arc::new(move |_| Box::new(Forward::new(other, exact, reach, float))),
        };
        Ok(Box::new(OrderedJoin::new(shape, make)?))
    }
}

impl MakeOperator for IntervalJoin {
    fn make(self: Box<Self>, inputs: &[StreamSchema]) -> Result<Box<dyn Operator>, OperatorError> {
        let (shape, order_type) = shape(&self.columns, inputs)?;
        let window = Window {
            before: Reach::of(self.before, &order_type)?,
            after: Reach::of(self.after, &order_type)?,
            open_start: self.open_start,
            open_end: self.open_end,
        };
        let make: MakeMatcher =
            Arc::new(move |unmatched| Box::new(Interval::new(window, unmatched)));
        Ok(Box::new(OrderedJoin::new(shape, make)?))
    }
}

fn shape(columns: &ColumnChoice, inputs: &[StreamSchema]) -> Result<(Shape, DataType), JoinError> {
    let shape = Shape::new(columns, inputs)?;
    let order_type = shape.order_type()?;
    Ok((shape, order_type))
}
