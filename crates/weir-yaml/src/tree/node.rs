//! Values and where they stand.

use saphyr_parser::{Marker, Span};

/// Longest file, bytes.
pub const MAX_BYTES: usize = 1 << 20;

/// A stretch of the source on one line, columns in characters from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// First column, from 1.
    pub column: usize,
    /// Column after the last.
    pub end_column: usize,
}

impl Place {
    pub(super) fn of(span: Span) -> Place {
        let column = span.start.col() + 1;
        let end_column = if span.end.line() == span.start.line() {
            span.end.col() + 1
        } else {
            column
        };
        Place {
            line: span.start.line(),
            column,
            end_column: end_column.max(column + 1),
        }
    }

    pub(super) fn at(marker: &Marker) -> Place {
        let column = marker.col() + 1;
        Place {
            line: marker.line().max(1),
            column,
            end_column: column + 1,
        }
    }

    /// The start of the file.
    pub const START: Place = Place {
        line: 1,
        column: 1,
        end_column: 2,
    };
}

/// A value and where it stands.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) value: Value,
}

#[derive(Debug)]
pub(crate) enum Value {
    /// A single value; `plain` when it is not quoted.
    Scalar {
        text: String,
        plain: bool,
    },
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key with its value.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) place: Place,
    pub(crate) value: Node,
}

/// `path.key`, with the key made printable and short.
pub(crate) fn join(path: &str, key: &str) -> String {
    let key = plain_words(key);
    if path.is_empty() {
        key
    } else {
        format!("{path}.{key}")
    }
}

/// Text of the file made fit for a message: at most 60 characters, no control characters.
pub fn plain_words(text: &str) -> String {
    let mut plain: String = text
        .chars()
        .take(60)
        .map(|c| if c.is_control() { '\u{b7}' } else { c })
        .collect();
    if text.chars().nth(60).is_some() {
        plain.push('\u{2026}');
    }
    plain
}
