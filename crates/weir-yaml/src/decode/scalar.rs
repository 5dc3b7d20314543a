//! Single values: numbers, booleans, texts, and what people write instead.

use crate::declare::Bounds;
use crate::report::Code;
use crate::tree::plain_words;

/// What is wrong with a single value.
#[derive(Debug)]
pub(crate) struct Wrong {
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) remedy: String,
}

fn wrong<T>(code: Code, message: String, remedy: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong {
        code,
        message,
        remedy: remedy.into(),
    })
}

/// Whether the text is a decimal number in JSON's notation, of at most 40 characters.
fn is_decimal(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let unsigned = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|e| digits(e.strip_prefix(['-', '+']).unwrap_or(e)))
}

fn parse(text: &str) -> Option<f64> {
    if text.len() > 400 || !is_decimal(text) {
        return None;
    }
    text.parse().ok()
}

/// A number as people write it: also `+5`, `.5`, `1_000`; for remedies only.
fn lenient(text: &str) -> Option<f64> {
    let text = text.trim().replace('_', "");
    text.trim_start_matches('+')
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
}

/// Rounded to nine decimals, so that 55 % is 0.55.
fn tidy(number: f64) -> f64 {
    (number * 1e9).round() / 1e9
}

pub(crate) fn number(text: &str, plain: bool, bounds: Bounds) -> Result<f64, Wrong> {
    let shown = plain_words(text);
    if let Some(number) = parse(text) {
        if !plain {
            let message = format!("the number {shown} stands in quotes");
            return wrong(
                Code::QUOTED_NUMBER,
                message,
                format!("write {shown} without quotes"),
            );
        }
        if !number.is_finite() {
            let message = format!("{shown} is too large for a number");
            return wrong(
                Code::NOT_FINITE,
                message,
                format!("write a number from {}", bounds.words()),
            );
        }
        if !bounds.contains(number) {
            let message = format!("{shown} is outside {}", bounds.words());
            let remedy = if bounds.max == 1.0 && number > 1.0 && number <= 100.0 {
                format!("write a share of 1: {}", tidy(number / 100.0))
            } else if number < 0.0 && bounds.contains(-number) {
                format!("write a number from {}; it has no sign", bounds.words())
            } else {
                format!("write a number from {}", bounds.words())
            };
            return wrong(Code::OUT_OF_RANGE, message, remedy);
        }
        return Ok(number + 0.0);
    }
    let bare = text.trim_start_matches(['+', '-']).to_ascii_lowercase();
    if matches!(bare.as_str(), ".inf" | "inf" | "infinity" | ".nan" | "nan") {
        let message = format!("{shown} is not a finite number");
        return wrong(
            Code::NOT_FINITE,
            message,
            format!("write a number from {}", bounds.words()),
        );
    }
    if let Some(percent) = text.strip_suffix('%') {
        let message = format!("{shown} is a percentage");
        return match lenient(percent) {
            Some(number) if bounds.contains(tidy(number / 100.0)) => wrong(
                Code::PERCENT,
                message,
                format!("write {}", tidy(number / 100.0)),
            ),
            _ => wrong(Code::PERCENT, message, "write the share of 1, without %"),
        };
    }
    if let Some((whole, fraction)) = text.split_once(',')
        && let Some(number) = parse(&format!("{whole}.{fraction}"))
    {
        let message = format!("{shown} has a comma");
        return wrong(
            Code::DECIMAL_COMMA,
            message,
            format!("write {number}, with a decimal point"),
        );
    }
    let digits = text.len()
        - text
            .trim_start_matches(|c: char| c.is_ascii_digit() || "+-._".contains(c))
            .len();
    let (front, unit) = text.split_at(digits);
    let is_unit = !unit.is_empty()
        && unit
            .trim()
            .chars()
            .all(|c| c.is_ascii_alphabetic() || " /".contains(c));
    if is_unit
        && !matches!(unit.as_bytes()[0], b'x' | b'o' | b'e' | b'E' | b'b')
        && let Some(number) = lenient(front)
    {
        let unit = unit.trim();
        let message = format!("{shown} has the unit {unit} in the value");
        return wrong(
            Code::UNIT_IN_VALUE,
            message,
            format!("write the number alone, {number}, in the unit that the key names"),
        );
    }
    if let Some(number) = lenient(text) {
        let message = format!("{shown} is written in a way that readers disagree about");
        return wrong(Code::NUMBER_NOTATION, message, format!("write {number}"));
    }
    if text.starts_with("0x") || text.starts_with("0o") || text.starts_with("0b") {
        let message = format!("{shown} is not a decimal number");
        return wrong(Code::NUMBER_NOTATION, message, "write it in decimal");
    }
    let message = format!("{shown} is not a number");
    wrong(
        Code::NOT_A_NUMBER,
        message,
        format!("write a number from {}", bounds.words()),
    )
}

pub(crate) fn whole(text: &str, plain: bool, min: u32, max: u32) -> Result<u32, Wrong> {
    let number = number(text, plain, Bounds::within(min.into(), max.into()))?;
    if number.fract() != 0.0 {
        let near = number.round();
        return wrong(
            Code::NOT_WHOLE,
            format!("{} is not a whole number", plain_words(text)),
            format!("write a whole number, such as {near}"),
        );
    }
    // Inside its bounds and whole, so that the conversion is exact.
    Ok(number as u32)
}

pub(crate) fn flag(text: &str, plain: bool) -> Result<bool, Wrong> {
    let message = format!("{} is not true or false", plain_words(text));
    match (text, plain) {
        ("true", true) => return Ok(true),
        ("false", true) => return Ok(false),
        ("true" | "false", false) => {
            let message = format!("{text} stands in quotes");
            return wrong(
                Code::NOT_A_BOOLEAN,
                message,
                format!("write {text} without quotes"),
            );
        }
        _ => {}
    }
    let remedy = match text.to_ascii_lowercase().as_str() {
        "yes" | "y" | "on" | "1" | "true" => "write true",
        "no" | "n" | "off" | "0" | "false" => "write false",
        _ => "write true or false",
    };
    wrong(Code::NOT_A_BOOLEAN, message, remedy)
}

/// Trimmed; line breaks are kept.
pub(crate) fn text(text: &str, plain: bool, max_chars: usize) -> Result<String, Wrong> {
    let shown = plain_words(text);
    let lower = text.to_ascii_lowercase();
    let reads_otherwise = lenient(text).is_some()
        || matches!(
            lower.as_str(),
            "true" | "false" | "yes" | "no" | "on" | "off" | ".inf" | ".nan"
        );
    if plain && reads_otherwise {
        let message = format!("YAML reads {shown} as a number or a boolean, not as text");
        return wrong(Code::TEXT_UNQUOTED, message, format!("write \"{shown}\""));
    }
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return wrong(
            Code::TEXT_LENGTH,
            "is empty".to_owned(),
            "write a few words",
        );
    }
    let chars = trimmed.chars().count();
    if chars > max_chars {
        let message = format!("has {chars} characters, takes at most {max_chars}");
        return wrong(Code::TEXT_LENGTH, message, "shorten it");
    }
    if let Some(control) = trimmed.chars().find(|c| c.is_control() && *c != '\n') {
        let message = format!("has the control character U+{:04X}", u32::from(control));
        return wrong(Code::CONTROL_CHARACTER, message, "remove it");
    }
    Ok(trimmed.to_owned())
}
