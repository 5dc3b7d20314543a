//! Which format rows come and go in.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// A format of rows that weir reads and writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowFormat {
    /// Lines of values between commas, the columns' names on the first.
    Csv,
    /// Parquet.
    Parquet,
    /// Arrow's file format (`.arrow`, Feather version 2).
    ArrowFile,
    /// Arrow's streaming format (`.arrows`).
    ArrowStream,
}

impl RowFormat {
    /// All, with their names.
    pub const ALL: [(RowFormat, &'static str); 4] = [
        (RowFormat::Csv, "csv"),
        (RowFormat::Parquet, "parquet"),
        (RowFormat::ArrowFile, "arrow"),
        (RowFormat::ArrowStream, "arrows"),
    ];

    /// The format that a path's ending stands for: `.csv`, `.tsv` is none of them, `.parquet`, `.pq`,
    /// `.arrow`, `.feather`, `.ipc`, `.arrows`.
    #[must_use]
    pub fn of_path(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        Some(match ending.as_str() {
            "csv" => Self::Csv,
            "parquet" | "pq" => Self::Parquet,
            "arrow" | "feather" | "ipc" => Self::ArrowFile,
            "arrows" => Self::ArrowStream,
            _ => return None,
        })
    }
}

impl fmt::Display for RowFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|(format, _)| format == self);
        f.write_str(name.map_or("", |(_, name)| name))
    }
}

/// A format that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no format {0:?}; there are csv, parquet, arrow, arrows")]
pub struct ParseRowFormatError(pub String);

impl FromStr for RowFormat {
    type Err = ParseRowFormatError;

    fn from_str(text: &str) -> Result<Self, ParseRowFormatError> {
        Self::ALL
            .iter()
            .find(|(_, name)| *name == text)
            .map(|(format, _)| *format)
            .ok_or_else(|| ParseRowFormatError(text.chars().take(60).collect()))
    }
}
