//! Why a join cannot be.

use arrow_schema::DataType;

/// Why a join does not suit its inputs; found when the pipeline is built.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum JoinError {
    /// A join has a left and a right input.
    #[error("a join has 2 inputs, left and right, and was given {inputs}")]
    Inputs {
        /// How many there are.
        inputs: usize,
    },
    /// It uses the order and there is none.
    #[error(
        "the {side} input has no order, which this join needs; sort it before, or join by equal keys"
    )]
    NoOrder {
        /// `left` or `right`.
        side: &'static str,
    },
    /// The inputs are ordered by different types.
    #[error(
        "left is ordered by {left} and right by {right}; cast one of them to the other's type before"
    )]
    OrderTypes {
        /// The left order column's type.
        left: DataType,
        /// The right order column's type.
        right: DataType,
    },
    /// The order column's type has no distances.
    #[error(
        "joins cannot be ordered by a column of type {data_type}; use integers, floats, dates, times or timestamps"
    )]
    NoRank {
        /// The order columns' type.
        data_type: DataType,
    },
    /// There is no such column.
    #[error("the {side} input has no column `{column}`; there are {}", .columns.join(", "))]
    NoColumn {
        /// `left` or `right`.
        side: &'static str,
        /// As asked for.
        column: String,
        /// What there is.
        columns: Vec<String>,
    },
    /// Key columns that are to be equal have different types.
    #[error(
        "key `{left}` is {left_type} on the left and `{right}` is {right_type} on the right; cast one of them to the other's type before"
    )]
    KeyTypes {
        /// The left column.
        left: String,
        /// Its type.
        left_type: DataType,
        /// The right column.
        right: String,
        /// Its type.
        right_type: DataType,
    },
    /// Keys of this type cannot be compared.
    #[error(
        "`{column}` of type {data_type} cannot be a key; use numbers, text, bytes, dates, times or booleans"
    )]
    KeyType {
        /// The column.
        column: String,
        /// Its type.
        data_type: DataType,
    },
    /// A join by equal keys needs keys.
    #[error("a join by equal keys needs at least one key column")]
    NoKeys,
    /// Two columns of the output would have one name.
    #[error(
        "the output would have two columns `{column}`; choose another suffix than `{suffix}` or fewer right columns"
    )]
    NameTaken {
        /// The name.
        column: String,
        /// The suffix of right columns.
        suffix: String,
    },
    /// A distance does not suit the order column.
    #[error("a distance of {distance} does not suit an order column of type {data_type}: {why}")]
    Distance {
        /// As given.
        distance: String,
        /// The order columns' type.
        data_type: DataType,
        /// Why not, and what would.
        why: String,
    },
}
