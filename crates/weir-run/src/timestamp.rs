use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A moment in UTC with microsecond precision, written as RFC 3339
/// (`2026-11-20T13:02:00.000000Z`: always six decimals, so that texts sort like moments).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// The moment it is, by the system's clock.
    pub fn now() -> Self {
        Self::from_micros(jiff::Timestamp::now().as_microsecond())
    }

    /// Microseconds since 1970; values outside the years −9999 to 9999 are clamped.
    pub fn from_micros(micros: i64) -> Self {
        let clamped = micros.clamp(
            jiff::Timestamp::MIN.as_microsecond(),
            jiff::Timestamp::MAX.as_microsecond(),
        );
        Self(jiff::Timestamp::from_microsecond(clamped).unwrap_or(jiff::Timestamp::UNIX_EPOCH))
    }

    /// Microseconds since 1970.
    pub fn as_micros(self) -> i64 {
        self.0.as_microsecond()
    }

    /// Seconds from an earlier moment to this one; negative when it is later.
    pub fn seconds_since(self, earlier: Timestamp) -> f64 {
        (self.as_micros() - earlier.as_micros()) as f64 / 1e6
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:.6}", self.0)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Timestamp({self})")
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed: jiff::Timestamp =
            text.parse().map_err(|error: jiff::Error| TimestampError {
                text: text.to_owned(),
                reason: error.to_string(),
            })?;
        Ok(Self::from_micros(parsed.as_microsecond()))
    }
}

impl TryFrom<String> for Timestamp {
    type Error = TimestampError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Timestamp> for String {
    fn from(moment: Timestamp) -> Self {
        moment.to_string()
    }
}

/// A text that is no RFC 3339 moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no moment such as 2026-11-20T13:02:00Z: {reason}")]
pub struct TimestampError {
    /// What was given.
    pub text: String,
    /// What is wrong with it.
    pub reason: String,
}
