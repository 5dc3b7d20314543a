//! What is asked of a column.

use std::fmt;
use std::str::FromStr;

use arrow_schema::{DataType, Field};

/// An aggregation of the rows of one bar.
///
/// Rules for missing values, as in Arrow's compute functions that skip nulls: a null takes part in nothing; a bar whose values are all null gives
/// null (`count`: 0). NaN is a value: in floating-point order it is greater than every number (`f64::total_cmp`), so that `max` is NaN
/// where there is one and `min` only where there is nothing else; sums, means and variances of NaN are NaN.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Function {
    /// The value of the first row, in stream order, that has one.
    First,
    /// The value of the last row, in stream order, that has one.
    Last,
    /// The least value.
    Min,
    /// The greatest value.
    Max,
    /// The sum: `Int64` or `UInt64` of integers, `Float64` of floating-point numbers (added in stream order), of decimals the decimal with 38 digits. A sum that
    /// its type cannot hold is an error.
    Sum,
    /// How many rows have a value; without a column, how many rows there are. `Int64`.
    Count,
    /// The sum over the count, `Float64`. Integers are summed exactly.
    Mean,
    /// The variance Σ(x − mean)² / (n − `freedom`), `Float64`; null where n ≤ `freedom`. By Welford's recurrence
    /// (Technometrics 4, 1962, 419), which does not cancel.
    Variance {
        /// 1 for the variance of a sample, 0 for that of a population.
        freedom: u8,
    },
    /// The square root of the variance of a sample, `Float64`.
    Deviation,
    /// The quantile, `Float64`: within 1/128 (0.79 %) of the value that has ⌊q·(n − 1)⌋ values of the bar below it in order. See
    /// `docs/decisions/0010-quantile-sketch.md`.
    Quantile(Fraction),
}

/// A number from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fraction(f64);

impl Fraction {
    /// `None` outside [0, 1].
    #[must_use]
    pub fn new(value: f64) -> Option<Self> {
        (0.0..=1.0).contains(&value).then_some(Self(value + 0.0))
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

/// A text that names no function.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a function; there are first, last, min, max, sum, count, mean, variance, variance_population, deviation, median and quantile(q) with q from 0 to 1"
)]
pub struct UnknownFunction(pub String);

impl FromStr for Function {
    type Err = UnknownFunction;

    fn from_str(text: &str) -> Result<Self, UnknownFunction> {
        let unknown = || UnknownFunction(text.to_owned());
        Ok(match text.trim() {
            "first" => Self::First,
            "last" => Self::Last,
            "min" => Self::Min,
            "max" => Self::Max,
            "sum" => Self::Sum,
            "count" => Self::Count,
            "mean" => Self::Mean,
            "variance" => Self::Variance { freedom: 1 },
            "variance_population" => Self::Variance { freedom: 0 },
            "deviation" => Self::Deviation,
            "median" => Self::Quantile(Fraction(0.5)),
            other => {
                let inner = other
                    .strip_prefix("quantile(")
                    .and_then(|rest| rest.strip_suffix(')'));
                let q = inner
                    .and_then(|q| q.trim().parse().ok())
                    .and_then(Fraction::new);
                Self::Quantile(q.ok_or_else(unknown)?)
            }
        })
    }
}

impl fmt::Display for Function {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::First => "first",
            Self::Last => "last",
            Self::Min => "min",
            Self::Max => "max",
            Self::Sum => "sum",
            Self::Count => "count",
            Self::Mean => "mean",
            Self::Variance { freedom: 0 } => "variance_population",
            Self::Variance { .. } => "variance",
            Self::Deviation => "deviation",
            Self::Quantile(q) => return write!(out, "quantile({})", q.get()),
        })
    }
}

impl Function {
    /// Whether states of parts merge into exactly the state of the whole, to the last bit, for a column of this type.
    pub(crate) fn merges_exactly(self, input: &DataType) -> bool {
        match self {
            Self::First | Self::Last | Self::Min | Self::Max | Self::Count | Self::Quantile(_) => {
                true
            }
            Self::Sum => !input.is_floating(),
            Self::Mean => input.is_integer(),
            Self::Variance { .. } | Self::Deviation => false,
        }
    }

    /// The type of the result; `None` where there is no such function of this type.
    pub(crate) fn output(self, input: &DataType) -> Option<DataType> {
        use DataType::{
            Boolean, Date32, Date64, Decimal128, Duration, Float16, Float64, Int64, Time32, Time64,
            Timestamp, UInt64, Utf8,
        };
        let number = input.is_integer() || (input.is_floating() && *input != Float16);
        let timely = matches!(
            input,
            Date32 | Date64 | Time32(_) | Time64(_) | Timestamp(..) | Duration(_)
        );
        let decimal = matches!(input, Decimal128(..));
        let plain = number || timely || decimal || matches!(input, Boolean | Utf8);
        match self {
            Self::First | Self::Last | Self::Min | Self::Max => plain.then(|| input.clone()),
            Self::Count => Some(Int64),
            Self::Sum => match input {
                Decimal128(_, scale) => Some(Decimal128(38, *scale)),
                Duration(_) => Some(input.clone()),
                _ if input.is_unsigned_integer() => Some(UInt64),
                _ if input.is_signed_integer() => Some(Int64),
                _ if number => Some(Float64),
                _ => None,
            },
            Self::Mean | Self::Variance { .. } | Self::Deviation | Self::Quantile(_) => {
                (number || decimal).then_some(Float64)
            }
        }
    }

    /// The column of the result.
    pub(crate) fn field(self, out: &str, input: &DataType) -> Option<Field> {
        Some(Field::new(out, self.output(input)?, true))
    }
}
