//! Collects the mistakes of one file.

use super::{Code, MISTAKES_REPORTED, Mistake, Mistakes};
use crate::declare::Format;
use crate::tree::{Place, plain_words};

/// Longest piece of a line shown with a mistake, characters.
const SHOWN: usize = 100;

/// The mistakes (or warnings) found so far, at most [`MISTAKES_REPORTED`]; more are counted.
#[derive(Debug)]
pub struct Report<'text> {
    pub(crate) format: Format,
    lines: Vec<&'text str>,
    mistakes: Vec<Mistake>,
    more: usize,
}

impl<'text> Report<'text> {
    /// None yet, for the text of a file, whose lines are shown with what is wrong in them.
    pub fn new(text: &'text str, format: Format) -> Self {
        Report {
            format,
            lines: text.split('\n').collect(),
            mistakes: Vec::new(),
            more: 0,
        }
    }

    /// A line of the source without its end, empty past the last.
    pub fn line(&self, line: usize) -> &'text str {
        self.lines
            .get(line.saturating_sub(1))
            .copied()
            .unwrap_or("")
            .trim_end_matches('\r')
    }

    /// Whether nothing has been reported.
    pub fn is_empty(&self) -> bool {
        self.mistakes.is_empty()
    }

    /// Whether there is a mistake at this path, inside it or at a parent that could not be read.
    pub fn concerns(&self, path: &str) -> bool {
        self.mistakes.iter().any(|mistake| {
            let (longer, shorter) = if mistake.path.len() >= path.len() {
                (mistake.path.as_str(), path)
            } else {
                if ![
                    Code::WRONG_SHAPE,
                    Code::UNKNOWN_CHOICE,
                    Code::MISSING_KEY,
                    Code::EMPTY_VALUE,
                ]
                .contains(&mistake.code)
                {
                    return false;
                }
                (path, mistake.path.as_str())
            };
            longer.strip_prefix(shorter).is_some_and(|rest| {
                rest.is_empty() || shorter.is_empty() || rest.starts_with(['.', '['])
            })
        })
    }

    /// Forgets the warnings or mistakes so far and hands them over, in the order of the file.
    pub fn take(&mut self) -> Vec<Mistake> {
        let mut taken = std::mem::take(&mut self.mistakes);
        taken.sort_by_key(|mistake| (mistake.line, mistake.column));
        taken
    }

    /// What the user is told.
    pub fn into_mistakes(mut self, source_name: &str) -> Mistakes {
        let mistakes = self.take();
        Mistakes {
            code: self.format.mistakes,
            noun: self.format.noun,
            source_name: plain_source_name(source_name),
            mistakes,
            more: self.more,
        }
    }

    /// A place that exists in the file: what is wrong at its end, such as a bracket that is never
    /// closed, is shown after the last text of it.
    fn inside(&self, place: Place) -> Place {
        let last = self
            .lines
            .iter()
            .rposition(|line| !line.trim().is_empty())
            .map_or(1, |i| i + 1);
        let length = |line| self.line(line).chars().count();
        let (line, column) = if place.line > last && length(place.line) < place.column {
            (last, length(last) + 1)
        } else {
            (place.line, place.column.min(length(place.line) + 1))
        };
        let width = place.end_column.saturating_sub(place.column).max(1);
        Place {
            line,
            column,
            end_column: column + width,
        }
    }

    /// Adds one at a place of the file.
    pub fn add(
        &mut self,
        code: impl Into<Code>,
        path: &str,
        place: Place,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        if self.mistakes.len() >= MISTAKES_REPORTED {
            self.more += 1;
            return;
        }
        let place = self.inside(place);
        let (source_line, source_column) = excerpt(self.line(place.line), place);
        self.mistakes.push(Mistake {
            code: code.into(),
            path: printable(path.to_owned()),
            line: place.line,
            column: place.column,
            end_column: place.end_column,
            message: printable(message.into()),
            remedy: printable(remedy.into()),
            source_line,
            source_column,
        });
    }
}

/// The piece of the line around the place, printable, and the column of the place in it.
fn excerpt(line: &str, place: Place) -> (String, usize) {
    let first = if place.end_column > SHOWN {
        place.column.saturating_sub(SHOWN / 2)
    } else {
        1
    };
    let first = first.max(1);
    let piece = line.chars().skip(first - 1).take(SHOWN).map(|c| match c {
        '\t' => ' ',
        c if c.is_control() => '\u{b7}',
        c => c,
    });
    (
        piece.collect::<String>().trim_end().to_owned(),
        place.column - first + 1,
    )
}

/// Words of a file come back in what is said about it, such as a name that was probably meant:
/// whatever they hold, a terminal is sent nothing that it would obey.
fn printable(words: String) -> String {
    if words.chars().any(char::is_control) {
        let plain = |c: char| if c.is_control() { '\u{b7}' } else { c };
        words.chars().map(plain).collect()
    } else {
        words
    }
}

/// A file name may hold anything, a report may not.
fn plain_source_name(name: &str) -> String {
    if name.chars().any(char::is_control) {
        plain_words(name)
    } else {
        name.to_owned()
    }
}
