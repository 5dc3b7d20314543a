//! Types of columns, as people write them.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use arrow_schema::{DataType, TimeUnit};

/// A type of a column with its notation: `int64`, `float64`, `text`, `bool`, `date`,
/// `timestamp[us]`, `timestamp[ns, UTC]`, `decimal(10, 2)` and the like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnType(pub DataType);

/// A text that is no type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no type {0:?}; there are bool, int8 to int64, uint8 to uint64, float32, float64, text, date, timestamp[s|ms|us|ns], timestamp[us, UTC], decimal(10, 2)"
)]
pub struct ParseColumnTypeError(pub String);

const PLAIN: [(&str, DataType); 14] = [
    ("bool", DataType::Boolean),
    ("int8", DataType::Int8),
    ("int16", DataType::Int16),
    ("int32", DataType::Int32),
    ("int64", DataType::Int64),
    ("uint8", DataType::UInt8),
    ("uint16", DataType::UInt16),
    ("uint32", DataType::UInt32),
    ("uint64", DataType::UInt64),
    ("float32", DataType::Float32),
    ("float64", DataType::Float64),
    ("text", DataType::Utf8),
    ("large_text", DataType::LargeUtf8),
    ("date", DataType::Date32),
];

const UNITS: [(&str, TimeUnit); 4] = [
    ("s", TimeUnit::Second),
    ("ms", TimeUnit::Millisecond),
    ("us", TimeUnit::Microsecond),
    ("ns", TimeUnit::Nanosecond),
];

impl ColumnType {
    /// The names without parameters.
    pub fn names() -> impl Iterator<Item = &'static str> {
        PLAIN.iter().map(|(name, _)| *name)
    }
}

impl FromStr for ColumnType {
    type Err = ParseColumnTypeError;

    fn from_str(text: &str) -> Result<Self, ParseColumnTypeError> {
        let text = text.trim();
        let wrong = || ParseColumnTypeError(text.chars().take(60).collect());
        if let Some((_, data_type)) = PLAIN.iter().find(|(name, _)| *name == text) {
            return Ok(Self(data_type.clone()));
        }
        let inside = |head: &str, close: char| -> Option<Vec<String>> {
            let rest = text.strip_prefix(head)?.strip_suffix(close)?;
            Some(rest.split(',').map(|part| part.trim().to_owned()).collect())
        };
        if let Some(parts) = inside("timestamp[", ']') {
            let unit = UNITS
                .iter()
                .find(|(name, _)| parts.first().is_some_and(|p| p == name));
            let (Some((_, unit)), 1..=2) = (unit, parts.len()) else {
                return Err(wrong());
            };
            let zone = match parts.get(1) {
                Some(zone) if zone.is_empty() || zone.len() > 60 => return Err(wrong()),
                Some(zone) => Some(Arc::from(zone.as_str())),
                None => None,
            };
            return Ok(Self(DataType::Timestamp(*unit, zone)));
        }
        if let Some(parts) = inside("decimal(", ')')
            && let [precision, scale] = &parts[..]
            && let (Ok(precision @ 1..=38), Ok(scale)) =
                (precision.parse::<u8>(), scale.parse::<i8>())
            && (0..=precision.cast_signed()).contains(&scale)
        {
            return Ok(Self(DataType::Decimal128(precision, scale)));
        }
        Err(wrong())
    }
}

impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((name, _)) = PLAIN.iter().find(|(_, data_type)| *data_type == self.0) {
            return f.write_str(name);
        }
        match &self.0 {
            DataType::Timestamp(unit, zone) => {
                let unit = UNITS.iter().find(|(_, known)| known == unit);
                let unit = unit.map_or("", |(name, _)| name);
                match zone {
                    Some(zone) => write!(f, "timestamp[{unit}, {zone}]"),
                    None => write!(f, "timestamp[{unit}]"),
                }
            }
            DataType::Decimal128(precision, scale) => write!(f, "decimal({precision}, {scale})"),
            other => write!(f, "{other}"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn types_are_read_as_they_are_shown() {
        for text in [
            "bool",
            "int8",
            "uint64",
            "float64",
            "text",
            "date",
            "timestamp[s]",
            "timestamp[ns, UTC]",
            "timestamp[us, Europe/Berlin]",
            "decimal(10, 2)",
        ] {
            assert_eq!(text.parse::<ColumnType>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "int",
            "timestamp",
            "timestamp[h]",
            "timestamp[s,]",
            "decimal(0, 0)",
            "decimal(39, 2)",
            "decimal(4, 5)",
        ] {
            assert!(text.parse::<ColumnType>().is_err(), "{text}");
        }
    }
}
