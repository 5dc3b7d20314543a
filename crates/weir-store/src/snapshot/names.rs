//! Versions with names.

use super::{OpenError, Snapshot};
use crate::{
    dataset::Dataset,
    manifest::{MAX_SMALL_BYTES, NameFile, Version},
    storage::{ObjectPath, StorageError},
};

/// The longest name in bytes.
const LONGEST_NAME: usize = 64;

impl Dataset {
    /// The named versions, by name.
    ///
    /// # Errors
    /// A damaged name's file, and what the storage answers.
    pub fn names(&self) -> Result<Vec<(String, Version)>, OpenError> {
        let mut names = Vec::new();
        for file in self.storage().list(&self.layout().names())? {
            let Some(name) = file.strip_suffix(".json").filter(|name| is_name(name)) else {
                continue;
            };
            match self.version_named(name) {
                Ok(version) => names.push((name.to_owned(), version)),
                // Removed meanwhile.
                Err(OpenError::NoVersion { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(names)
    }

    /// Gives a held version a name, which keeps it until the name is removed.
    ///
    /// # Errors
    /// [`OpenError::NameTaken`]; [`OpenError::Invalid`] when it is no name (letters, digits, `-`, `_` and `.`, at most 64, not a number)
    /// or the snapshot is not held.
    pub fn name_version(&self, snapshot: &Snapshot, name: &str) -> Result<(), OpenError> {
        let invalid = |reason: String| Err(OpenError::Invalid { reason });
        if !is_name(name) {
            return invalid(format!(
                "{:?} is no name of a version: letters, digits, - _ and ., at most {LONGEST_NAME}, and not a number",
                name.chars().take(100).collect::<String>()
            ));
        }
        if !snapshot.is_held() {
            return invalid("a version is named where the store can be written".to_owned());
        }
        let path = self.name_path(name);
        self.storage().make_folder(&self.layout().names())?;
        match self
            .storage()
            .create(&path, &NameFile::new(snapshot.version).to_bytes()?)
        {
            Err(StorageError::AlreadyExists { .. }) => Err(OpenError::NameTaken {
                name: name.to_owned(),
                version: self.version_named(name)?,
            }),
            created => Ok(created?),
        }
    }

    /// Removes a name; the version stays until a vacuum.
    ///
    /// # Errors
    /// [`OpenError::NoVersion`] when there is no such name.
    pub fn remove_name(&self, name: &str) -> Result<(), OpenError> {
        self.version_named(name)?;
        self.storage().delete(&self.name_path(name))?;
        Ok(self.storage().settle(&self.layout().names())?)
    }

    /// The version that has a name.
    pub(crate) fn version_named(&self, name: &str) -> Result<Version, OpenError> {
        let missing = || -> OpenError {
            match self.newest() {
                Ok(latest) => OpenError::NoVersion {
                    version: name.chars().take(100).collect(),
                    latest,
                },
                Err(error) => error,
            }
        };
        if !is_name(name) {
            return Err(missing());
        }
        let path = self.name_path(name);
        let bytes = match self.storage().read(&path, MAX_SMALL_BYTES) {
            Err(StorageError::NotFound { .. }) => return Err(missing()),
            bytes => bytes?,
        };
        Ok(NameFile::from_bytes(&bytes, &self.storage().describe(&path))?.version)
    }

    fn name_path(&self, name: &str) -> ObjectPath {
        self.layout().names().join(&format!("{name}.json"))
    }
}

/// Not a number, so that numbers and names of versions can be told apart.
fn is_name(name: &str) -> bool {
    name.len() <= LONGEST_NAME
        && name.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        && !name.bytes().all(|byte| byte.is_ascii_digit())
}
