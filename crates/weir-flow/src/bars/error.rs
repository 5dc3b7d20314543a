//! Why bars cannot be built.

use arrow_schema::{ArrowError, DataType};
use weir_memory::Refusal;

use super::{Function, PeriodError};

/// A description of bars that cannot be, or rows that cannot be aggregated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BarsError {
    /// A period cannot be used or cannot place a row.
    #[error(transparent)]
    Period(#[from] PeriodError),
    /// A column is not there.
    #[error("no column is called `{column}`; there are {}", columns.join(", "))]
    NoColumn {
        /// What was asked for.
        column: String,
        /// What there is.
        columns: Vec<String>,
    },
    /// The stream has no order, or is ordered by something that has no periods.
    #[error(
        "bars need rows ordered by a timestamp, a date or an integer, not by {found}; sort the stream by such a column first"
    )]
    Order {
        /// What orders the stream.
        found: String,
    },
    /// A column cannot be part of the key.
    #[error(
        "column `{column}` of type {data_type} cannot be part of a key; leave it away or make it a number or text first"
    )]
    Key {
        /// The column.
        column: String,
        /// Its type.
        data_type: DataType,
    },
    /// No such function of such a column.
    #[error(
        "there is no {function} of column `{column}`, which is of type {data_type}; cast it first, or ask for another function"
    )]
    NoFunction {
        /// The function.
        function: Function,
        /// The column.
        column: String,
        /// Its type.
        data_type: DataType,
    },
    /// Two columns of a result would have one name.
    #[error(
        "resolution `{resolution}` would have two columns called `{column}`; name one of them otherwise"
    )]
    TwoColumns {
        /// The resolution.
        resolution: String,
        /// The name.
        column: String,
    },
    /// Something else is wrong with the description.
    #[error("{0}")]
    Description(String),
    /// Rows are not in order.
    #[error("row {row} has order value {after} behind {before}; sort the stream first")]
    Unsorted {
        /// The row in the batch.
        row: usize,
        /// The order value before, as people read it.
        before: String,
        /// The order value of the row.
        after: String,
    },
    /// A row has no order value.
    #[error("row {row} has a null in the order column; fill or remove it first")]
    NullOrder {
        /// The row in the batch.
        row: usize,
    },
    /// A sum does not fit its type.
    #[error(
        "column `{column}` of the bar {label} of key {key} passes what its type holds; make the column floating-point first, or the period shorter"
    )]
    Overflow {
        /// The resulting column.
        column: String,
        /// The label of the bar, in the order column's unit.
        label: i64,
        /// The key.
        key: String,
    },
    /// More empty periods between two rows than are written.
    #[error(
        "{periods} empty periods lie between order values {from} and {to}, more than the {limit} that are filled; choose a longer period or leave empty periods out"
    )]
    Gap {
        /// How many, or this many and more.
        periods: u64,
        /// The last row before.
        from: i64,
        /// The first row after.
        to: i64,
        /// The most that are filled.
        limit: u64,
    },
    /// Memory is short.
    #[error(transparent)]
    Memory(#[from] Refusal),
    /// A state cannot be restored.
    #[error("the state is not one of these bars: {0}")]
    State(String),
    /// A user's function failed.
    #[error("{name}: {source}")]
    User {
        /// The function's name.
        name: String,
        /// Its error.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Arrow refused.
    #[error(transparent)]
    Arrow(#[from] ArrowError),
}
