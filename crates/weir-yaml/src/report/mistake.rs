//! What a user is told about a file that cannot be used.

use std::fmt;

use super::Code;

/// How many mistakes of one file are reported; the rest are counted.
pub const MISTAKES_REPORTED: usize = 100;

/// One mistake (or warning) at one place of a file.
///
/// Lines and columns count from 1, columns in characters. `end_column` is exclusive and on the
/// same line. A mistake about something that is missing points at the mapping that lacks it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Mistake {
    /// Stable code.
    pub code: Code,
    /// Where in the file, such as `treatment.policy.max_weeks`; empty for the whole file.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// First column, from 1.
    pub column: usize,
    /// Column after the last.
    pub end_column: usize,
    /// What is wrong, without a full stop.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
    /// The line of the file, shortened around the mistake when it is long; tabs and control
    /// characters are replaced so that it can be printed.
    pub source_line: String,
    /// Column of `source_line` (from 1) under which the mark belongs.
    pub source_column: usize,
}

impl Mistake {
    /// Writes the mistake as it stands under the headline.
    fn write(&self, f: &mut fmt::Formatter<'_>, source_name: &str) -> fmt::Result {
        let path = if self.path.is_empty() {
            "the file"
        } else {
            &self.path
        };
        writeln!(
            f,
            "  {source_name}:{}:{}  {path}: {} [{}]",
            self.line, self.column, self.message, self.code
        )?;
        if !self.source_line.is_empty() {
            let left = self.source_column.saturating_sub(1);
            let room = self.source_line.chars().count().saturating_sub(left).max(1);
            let marks = self.end_column.saturating_sub(self.column).clamp(1, room);
            writeln!(f, "  {:>7} | {}", self.line, self.source_line)?;
            writeln!(f, "          | {:left$}{}", "", "^".repeat(marks))?;
        }
        write!(f, "     try  {}", self.remedy)
    }
}

/// Every mistake of one file, in the order of the file; never empty.
///
/// `Display` gives the whole report in plain text, without colour and without a final newline.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Mistakes {
    /// The code above them all.
    #[serde(skip)]
    pub code: Code,
    /// What the file is called, such as `protocol`.
    #[serde(skip)]
    pub noun: &'static str,
    /// The name the file was given, as a path or `<stdin>`.
    pub source_name: String,
    /// At most [`MISTAKES_REPORTED`].
    pub mistakes: Vec<Mistake>,
    /// How many more there were.
    pub more: usize,
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.mistakes.len() + self.more;
        let noun = if count == 1 { "mistake" } else { "mistakes" };
        write!(f, "error[{}]: {} has {count} {noun}", self.code, self.noun)?;
        for mistake in &self.mistakes {
            writeln!(f)?;
            mistake.write(f, &self.source_name)?;
        }
        if self.more > 0 {
            write!(f, "\n  and {} more", self.more)?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

/// A warning in the same form as a mistake, for the command line.
#[derive(Debug, Clone, Copy)]
pub struct AsWarning<'a> {
    /// What the file is called, such as `protocol`.
    pub noun: &'a str,
    /// The name the file was given.
    pub source_name: &'a str,
    /// The warning.
    pub warning: &'a Mistake,
}

impl fmt::Display for AsWarning<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "warning[{}]: the {} can be used, but",
            self.warning.code, self.noun
        )?;
        self.warning.write(f, self.source_name)
    }
}
