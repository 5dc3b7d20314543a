//! From an order value to the period it lies in.

use arrow_schema::{DataType, TimeUnit};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::{Length, Period, PeriodError, Side};

const DAY: i64 = 86_400_000_000_000;
/// 1969-12-29, the Monday before the epoch, in days.
const MONDAY: i64 = -3;

/// A period for one type of order column: places order values, given in the column's own unit.
#[derive(Clone, Debug)]
pub struct Bins {
    kind: Kind,
    length: Length,
    closed: Side,
    label: Side,
}

#[derive(Clone, Debug)]
enum Kind {
    /// `width` and `origin` in the column's unit.
    Fixed { width: i64, origin: i64 },
    /// `scale` nanoseconds are one of the column's units.
    Zoned { zone: TimeZone, scale: i64 },
}

/// One period: order values in the column's unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bin {
    /// Begin of the period.
    pub start: i64,
    /// End of the period.
    pub end: i64,
    /// The end that names the bar.
    pub label: i64,
    /// The least order value that belongs to it.
    pub first: i64,
    /// The least order value beyond it.
    pub limit: i64,
}

impl Bins {
    /// `period` on an order column of type `order`.
    ///
    /// # Errors
    /// [`PeriodError::DoesNotFit`] when the column is finer or coarser than the period can be placed in, or is no time;
    /// [`PeriodError::UnknownZone`].
    pub fn new(period: &Period, order: &DataType) -> Result<Self, PeriodError> {
        let length = period.length;
        let refused = |why| PeriodError::DoesNotFit {
            length: length.to_string(),
            order: order.to_string(),
            why,
        };
        let (scale, own_zone) = match order {
            DataType::Timestamp(unit, zone) => (nanos(*unit), zone.as_deref()),
            DataType::Date64 => (1_000_000, None),
            DataType::Date32 => (DAY, None),
            other if other.is_integer() => {
                return match length {
                    Length::Width(width) => {
                        let kind = Kind::Fixed { width, origin: 0 };
                        Ok(Self {
                            kind,
                            length,
                            closed: period.closed,
                            label: period.label,
                        })
                    }
                    _ => Err(refused(
                        "integers have no time unit; give a width, a number without unit",
                    )),
                };
            }
            _ => return Err(refused("periods need a timestamp, a date or an integer")),
        };
        let zone = match period.zone.as_deref().or(own_zone) {
            None => TimeZone::UTC,
            Some(name) => zone(name)?,
        };
        let utc = zone == TimeZone::UTC;
        if scale == DAY && !utc {
            return Err(refused(
                "a date has no time zone; leave the zone away or use a timestamp",
            ));
        }
        let fixed = |nanos: i64, origin: i64| {
            if nanos % scale != 0 {
                return Err(refused(
                    "the column is coarser than the period; choose a longer period",
                ));
            }
            Ok(Kind::Fixed {
                width: nanos / scale,
                origin: origin / scale,
            })
        };
        let far = || refused("the period is longer than the column's range");
        let kind = match length {
            Length::Width(_) => {
                return Err(refused(
                    "a time needs a unit: ns, us, ms, s, min, h, D, W, MS, QS or YS",
                ));
            }
            Length::Fixed(nanos) if utc || DAY % nanos != 0 => fixed(nanos, 0)?,
            Length::Days(n) if utc => fixed(DAY.checked_mul(i64::from(n)).ok_or_else(far)?, 0)?,
            Length::Weeks(n) if utc => fixed(
                (7 * DAY).checked_mul(i64::from(n)).ok_or_else(far)?,
                MONDAY * DAY,
            )?,
            Length::Fixed(nanos) if nanos % scale != 0 => {
                return Err(refused(
                    "the column is coarser than the period; choose a longer period",
                ));
            }
            _ => Kind::Zoned { zone, scale },
        };
        Ok(Self {
            kind,
            length,
            closed: period.closed,
            label: period.label,
        })
    }

    /// The period that `value` lies in.
    ///
    /// # Errors
    /// [`PeriodError::OutOfRange`] for times outside the years −9999 to 9999, and where the period's end is not representable.
    pub fn bin(&self, value: i64) -> Result<Bin, PeriodError> {
        let out_of_range = || PeriodError::OutOfRange {
            value,
            length: self.length.to_string(),
        };
        // (a, b] of whole units is [a + 1, b + 1).
        let shift = i64::from(self.closed == Side::Right);
        let at = value.checked_sub(shift).ok_or_else(out_of_range)?;
        let (start, end) = match &self.kind {
            Kind::Fixed { width, origin } => {
                let from_origin = i128::from(at) - i128::from(*origin);
                let start = i128::from(*origin)
                    + from_origin.div_euclid(i128::from(*width)) * i128::from(*width);
                let end = start + i128::from(*width);
                (i64::try_from(start).ok(), i64::try_from(end).ok())
            }
            Kind::Zoned { zone, scale } => {
                match zoned(self.length, zone, i128::from(at) * i128::from(*scale)) {
                    Some((start, end)) => {
                        let unit =
                            |nanos: i128| i64::try_from(nanos.div_euclid(i128::from(*scale))).ok();
                        (unit(start), unit(end))
                    }
                    None => (None, None),
                }
            }
        };
        let (Some(start), Some(end)) = (start, end) else {
            return Err(out_of_range());
        };
        let limit = end.checked_add(shift).ok_or_else(out_of_range)?;
        let label = match self.label {
            Side::Left => start,
            Side::Right => end,
        };
        Ok(Bin {
            start,
            end,
            label,
            first: start + shift,
            limit,
        })
    }

