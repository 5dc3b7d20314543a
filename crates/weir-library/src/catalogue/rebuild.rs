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
    /// Manifests that cannot be read. Their folders are left alone.
    pub unreadable: Vec<ManifestError>,
}

impl Library {
    /// Adds the runs whose folders are in the home and which the catalogue does not know, from
    /// their manifests. Runs that had not ended are resumable. Runs in folders outside the home
    /// are not found.
    ///
    /// # Errors
    ///
    /// [`LibraryError`] when the folders cannot be listed or the catalogue refuses; a manifest that
    /// cannot be read is no error but told in [`Rebuilt::unreadable`].
    pub fn rebuild(&self) -> Result<Rebuilt, LibraryError> {
        let mut rebuilt = Rebuilt::default();
        let runs = self.home().runs_folder();
        for name in self.files().list(&runs)? {
            let folder = runs.join(&name);
            if name.as_encoded_bytes().starts_with(b".")
                || !self.files().exists(&Manifest::path_in(&folder))?
            {
                continue;
            }
            match Manifest::read(&**self.files(), &folder) {
                Err(error) => rebuilt.unreadable.push(error),
                Ok(mut manifest) => {
                    manifest.state = manifest.state.when_owner_dead();
                    let stored = self.stored_folder(&folder);
                    let added = self.write(|transaction| {
                        let known: bool = transaction.query_row(
                            "SELECT EXISTS (SELECT 1 FROM runs WHERE id = ?1)",
                            [manifest.id.to_string()],
                            |row| row.get(0),
                        )?;
                        if !known {
                            manifest.name = free_name(transaction, &manifest.name)?;
                            insert_run(transaction, &manifest, &stored, None, None)?;
                        }
                        Ok(!known)
                    })?;
                    if added {
                        rebuilt.added.push(manifest.name);
                    } else {
                        rebuilt.known += 1;
                    }
                }
            }
        }
        Ok(rebuilt)
    }
}
