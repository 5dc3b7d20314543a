//! A store: datasets under keys.

use std::{path::Path, sync::Arc};

use crate::{
    dataset::{Dataset, DatasetSpec},
    key::{Key, KeyPrefix, KeySchema},
    snapshot::OpenError,
    storage::{ObjectPath, Storage},
};

/// A folder of datasets, each under a key of one schema. Cheap to clone; any number of handles in any number of processes work at once.
#[derive(Debug, Clone)]
pub struct Store {
    storage: Arc<dyn Storage>,
    schema: KeySchema,
}

/// What [`Store::keys`] found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// The keys of the datasets, in key order.
    pub keys: Vec<Key>,
    /// Folders that look like keys and are none, and why, in the order of their paths.
    pub unparsed: Vec<(ObjectPath, String)>,
}

/// What [`Store::remove`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Removed {
    /// Objects deleted.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Objects that a live reader or writer still needs; removing the key again, or a vacuum, takes them away later.
    pub left: u64,
}

impl Store {
    /// Makes a store in a local folder, which must be empty or missing.
    ///
    /// # Errors
    /// [`OpenError::StoreExists`], and what the disk answers.
    pub fn create(folder: impl AsRef<Path>, schema: KeySchema) -> Result<Self, OpenError> {
        let _ = (folder, schema);
        todo!()
    }

    /// Makes a store in any storage.
    ///
    /// # Errors
    /// As [`Store::create`].
    pub fn create_in(storage: Arc<dyn Storage>, schema: KeySchema) -> Result<Self, OpenError> {
        let _ = (storage, schema);
        todo!()
    }

    /// Opens the store in a local folder; nothing is written, so a read-only one will do.
    ///
    /// # Errors
    /// [`OpenError::NoStore`], and what the disk answers.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, OpenError> {
        let _ = folder;
        todo!()
    }

    /// Opens the store in any storage.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_in(storage: Arc<dyn Storage>) -> Result<Self, OpenError> {
        let _ = storage;
        todo!()
    }

    /// The schema of its keys.
    #[must_use]
    pub fn key_schema(&self) -> &KeySchema {
        &self.schema
    }

    /// Where it lies.
    #[must_use]
    pub fn storage(&self) -> &Arc<dyn Storage> {
        &self.storage
    }

    /// The dataset under a key.
    ///
    /// # Errors
    /// [`OpenError::NoDataset`].
    pub fn dataset(&self, key: &Key) -> Result<Dataset, OpenError> {
        let _ = key;
        todo!()
    }

    /// Creates a dataset: its first version has no rows.
    ///
    /// # Errors
    /// [`OpenError::DatasetExists`], [`OpenError::Manifest`] when the order column or the schema breaks a rule.
    pub fn create_dataset(&self, key: &Key, spec: DatasetSpec) -> Result<Dataset, OpenError> {
        let _ = (key, spec);
        todo!()
    }

    /// The keys that begin with `prefix` ([`KeyPrefix::all`] for every key), in key order.
    ///
    /// # Errors
    /// What the storage answers.
    pub fn keys(&self, prefix: &KeyPrefix) -> Result<Found, OpenError> {
        let _ = prefix;
        todo!()
    }

    /// Removes a dataset with all its versions: at once for everybody, then its files, and its folders where nothing else is in them.
    ///
    /// # Errors
    /// [`OpenError::NoDataset`]; other datasets are untouched.
    pub fn remove(&self, key: &Key) -> Result<Removed, OpenError> {
        let _ = key;
        todo!()
    }
}