    /// The period after `bin`.
    ///
    /// # Errors
    /// As [`Bins::bin`].
    pub fn after(&self, bin: &Bin) -> Result<Bin, PeriodError> {
        self.bin(bin.limit)
    }

    /// Whether every period of `coarser` is a whole number of these.
    pub fn nests_in(&self, coarser: &Self) -> bool {
        if self.closed != coarser.closed {
            return false;
        }
        match (&self.kind, &coarser.kind) {
            (
                Kind::Fixed {
                    width: fine,
                    origin: a,
                },
                Kind::Fixed {
                    width: coarse,
                    origin: b,
                },
            ) => coarse % fine == 0 && (i128::from(*a) - i128::from(*b)) % i128::from(*fine) == 0,
            // A calendar in UTC begins at a midnight.
            (Kind::Fixed { width, origin }, Kind::Zoned { zone, scale }) => {
                *zone == TimeZone::UTC && (DAY / scale) % width == 0 && origin % width == 0
            }
            (Kind::Zoned { zone: a, .. }, Kind::Zoned { zone: b, .. }) => {
                a == b
                    && match (self.length, coarser.length) {
                        (Length::Fixed(fine), Length::Fixed(coarse)) => coarse % fine == 0,
                        (Length::Fixed(_), _) => true,
                        (Length::Days(fine), Length::Days(coarse)) => coarse % fine == 0,
                        (Length::Days(1), Length::Weeks(_) | Length::Months(_)) => true,
                        (Length::Weeks(fine), Length::Weeks(coarse)) => coarse % fine == 0,
                        (Length::Months(fine), Length::Months(coarse)) => coarse % fine == 0,
                        _ => false,
                    }
            }
            (Kind::Zoned { .. }, Kind::Fixed { .. }) => false,
        }
    }
}

fn nanos(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1_000_000_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Nanosecond => 1,
    }
}

/// Names from the bundled database, and the offsets that Arrow allows (`+02:00`).
fn zone(name: &str) -> Result<TimeZone, PeriodError> {
    if matches!(name, "UTC" | "utc" | "Z" | "+00:00" | "Etc/UTC") {
        return Ok(TimeZone::UTC);
    }
    let unknown = || PeriodError::UnknownZone {
        name: name.to_owned(),
    };
    if let Some(sign) = name.chars().next().filter(|c| matches!(c, '+' | '-')) {
        let digits: String = name[1..].chars().filter(|c| *c != ':').collect();
        if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(unknown());
        }
        let number = |part: &str| part.parse::<i32>().map_err(|_| unknown());
        let seconds = number(&digits[..2])? * 3600
            + if digits.len() == 4 {
                number(&digits[2..])? * 60
            } else {
                0
            };
        let signed = if sign == '-' { -seconds } else { seconds };
        let offset = jiff::tz::Offset::from_seconds(signed).map_err(|_| unknown())?;
        return Ok(TimeZone::fixed(offset));
    }
    TimeZone::get(name).map_err(|_| unknown())
}

/// Begin and end, in nanoseconds since the epoch, of the local period around `nanos`. None: out of jiff's range.
fn zoned(length: Length, zone: &TimeZone, nanos: i128) -> Option<(i128, i128)> {
    let date = Timestamp::from_nanosecond(nanos)
        .ok()?
        .to_zoned(zone.clone())
        .date();
    let midnight = |date: Date| {
        Some(
            date.to_zoned(zone.clone())
                .ok()?
                .timestamp()
                .as_nanosecond(),
        )
    };
    let floor =
        |value: i64, step: i64, origin: i64| origin + (value - origin).div_euclid(step) * step;
    match length {
        Length::Fixed(width) => {
            let width = i128::from(width);
            let (day, next) = (midnight(date)?, midnight(date.tomorrow().ok()?)?);
            let start = day + (nanos - day).div_euclid(width) * width;
            Some((start, (start + width).min(next)))
        }
        Length::Days(_) | Length::Weeks(_) => {
            let (step, origin) = match length {
                Length::Days(n) => (i64::from(n), 0),
                Length::Weeks(n) => (7 * i64::from(n), MONDAY),
                _ => return None,
            };
            let start = floor(days_of(date)?, step, origin);
            Some((
                midnight(date_of_day(start)?)?,
                midnight(date_of_day(start + step)?)?,
            ))
        }
        Length::Months(n) => {
            let step = i64::from(n);
            let month = (i64::from(date.year()) - 1970) * 12 + i64::from(date.month()) - 1;
            let start = floor(month, step, 0);
            Some((
                midnight(first_of_month(start)?)?,
                midnight(first_of_month(start + step)?)?,
            ))
        }
        Length::Width(_) => None,
    }
}

const EPOCH: Date = Date::constant(1970, 1, 1);

fn days_of(date: Date) -> Option<i64> {
    Some(i64::from(EPOCH.until(date).ok()?.get_days()))
}

fn date_of_day(day: i64) -> Option<Date> {
    EPOCH.checked_add(Span::new().try_days(day).ok()?).ok()
}

fn first_of_month(month: i64) -> Option<Date> {
    let year = i16::try_from(1970 + month.div_euclid(12)).ok()?;
    let month = i8::try_from(month.rem_euclid(12) + 1).ok()?;
    Date::new(year, month, 1).ok()
}
