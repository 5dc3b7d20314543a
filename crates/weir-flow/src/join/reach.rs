//! How far apart in time rows may be to meet.

use std::time::Duration;

use arrow_schema::{DataType, TimeUnit};

use super::{JoinError, rank};

/// A distance along the order column, not negative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Distance {
    /// In the order column's own unit: nanoseconds of a timestamp in nanoseconds, days of a date, ones of an integer.
    Units(u64),
    /// A span of time, for dates, times and timestamps; it must be a whole number of the column's units.
    Time(Duration),
    /// A difference of floating-point numbers, neither negative nor NaN.
    Number(f64),
}

impl From<Duration> for Distance {
    fn from(time: Duration) -> Self {
        Self::Time(time)
    }
}

/// A distance in a column's ranks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Reach {
    Unlimited,
    Units(u64),
    Number(f64),
}

impl Reach {
    /// The distance in a column of this type.
    pub(super) fn of(distance: Distance, data_type: &DataType) -> Result<Self, JoinError> {
        let wrong = |why: &str| JoinError::Distance {
            distance: match distance {
                Distance::Units(units) => units.to_string(),
                Distance::Time(time) => format!("{time:?}"),
                Distance::Number(number) => number.to_string(),
            },
            data_type: data_type.clone(),
            why: why.to_owned(),
        };
        let float = matches!(data_type, DataType::Float32 | DataType::Float64);
        match distance {
            Distance::Units(units) if float => Ok(Self::Number(units as f64)),
            Distance::Units(units) => Ok(Self::Units(units)),
            Distance::Number(number) if !float => Err(wrong(&format!(
                "give whole units or a span of time, not the number {number}"
            ))),
            Distance::Number(number) if number >= 0.0 => Ok(Self::Number(number)),
            Distance::Number(_) => Err(wrong("a distance is not negative and not NaN")),
            Distance::Time(time) => {
                let unit = nanoseconds(data_type).ok_or_else(|| {
                    wrong("a span of time needs a date, time or timestamp; give whole units")
                })?;
                let span = time.as_nanos();
                if span % unit != 0 {
                    return Err(wrong("it is no whole number of the column's units"));
                }
                Ok(Self::Units(u64::try_from(span / unit).unwrap_or(u64::MAX)))
            }
        }
    }

    /// The least rank within reach before `rank`.
    #[inline]
    pub(super) fn before(self, rank: i64) -> i64 {
        match self {
            Self::Unlimited => i64::MIN,
            Self::Units(units) => rank.saturating_sub_unsigned(units),
            Self::Number(number) => rank::of_float(rank::to_float(rank) - number),
        }
    }

    /// Whether the reach before `rank` passes the first rank there is.
    pub(super) fn passes_first(self, rank: i64) -> bool {
        match self {
            Self::Unlimited => true,
            Self::Units(units) => rank.checked_sub_unsigned(units).is_none(),
            Self::Number(_) => false,
        }
    }

    /// Whether the reach after `rank` passes the last rank there is.
    pub(super) fn passes_last(self, rank: i64) -> bool {
        match self {
            Self::Unlimited => true,
            Self::Units(units) => rank.checked_add_unsigned(units).is_none(),
            Self::Number(_) => false,
        }
    }

    /// The greatest rank within reach after `rank`.
    #[inline]
    pub(super) fn after(self, rank: i64) -> i64 {
        match self {
            Self::Unlimited => i64::MAX,
            Self::Units(units) => rank.saturating_add_unsigned(units),
            Self::Number(number) => rank::of_float(rank::to_float(rank) + number),
        }
    }
}

/// Whether rank `before` is nearer to `rank` than `after` is; it is not when they are equally far.
pub(super) fn is_nearer(before: i64, rank: i64, after: i64, float: bool) -> bool {
    if float {
        let here = rank::to_float(rank);
        here - rank::to_float(before) < rank::to_float(after) - here
    } else {
        rank.abs_diff(before) < after.abs_diff(rank)
    }
}

/// The length of a column's unit.
fn nanoseconds(data_type: &DataType) -> Option<u128> {
    let unit = match data_type {
        DataType::Date32 => return Some(86_400_000_000_000),
        DataType::Date64 => TimeUnit::Millisecond,
        DataType::Time32(unit) | DataType::Time64(unit) | DataType::Timestamp(unit, _) => *unit,
        _ => return None,
    };
    Some(match unit {
        TimeUnit::Second => 1_000_000_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Nanosecond => 1,
    })
}
