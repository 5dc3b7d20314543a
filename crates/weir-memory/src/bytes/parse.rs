//! Sizes as people write them.

use std::str::FromStr;

use super::Bytes;

/// Why a text is no size.
///
/// Accepted: digits, optionally a fraction, optionally space, optionally a unit in any case.
/// `KiB MiB GiB TiB PiB` are powers of 1,024 and so are the bare letters `K M G T P`, as in
/// container options; `kB MB GB TB PB` are powers of 1,000; `B` or nothing means bytes. A
/// fraction of a byte is rounded down where there is a unit, refused where there is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseBytesError {
    /// Nothing but space.
    #[error("the size is empty; write for example 512MiB")]
    Empty,
    /// Does not begin with digits, or has something else than digits around its point.
    #[error(
        "«{text}» is not a size; write a positive number and a unit, for example 512MiB or 1.5GiB"
    )]
    NotANumber {
        /// What was given, shortened.
        text: String,
    },
    /// An unknown unit.
    #[error("«{unit}» is not a unit of size; use KiB, MiB, GiB, TiB, PiB or kB, MB, GB, TB, PB")]
    Unit {
        /// What follows the number, shortened.
        unit: String,
    },
    /// A fraction of a plain number of bytes.
    #[error("«{text}» is a fraction of a byte; add a unit, for example {text}GiB")]
    FractionOfByte {
        /// What was given, shortened.
        text: String,
    },
    /// 2⁶⁴ bytes or more.
    #[error("«{text}» is more than 16 EiB, the largest size there is")]
    TooLarge {
        /// What was given, shortened.
        text: String,
    },
}

impl FromStr for Bytes {
    type Err = ParseBytesError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ParseBytesError::Empty);
        }
        let number_end = text
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(text.len());
        let (number, unit) = text.split_at(number_end);
        let (whole, fraction) = match number.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (number, None),
        };
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !fraction.is_none_or(digits) {
            return Err(ParseBytesError::NotANumber {
                text: shorten(text),
            });
        }
        let unit = unit_size(unit.trim_start())?;
        if unit == 1 && fraction.is_some() {
            return Err(ParseBytesError::FractionOfByte {
                text: shorten(number),
            });
        }
        let too_large = || ParseBytesError::TooLarge {
            text: shorten(text),
        };
        let whole: u64 = whole.parse().map_err(|_| too_large())?;
        let whole = whole.checked_mul(unit).ok_or_else(too_large)?;
        let part = fraction.map_or(0, |fraction| fraction_of(unit, fraction));
        Ok(Self(whole.checked_add(part).ok_or_else(too_large)?))
    }
}

fn unit_size(unit: &str) -> Result<u64, ParseBytesError> {
    Ok(match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "ki" | "kib" => 1 << 10,
        "m" | "mi" | "mib" => 1 << 20,
        "g" | "gi" | "gib" => 1 << 30,
        "t" | "ti" | "tib" => 1 << 40,
        "p" | "pi" | "pib" => 1 << 50,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "tb" => 1_000_000_000_000,
        "pb" => 1_000_000_000_000_000,
        _ => {
            return Err(ParseBytesError::Unit {
                unit: shorten(unit),
            });
        }
    })
}

/// `0.fraction` of `unit`, rounded down. Digits past the eighteenth say less than a byte of
/// any unit and are left out.
fn fraction_of(unit: u64, fraction: &str) -> u64 {
    let kept = &fraction[..fraction.len().min(18)];
    let numerator: u128 = kept.parse().unwrap_or(0);
    let denominator = 10u128.pow(u32::try_from(kept.len()).unwrap_or(0));
    u64::try_from(u128::from(unit) * numerator / denominator).unwrap_or(0)
}

/// At most forty characters of what was given: messages stay readable.
pub(crate) fn shorten(text: &str) -> String {
    const SHOWN: usize = 40;
    match text.char_indices().nth(SHOWN) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_as_people_write_them() {
        for (text, bytes) in [
            ("0", 0),
            ("1048576", 1 << 20),
            ("1GiB", 1 << 30),
            ("512MB", 512_000_000),
            (" 64 KiB ", 64 << 10),
            ("1.5GiB", 3 << 29),
            ("1.5g", 3 << 29),
            ("100b", 100),
            ("0.1kib", 102),
            ("18446744073709551615", u64::MAX),
            ("1.000000000000000000000000000000KiB", 1 << 10),
        ] {
            assert_eq!(text.parse(), Ok(Bytes::new(bytes)), "{text}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        let error = |text: &str| text.parse::<Bytes>().unwrap_err();
        assert_eq!(error("  "), ParseBytesError::Empty);
        for text in [
            "-1GiB", "NaN", "inf", "GiB", "1..5GiB", ".5GiB", "5.GiB", "٣GiB",
        ] {
            assert!(
                matches!(error(text), ParseBytesError::NotANumber { .. }),
                "{text}"
            );
        }
        for text in ["1 potato", "1e9", "50%", "1GiBGiB", "1G i B", "0x10"] {
            assert!(
                matches!(error(text), ParseBytesError::Unit { .. }),
                "{text}"
            );
        }
        assert!(matches!(
            error("1.5"),
            ParseBytesError::FractionOfByte { .. }
        ));
        for text in [
            "18446744073709551616",
            "16384PiB",
            "99999999999999999999999GiB",
        ] {
            assert!(
                matches!(error(text), ParseBytesError::TooLarge { .. }),
                "{text}"
            );
        }
        assert!(error(&"x".repeat(10_000)).to_string().len() < 200);
    }
}
