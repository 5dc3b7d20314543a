//! A version held for reading.

mod error;
mod names;

use std::{ops::Deref, sync::Arc};

pub use error::OpenError;

use crate::{
    dataset::Dataset,
    manifest::{FileEntry, Manifest, Version},
    storage::{Hold, ObjectRead, ReadCounter, StorageError},
};

/// Which version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersionRef {
    /// The newest.
    Latest,
    /// By number.
    Number(Version),
    /// By name.
    Name(String),
}

impl From<Version> for VersionRef {
    fn from(version: Version) -> Self {
        Self::Number(version)
    }
}

impl From<&str> for VersionRef {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

/// One version of a dataset, held: vacuum leaves its files alone until the last clone is dropped or the process dies.
#[derive(Debug, Clone)]
pub struct Snapshot {
    dataset: Dataset,
    manifest: Arc<Manifest>,
    hold: Option<Arc<dyn Hold>>,
}

impl Snapshot {
    pub(crate) fn new(
        dataset: Dataset,
        manifest: Arc<Manifest>,
        hold: Option<Arc<dyn Hold>>,
    ) -> Self {
        Self {
            dataset,
            manifest,
            hold,
        }
    }

    /// The same hold, of another manifest.
    pub(crate) fn with_manifest(self, manifest: Arc<Manifest>) -> Self {
        Self { manifest, ..self }
    }

    /// The dataset that it is of.
    #[must_use]
    pub fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    /// The manifest.
    #[must_use]
    pub fn manifest(&self) -> &Arc<Manifest> {
        &self.manifest
    }

    /// Whether vacuum knows of this reader. Not where readers cannot write: there the files stay for vacuum's grace time.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.hold.is_some()
    }

    /// Opens one of its files; what is fetched is added to `counter`.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] when a file is missing, and what the storage answers.
    pub fn open_file(
        &self,
        file: &FileEntry,
        counter: &ReadCounter,
    ) -> Result<Arc<dyn ObjectRead>, StorageError> {
        self.dataset
            .storage()
            .open(&self.dataset.file_path(&file.name, file.place), counter)
    }

    /// The path of one of its files as a person finds it.
    #[must_use]
    pub fn describe_file(&self, file: &FileEntry) -> String {
        self.dataset
            .storage()
            .describe(&self.dataset.file_path(&file.name, file.place))
    }
}

impl Deref for Snapshot {
    type Target = Manifest;

    fn deref(&self) -> &Manifest {
        &self.manifest
    }
}
