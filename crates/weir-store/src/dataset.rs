//! One dataset of a store.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use arrow_schema::SchemaRef;

use crate::{
    commit::{Change, CommitError, Conflict, Writing},
    key::Key,
    layout::{Label, Layout, OwnName, own_name},
    manifest::{MAX_MANIFEST_BYTES, Manifest, Metadata, Place, Settings, Version},
    snapshot::{OpenError, Snapshot, VersionRef},
    storage::{Hold, ObjectFacts, ObjectPath, Storage, StorageError},
};

/// How often the newest version is looked for again when it vanishes between two looks, which only a removal does.
const MOST_LOOKS: u32 = 100;

/// How long a version that a vacuum is just about to take away or to leave is waited for, and between two looks.
const UNDECIDED: u32 = 100;
const UNDECIDED_WAIT: Duration = Duration::from_millis(5);

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

/// A manifest, and what its object was like when it was read.
type Seen = (ObjectFacts, Arc<Manifest>);

/// One dataset: rows in order, in versions. Cheap to clone; any number of handles in any number of processes work at once.
#[derive(Debug, Clone)]
pub struct Dataset {
    storage: Arc<dyn Storage>,
    layout: Layout,
    key: Key,
    /// The newest manifest seen and its object, so that it need not be read again.
    seen: Arc<Mutex<Option<Seen>>>,
}

