//! What can be wrong with a period.

/// A period that cannot be used, or a time that it cannot place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PeriodError {
    /// The text is not a period.
    #[error(
        "`{text}` is not a period; write a number and a unit: ns, us, ms, s, min, h, D, W, MS, QS or YS, such as 15min, 1D or 1QS (a number alone is a width of an integer column)"
    )]
    Malformed {
        /// What was given.
        text: String,
    },
    /// The time zone is not in the IANA database that comes with the program.
    #[error("no time zone is called `{name}`; write an IANA name such as Europe/Paris")]
    UnknownZone {
        /// What was given.
        name: String,
    },
    /// The period and the order column do not go together.
    #[error("a period of {length} does not fit an order column of type {order}: {why}")]
    DoesNotFit {
        /// The period.
        length: String,
        /// The column's type.
        order: String,
        /// Why, and what to do.
        why: &'static str,
    },
    /// The time lies outside the years −9999 to 9999, or its period's end is not representable.
    #[error("order value {value} lies outside the range that a period of {length} can place")]
    OutOfRange {
        /// The order value, in the column's unit.
        value: i64,
        /// The period.
        length: String,
    },
}
