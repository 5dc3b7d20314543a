//! Single values with a notation of their own: cell sizes, reference systems, nodata.

use weir_yaml::{Form, Notation, plain_words};

use crate::Crs;

/// Decimals with at least so many significant digits may be a fraction that was rounded.
const ROUNDED_DIGITS: usize = 5;
/// The largest numerator of such a fraction, and what its denominator divides: cells of whole seconds of arc.
const FRACTIONS: (u32, u32) = (10, 3600);

/// The size of a cell: columns, then rows; both above 0.
///
/// Written as a decimal (`0.25`), as a fraction (`1/6`), or as two of them with a blank between for columns and rows. A decimal of five or more
/// significant digits that stands for a few whole parts of a degree cut into seconds of arc (a numerator of at most 10, a denominator that
/// divides 3600) is that fraction: 0.1666667 is 1/6.
#[derive(Debug, Clone, PartialEq)]
pub struct CellSize {
    /// Along a row, in the target's units.
    pub x: f64,
    /// Down a column, in the target's units.
    pub y: f64,
    text: String,
}

impl Notation for CellSize {
    const FORM: Form = Form {
        what: "a cell's size, or two with a blank between: columns, rows",
        such_as: "1/6",
        pattern: None,
    };

    fn read(text: &str) -> Result<Self, (String, String)> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (x, y) = match words[..] {
            [both] => (both, both),
            [x, y] => (x, y),
            _ => {
                let message = format!("{} is no cell size", plain_words(text));
                return Err((
                    message,
                    "write one number, or two with a blank between".into(),
                ));
            }
        };
        Ok(Self {
            x: length(x)?,
            y: length(y)?,
            text: words.join(" "),
        })
    }

    fn shown(&self) -> String {
        self.text.clone()
    }
}

/// One side of a cell.
fn length(text: &str) -> Result<f64, (String, String)> {
    let number = |text: &str| {
        let plain = text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
        let value: Option<f64> = plain.then(|| text.parse().ok()).flatten();
        value.filter(|value| value.is_finite() && *value > 0.0)
    };
    let value = match text.split_once('/') {
        Some((above, below)) => {
            let both = number(above).zip(number(below));
            both.map(|(above, below)| above / below)
                .filter(|size| size.is_finite() && *size > 0.0)
        }
        None => number(text).map(|value| rounded_fraction(text, value).unwrap_or(value)),
    };
    value.ok_or_else(|| {
        (
            format!("{} is no size of a cell", plain_words(text)),
            "write a number above 0 such as 0.25, or a fraction such as 1/6".to_owned(),
        )
    })
}

/// The fraction that a long decimal is the rounding of.
fn rounded_fraction(text: &str, value: f64) -> Option<f64> {
    let (_, decimals) = text.split_once('.')?;
    let significant = text
        .bytes()
        .filter(u8::is_ascii_digit)
        .skip_while(|digit| *digit == b'0')
        .count();
    if significant < ROUNDED_DIGITS || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // Half of the last digit, and a little for the rounding of the double itself.
    let half = 0.5 * libm::pow(10.0, -(decimals.len() as f64)) * (1.0 + 1e-9);
    (1..=FRACTIONS.0).find_map(|above| {
        let below = libm::round(f64::from(above) / value);
        let fraction = f64::from(above) / below;
        let seconds = below >= 1.0 && f64::from(FRACTIONS.1) % below == 0.0;
        (seconds && (fraction - value).abs() <= half).then_some(fraction)
    })
}

/// A reference system by its EPSG code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrsName(pub u16);

impl CrsName {
    /// As files name it. Geographic systems of the EPSG have codes from 4000 to 4999.
    pub fn crs(&self) -> Crs {
        if (4000..5000).contains(&self.0) {
            Crs::Geographic(self.0)
        } else {
            Crs::Projected(self.0)
        }
    }
}

impl Notation for CrsName {
    const FORM: Form = Form {
        what: "a reference system by its EPSG code",
        such_as: "EPSG:4326",
        pattern: Some("^(EPSG|epsg):[0-9]{4,5}$"),
    };

    fn read(text: &str) -> Result<Self, (String, String)> {
        let code = |text: &str| text.parse::<u16>().ok().filter(|code| *code >= 1024);
        let message = || {
            format!(
                "{} is no reference system that is known here",
                plain_words(text)
            )
        };
        if let Some(rest) = text
            .strip_prefix("EPSG:")
            .or_else(|| text.strip_prefix("epsg:"))
        {
            return code(rest).map(Self).ok_or_else(|| {
                (
                    message(),
                    "write EPSG: and four or five digits, such as EPSG:4326".to_owned(),
                )
            });
        }
        let remedy = match (code(text), text.to_ascii_uppercase().as_str()) {
            (Some(code), _) => format!("EPSG:{code}"),
            (_, "WGS84" | "WGS 84" | "LATLON" | "LONLAT") => "EPSG:4326".to_owned(),
            _ => "write its EPSG code, such as EPSG:4326 or EPSG:3035".to_owned(),
        };
        Err((message(), remedy))
    }

    fn shown(&self) -> String {
        format!("EPSG:{}", self.0)
    }
}

/// What stands for no value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fill {
    /// Nothing: every value is one.
    None,
    /// This value; NaN is one of them.
    Value(f64),
}

impl Fill {
    /// The value, if there is one.
    pub fn value(self) -> Option<f64> {
        match self {
            Self::None => None,
            Self::Value(value) => Some(value),
        }
    }
}

impl Notation for Fill {
    const FORM: Form = Form {
        what: "a number, nan, or none",
        such_as: "-9999",
        pattern: None,
    };

    fn read(text: &str) -> Result<Self, (String, String)> {
        match text {
            "none" => return Ok(Self::None),
            "nan" | "NaN" | ".nan" => return Ok(Self::Value(f64::NAN)),
            _ => {}
        }
        let value = text.parse::<f64>().ok().filter(|value| value.is_finite());
        value.map(Self::Value).ok_or_else(|| {
            (
                format!("{} is no value", plain_words(text)),
                "write a number such as -9999, or nan, or none".to_owned(),
            )
        })
    }

    fn shown(&self) -> String {
        match self {
            Self::None => "none".to_owned(),
            Self::Value(value) if value.is_nan() => "nan".to_owned(),
            Self::Value(value) => value.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_rounded_decimal_is_the_fraction_it_was() {
        for (text, size) in [
            ("0.1666667", 1.0 / 6.0),
            ("0.16667", 1.0 / 6.0),
            ("0.08333333", 1.0 / 12.0),
            ("0.008333333333333", 1.0 / 120.0),
            ("0.6666667", 2.0 / 3.0),
            ("1/6", 1.0 / 6.0),
            ("0.25", 0.25),
            ("0.1667", 0.1667),
            ("0.123457", 0.123457),
            ("30.00", 30.0),
            ("0.100000", 0.1),
            ("0.012345678", 0.012345678),
        ] {
            assert_eq!(CellSize::read(text).unwrap().x, size, "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for text in [
            "", "0", "-1", "1/0", "a", "1 2 3", "1/2/3", "nan", "inf", "1e400",
        ] {
            assert!(CellSize::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn reference_systems_are_epsg_codes() {
        assert_eq!(CrsName::read("epsg:3035").unwrap(), CrsName(3035));
        assert_eq!(CrsName::read("WGS84").unwrap_err().1, "EPSG:4326");
        assert_eq!(CrsName::read("32633").unwrap_err().1, "EPSG:32633");
        assert!(CrsName::read("EPSG:99999999").is_err());
    }
}
