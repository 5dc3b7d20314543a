//! Numbers as text: fixed decimals, never "NaN", "inf" or "-0".

use std::fmt;

/// A number to be written with a fixed count of decimals and commas between thousands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Number {
    value: f64,
    decimals: usize,
}

impl Number {
    /// With `decimals` places, at most 9.
    pub(crate) fn new(value: f64, decimals: usize) -> Self {
        Self {
            value,
            decimals: decimals.min(9),
        }
    }

    /// With as many decimals as tell neighbours at this step apart.
    pub(crate) fn at_step(value: f64, step: f64) -> Self {
        let mut decimals = 0;
        let mut scaled = step.abs();
        while decimals < 6
            && scaled.is_finite()
            && (scaled - scaled.round()).abs() > 1e-6 * scaled.max(1.0)
        {
            scaled *= 10.0;
            decimals += 1;
        }
        Self::new(value, decimals)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.value.is_finite() {
            return f.write_str("–");
        }
        let plain = format!("{:.*}", self.decimals, self.value.abs());
        let is_zero = plain.bytes().all(|b| b == b'0' || b == b'.');
        if self.value < 0.0 && !is_zero {
            f.write_str("−")?;
        }
        let (whole, rest) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
        if whole.len() < 4 {
            return write!(f, "{whole}{rest}");
        }
        for (i, digit) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        f.write_str(rest)
    }
}

/// For machines (CSV): shortest of up to six decimals, `.` as the point, no commas; nothing when not finite.
pub(crate) fn machine(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    let text = format!("{value:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_decimals_and_minus() {
        assert_eq!(Number::new(1234.0, 0).to_string(), "1,234");
        assert_eq!(Number::new(1_234_567.25, 1).to_string(), "1,234,567.2");
        assert_eq!(Number::new(-12.0, 0).to_string(), "−12");
        assert_eq!(Number::new(-0.01, 1).to_string(), "0.0");
        assert_eq!(Number::new(f64::NAN, 1).to_string(), "–");
        assert_eq!(Number::at_step(0.25, 0.05).to_string(), "0.25");
        assert_eq!(Number::at_step(0.3, 0.1).to_string(), "0.3");
    }

    #[test]
    fn machine_numbers_are_short() {
        assert_eq!(machine(0.1 + 0.2), "0.3");
        assert_eq!(machine(-0.0), "0");
        assert_eq!(machine(100.0), "100");
        assert_eq!(machine(f64::INFINITY), "");
    }
}
