use std::cmp::Ordering;
use std::fmt;

use arrow_schema::DataType;
use serde::{Deserialize, Serialize};
use weir_store::{OrderType, OrderValue};

/// The value of a stream's order column in one row.
///
/// Totally ordered. All values of one stream are of one variant; between variants the order is
/// that of their declaration and means nothing. Two values of one stream compare as their rows do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventTime {
    /// Signed integers, dates, times and timestamps, in the column's own unit.
    Int(i64),
    /// Unsigned integers.
    Uint(u64),
    /// Floating-point numbers, never NaN.
    Float(FloatTime),
    /// Decimals, without their scale.
    Decimal(i128),
    /// Strings, by bytes.
    Text(Box<str>),
}

/// A floating-point event time: ordered by `f64::total_cmp`, kept as bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FloatTime(u64);

impl FloatTime {
    /// This number; −0 is taken as 0, so that equal numbers are equal times.
    #[must_use]
    pub fn new(value: f64) -> Self {
        Self((value + 0.0).to_bits())
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> f64 {
        f64::from_bits(self.0)
    }
}

impl Ord for FloatTime {
    fn cmp(&self, other: &Self) -> Ordering {
        self.get().total_cmp(&other.get())
    }
}

impl PartialOrd for FloatTime {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for FloatTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.get(), f)
    }
}

impl EventTime {
    /// Whether an order column of this type has integers as event times: integers, dates, times, timestamps.
    #[must_use]
    pub fn is_integer(data_type: &DataType) -> bool {
        use DataType::*;
        matches!(
            data_type,
            Int8 | Int16
                | Int32
                | Int64
                | Date32
                | Date64
                | Time32(_)
                | Time64(_)
                | Timestamp(_, _)
        )
    }

    /// As people read it, where the order column is of this type.
    #[must_use]
    pub fn show(&self, data_type: &DataType) -> String {
        let value = match self {
            Self::Int(value) => OrderValue::Int(*value),
            Self::Uint(value) => OrderValue::Uint(*value),
            _ => return self.to_string(),
        };
        match OrderType::of(data_type) {
            Ok(order) => order.show(&value),
            Err(_) => self.to_string(),
        }
    }

    /// The integer, where the order column is one (or a date, time or timestamp).
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            _ => None,
        }
    }
}

impl fmt::Display for EventTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(value) => write!(f, "{value}"),
            Self::Uint(value) => write!(f, "{value}"),
            Self::Float(value) => write!(f, "{}", value.get()),
            Self::Decimal(value) => write!(f, "{value}"),
            Self::Text(value) => write!(f, "{value:?}"),
        }
    }
}
