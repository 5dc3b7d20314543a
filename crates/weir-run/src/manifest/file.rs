use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use weir_files::{Files, write_atomically};

use super::{Manifest, ManifestError};

/// The longest manifest that is read, in bytes: 16 MiB.
const MAX_LENGTH: u64 = 16 << 20;

impl Manifest {
    /// Where the manifest of the run in `folder` is.
    pub fn path_in(folder: &Path) -> PathBuf {
        folder.join(Self::FILE_NAME)
    }

    /// Reads the manifest of the run in `folder`.
    ///
    /// # Errors
    ///
    /// [`ManifestError::Newer`] before anything else is looked at; [`ManifestError::Damaged`] with
    /// line and column; [`ManifestError::Files`] when it cannot be read or has more than 16 MiB.
    pub fn read(files: &dyn Files, folder: &Path) -> Result<Self, ManifestError> {
        let path = Self::path_in(folder);
        let bytes = files.read(&path, MAX_LENGTH)?;
        Self::parse(&bytes, &path)
    }

    /// Reads a manifest from its bytes; `path` is for errors.
    ///
    /// # Errors
    ///
    /// As [`Manifest::read`].
    pub fn parse(bytes: &[u8], path: &Path) -> Result<Self, ManifestError> {
        /// What every format has.
        #[derive(Deserialize)]
        struct Version {
            format: u32,
        }
        let version: Version = from_json(bytes, path)?;
        if version.format > Self::FORMAT {
            return Err(ManifestError::Newer {
                path: path.to_path_buf(),
                found: version.format,
                known: Self::FORMAT,
            });
        }
        from_json(bytes, path)
    }

    /// Writes the manifest of the run in `folder`, whole or not at all.
    ///
    /// # Errors
    ///
    /// [`ManifestError::Files`]; the manifest that was there is as it was.
    pub fn write(&self, files: &Arc<dyn Files>, folder: &Path) -> Result<(), ManifestError> {
        let path = Self::path_in(folder);
        let mut json = serde_json::to_vec_pretty(self).map_err(|error| damaged(&path, &error))?;
        json.push(b'\n');
        write_atomically(files, path, &json)?;
        Ok(())
    }
}

fn from_json<T: DeserializeOwned>(bytes: &[u8], path: &Path) -> Result<T, ManifestError> {
    serde_json::from_slice(bytes).map_err(|error| damaged(path, &error))
}

fn damaged(path: &Path, error: &serde_json::Error) -> ManifestError {
    ManifestError::Damaged {
        path: path.to_path_buf(),
        line: error.line(),
        column: error.column(),
        reason: error.to_string(),
    }
}
