//! Order values as people write them.

use arrow_buffer::i256;
use arrow_schema::{DataType, TimeUnit};
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};

use super::{OrderError, OrderType, OrderValue, TotalF64};

fn per_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}

const DAY_MS: i64 = 86_400_000;

/// The instant of a count of units since the epoch; nothing beyond the years −9999 to 9999.
pub(super) fn instant(count: i64, unit: TimeUnit) -> Option<Timestamp> {
    let nanos = i128::from(count) * i128::from(1_000_000_000 / per_second(unit));
    Timestamp::from_nanosecond(nanos).ok()
}

fn days(count: i64) -> Option<Date> {
    let seconds = count.checked_mul(86_400)?;
    Some(
        Timestamp::from_second(seconds)
            .ok()?
            .to_zoned(TimeZone::UTC)
            .date(),
    )
}

fn zone(name: Option<&str>) -> Option<TimeZone> {
    match name {
        None | Some("UTC" | "Z" | "+00:00" | "Etc/UTC") => Some(TimeZone::UTC),
        Some(name) => TimeZone::get(name).ok().or_else(|| {
            let sign = match name.as_bytes().first()? {
                b'+' => 1,
                b'-' => -1,
                _ => return None,
            };
            let (hours, minutes) = name.get(1..)?.split_once(':').unwrap_or((&name[1..], "0"));
            let minutes = hours.parse::<i32>().ok()? * 60 + minutes.parse::<i32>().ok()?;
            jiff::tz::Offset::from_seconds(sign * minutes * 60)
                .ok()
                .map(TimeZone::fixed)
        }),
    }
}

fn exact(nanos: i128, unit: TimeUnit) -> Result<i64, String> {
    let one = i128::from(1_000_000_000 / per_second(unit));
    if nanos % one != 0 {
        return Err(format!("finer than the column's unit ({unit:?})"));
    }
    i64::try_from(nanos / one).map_err(|_| "out of the column's range".to_owned())
}

fn decimal(text: &str, scale: i8) -> Option<i256> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let unsigned = whole.strip_prefix(['-', '+']).unwrap_or(whole);
    if !plain(unsigned) || !plain(fraction) || (unsigned.is_empty() && fraction.is_empty()) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let mut digits = format!("{}{fraction}", whole.strip_prefix('+').unwrap_or(whole));
    let shift = i32::from(scale) - i32::try_from(fraction.len()).ok()?;
    if shift >= 0 {
        digits.extend(std::iter::repeat_n('0', usize::try_from(shift).ok()?));
    } else {
        let cut = digits
            .len()
            .checked_sub(usize::try_from(shift.unsigned_abs()).ok()?)?;
        if !digits[cut..].bytes().all(|b| b == b'0') {
            return None;
        }
        digits.truncate(cut);
    }
    match digits.as_str() {
        "" | "-" => Some(i256::ZERO),
        digits => i256::from_string(digits),
    }
}

fn show_decimal(value: i256, scale: i8) -> String {
    let text = value.to_string();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.as_str()),
    };
    match usize::try_from(scale) {
        Ok(0) => text,
        Ok(scale) => {
            let digits = format!("{digits:0>width$}", width = scale + 1);
            let (whole, fraction) = digits.split_at(digits.len() - scale);
            format!("{sign}{whole}.{fraction}")
        }
        Err(_) if value == i256::ZERO => "0".to_owned(),
        Err(_) => format!(
            "{sign}{digits}{}",
            "0".repeat(usize::from(scale.unsigned_abs()))
        ),
    }
}

impl OrderType {
    /// The value as people read it: `2024-01-01T00:00:00Z`, `12.50`, `berlin`.
    ///
    /// Instants beyond the years −9999 to 9999 are shown as their count of units.
    #[must_use]
    pub fn show(&self, value: &OrderValue) -> String {
        use DataType as T;
        let plain = |count: i64| count.to_string();
        match (value, self.data_type()) {
            (OrderValue::Int(v), T::Date32) => {
                days(*v).map_or_else(|| plain(*v), |d| d.to_string())
            }
            (OrderValue::Int(v), T::Date64) if v % DAY_MS == 0 => {
                days(v / DAY_MS).map_or_else(|| plain(*v), |d| d.to_string())
            }
            (OrderValue::Int(v), T::Date64) => {
                instant(*v, TimeUnit::Millisecond).map_or_else(|| plain(*v), |i| i.to_string())
            }
            (OrderValue::Int(v), T::Time32(unit) | T::Time64(unit)) => {
                let time = instant(*v, *unit)
                    .filter(|_| (0..86_400 * per_second(*unit)).contains(v))
                    .map(|i| i.to_zoned(TimeZone::UTC).time());
                time.map_or_else(|| plain(*v), |t| t.to_string())
            }
            (OrderValue::Int(v), T::Timestamp(unit, name)) => match instant(*v, *unit) {
                None => plain(*v),
                Some(at) if name.is_none() => at.to_zoned(TimeZone::UTC).datetime().to_string(),
                Some(at) => match zone(name.as_deref()) {
                    Some(zone) if zone != TimeZone::UTC => {
                        let offset = zone.to_offset(at);
                        at.display_with_offset(offset).to_string()
                    }
                    _ => at.to_string(),
                },
            },
            (OrderValue::Int(v), _) => plain(*v),
            (OrderValue::Uint(v), _) => v.to_string(),
            (OrderValue::Float(v), _) => v.get().to_string(),
            (
                OrderValue::Decimal(v),
                T::Decimal32(_, scale)
                | T::Decimal64(_, scale)
                | T::Decimal128(_, scale)
                | T::Decimal256(_, scale),
            ) => show_decimal(*v, *scale),
            (OrderValue::Decimal(v), _) => v.to_string(),
            (OrderValue::Text(v), _) => v.clone(),
        }
    }

