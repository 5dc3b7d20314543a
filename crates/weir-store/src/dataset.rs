//! One dataset of a store.

use std::sync::{Arc, Mutex};

use arrow_schema::SchemaRef;

use crate::{
    commit::{Change, CommitError, Writing},
    key::Key,
    manifest::{Manifest, Metadata, Place, Settings, Version},
    snapshot::{OpenError, Snapshot, VersionRef},
    storage::{ObjectPath, Storage},
};

/// What a new dataset is.
#[derive(Debug, Clone)]
pub struct DatasetSpec {
    /// The columns.
    pub schema: SchemaRef,
    /// The order column: of an orderable type (see [`crate::order::OrderType`]).
    pub order_column: String,
    /// How it is written by default.
    pub settings: Settings,
    /// User metadata to begin with.
    pub metadata: Metadata,
}

impl DatasetSpec {
    /// With default settings and no metadata.
    #[must_use]
    pub fn new(schema: SchemaRef, order_column: impl Into<String>) -> Self {
        Self {
            schema,
            order_column: order_column.into(),
            settings: Settings::default(),
            metadata: Metadata::new(),
        }
    }
}

/// One dataset: rows in order, in versions. Cheap to clone; any number of handles in any number of processes work at once.
#[derive(Debug, Clone)]
pub struct Dataset {
    storage: Arc<dyn Storage>,
    folder: ObjectPath,
    key: Key,
    /// The newest manifest seen, so that a commit does not parse it again.
    seen: Arc<Mutex<Option<Arc<Manifest>>>>,
}

impl Dataset {
    /// Its key.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// Where it lies.
    #[must_use]
    pub fn storage(&self) -> &Arc<dyn Storage> {
        &self.storage
    }

    /// Its folder in the storage.
    #[must_use]
    pub fn folder(&self) -> &ObjectPath {
        &self.folder
    }

    /// Where a data file of this name lies.
    #[must_use]
    pub fn file_path(&self, name: &str, place: Place) -> ObjectPath {
        match place {
            Place::Base => self.folder.join(name),
            Place::Late => self.folder.join("_weir").join(name),
        }
    }

    /// The newest version, held for reading.
    ///
    /// # Errors
    /// [`OpenError::NoDataset`] when it was removed, and what the storage answers.
    pub fn snapshot(&self) -> Result<Snapshot, OpenError> {
        todo!()
    }

    /// A version by number or name, held for reading.
    ///
    /// # Errors
    /// [`OpenError::NoVersion`].
    pub fn snapshot_at(&self, _version: impl Into<VersionRef>) -> Result<Snapshot, OpenError> {
        todo!()
    }

    /// The newest manifest, not held: its files may be vacuumed at any moment.
    ///
    /// # Errors
    /// As [`Dataset::snapshot`].
    pub fn latest(&self) -> Result<Arc<Manifest>, OpenError> {
        todo!()
    }

    /// The numbers of the versions that can be opened, ascending.
    ///
    /// # Errors
    /// What the storage answers.
    pub fn versions(&self) -> Result<Vec<Version>, OpenError> {
        todo!()
    }

    /// The named versions, by name.
    ///
    /// # Errors
    /// What the storage answers.
    pub fn names(&self) -> Result<Vec<(String, Version)>, OpenError> {
        todo!()
    }

    /// Gives a held version a name, which keeps it until the name is removed.
    ///
    /// # Errors
    /// [`OpenError::NameTaken`], [`OpenError::Invalid`].
    pub fn name_version(&self, _snapshot: &Snapshot, _name: &str) -> Result<(), OpenError> {
        todo!()
    }

    /// Removes a name; the version stays until a vacuum.
    ///
    /// # Errors
    /// [`OpenError::NoVersion`] when there is no such name.
    pub fn remove_name(&self, _name: &str) -> Result<(), OpenError> {
        todo!()
    }

    /// Starts writing, from the newest version.
    ///
    /// # Errors
    /// As [`Dataset::snapshot`]; also when the storage cannot be written.
    pub fn begin(&self) -> Result<Writing, OpenError> {
        todo!()
    }

    /// Publishes a change without new files, such as one of metadata or settings; with files use [`Dataset::begin`], which keeps
    /// a vacuum from them.
    ///
    /// # Errors
    /// As [`Writing::commit`].
    pub fn commit(&self, _change: Change) -> Result<Arc<Manifest>, CommitError> {
        todo!()
    }
}