impl Dataset {
    pub(crate) fn at(storage: Arc<dyn Storage>, folder: ObjectPath, key: Key) -> Self {
        Self {
            storage,
            layout: Layout::new(folder),
            key,
            seen: Arc::default(),
        }
    }

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
        self.layout.folder()
    }

    /// Its folder as a person finds it.
    #[must_use]
    pub fn describe(&self) -> String {
        self.storage.describe(self.folder())
    }

    /// Where a data file of this name lies.
    #[must_use]
    pub fn file_path(&self, name: &str, place: Place) -> ObjectPath {
        self.layout.file(name, place)
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The newest version, held for reading.
    ///
    /// # Errors
    /// [`OpenError::NoDataset`] when it was removed, and what the storage answers.
    pub fn snapshot(&self) -> Result<Snapshot, OpenError> {
        for _ in 0..MOST_LOOKS {
            let newest = self.newest()?;
            let hold = self.hold_reader(newest)?;
            // Held first, then looked at: a vacuum that missed the hold has taken the manifest away before, and is noticed here.
            match self.load(newest) {
                Ok(manifest) if manifest.removed => return Err(self.missing()),
                Ok(manifest) => return Ok(Snapshot::new(self.clone(), manifest, hold)),
                Err(OpenError::Storage(StorageError::NotFound { .. })) => {}
                Err(error) => return Err(error),
            }
        }
        Err(self.missing())
    }

    /// A version by number or name, held for reading.
    ///
    /// # Errors
    /// [`OpenError::NoVersion`].
    pub fn snapshot_at(&self, version: impl Into<VersionRef>) -> Result<Snapshot, OpenError> {
        let (number, asked) = match version.into() {
            VersionRef::Latest => return self.snapshot(),
            VersionRef::Number(number) => (number, number.to_string()),
            VersionRef::Name(name) => (self.version_named(&name)?, name),
        };
        let (newest, id) = self.newest_id()?;
        let none = || OpenError::NoVersion {
            version: asked.clone(),
            latest: newest,
        };
        if number > newest || number.0 == 0 {
            return Err(none());
        }
        let hold = self.hold_reader(number)?;
        for _ in 0..UNDECIDED {
            match self.load(number) {
                // Of a dataset that had this key before.
                Ok(manifest) if id.as_ref().is_some_and(|id| *id != manifest.id) => {
                    return Err(none());
                }
                Ok(manifest) => return Ok(Snapshot::new(self.clone(), manifest, hold)),
                Err(OpenError::Storage(StorageError::NotFound { .. })) => {}
                Err(error) => return Err(error),
            }
            let retired = self.layout.retired(number);
            if self.storage.facts(&retired)?.is_none() {
                break;
            }
            std::thread::sleep(UNDECIDED_WAIT);
        }
        Err(none())
    }

    /// The newest version and the random name of its dataset; no name where its manifest is damaged, which keeps nobody from an older one.
    fn newest_id(&self) -> Result<(Version, Option<String>), OpenError> {
        for _ in 0..MOST_LOOKS {
            let newest = self.newest()?;
            match self.load(newest) {
                Ok(latest) if latest.removed => return Err(self.missing()),
                Ok(latest) => return Ok((newest, Some(latest.id.clone()))),
                Err(OpenError::Manifest(_)) => return Ok((newest, None)),
                // Superseded and vacuumed between the two looks.
                Err(OpenError::Storage(StorageError::NotFound { .. })) => {}
                Err(error) => return Err(error),
            }
        }
        Err(self.missing())
    }

    /// The newest manifest, not held: its files may be vacuumed once it is no longer the newest.
    ///
    /// # Errors
    /// As [`Dataset::snapshot`].
    pub fn latest(&self) -> Result<Arc<Manifest>, OpenError> {
        for _ in 0..MOST_LOOKS {
            match self.load(self.newest()?) {
                Ok(manifest) if manifest.removed => return Err(self.missing()),
                Err(OpenError::Storage(StorageError::NotFound { .. })) => {}
                found => return found,
            }
        }
        Err(self.missing())
    }

    /// The manifest of any version that can be opened, not held.
    ///
    /// # Errors
    /// [`OpenError::NoVersion`].
    pub fn manifest(&self, version: Version) -> Result<Arc<Manifest>, OpenError> {
        match self.load(version) {
            Err(OpenError::Storage(StorageError::NotFound { .. })) => Err(OpenError::NoVersion {
                version: version.to_string(),
                latest: self.newest()?,
            }),
            found => found,
        }
    }

    /// The numbers of the versions that can be opened, ascending.
    ///
    /// # Errors
    /// What the storage answers.
    pub fn versions(&self) -> Result<Vec<Version>, OpenError> {
        Ok(self
            .own_names()?
            .into_iter()
            .filter_map(|(_, name)| match name {
                OwnName::Manifest(version) => Some(version),
                _ => None,
            })
            .collect())
    }

    /// Starts writing, from the newest version.
    ///
    /// # Errors
    /// As [`Dataset::snapshot`]; also when the storage cannot be written.
    pub fn begin(&self) -> Result<Writing, OpenError> {
        Writing::begin(self)
    }

    /// Publishes a change without new files, such as one of metadata or settings, on top of what others published if that fits; with
    /// files use [`Dataset::begin`], which keeps a vacuum from them.
    ///
    /// # Errors
    /// As [`Writing::commit`]; [`Conflict::BaseGone`] when the version that it was made from is no longer kept.
    pub fn commit(&self, change: Change) -> Result<Arc<Manifest>, CommitError> {
        let writing = self.begin().map_err(|error| match error {
            OpenError::Manifest(error) => CommitError::Manifest(error),
            OpenError::Storage(error) => CommitError::Storage(error),
            _ => CommitError::Removed {
                dataset: self.describe(),
            },
        })?;
        let latest = writing.base().version;
        if change.base == latest {
            return writing.commit(change);
        }
        match self.load(change.base) {
            Ok(base) => writing.based_on(base).commit(change),
            Err(OpenError::Manifest(error)) => Err(error.into()),
            Err(_) => Err(CommitError::Conflict {
                base: change.base,
                latest,
                conflict: Conflict::BaseGone,
            }),
        }
    }

    /// The names in `_weir/` and what they are, sorted.
    pub(crate) fn own_names(&self) -> Result<Vec<(String, OwnName)>, StorageError> {
        let names = self.storage.list(self.layout.own())?;
        Ok(names
            .into_iter()
            .map(|name| {
                let what = own_name(&name);
                (name, what)
            })
            .collect())
    }

    /// The greatest number of a manifest, that of a removal included.
    pub(crate) fn newest(&self) -> Result<Version, OpenError> {
        self.versions()?.pop().ok_or_else(|| self.missing())
    }

    pub(crate) fn missing(&self) -> OpenError {
        OpenError::NoDataset {
            key: self.key.to_string(),
        }
    }

    /// Reads a manifest, or remembers it when its object is still the same.
    pub(crate) fn load(&self, version: Version) -> Result<Arc<Manifest>, OpenError> {
        let path = self.layout.manifest(version);
        let facts = self
            .storage
            .facts(&path)?
            .ok_or_else(|| StorageError::NotFound {
                path: self.storage.describe(&path),
            })?;
        if let Some((same, manifest)) = &*self.seen()
            && manifest.version == version
            && *same == facts
        {
            return Ok(Arc::clone(manifest));
        }
        let manifest = Arc::new(self.read_version(version)?);
        self.remember(facts, &manifest);
        Ok(manifest)
    }

    /// Reads a manifest.
    pub(crate) fn read_version(&self, version: Version) -> Result<Manifest, OpenError> {
        let path = self.layout.manifest(version);
        let bytes = self.storage.read(&path, MAX_MANIFEST_BYTES)?;
        Ok(Manifest::from_bytes(
            &bytes,
            version,
            &self.storage.describe(&path),
        )?)
    }

    /// Remembers a manifest that was just published.
    pub(crate) fn saw(&self, manifest: &Arc<Manifest>) {
        let path = self.layout.manifest(manifest.version);
        if let Ok(Some(facts)) = self.storage.facts(&path) {
            self.remember(facts, manifest);
        }
    }

    fn remember(&self, facts: ObjectFacts, manifest: &Arc<Manifest>) {
        let mut seen = self.seen();
        if seen.as_ref().is_none_or(|(_, newest)| {
            newest.id != manifest.id || newest.version <= manifest.version
        }) {
            *seen = Some((facts, Arc::clone(manifest)));
        }
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Option<Seen>> {
        // What is remembered is whole at every moment.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing where the storage cannot be written.
    fn hold_reader(&self, version: Version) -> Result<Option<Arc<dyn Hold>>, StorageError> {
        match self.hold(&Label::Reader(version)) {
            Ok(hold) => Ok(Some(Arc::from(hold))),
            Err(error) if error.is_read_only() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Holds the newest version for a writer.
    pub(crate) fn hold_writer(&self, id: &str) -> Result<Box<dyn Hold>, OpenError> {
        let label = Label::Writer {
            base: self.newest()?,
            id: id.to_owned(),
        };
        Ok(self.hold(&label)?)
    }

    fn hold(&self, label: &Label) -> Result<Box<dyn Hold>, StorageError> {
        let (folder, text) = (self.layout.holds(), label.text());
        match self.storage.hold(&folder, &text) {
            // A copy of a store may come without its empty folders.
            Err(StorageError::NotFound { .. }) => {
                self.storage.make_folder(&folder)?;
                self.storage.hold(&folder, &text)
            }
            held => held,
        }
    }
}