    /// The value that people write so: what [`OrderType::show`] gives, `2024-01-01` for its first instant, `2024-01-01T00:00:00Z`.
    ///
    /// A time without an offset is taken in the column's zone, in UTC where it has none. A bare integer is a count of the column's
    /// units.
    ///
    /// # Errors
    /// [`OrderError::Text`] with what is wrong.
    pub fn parse(&self, text: &str) -> Result<OrderValue, OrderError> {
        let trimmed = text.trim();
        self.parse_text(trimmed, text)
            .and_then(|value| {
                if self.accepts(&value) {
                    Ok(value)
                } else {
                    Err("out of the column's range".to_owned())
                }
            })
            .map_err(|why| OrderError::Text {
                text: text.chars().take(200).collect(),
                expected: self.to_string(),
                why,
            })
    }

    fn parse_text(&self, text: &str, untrimmed: &str) -> Result<OrderValue, String> {
        use DataType as T;
        if let (Ok(count), true) = (text.parse::<i64>(), self.data_type().is_temporal()) {
            return Ok(OrderValue::Int(count));
        }
        match self.data_type() {
            T::Utf8 | T::LargeUtf8 | T::Utf8View => Ok(OrderValue::Text(untrimmed.to_owned())),
            T::UInt8 | T::UInt16 | T::UInt32 | T::UInt64 => text
                .parse()
                .map(OrderValue::Uint)
                .map_err(|error| error.to_string()),
            T::Float16 | T::Float32 | T::Float64 => text
                .parse()
                .map_err(|_| "not a number".to_owned())
                .and_then(|v| TotalF64::new(v).ok_or_else(|| "NaN orders nothing".to_owned()))
                .map(OrderValue::Float),
            T::Decimal32(_, scale)
            | T::Decimal64(_, scale)
            | T::Decimal128(_, scale)
            | T::Decimal256(_, scale) => decimal(text, *scale)
                .map(OrderValue::Decimal)
                .ok_or_else(|| format!("not a decimal with at most {scale} digits after the dot")),
            T::Date32 => date(text).map(|ms| OrderValue::Int(ms / DAY_MS)),
            T::Date64 => date(text).map(OrderValue::Int),
            T::Time32(unit) | T::Time64(unit) => {
                let time: Time = text.parse().map_err(|_| "expected 09:30:00".to_owned())?;
                let since = time.duration_since(Time::midnight()).as_nanos();
                exact(since, *unit).map(OrderValue::Int)
            }
            T::Timestamp(unit, name) => {
                exact(timestamp(text, name.as_deref())?, *unit).map(OrderValue::Int)
            }
            T::Duration(unit) => {
                let duration: SignedDuration = text
                    .parse()
                    .map_err(|_| "expected PT1H30M or 1h 30m".to_owned())?;
                exact(duration.as_nanos(), *unit).map(OrderValue::Int)
            }
            _ => text
                .parse()
                .map(OrderValue::Int)
                .map_err(|error: std::num::ParseIntError| error.to_string()),
        }
    }
}

/// Milliseconds since the epoch of a date's first instant.
fn date(text: &str) -> Result<i64, String> {
    let date: Date = text.parse().map_err(|_| "expected 2024-01-31".to_owned())?;
    let at = date
        .to_zoned(TimeZone::UTC)
        .map_err(|error| error.to_string())?;
    Ok(at.timestamp().as_millisecond())
}

/// Nanoseconds since the epoch.
fn timestamp(text: &str, name: Option<&str>) -> Result<i128, String> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at.as_nanosecond());
    }
    let civil: DateTime = text
        .parse()
        .map_err(|_| "expected 2024-01-31 or 2024-01-31T09:30:00Z".to_owned())?;
    let zone = zone(name)
        .ok_or_else(|| "the column's zone is not known here; give an offset or Z".to_owned())?;
    let zoned = civil.to_zoned(zone).map_err(|error| error.to_string())?;
    Ok(zoned.timestamp().as_nanosecond())
}
