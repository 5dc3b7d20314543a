//! One value of an order column.

use std::{fmt, str::FromStr};

use arrow_buffer::i256;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value of an order column, in the column's own unit.
///
/// Values of one column are of one variant; between variants the order is that of this list. As text (and in JSON, where
/// large numbers are not safe) a value is its variant and the number: `int:1704067200000`, `text:berlin`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderValue {
    /// Signed integers; dates in days (`Date32`) or milliseconds (`Date64`); times, timestamps and durations in their unit.
    Int(i64),
    /// Unsigned integers.
    Uint(u64),
    /// Floats of every width.
    Float(TotalF64),
    /// Decimals of every width, without their scale: 1.25 of scale 2 is 125.
    Decimal(i256),
    /// Strings, ordered by their UTF-8 bytes.
    Text(String),
}

/// A number that is not NaN; −0 is 0, so that equal numbers are equal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TotalF64(f64);

impl TotalF64 {
    /// The number, unless it is NaN.
    #[must_use]
    pub fn new(number: f64) -> Option<Self> {
        // Adding 0 turns −0 into 0 and changes nothing else.
        (!number.is_nan()).then_some(Self(number + 0.0))
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }

    /// An integer that orders as the number does.
    pub(crate) fn rank(self) -> i64 {
        let bits = self.0.to_bits().cast_signed();
        bits ^ (((bits >> 63).cast_unsigned()) >> 1).cast_signed()
    }

    /// The number with this rank.
    pub(crate) fn from_rank(rank: i64) -> Self {
        let bits = rank ^ (((rank >> 63).cast_unsigned()) >> 1).cast_signed();
        Self(f64::from_bits(bits.cast_unsigned()))
    }
}

impl Eq for TotalF64 {}

impl PartialOrd for TotalF64 {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for TotalF64 {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl std::hash::Hash for TotalF64 {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl fmt::Display for OrderValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(value) => write!(f, "int:{value}"),
            Self::Uint(value) => write!(f, "uint:{value}"),
            Self::Float(value) => write!(f, "float:{:?}", value.0),
            Self::Decimal(value) => write!(f, "decimal:{value}"),
            Self::Text(value) => write!(f, "text:{value}"),
        }
    }
}

/// A text that is no [`OrderValue`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an order value; expected for example \"int:42\" or \"text:berlin\"")]
pub struct ParseOrderValueError(String);

impl FromStr for OrderValue {
    type Err = ParseOrderValueError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || ParseOrderValueError(text.chars().take(200).collect());
        let (variant, value) = text.split_once(':').ok_or_else(wrong)?;
        Ok(match variant {
            "int" => Self::Int(value.parse().map_err(|_| wrong())?),
            "uint" => Self::Uint(value.parse().map_err(|_| wrong())?),
            "float" => Self::Float(
                value
                    .parse()
                    .ok()
                    .and_then(TotalF64::new)
                    .ok_or_else(wrong)?,
            ),
            "decimal" => Self::Decimal(i256::from_string(value).ok_or_else(wrong)?),
            "text" => Self::Text(value.to_owned()),
            _ => return Err(wrong()),
        })
    }
}

impl Serialize for OrderValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OrderValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}
