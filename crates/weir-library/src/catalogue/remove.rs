use std::path::{Path, PathBuf};

use weir_run::RunId;

use super::Library;
use crate::LibraryError;

impl Library {
    /// Removes a run: its folder and everything the catalogue knows about it.
    ///
    /// In this order, so that a process killed at any moment leaves either the whole run or a note
    /// of what is left to remove, which the next opening completes: the row is marked, and the run is
    /// gone for everybody; the folder gets a trash name; the folder is removed; the row is removed.
    /// A folder that does not hold the run's manifest is left alone.
    ///
    /// # Errors
    ///
    /// [`LibraryError::InUse`] while a living process works on it, [`LibraryError::Files`] when the
    /// folder cannot be removed, which the next opening tries again.
    pub fn remove(&self, id: RunId) -> Result<(), LibraryError> {
        self.refresh()?;
        let row = self.known(id)?;
        let trash = trash_for(&row.folder, id);
        let stored = self.stored_folder(&trash);
        let marked = self.write(|transaction| {
            transaction.execute(
                "UPDATE runs SET trash = ?2
                 WHERE id = ?1 AND state NOT IN ('registered', 'running')",
                (id.to_string(), stored),
            )
        })?;
        if marked == 0 {
            return Err(LibraryError::InUse {
                name: row.name,
                pid: row.pid.unwrap_or(0),
            });
        }
        self.complete_removal(id, &row.folder, &trash)
    }

    /// Completes the removals that a killed process left behind.
    pub(super) fn complete_removals(&self) -> Result<(), LibraryError> {
        let left: Vec<(String, String, String)> = self.read(|connection| {
            connection
                .prepare("SELECT id, folder, trash FROM runs WHERE trash IS NOT NULL ORDER BY id")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                .collect()
        })?;
        for (id, folder, trash) in left {
            let Ok(id) = id.parse() else { continue };
            // A folder that cannot be removed now must not keep the library closed.
            match self.complete_removal(id, &self.folder_path(&folder), &self.folder_path(&trash)) {
                Ok(()) | Err(LibraryError::Files(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn complete_removal(&self, id: RunId, folder: &Path, trash: &Path) -> Result<(), LibraryError> {
        let files = self.files();
        if files.exists(folder)? && !files.exists(trash)? && self.belongs_to(folder, id) {
            files.rename(folder, trash)?;
            if let Some(parent) = trash.parent() {
                files.sync_folder(parent)?;
            }
        }
        match files.remove_folder_all(trash) {
            // Another process that completes the same removal was quicker.
            Ok(()) | Err(weir_files::FilesError::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        self.forget_outside(id)?;
        // The row is what remembers the folder: it goes when the folder is gone for good.
        if let Some(parent) = trash.parent()
            && files.exists(parent)?
        {
            files.sync_folder(parent)?;
        }
        self.write(|transaction| {
            transaction.execute(
                "DELETE FROM runs WHERE id = ?1 AND trash IS NOT NULL",
                [id.to_string()],
            )
        })?;
        Ok(())
    }
}

/// Beside the folder, so that moving it there is a rename within one disk.
fn trash_for(folder: &Path, id: RunId) -> PathBuf {
    folder.with_file_name(format!(".weir-trash-{id}"))
}
