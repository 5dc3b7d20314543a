#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the one place that prints"
)]

use std::io::{self, ErrorKind, Write};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use crate::failure::{Exit, Failure};

/// Where results and messages go.
#[derive(Debug, Clone)]
pub struct Output {
    json: bool,
    /// The first write of a result that failed, told when the command ends: see [`Output::close`].
    refused: Arc<Mutex<Option<io::Error>>>,
}

impl Output {
    pub fn new(json: bool) -> Self {
        Self {
            json,
            refused: Arc::default(),
        }
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
        let mut out = io::stdout().lock();
        let written = out
            .write_all(text.trim_end_matches('\n').as_bytes())
            .and_then(|()| out.write_all(b"\n"))
            .and_then(|()| out.flush());
        self.written(written);
    }

    /// Takes note of how a write to stdout went. A reader that went away has what it wanted.
    pub fn written(&self, written: io::Result<()>) {
        if let Err(error) = written
            && error.kind() != ErrorKind::BrokenPipe
        {
            let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
            refused.get_or_insert(error);
        }
    }

    /// The end of a command: results that could not be written are a failure, whatever else went well.
    ///
    /// # Errors
    /// W0117 with the system's words.
    pub fn close(&self) -> Result<(), Failure> {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(error) = refused.take() else {
            return Ok(());
        };
        let full = matches!(
            error.kind(),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge
        );
        let failure = Failure::new(
            "W0117",
            format!("the command's output could not be written to stdout: {error}"),
        )
        .with("free room where stdout goes, or send it elsewhere, and ask again")
        .with("`weir runs show last`: a run that was made is kept, whatever became of its output");
        Err(if full {
            failure.exit(Exit::DoesNotFit)
        } else {
            failure
        })
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

/// A count and what is counted: `1 visit`, `1,234 visits`.
pub fn counted(number: u64, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", count(number))
}

/// Years of follow-up: `1 year`, `2.5 years`.
pub fn years(years: f64) -> String {
    let plural = if years == 1.0 { "" } else { "s" };
    format!("{years} year{plural}")
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
            ["0 visits", "1 visit", "2,000 visits"],
            [0, 1, 2_000]
                .map(|number| counted(number, "visit"))
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
