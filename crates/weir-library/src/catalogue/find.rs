use weir_run::{RunId, RunName};

use super::rows::parsed;
use super::words::nearest;
use super::{Filter, Library};
use crate::{Candidate, LibraryError, RunRow};

/// At most this many candidates are named.
const MAX_CANDIDATES: usize = 10;
/// Suggestions come from the newest runs, at most this many.
const SUGGEST_FROM: u64 = 2000;

impl Library {
    /// The run that a person means: `last` for the newest, a name, an id, or a beginning of
    /// either that fits only one run. Upper and lower case are the same.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnknownRun`] with names that look like it, [`LibraryError::AmbiguousRun`] with
    /// the runs it fits, [`LibraryError::NoRuns`] for `last` where there is none.
    pub fn find(&self, text: &str) -> Result<RunRow, LibraryError> {
        let text = text.trim();
        if text == "last" {
            let newest = self.list(&Filter {
                limit: 1,
                ..Filter::default()
            })?;
            return newest
                .into_iter()
                .next()
                .ok_or_else(|| LibraryError::NoRuns {
                    path: self.home().path().to_path_buf(),
                });
        }
        let name = text.to_ascii_lowercase();
        let id = text.to_ascii_uppercase();
        let exact = self.candidates("name = ?1 OR id = ?2", &name, &id)?;
        let mut fitting = if exact.is_empty() && !text.is_empty() {
            // Ids and names are ASCII, so `~` is behind everything that can follow a beginning.
            self.candidates(
                "(name >= ?1 AND name < ?1 || '~') OR (id >= ?2 AND id < ?2 || '~')",
                &name,
                &id,
            )?
        } else {
            exact
        };
        match fitting.len() {
            0 => {
                let names = self.newest_names()?;
                Err(unknown(text, nearest(&name, names)))
            }
            1 => {
                self.refresh()?;
                self.known(fitting.remove(0).id)
            }
            _ => Err(LibraryError::AmbiguousRun {
                text: text.to_owned(),
                candidates: fitting,
            }),
        }
    }

    fn candidates(
        &self,
        condition: &str,
        name: &str,
        id: &str,
    ) -> Result<Vec<Candidate>, LibraryError> {
        let sql = format!(
            "SELECT id, name FROM runs WHERE trash IS NULL AND ({condition})
             ORDER BY created DESC, id DESC LIMIT {MAX_CANDIDATES}"
        );
        self.read(|connection| {
            connection
                .prepare(&sql)?
                .query_map([name, id], |row| {
                    Ok(Candidate {
                        id: parsed::<RunId>(row, "id")?,
                        name: parsed::<RunName>(row, "name")?,
                    })
                })?
                .collect()
        })
    }

    fn newest_names(&self) -> Result<Vec<RunName>, LibraryError> {
        let sql = format!(
            "SELECT name FROM runs WHERE trash IS NULL ORDER BY created DESC, id DESC \
             LIMIT {SUGGEST_FROM}"
        );
        self.read(|connection| {
            connection
                .prepare(&sql)?
                .query_map([], |row| parsed::<RunName>(row, "name"))?
                .collect()
        })
    }
}

fn unknown(text: &str, suggestions: Vec<RunName>) -> LibraryError {
    LibraryError::UnknownRun {
        text: text.to_owned(),
        suggestions,
    }
}
