//! Runs whose folder is outside the home: the home keeps a note of each, so that a lost catalogue finds them.

use std::path::{Path, PathBuf};

use weir_files::write_atomically;
use weir_run::RunId;

use super::Library;
use crate::LibraryError;

/// The folder of the notes, in the home: a file for each run, named by its id, that holds its folder's path.
const NOTES: &str = "outside";
/// Longest path that is read.
const MAX_PATH_BYTES: u64 = 64 << 10;

impl Library {
    /// Notes where a run's folder is, when that is outside the home.
    pub(super) fn note_outside(&self, id: RunId, folder: &Path) -> Result<(), LibraryError> {
        if folder.starts_with(self.home().path()) {
            return self.forget_outside(id);
        }
        let notes = self.notes();
        self.files().create_folder_all(&notes)?;
        let text = folder.to_string_lossy();
        write_atomically(self.files(), notes.join(id.to_string()), text.as_bytes())?;
        Ok(())
    }

    /// Removes the note of a run, when there is one.
    pub(super) fn forget_outside(&self, id: RunId) -> Result<(), LibraryError> {
        let note = self.notes().join(id.to_string());
        if self.files().exists(&note)? {
            self.files().remove_file(&note)?;
        }
        Ok(())
    }

    /// The folders of the notes, in the order of the runs' ids. A note that cannot be read says nothing.
    pub(super) fn outside_folders(&self) -> Result<Vec<PathBuf>, LibraryError> {
        let notes = self.notes();
        if !self.files().exists(&notes)? {
            return Ok(Vec::new());
        }
        let mut names = self.files().list(&notes)?;
        names.sort();
        let is_id = |name: &std::ffi::OsString| {
            name.to_str()
                .is_some_and(|text| text.parse::<RunId>().is_ok())
        };
        Ok(names
            .iter()
            .filter(|name| is_id(name))
            .filter_map(|name| self.files().read(&notes.join(name), MAX_PATH_BYTES).ok())
            .filter_map(|bytes| String::from_utf8(bytes).ok())
            .map(PathBuf::from)
            .filter(|folder| folder.is_absolute())
            .collect())
    }

    fn notes(&self) -> PathBuf {
        self.home().path().join(NOTES)
    }
}
