use rusqlite::{OptionalExtension, params_from_iter, types::Value};
use weir_run::{RunId, RunKind, RunState};

use super::rows::{COLUMNS, read_row};
use super::{Library, signed};
use crate::{LibraryError, RunRow};

/// Which runs to list. The default is all, the newest 1,000 at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Only runs of this kind.
    pub kind: Option<RunKind>,
    /// Only runs in one of these states; empty for all.
    pub states: Vec<RunState>,
    /// Only runs with this tag.
    pub tag: Option<String>,
    /// At most this many, the newest.
    pub limit: u64,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            kind: None,
            states: Vec::new(),
            tag: None,
            limit: 1000,
        }
    }
}

impl Library {
    /// Runs, newest first. Runs whose process has died meanwhile show as resumable.
    ///
    /// # Errors
    ///
    /// [`LibraryError`] when the catalogue cannot be read, or be written where a state changed.
    pub fn list(&self, filter: &Filter) -> Result<Vec<RunRow>, LibraryError> {
        self.refresh()?;
        let mut sql = format!("SELECT {COLUMNS} FROM runs WHERE trash IS NULL");
        let mut values: Vec<Value> = Vec::new();
        if let Some(kind) = &filter.kind {
            sql.push_str(" AND kind = ?");
            values.push(kind.as_str().to_owned().into());
        }
        if !filter.states.is_empty() {
            let places = vec!["?"; filter.states.len()].join(", ");
            sql.push_str(&format!(" AND state IN ({places})"));
            let words = filter.states.iter().map(|state| state.as_str().to_owned());
            values.extend(words.map(Value::from));
        }
        if let Some(tag) = &filter.tag {
            sql.push_str(" AND id IN (SELECT run FROM tags WHERE tag = ?)");
            values.push(tag.clone().into());
        }
        sql.push_str(" ORDER BY created DESC, id DESC LIMIT ?");
        values.push(signed(filter.limit).into());
        self.read(|connection| {
            connection
                .prepare(&sql)?
                .query_map(params_from_iter(values), |row| {
                    read_row(self.home().path(), row)
                })?
                .collect()
        })
    }

    /// The run with this id, as it stands in the catalogue.
    pub(super) fn known(&self, id: RunId) -> Result<RunRow, LibraryError> {
        let sql = format!("SELECT {COLUMNS} FROM runs WHERE id = ?1 AND trash IS NULL");
        let row = self.read(|connection| {
            connection
                .query_row(&sql, [id.to_string()], |row| {
                    read_row(self.home().path(), row)
                })
                .optional()
        })?;
        row.ok_or_else(|| LibraryError::UnknownRun {
            text: id.to_string(),
            suggestions: Vec::new(),
        })
    }
}
