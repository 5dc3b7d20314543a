//! A writer at work: its base, its files, its commit.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::{
    Change, CommitError,
    decide::{decide, files_after},
};
use crate::{
    dataset::Dataset,
    layout,
    manifest::{Manifest, ManifestError, Place, Version},
    snapshot::{OpenError, Snapshot},
    storage::{Hold, ObjectWrite, StorageError},
};

/// How often a commit is tried on top of what others published.
const MOST_ATTEMPTS: u32 = 1000;

/// How often a write is done again.
const MOST_REDOS: u32 = 64;

/// How long a commit, and a write that is done again, waits for the writers' lock.
const PATIENCE: Duration = Duration::from_secs(60);

/// A writer at work on one dataset: it holds its base version and, in a vacuum's eyes, its unpublished files, until it is dropped or dies.
#[derive(Debug)]
pub struct Writing {
    /// Its hold keeps a vacuum from the base, from every later version, and from files with this writer's name.
    base: Snapshot,
    id: String,
    names: AtomicU64,
    commits: AtomicU64,
    redone: u32,
    /// The writers' lock, after a conflict.
    lock: Option<Box<dyn Hold>>,
}

impl Writing {
    pub(crate) fn begin(dataset: &Dataset) -> Result<Self, OpenError> {
        Self::begin_as(dataset, layout::new_writer())
    }

    fn begin_as(dataset: &Dataset, id: String) -> Result<Self, OpenError> {
        // Held before the version is looked up that the commit will follow: see `vacuum`.
        let hold = dataset.hold_writer(&id)?;
        let base = dataset.latest()?;
        Ok(Self {
            base: Snapshot::new(dataset.clone(), base, Some(hold.into())),
            id,
            names: AtomicU64::new(0),
            commits: AtomicU64::new(0),
            redone: 0,
            lock: None,
        })
    }

    /// With an earlier base. The hold is of a later version, which does: the commit needs the numbers from the newest on.
    pub(crate) fn based_on(self, base: Arc<Manifest>) -> Self {
        Self {
            base: self.base.with_manifest(base),
            ..self
        }
    }

    /// The version that the change is made from.
    #[must_use]
    pub fn base(&self) -> &Snapshot {
        &self.base
    }

    /// The random name of this writer, 16 hexadecimal digits.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// A new file's name, different at each call. `sortable` (see [`crate::OrderType::sortable_name`]) is of the file's least order value:
    /// names sort as these do.
    #[must_use]
    pub fn new_name(&self, sortable: &str, place: Place) -> String {
        let number = self.names.fetch_add(1, Ordering::Relaxed);
        layout::file_name(sortable, &self.id, number, place)
    }

    /// Starts a data file under a name of [`Writing::new_name`].
    ///
    /// # Errors
    /// What the storage answers.
    pub fn create_file(
        &self,
        name: &str,
        place: Place,
    ) -> Result<Box<dyn ObjectWrite>, StorageError> {
        let dataset = self.base.dataset();
        dataset.storage().write(&dataset.file_path(name, place))
    }

