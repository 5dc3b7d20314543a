use std::path::{Path, PathBuf};

use rusqlite::Transaction;
use weir_files::{Doing, FilesError};
use weir_run::{Manifest, RunId, RunName, Timestamp};

use super::{Library, insert_run};
use crate::{LibraryError, NewRun, Owner, Registration};

impl Library {
    /// Puts a run into the catalogue before it starts, owned by this process; makes its folder
    /// and writes its manifest.
    ///
    /// The row is on disk first: a process killed here leaves a resumable run, never a folder
    /// that nobody knows.
    ///
    /// # Errors
    ///
    /// [`LibraryError::NameTaken`] for a name of the user's own that another run has;
    /// [`LibraryError::Files`] when the folder cannot be made, or holds another run already (nothing
    /// is registered then).
    pub fn register(&self, new: NewRun) -> Result<Registration, LibraryError> {
        let created = Timestamp::now();
        let id = RunId::new(created)?;
        let wished = new.name.clone().unwrap_or_else(|| RunName::from_id(id));
        let is_given = new.folder.is_some();
        let given = match new.folder {
            Some(folder) => Some(self.free_folder(&folder)?),
            None => None,
        };
        let mut manifest = Manifest::new(id, wished.clone(), new.kind, created);
        manifest.parameters = new.parameters;
        manifest.inputs = new.inputs;
        manifest.seed = new.seed;
        let owner = Owner::here();
        let folder = self.write(|transaction| {
            let free = free_name(transaction, &wished)?;
            if new.name.is_some() && free != wished {
                return Ok(None);
            }
            manifest.name = free;
            let folder = given.unwrap_or_else(|| self.usual_folder(&manifest.name, id));
            let stored = self.stored_folder(&folder);
            insert_run(transaction, &manifest, &stored, Some(&owner), new.limit)?;
            for tag in &new.tags {
                transaction.execute(
                    "INSERT OR IGNORE INTO tags (run, tag) VALUES (?1, ?2)",
                    (id.to_string(), tag),
                )?;
            }
            Ok(Some(folder))
        })?;
        let Some(folder) = folder else {
            return Err(LibraryError::NameTaken { name: wished });
        };
        let prepared = self
            .note_outside(id, &folder)
            .and_then(|()| self.prepare_folder(&folder, &manifest));
        if let Err(error) = prepared {
            // It never began: better no run than one that nobody asked to keep. If this is refused
            // as well, the run shows as resumable once this process is gone.
            if !is_given {
                let _ = self.files().remove_folder_all(&folder);
            }
            let _ = self.forget_outside(id);
            let _ = self.write(|transaction| {
                transaction.execute("DELETE FROM runs WHERE id = ?1", [id.to_string()])
            });
            return Err(error);
        }
        Ok(Registration {
            manifest,
            folder,
            owner,
            resumed: false,
        })
    }

    /// The user's own folder as an absolute path, if it is new or empty: removing a run removes its folder,
    /// which must not take anything else with it.
    fn free_folder(&self, folder: &Path) -> Result<PathBuf, LibraryError> {
        let absolute = std::path::absolute(folder)
            .map_err(|error| FilesError::from_io(error, folder, Doing::Inspect))?;
        if absolute.exists() && !absolute.is_dir() {
            return Err(LibraryError::NotAFolder { path: absolute });
        }
        let manifest = Manifest::path_in(&absolute);
        if self.files().exists(&absolute)? && self.files().exists(&manifest)? {
            return Err(LibraryError::Files(FilesError::AlreadyExists {
                doing: Doing::Create,
                path: manifest,
            }));
        }
        if self.files().exists(&absolute)? && !self.files().list(&absolute)?.is_empty() {
            return Err(LibraryError::FolderNotEmpty { path: absolute });
        }
        Ok(absolute)
    }
}

/// The name, or the name with the lowest number that no run has.
pub(super) fn free_name(
    transaction: &Transaction<'_>,
    wished: &RunName,
) -> rusqlite::Result<RunName> {
    let mut name = wished.clone();
    let mut number = 1;
    while transaction.query_row(
        "SELECT EXISTS (SELECT 1 FROM runs WHERE name = ?1)",
        [name.as_str()],
        |row| row.get::<_, bool>(0),
    )? {
        number += 1;
        name = wished.numbered(number);
    }
    Ok(name)
}
