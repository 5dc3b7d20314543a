//! Removing a dataset: at once for everybody, then its files.

use std::time::Duration;

use arrow_schema::{DataType, Field, Schema};

use super::{plan::Facts, run::delete};
use crate::{
    dataset::Dataset,
    layout::{self, OwnName},
    manifest::{Manifest, ManifestError, Place, Settings, Version},
    snapshot::OpenError,
    storage::StorageError,
    store::Removed,
};

/// The manifest of a removal has no columns but the order column; it is never larger than this, and a smaller one is looked at
/// to tell whether a dataset was removed.
pub(crate) const MAX_REMOVAL_BYTES: u64 = 4096;

/// How often the removal is tried on top of what writers publish.
const MOST_ATTEMPTS: u32 = 1000;

impl Dataset {
    /// Publishes a version that says that the dataset is removed. From then on nobody opens it or writes to it. With `only_after`, only as
    /// the version that follows this one; whether it was published.
    pub(crate) fn publish_removal(&self, only_after: Option<Version>) -> Result<bool, OpenError> {
        let writer = layout::new_writer();
        // As a writer: so that the number that it takes was never taken before.
        let _hold = self.hold_writer(&writer)?;
        for _ in 0..MOST_ATTEMPTS {
            let latest = match self.latest() {
                // Whatever its newest version said, the dataset can go.
                Err(OpenError::Manifest(ManifestError::Damaged { .. })) => {
                    std::sync::Arc::new(self.stand_in(&writer)?)
                }
                latest => latest?,
            };
            if only_after.is_some_and(|version| version != latest.version) {
                return Ok(false);
            }
            let column = latest
                .schema
                .field_with_name(&latest.order_column)
                .map(|field| field.clone().with_metadata(Default::default()))
                .map_err(|error| OpenError::Invalid {
                    reason: error.to_string(),
                })?;
            let removal = Manifest {
                id: latest.id.clone(),
                version: latest.version.next(),
                parent: latest.version,
                removed: true,
                writer: writer.clone(),
                written_ms: crate::commit::now_ms().max(latest.written_ms),
                schema: std::sync::Arc::new(Schema::new(vec![column])),
                order_column: latest.order_column.clone(),
                settings: Settings::default(),
                metadata: Default::default(),
                files: Vec::new(),
            };
            let path = self.layout().manifest(removal.version);
            match self.storage().create(&path, &removal.to_bytes()?) {
                Err(StorageError::AlreadyExists { .. }) => {}
                created => return Ok(created.map(|()| true)?),
            }
        }
        Err(OpenError::Busy {
            path: self.describe(),
        })
    }

    /// What a removal follows where the newest manifest is damaged: that number, with what a removal takes from it.
    fn stand_in(&self, writer: &str) -> Result<Manifest, OpenError> {
        let version = self.newest()?;
        Ok(match self.newest_readable()? {
            Some(sound) => Manifest { version, ..sound },
            None => Manifest {
                id: writer.to_owned(),
                version,
                parent: Version(0),
                removed: false,
                writer: writer.to_owned(),
                written_ms: 0,
                schema: std::sync::Arc::new(Schema::new(vec![Field::new(
                    "removed",
                    DataType::Int64,
                    false,
                )])),
                order_column: "removed".to_owned(),
                settings: Settings::default(),
                metadata: Default::default(),
                files: Vec::new(),
            },
        })
    }

    /// Whether the newest version says that the dataset is removed; nothing when there are no versions.
    pub(crate) fn removal(&self) -> Result<Option<(Version, bool)>, OpenError> {
        let Some(newest) = self.versions()?.pop() else {
            return Ok(None);
        };
        let path = self.layout().manifest(newest);
        let small = self
            .storage()
            .facts(&path)?
            .is_some_and(|facts| facts.len <= MAX_REMOVAL_BYTES);
        if !small {
            return Ok(Some((newest, false)));
        }
        match self.read_version(newest) {
            Ok(manifest) => Ok(Some((newest, manifest.removed))),
            // It went between the two looks.
            Err(OpenError::Storage(StorageError::NotFound { .. })) => Ok(None),
            // Opening it tells what is wrong, and older versions may be whole.
            Err(OpenError::Manifest(_)) => Ok(Some((newest, false))),
            Err(error) => Err(error),
        }
    }

    /// Deletes the files of a removed dataset, except what readers and writers still hold; then the version that says so and the folders.
    pub(crate) fn purge(&self, removal: Version) -> Result<Removed, OpenError> {
        let _lock = self.lock_vacuum()?;
        let (storage, layout) = (self.storage(), self.layout());
        let mut removed = Removed::default();
        let own = self.own_names()?;
        let mut files = Vec::new();
        for place in [Place::Base, Place::Late] {
            for name in storage.list(layout.folder_of(place))? {
                if layout::writer_of(&name).is_some() {
                    files.push(layout.file(&name, place));
                }
            }
        }
        let facts = Facts {
            held: self.held(Duration::from_secs(60 * 60))?,
            ..Facts::default()
        };
        let manifests = own.iter().filter_map(|(_, name)| match name {
            OwnName::Manifest(version) if *version < removal => Some(layout.manifest(*version)),
            OwnName::Retired(version) if *version < removal => Some(layout.retired(*version)),
            OwnName::Damaged(version) if *version < removal => Some(layout.damaged(*version)),
            _ => None,
        });
        let manifests: Vec<_> = manifests.collect();
        if !facts.held.is_empty() {
            removed.left = (files.len() + manifests.len()) as u64;
            return Ok(removed);
        }
        // Nobody can open an old version any more once its manifest is durably gone, whatever becomes of the rest.
        for path in manifests.iter().chain(&files) {
            if let Some(facts) = storage.facts(path)? {
                removed.files += 1;
                removed.bytes += facts.len;
                delete(self, path)?;
            }
        }
        for name in storage.list(&layout.names())? {
            delete(self, &layout.names().join(&name))?;
        }
        for folder in [layout.folder(), layout.own(), &layout.holds()] {
            storage.sweep(folder)?;
            storage.settle(folder).or_else(missing_is_fine)?;
        }
        for folder in [layout.names(), layout.holds()] {
            storage.delete_empty_folder(&folder)?;
        }
        // A writer that held the dataset before the removal still finds its number taken; one that comes now finds it removed.
        if !self.held(Duration::from_secs(60 * 60))?.is_empty() {
            removed.left = 1;
            return Ok(removed);
        }
        delete(self, &layout.manifest(removal))?;
        storage.settle(layout.own()).or_else(missing_is_fine)?;
        for lock in [layout.writers_lock(), layout.vacuum_lock()] {
            delete(self, &lock)?;
        }
        let mut folder = Some(layout.own().clone());
        while let Some(here) = folder {
            // The root stays, and so does every folder that holds something.
            if here.as_str().is_empty() || !storage.delete_empty_folder(&here)? {
                break;
            }
            folder = here.parent();
        }
        Ok(removed)
    }
}

fn missing_is_fine(error: StorageError) -> Result<(), StorageError> {
    match error {
        StorageError::NotFound { .. } => Ok(()),
        error => Err(error),
    }
}
