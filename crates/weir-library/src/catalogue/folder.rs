use std::path::{Path, PathBuf};

use weir_run::{Manifest, RunId, RunName};

use super::Library;
use crate::LibraryError;

impl Library {
    /// Where a run's data go unless the user says otherwise.
    pub(super) fn usual_folder(&self, name: &RunName, id: RunId) -> PathBuf {
        let runs = self.home().runs_folder();
        runs.join(format!("{name}-{}", id.suffix()))
    }

    /// Makes the run's folder and writes its manifest.
    pub(super) fn prepare_folder(
        &self,
        folder: &Path,
        manifest: &Manifest,
    ) -> Result<(), LibraryError> {
        self.files().create_folder_all(folder)?;
        manifest.write(self.files(), folder)?;
        Ok(())
    }

    /// Whether the folder is the run's: it holds the run's manifest. What is not is never removed.
    pub(super) fn belongs_to(&self, folder: &Path, id: RunId) -> bool {
        Manifest::read(&**self.files(), folder).is_ok_and(|manifest| manifest.id == id)
    }
}
