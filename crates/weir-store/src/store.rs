//! A store: datasets under keys.

use std::{path::Path, sync::Arc};

use weir_files::RealFiles;

use crate::{
    commit::now_ms,
    dataset::{Dataset, DatasetSpec},
    key::{Key, KeyPrefix, KeySchema, discover},
    layout::{Layout, new_writer, store_file},
    manifest::{MAX_SMALL_BYTES, Manifest, ManifestError, StoreFile, Version},
    snapshot::OpenError,
    storage::{LocalStorage, ObjectPath, Storage, StorageError},
};

/// How often a dataset is created again when a removal takes its folders away meanwhile.
const MOST_ATTEMPTS: u32 = 16;

/// A folder of datasets, each under a key of one schema. Cheap to clone; any number of handles in any number of processes work at once.
#[derive(Debug, Clone)]
pub struct Store {
    storage: Arc<dyn Storage>,
    schema: Arc<KeySchema>,
}

/// What [`Store::keys`] found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// The keys of the datasets, in key order.
    pub keys: Vec<Key>,
    /// Folders that are not those of a dataset, and why, in the order of their paths.
    pub unparsed: Vec<(ObjectPath, String)>,
}

/// What [`Store::remove`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Removed {
    /// Objects deleted.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Objects that stayed because a reader or writer still needs them; removing the key again takes them away.
    pub left: u64,
}

impl Store {
    /// Makes a store in a local folder, which is created if it is missing.
    ///
    /// # Errors
    /// [`OpenError::StoreExists`], and what the disk answers.
    pub fn create(folder: impl AsRef<Path>, schema: KeySchema) -> Result<Self, OpenError> {
        let storage = LocalStorage::new(Arc::new(RealFiles), folder.as_ref());
        Self::create_in(Arc::new(storage), schema)
    }

    /// Makes a store in any storage.
    ///
    /// # Errors
    /// As [`Store::create`].
    pub fn create_in(storage: Arc<dyn Storage>, schema: KeySchema) -> Result<Self, OpenError> {
        let path = store_file();
        if let Some(own) = path.parent() {
            storage.make_folder(&own)?;
        }
        let bytes = StoreFile::new(schema.to_string()).to_bytes()?;
        match storage.create(&path, &bytes) {
            Err(StorageError::AlreadyExists { .. }) => {
                return Err(OpenError::StoreExists {
                    path: storage.describe(&ObjectPath::root()),
                });
            }
            created => created?,
        }
        Ok(Self {
            storage,
            schema: Arc::new(schema),
        })
    }

