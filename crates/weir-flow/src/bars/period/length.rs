//! How long a period is, as users write it: `15min`, `1D`, `1QS`.

use std::fmt;
use std::str::FromStr;

use super::PeriodError;

/// How long a period is. Always at least one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Length {
    /// A number of nanoseconds of elapsed time (`ns`, `us`, `ms`, `s`, `min`, `h`).
    Fixed(i64),
    /// Days of the calendar (`D`), counted from 1970-01-01: 23 to 25 hours each in a time zone with
    /// daylight saving.
    Days(u32),
    /// Weeks that begin on Monday (`W`), counted from the week of 1970-01-01.
    Weeks(u32),
    /// Months that begin on the first (`MS`), counted from January 1970. Quarters (`QS`) are three, years (`YS`) twelve.
    Months(u32),
    /// A width in units of an integer order column (a number without unit).
    Width(i64),
}

const SECOND: i64 = 1_000_000_000;
const UNITS: [(&str, i64); 6] = [
    ("h", 3_600 * SECOND),
    ("min", 60 * SECOND),
    ("s", SECOND),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

impl FromStr for Length {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let malformed = || PeriodError::Malformed {
            text: text.to_owned(),
        };
        let text_ = text.trim();
        let digits = text_.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text_.split_at(digits);
        let unit = unit.trim();
        let count: i64 = match (number, unit) {
            ("", "") => return Err(malformed()),
            ("", _) => 1,
            _ => number.parse().map_err(|_| malformed())?,
        };
        if count <= 0 {
            return Err(malformed());
        }
        let calendar = |factor: i64| {
            count
                .checked_mul(factor)
                .and_then(|n| u32::try_from(n).ok())
                .filter(|n| *n <= 1_200_000)
                .ok_or_else(malformed)
        };
        Ok(match unit {
            "" => Self::Width(count),
            "D" | "d" => Self::Days(calendar(1)?),
            "W" | "w" => Self::Weeks(calendar(1)?),
            "MS" => Self::Months(calendar(1)?),
            "QS" => Self::Months(calendar(3)?),
            "YS" => Self::Months(calendar(12)?),
            _ => {
                let (_, nanos) = UNITS
                    .iter()
                    .find(|(name, _)| *name == unit)
                    .ok_or_else(malformed)?;
                Self::Fixed(count.checked_mul(*nanos).ok_or_else(malformed)?)
            }
        })
    }
}

impl fmt::Display for Length {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Fixed(nanos) => {
                let (name, unit) = UNITS
                    .iter()
                    .find(|(_, unit)| nanos % unit == 0)
                    .unwrap_or(&("ns", 1));
                write!(out, "{}{name}", nanos / unit)
            }
            Self::Days(n) => write!(out, "{n}D"),
            Self::Weeks(n) => write!(out, "{n}W"),
            Self::Months(n) if n % 12 == 0 => write!(out, "{}YS", n / 12),
            Self::Months(n) if n % 3 == 0 => write!(out, "{}QS", n / 3),
            Self::Months(n) => write!(out, "{n}MS"),
            Self::Width(n) => write!(out, "{n}"),
        }
    }
}
