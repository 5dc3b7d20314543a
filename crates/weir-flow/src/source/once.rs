//! Rows that come once, such as standard input, known again by how they begin.

use std::fmt::Write;

use arrow_array::{Array, RecordBatch};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use sha2::{Digest, Sha256};

use super::{Position, Source, SourceError};
use crate::StreamSchema;

/// Rows that are remembered, at most.
const FIRST_ROWS: u64 = 1_024;

/// Remembers what the first rows were. So a run that goes on from a position finds out whether the same rows come again: then those read
/// before are left out; other rows are refused, since leaving out as many of them would lose them.
pub(super) struct Once {
    name: String,
    rows_from: Box<dyn Source>,
    /// Rows given or left out.
    rows: u64,
    first: Sha256,
    /// What is left of a batch of which some rows were left out.
    ahead: Option<RecordBatch>,
}

impl Once {
    pub(super) fn new(name: &str, rows_from: Box<dyn Source>) -> Self {
        Self {
            name: name.to_owned(),
            rows_from,
            rows: 0,
            first: Sha256::new(),
            ahead: None,
        }
    }

    /// Counts rows, and remembers them if they are among the first.
    fn note(&mut self, rows: &RecordBatch) -> Result<(), SourceError> {
        let new = usize::try_from(FIRST_ROWS.saturating_sub(self.rows)).unwrap_or(0);
        let format = FormatOptions::default();
        for row in 0..rows.num_rows().min(new) {
            for column in rows.columns() {
                let value = ArrayFormatter::try_new(column.as_ref(), &format);
                let value = value.map_err(|error| SourceError::Read {
                    name: self.name.clone(),
                    source: error.into(),
                })?;
                let text = value.value(row).to_string();
                self.first.update([u8::from(column.is_null(row))]);
                self.first.update((text.len() as u64).to_le_bytes());
                self.first.update(text);
            }
        }
        self.rows += rows.num_rows() as u64;
        Ok(())
    }

    fn moved(&self, what: String) -> SourceError {
        SourceError::Moved {
            name: self.name.clone(),
            what,
            versions: false,
        }
    }
}

impl Source for Once {
    fn stream(&self) -> &StreamSchema {
        self.rows_from.stream()
    }

    fn next(&mut self) -> Result<Option<RecordBatch>, SourceError> {
        let rows = match self.ahead.take() {
            Some(rows) => Some(rows),
            None => self.rows_from.next()?,
        };
        if let Some(rows) = &rows {
            self.note(rows)?;
        }
        Ok(rows)
    }

    fn position(&self) -> Position {
        let digest = self.first.clone().finalize();
        let first = digest.iter().fold(String::new(), |mut hex, byte| {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        Position {
            rows: self.rows,
            detail: serde_json::json!({ "first_rows": first }),
        }
    }

    fn seek(&mut self, position: &Position) -> Result<(), SourceError> {
        if *position == self.position() || (position.rows == 0 && self.rows == 0) {
            return Ok(());
        }
        if self.rows > 0 {
            return Err(self.moved("what comes once cannot be read again".to_owned()));
        }
        while self.rows < position.rows {
            let Some(rows) = self.rows_from.next()? else {
                return Err(self.moved(format!(
                    "{} rows of it were read then, now it has {}; what comes now is not added to what came then",
                    position.rows, self.rows
                )));
            };
            // At most a batch's rows, which are a usize.
            let known = usize::try_from(position.rows - self.rows).unwrap_or(usize::MAX);
            let known = known.min(rows.num_rows());
            self.note(&rows.slice(0, known))?;
            if known < rows.num_rows() {
                self.ahead = Some(rows.slice(known, rows.num_rows() - known));
            }
        }
        if self.position().detail != position.detail {
            return Err(self.moved(
                "it begins with other rows than it did then; what comes now is not added to what came then".to_owned(),
            ));
        }
        Ok(())
    }
}