    /// Opens the store in a local folder; nothing is written, so a read-only one will do.
    ///
    /// # Errors
    /// [`OpenError::NoStore`], and what the disk answers.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, OpenError> {
        let storage = LocalStorage::new(Arc::new(RealFiles), folder.as_ref());
        Self::open_in(Arc::new(storage))
    }

    /// Opens the store in any storage.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_in(storage: Arc<dyn Storage>) -> Result<Self, OpenError> {
        let path = store_file();
        let bytes = match storage.read(&path, MAX_SMALL_BYTES) {
            Err(StorageError::NotFound { .. }) => {
                return Err(OpenError::NoStore {
                    path: storage.describe(&ObjectPath::root()),
                });
            }
            bytes => bytes?,
        };
        let described = storage.describe(&path);
        let schema = StoreFile::from_bytes(&bytes, &described)?
            .keys
            .parse()
            .map_err(|error: crate::key::KeyError| ManifestError::Damaged {
                path: described,
                offset: 0,
                reason: error.to_string(),
            })?;
        Ok(Self {
            storage,
            schema: Arc::new(schema),
        })
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
        let dataset = self.at(key);
        match dataset.removal()? {
            Some((_, false)) => Ok(dataset),
            _ => Err(dataset.missing()),
        }
    }

    /// Creates a dataset: its first version has no rows.
    ///
    /// # Errors
    /// [`OpenError::DatasetExists`], [`OpenError::Manifest`] when the order column or the schema breaks a rule.
    pub fn create_dataset(&self, key: &Key, spec: DatasetSpec) -> Result<Dataset, OpenError> {
        let dataset = self.at(key);
        let folder = Layout::new(self.schema.folder(key));
        let writer = new_writer();
        let mut first = Manifest {
            id: writer.clone(),
            version: Version(1),
            parent: Version(0),
            removed: false,
            writer,
            written_ms: now_ms(),
            schema: spec.schema,
            order_column: spec.order_column,
            settings: spec.settings,
            metadata: spec.metadata,
            files: Vec::new(),
        };
        // Before anything is made on the disk.
        first.to_bytes()?;
        for _ in 0..MOST_ATTEMPTS {
            match dataset.removal()? {
                Some((_, false)) => {
                    return Err(OpenError::DatasetExists {
                        key: key.to_string(),
                    });
                }
                Some((removal, true)) => {
                    // What is left of an earlier dataset goes if nobody holds it; its numbers are not used again.
                    dataset.purge(removal)?;
                    first.parent = removal;
                    first.version = removal.next();
                }
                None => {
                    first.parent = Version(0);
                    first.version = Version(1);
                }
            }
            let bytes = first.to_bytes()?;
            let made = self
                .storage
                .make_folder(&folder.holds())
                .and_then(|()| self.storage.create(&folder.manifest(first.version), &bytes));
            match made {
                Ok(()) => return Ok(dataset),
                // Another created it, or a removal is taking the folders away: look again.
                Err(StorageError::AlreadyExists { .. } | StorageError::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(OpenError::Busy {
            path: dataset.describe(),
        })
    }

    /// The keys that begin with `prefix` ([`KeyPrefix::all`] for every key), in key order.
    ///
    /// # Errors
    /// What the storage answers.
    pub fn keys(&self, prefix: &KeyPrefix) -> Result<Found, OpenError> {
        let discovered = discover(&*self.storage, &self.schema, prefix)?;
        let mut found = Found {
            unparsed: discovered.unparsed,
            ..Found::default()
        };
        for (key, folder) in discovered.keys {
            let reason = match self.at(&key).removal() {
                Ok(Some((_, false))) => {
                    found.keys.push(key);
                    continue;
                }
                Ok(Some((_, true))) => {
                    "it was removed, and not all of its files are gone; remove it again".to_owned()
                }
                // Left by a creation or a removal that was killed.
                Ok(None) if self.is_bare(&folder)? => continue,
                Ok(None) => "it has files and no version of a dataset".to_owned(),
                Err(error) => error.to_string(),
            };
            found.unparsed.push((folder, reason));
        }
        found.unparsed.sort();
        Ok(found)
    }

    /// Removes a dataset with all its versions: at once for everybody, then its files, and its folders where nothing else is in them.
    /// Files of weir only; others stay, and their folders with them.
    ///
    /// # Errors
    /// [`OpenError::NoDataset`]; other datasets are untouched.
    pub fn remove(&self, key: &Key) -> Result<Removed, OpenError> {
        let dataset = self.at(key);
        match dataset.removal()? {
            None => return Err(dataset.missing()),
            Some((_, true)) => {}
            Some((_, false)) => match dataset.publish_removal(None) {
                // Another removed it meanwhile; there may be something left to do.
                Err(OpenError::NoDataset { .. }) | Ok(_) => {}
                Err(error) => return Err(error),
            },
        }
        match dataset.removal()? {
            Some((removal, true)) => dataset.purge(removal),
            _ => Ok(Removed::default()),
        }
    }

    /// Takes back a dataset that was just created, as [`Store::remove`], unless it has another version by now: then it is somebody's, and
    /// stays. Whether it went.
    ///
    /// # Errors
    /// As [`Store::remove`].
    pub fn remove_unwritten(&self, created: &Dataset, version: Version) -> Result<bool, OpenError> {
        if !created.publish_removal(Some(version))? {
            return Ok(false);
        }
        created.purge(version.next())?;
        Ok(true)
    }

    fn at(&self, key: &Key) -> Dataset {
        Dataset::at(
            Arc::clone(&self.storage),
            self.schema.folder(key),
            key.clone(),
        )
    }

    /// Whether a folder holds nothing but what others leave in folders.
    fn is_bare(&self, folder: &ObjectPath) -> Result<bool, StorageError> {
        let names = self.storage.list(folder)?;
        Ok(names.iter().all(|name| crate::key::is_foreign(name)))
    }
}