    /// Publishes the change as the next version, on top of what others published if that fits. The files that it adds are finished.
    ///
    /// # Errors
    /// [`CommitError::Conflict`]: call [`Writing::redo`] and make the change again. Files of a change that was not published
    /// are removed by [`Writing::abandon`], or by a vacuum after this is dropped.
    pub fn commit(&self, change: Change) -> Result<Arc<Manifest>, CommitError> {
        self.check(&change)?;
        let dataset = self.base.dataset();
        let (storage, layout) = (dataset.storage(), dataset.layout());
        for place in [Place::Base, Place::Late] {
            if change.add.iter().any(|file| file.place == place) {
                storage.settle(layout.folder_of(place))?;
            }
        }
        // Only spares attempts; without it the creation below still has one winner.
        let _lock = match self.lock {
            Some(_) => None,
            None => storage.lock(&layout.writers_lock(), PATIENCE)?,
        };
        let number = self.commits.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}.{number}", self.id);
        for _ in 0..MOST_ATTEMPTS {
            let latest = self.latest()?;
            decide(&self.base, &change, &latest).map_err(|conflict| CommitError::Conflict {
                base: self.base.version,
                latest: latest.version,
                conflict,
            })?;
            let next = next_manifest(&latest, &change, &name);
            let path = layout.manifest(next.version);
            match storage.create(&path, &next.to_bytes()?) {
                Ok(()) => {}
                // Another was first, or this one with an answer that was lost on the way.
                Err(error @ StorageError::AlreadyExists { .. }) => {
                    if !self.is_published(next.version, &name, error)? {
                        continue;
                    }
                }
                Err(StorageError::NotDurable { reason, .. }) => {
                    return Err(CommitError::NotDurable {
                        version: next.version,
                        reason,
                    });
                }
                Err(error) => {
                    let reason = error.to_string();
                    return Err(
                        match self.is_published(next.version, &name, error.clone())? {
                            true => CommitError::NotDurable {
                                version: next.version,
                                reason,
                            },
                            false => error.into(),
                        },
                    );
                }
            }
            let next = Arc::new(next);
            dataset.saw(&next);
            return Ok(next);
        }
        Err(CommitError::Contended {
            dataset: dataset.describe(),
            attempts: MOST_ATTEMPTS,
        })
    }

    /// Starts again from the newest version after a conflict, now with the writers' lock if it is to be had, so that others wait.
    ///
    /// # Errors
    /// [`CommitError::Contended`] after 64 times, [`CommitError::Removed`], and what the storage answers.
    pub fn redo(mut self) -> Result<Self, CommitError> {
        let dataset = self.base.dataset().clone();
        self.redone += 1;
        if self.redone > MOST_REDOS {
            return Err(CommitError::Contended {
                dataset: dataset.describe(),
                attempts: self.redone,
            });
        }
        if self.lock.is_none() {
            let path = dataset.layout().writers_lock();
            self.lock = dataset.storage().lock(&path, PATIENCE)?;
        }
        // The old hold goes after the new one is there: unpublished files stay protected.
        let again = Self::begin_as(&dataset, self.id.clone())
            .map_err(|error| from_open(error, &dataset))?;
        if again.base.id != self.base.id {
            return Err(CommitError::Removed {
                dataset: dataset.describe(),
            });
        }
        Ok(Self {
            names: AtomicU64::new(self.names.load(Ordering::Relaxed)),
            commits: AtomicU64::new(self.commits.load(Ordering::Relaxed)),
            redone: self.redone,
            lock: self.lock.take(),
            ..again
        })
    }

    /// Removes files that were finished and will not be published; what cannot be removed is left to a vacuum.
    pub fn abandon<'n>(&self, names: impl IntoIterator<Item = (&'n str, Place)>) {
        let dataset = self.base.dataset();
        for (name, place) in names {
            if layout::writer_of(name) == Some(&self.id) {
                let _ = dataset.storage().delete(&dataset.file_path(name, place));
            }
        }
    }

    /// Whether a version is that of this writer, after the storage answered its creation with `error`.
    fn is_published(
        &self,
        version: Version,
        name: &str,
        error: StorageError,
    ) -> Result<bool, CommitError> {
        let remote = matches!(error, StorageError::Remote { .. });
        match self.base.dataset().read_version(version) {
            Ok(found) => Ok(found.writer == name),
            // A request that was given up may still arrive.
            Err(OpenError::Storage(StorageError::NotFound { .. })) if !remote => Ok(false),
            // Another's, and gone: the next look at the newest version tells.
            Err(_) if matches!(error, StorageError::AlreadyExists { .. }) => Ok(false),
            Err(_) => Err(CommitError::Uncertain {
                version,
                reason: error.to_string(),
            }),
        }
    }

    fn latest(&self) -> Result<Arc<Manifest>, CommitError> {
        let dataset = self.base.dataset();
        let latest = dataset
            .latest()
            .map_err(|error| from_open(error, dataset))?;
        if latest.id != self.base.id {
            return Err(CommitError::Removed {
                dataset: dataset.describe(),
            });
        }
        Ok(latest)
    }

    fn check(&self, change: &Change) -> Result<(), ManifestError> {
        let invalid = |reason: String| Err(ManifestError::Invalid { reason });
        if change.base != self.base.version {
            return invalid(format!(
                "a change of version {} where version {} was begun",
                change.base, self.base.version
            ));
        }
        for name in &change.remove {
            if !self.base.files.iter().any(|file| file.name == *name) {
                return invalid(format!(
                    "version {} has no file {name:?} to replace",
                    change.base
                ));
            }
        }
        Ok(())
    }
}

fn from_open(error: OpenError, dataset: &Dataset) -> CommitError {
    match error {
        OpenError::Manifest(error) => error.into(),
        OpenError::Storage(error) => error.into(),
        _ => CommitError::Removed {
            dataset: dataset.describe(),
        },
    }
}

/// `change` done to `latest`.
fn next_manifest(latest: &Manifest, change: &Change, writer: &str) -> Manifest {
    let mut metadata = latest.metadata.clone();
    for (key, value) in &change.metadata {
        match value {
            Some(value) => metadata.insert(key.clone(), value.clone()),
            None => metadata.remove(key),
        };
    }
    Manifest {
        id: latest.id.clone(),
        version: Version(latest.version.0 + 1),
        parent: latest.version,
        removed: false,
        writer: writer.to_owned(),
        // Never back, whatever the clocks of several machines say.
        written_ms: now_ms().max(latest.written_ms),
        schema: change
            .schema
            .clone()
            .unwrap_or_else(|| Arc::clone(&latest.schema)),
        order_column: latest.order_column.clone(),
        settings: change
            .settings
            .clone()
            .unwrap_or_else(|| latest.settings.clone()),
        metadata,
        files: files_after(latest, change),
    }
}

/// Milliseconds since 1970 UTC.
pub(crate) fn now_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        })
}
