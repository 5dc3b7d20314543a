//! Calendar periods that row groups are cut by.

use std::{fmt, str::FromStr};

use arrow_schema::{DataType, TimeUnit};

use crate::order::{OrderType, OrderValue};

/// A period: left-closed, of fixed length counted from the epoch, or of the calendar (in UTC).
///
/// `30s`, `15min`, `2h`, `1D`; `1W` begins on Mondays; `1MS`, `1QS`, `1YS` begin with months, quarters, years and are counted
/// from the year 1970. The count is 1 to 1,000,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    count: i64,
    unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

const UNITS: [(&str, Unit); 8] = [
    ("s", Unit::Second),
    ("min", Unit::Minute),
    ("h", Unit::Hour),
    ("D", Unit::Day),
    ("W", Unit::Week),
    ("MS", Unit::Month),
    ("QS", Unit::Quarter),
    ("YS", Unit::Year),
];

/// A text that is no period, or a column that has none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PeriodError {
    /// The text is no period.
    #[error("{text:?} is not a period; expected for example 30s, 15min, 2h, 1D, 1W, 1MS, 1QS, 1YS")]
    Text {
        /// The text.
        text: String,
    },
    /// The order column is no date or timestamp.
    #[error(
        "an order column of type {found} has no calendar periods; give the row-group target in rows"
    )]
    Type {
        /// The column's Arrow type.
        found: String,
    },
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || PeriodError::Text {
            text: text.chars().take(100).collect(),
        };
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (count, name) = text.split_at(digits);
        let count = if count.is_empty() {
            1
        } else {
            count.parse().map_err(|_| wrong())?
        };
        let unit = UNITS
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, unit)| *unit)
            .ok_or_else(wrong)?;
        if !(1..=1_000_000).contains(&count) {
            return Err(wrong());
        }
        Ok(Self { count, unit })
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = UNITS
            .iter()
            .find(|(_, unit)| *unit == self.unit)
            .map_or("", |(name, _)| name);
        write!(f, "{}{name}", self.count)
    }
}

const DAY: i64 = 86_400;

/// Units of an order column in a day, where it has days.
fn per_day(order_type: &OrderType) -> Option<i64> {
    Some(match order_type.data_type() {
        DataType::Date32 => 1,
        DataType::Date64 | DataType::Timestamp(TimeUnit::Millisecond, _) => DAY * 1_000,
        DataType::Timestamp(TimeUnit::Second, _) => DAY,
        DataType::Timestamp(TimeUnit::Microsecond, _) => DAY * 1_000_000,
        DataType::Timestamp(TimeUnit::Nanosecond, _) => DAY * 1_000_000_000,
        _ => return None,
    })
}

/// Months since January 1970 of a count of days since the epoch, in the proleptic Gregorian calendar.
///
/// Howard Hinnant, `chrono`-compatible low-level date algorithms: eras of 400 years that begin in March.
fn months(days: i64) -> i64 {
    let shifted = i128::from(days) + 719_468;
    let era = shifted.div_euclid(146_097);
    let day = shifted.rem_euclid(146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    // From March to January.
    let months = (year + era * 400) * 12 + month + 2;
    i64::try_from(months - 1970 * 12).unwrap_or(i64::MAX)
}

impl Period {
    /// Refuses order columns that have no periods.
    ///
    /// # Errors
    /// [`PeriodError::Type`].
    pub fn check(self, order_type: &OrderType) -> Result<(), PeriodError> {
        per_day(order_type)
            .map(|_| ())
            .ok_or_else(|| PeriodError::Type {
                found: order_type.to_string(),
            })
    }

    /// The number of the period that a value is in; grows with the value. 0 for values of other types.
    #[must_use]
    pub fn index(self, order_type: &OrderType, value: &OrderValue) -> i64 {
        let (OrderValue::Int(value), Some(per_day)) = (value, per_day(order_type)) else {
            return 0;
        };
        let fixed = |seconds: i64| {
            let length = i128::from(per_day) * i128::from(seconds) * i128::from(self.count);
            // Periods shorter than the column's unit are as long as the unit.
            let length = (length / i128::from(DAY)).max(1);
            i64::try_from(i128::from(*value).div_euclid(length)).unwrap_or(0)
        };
        let days = value.div_euclid(per_day);
        match self.unit {
            Unit::Second => fixed(1),
            Unit::Minute => fixed(60),
            Unit::Hour => fixed(3_600),
            Unit::Day => fixed(DAY),
            // The epoch was a Thursday.
            Unit::Week => days.saturating_add(3).div_euclid(7).div_euclid(self.count),
            Unit::Month => months(days).div_euclid(self.count),
            Unit::Quarter => months(days).div_euclid(3 * self.count),
            Unit::Year => months(days).div_euclid(12 * self.count),
        }
    }
}
