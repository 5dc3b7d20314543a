//! Order values in the names of files.

use std::fmt::Write as _;

use arrow_buffer::i256;
use arrow_schema::{DataType, TimeUnit};
use jiff::{Timestamp, tz::TimeZone};

use super::{OrderType, OrderValue, text::instant};

impl OrderType {
    /// A text of letters, digits, `-` and `.` that orders as the values do, byte by byte, and needs no escaping in file names.
    ///
    /// Instants of the years 0 to 9999 read as such (`2024-01-01T000000.000000000`), non-negative integers are padded with zeros;
    /// everything else is hexadecimal. Of a string only the first 32 bytes count, so that longer ones may share a text.
    #[must_use]
    pub fn sortable_name(&self, value: &OrderValue) -> String {
        use DataType as T;
        match (value, self.data_type()) {
            (OrderValue::Int(v), T::Timestamp(unit, _)) => moment(*v, *unit),
            (OrderValue::Int(v), T::Date64) => moment(*v, TimeUnit::Millisecond),
            (OrderValue::Int(v), T::Date32) => {
                let mut name = moment(v.saturating_mul(86_400), TimeUnit::Second);
                if name.contains('T') {
                    name.truncate("2024-01-01".len());
                }
                name
            }
            (OrderValue::Int(v), _) if *v >= 0 => format!("{v:019}"),
            (OrderValue::Int(v), _) => below(*v),
            (OrderValue::Uint(v), _) => format!("{v:020}"),
            (OrderValue::Float(v), _) => format!("{:016x}", v.rank().cast_unsigned() ^ (1 << 63)),
            (OrderValue::Decimal(v), _) => {
                let shifted = v.wrapping_sub(i256::MIN);
                shifted
                    .to_be_bytes()
                    .iter()
                    .fold(String::new(), |mut name, byte| {
                        let _ = write!(name, "{byte:02x}");
                        name
                    })
            }
            (OrderValue::Text(v), _) => {
                v.bytes()
                    .take(32)
                    .fold(String::from("t"), |mut name, byte| {
                        let _ = write!(name, "{byte:02x}");
                        name
                    })
            }
        }
    }
}

/// `-` sorts before every digit.
fn below(value: i64) -> String {
    format!("-{:019}", value.wrapping_sub(i64::MIN))
}

fn moment(count: i64, unit: TimeUnit) -> String {
    // The year 0 begins there.
    const FIRST_SECOND: i64 = -62_167_219_200;
    match instant(count, unit) {
        Some(at) if at.as_second() >= FIRST_SECOND => readable(at),
        // Letters sort after every digit.
        _ if count >= 0 => format!("x{count:019}"),
        _ => below(count),
    }
}

fn readable(at: Timestamp) -> String {
    let at = at.to_zoned(TimeZone::UTC).datetime();
    format!(
        "{:04}-{:02}-{:02}T{:02}{:02}{:02}.{:09}",
        at.year(),
        at.month(),
        at.day(),
        at.hour(),
        at.minute(),
        at.second(),
        at.subsec_nanosecond()
    )
}
