#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the one place that prints"
)]

use std::io::Write;

use serde::Serialize;

use crate::failure::Failure;

/// Where results and messages go.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    json: bool,
}

impl Output {
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    pub fn is_json(&self) -> bool {
        self.json
    }

    /// A result: text, or `value` as JSON. A reader that has gone away ends it quietly.
    pub fn result(&self, text: &str, value: &impl Serialize) {
        if self.json {
            // What is printed is made of strings, numbers and lists.
            self.text(&serde_json::to_string_pretty(value).unwrap_or_default());
        } else {
            self.text(text);
        }
    }

    /// Text to stdout, with a line's end.
    pub fn text(&self, text: &str) {
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(text.trim_end_matches('\n').as_bytes());
        let _ = out.write_all(b"\n");
        let _ = out.flush();
    }

    /// A message to stderr.
    pub fn message(&self, text: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }

    /// An error to stderr.
    pub fn failure(&self, failure: &Failure) {
        let mut out = std::io::stderr().lock();
        if self.json {
            let _ = writeln!(out, "{}", failure.to_json());
        } else {
            let _ = write!(out, "{failure}");
        }
    }
}

/// A count with thousands separated: `1,234,567`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Seconds as people say them.
pub fn seconds(seconds: f64) -> String {
    match seconds {
        s if s < 0.095 => format!("{:.0} ms", s * 1e3),
        s if s < 99.5 => format!("{s:.1} s"),
        s if s < 5_400.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3_600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(
            ["1", "999", "1,000", "1,234,567"],
            [count(1), count(999), count(1_000), count(1_234_567)]
                .map(|s| s)
                .each_ref()
                .map(String::as_str)
        );
        assert_eq!(
            ["40 ms", "1.5 s", "2 min", "2.0 h"],
            [0.04, 1.5, 120.0, 7_200.0]
                .map(seconds)
                .each_ref()
                .map(String::as_str)
        );
    }
}
