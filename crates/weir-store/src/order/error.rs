//! What can be wrong with an order column.

/// Why a column or a value cannot order rows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OrderError {
    /// The type has no order that rows could be kept in.
    #[error(
        "a column of type {found} cannot order rows; use integers, floats, decimals, dates, times, timestamps, durations or strings{in_its_place}"
    )]
    Type {
        /// The column's Arrow type.
        found: String,
        /// What to make of it, where that is known: see [`in_its_place`](super::in_its_place).
        in_its_place: String,
    },
    /// A row has no value.
    #[error("row {row} has null in the order column; every row needs a value there")]
    Null {
        /// The row, from 0, in the array that was looked at.
        row: u64,
    },
    /// A row is not a number.
    #[error("row {row} has NaN in the order column; every row needs a number there")]
    NotANumber {
        /// The row, from 0, in the array that was looked at.
        row: u64,
    },
    /// A row is less than the one before it.
    #[error("row {row} is out of order: {value} comes after {previous}")]
    Unsorted {
        /// The row, from 0, in the array that was looked at.
        row: u64,
        /// Its value.
        value: String,
        /// The value of the row before.
        previous: String,
    },
    /// A text is not a value of the type.
    #[error("{text:?} is not a value of a {expected} column: {why}")]
    Text {
        /// What was given.
        text: String,
        /// The column's Arrow type.
        expected: String,
        /// What is wrong, or an example of what is right.
        why: String,
    },
    /// An array or a value is of another type than the order column.
    #[error("expected a {expected} order column, found {found}")]
    Mismatch {
        /// The order column's Arrow type.
        expected: String,
        /// What came.
        found: String,
    },
}

impl OrderError {
    /// The same error with its row counted from further back: `rows` rows came before the array.
    #[must_use]
    pub fn after_rows(self, rows: u64) -> Self {
        match self {
            Self::Null { row } => Self::Null { row: row + rows },
            Self::NotANumber { row } => Self::NotANumber { row: row + rows },
            Self::Unsorted {
                row,
                value,
                previous,
            } => Self::Unsorted {
                row: row + rows,
                value,
                previous,
            },
            other => other,
        }
    }
}
