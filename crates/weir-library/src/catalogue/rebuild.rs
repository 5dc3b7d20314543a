use std::path::{Path, PathBuf};

use rusqlite::OptionalExtension;
use weir_files::{Doing, FilesError};
use weir_run::{Manifest, ManifestError, RunName};

use super::register::free_name;
use super::{Library, insert_run};
use crate::LibraryError;

/// What a rebuilding found.
#[derive(Debug, Clone, Default)]
pub struct Rebuilt {
    /// Runs that the catalogue did not know and now does.
    pub added: Vec<RunName>,
    /// Runs that it knew already, which stay as they are.
    pub known: u64,
    /// Runs that it knew in a folder that does not hold them any more, and now knows where they were found.
    pub moved: Vec<RunName>,
    /// Folders that were named and hold no run.
    pub without_runs: Vec<PathBuf>,
    /// Manifests that cannot be read. Their folders are left alone.
    pub unreadable: Vec<ManifestError>,
}

/// What became of one folder.
enum Entered {
    Added,
    Known,
    Moved,
}

impl Library {
    /// Adds the runs that the catalogue does not know from the manifests in their folders: those in the home
    /// and those outside that the home has a note of. Runs that had not ended are resumable.
    ///
    /// # Errors
    ///
    /// As [`Library::rebuild_with`].
    pub fn rebuild(&self) -> Result<Rebuilt, LibraryError> {
        self.rebuild_with(&[])
    }

    /// The same, and looks in these folders too: each is a run's own, holds runs' folders, or is a home. A known run
    /// whose folder was moved there is followed.
    ///
    /// # Errors
    ///
    /// [`LibraryError`] when the folders cannot be listed or the catalogue refuses; a manifest that
    /// cannot be read is no error but told in [`Rebuilt::unreadable`].
    pub fn rebuild_with(&self, folders: &[PathBuf]) -> Result<Rebuilt, LibraryError> {
        let mut rebuilt = Rebuilt::default();
        let mut found = self.runs_in(&self.home().runs_folder())?;
        for folder in self.outside_folders()? {
            if self.holds_run(&folder)? && !found.contains(&folder) {
                found.push(folder);
            }
        }
        for folder in folders {
            let folder = std::path::absolute(folder)
                .map_err(|error| FilesError::from_io(error, folder, Doing::Inspect))?;
            let mut runs = if self.holds_run(&folder)? {
                vec![folder.clone()]
            } else {
                self.runs_in(&folder)?
            };
            // Another home has its runs one level further down.
            let below = folder.join("runs");
            if runs.is_empty() && below.is_dir() {
                runs = self.runs_in(&below)?;
            }
            if runs.is_empty() {
                rebuilt.without_runs.push(folder);
            }
            for run in runs {
                if !found.contains(&run) {
                    found.push(run);
                }
            }
        }
        for folder in found {
            match Manifest::read(&**self.files(), &folder) {
                Err(error) => rebuilt.unreadable.push(error),
                Ok(mut manifest) => match self.enter(&mut manifest, &folder)? {
                    Entered::Added => rebuilt.added.push(manifest.name),
                    Entered::Known => rebuilt.known += 1,
                    Entered::Moved => rebuilt.moved.push(manifest.name),
                },
            }
        }
        Ok(rebuilt)
    }

    fn holds_run(&self, folder: &Path) -> Result<bool, LibraryError> {
        Ok(self.files().exists(folder)? && self.files().exists(&Manifest::path_in(folder))?)
    }

    /// The runs' folders directly in a folder, by name.
    fn runs_in(&self, folder: &Path) -> Result<Vec<PathBuf>, LibraryError> {
        let mut names = self.files().list(folder)?;
        names.sort();
        let mut runs = Vec::new();
        for name in names {
            let run = folder.join(&name);
            if !name.as_encoded_bytes().starts_with(b".") && run.is_dir() && self.holds_run(&run)? {
                runs.push(run);
            }
        }
        Ok(runs)
    }

    /// Enters a run that was found in a folder.
    fn enter(&self, manifest: &mut Manifest, folder: &Path) -> Result<Entered, LibraryError> {
        manifest.state = manifest.state.when_owner_dead();
        let id = manifest.id.to_string();
        let stored = self.stored_folder(folder);
        let known: Option<(String, String)> = self.read(|connection| {
            connection
                .query_row(
                    "SELECT folder, name FROM runs WHERE id = ?1",
                    [&id],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()
        })?;
        let entered = if let Some((before, name)) = known {
            if before == stored || self.belongs_to(&self.folder_path(&before), manifest.id) {
                return Ok(Entered::Known);
            }
            if let Ok(name) = RunName::new(&name) {
                manifest.name = name;
            }
            let moved = self.write(|transaction| {
                transaction.execute(
                    "UPDATE runs SET folder = ?2 WHERE id = ?1 AND folder = ?3 AND trash IS NULL
                         AND state NOT IN ('registered', 'running')",
                    [&id, &stored, &before],
                )
            })?;
            if moved == 0 {
                return Ok(Entered::Known);
            }
            Entered::Moved
        } else {
            self.write(|transaction| {
                manifest.name = free_name(transaction, &manifest.name)?;
                // Nothing where another process was quicker.
                let known: bool = transaction.query_row(
                    "SELECT EXISTS (SELECT 1 FROM runs WHERE id = ?1)",
                    [&id],
                    |row| row.get(0),
                )?;
                if known {
                    return Ok(Entered::Known);
                }
                insert_run(transaction, manifest, &stored, None, None)?;
                Ok(Entered::Added)
            })?
        };
        self.note_outside(manifest.id, folder)?;
        Ok(entered)
    }
}
