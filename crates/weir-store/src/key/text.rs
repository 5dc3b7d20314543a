//! The text of a key: values, commas within a level, slashes between levels.

use std::fmt;

use super::{KeyError, KeyValue};

/// Characters for which a text value is printed in quotes.
const QUOTED: [char; 7] = [',', '/', '(', ')', '"', '=', '\\'];

/// A key's text in pieces.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    /// The values, and whether they were quoted.
    pub(super) values: Vec<(String, bool)>,
    /// What stands between them.
    pub(super) separators: Vec<char>,
}

impl Tokens {
    pub(super) fn read(text: &str) -> Result<Self, KeyError> {
        let wrong = |reason: &str| KeyError::new(text, reason);
        let mut rest = text.trim();
        if let Some(inner) = rest.strip_prefix('(') {
            rest = inner
                .strip_suffix(')')
                .ok_or_else(|| wrong("the parenthesis is not closed"))?
                .trim();
        }
        let mut tokens = Self::default();
        if rest.is_empty() {
            return Ok(tokens);
        }
        loop {
            let (value, after, quoted) = if rest.starts_with('"') {
                let end = quoted_end(rest).ok_or_else(|| wrong("the quote is not closed"))?;
                let value: String = serde_json::from_str(&rest[..end])
                    .map_err(|_| wrong("a quoted value is written as in JSON"))?;
                (value, rest[end..].trim_start(), true)
            } else {
                let end = rest.find([',', '/']).unwrap_or(rest.len());
                (rest[..end].trim_end().to_owned(), &rest[end..], false)
            };
            if !quoted && (value.is_empty() || value.contains(['"', '(', ')'])) {
                return Err(wrong(
                    "a value is missing, or needs quotes (\"…\") around , / ( ) and \"",
                ));
            }
            tokens.values.push((value, quoted));
            let mut after = after.chars();
            match after.next() {
                None => return Ok(tokens),
                Some(separator @ (',' | '/')) => tokens.separators.push(separator),
                Some(_) => return Err(wrong("after a quoted value comes , or /")),
            }
            rest = after.as_str().trim_start();
        }
    }
}

/// The length of the quoted text at the start, quotes included.
fn quoted_end(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (position, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(position + 1),
            _ => {}
        }
    }
    None
}

impl fmt::Display for KeyValue {
    /// As in a key's text: in quotes where it would not be read back otherwise.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(value) => value.fmt(f),
            Self::Str(text) => {
                let plain = !text.is_empty()
                    && text.trim() == text
                    && !text.contains(QUOTED)
                    && !text.chars().any(char::is_control);
                if plain {
                    f.write_str(text)
                } else {
                    // Text is always JSON.
                    f.write_str(&serde_json::to_string(text).map_err(|_| fmt::Error)?)
                }
            }
        }
    }
}
