//! Objects in any `object_store`.

use std::{
    io,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use bytes::Bytes;
use futures_executor::block_on;
use object_store::{
    Error, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, path::Path,
};

use super::{
    Hold, ObjectFacts, ObjectPath, ObjectRead, ObjectWrite, ReadCounter, Storage, StorageError,
};
use crate::layout::new_writer;

/// Holds and locks of processes that nobody can ask whether they live count for dead after this time, or a vacuum's grace if that is longer.
const HOLD_LIFE: Duration = Duration::from_secs(60 * 60);
const LOCK_LIFE: Duration = Duration::from_secs(10 * 60);

/// How long between two looks at a lock that somebody else has.
const WAIT: Duration = Duration::from_millis(50);

/// A store in an object store: S3 and its like, or a memory.
///
/// Each call is one or two requests, waited for here: do not use it on a thread of an asynchronous executor. An object is held in memory
/// until it is put, so row groups should be of a sensible size. What is not as on a local disk: a reader's or writer's hold ends after
/// an hour or the vacuum's grace time, whichever is longer, because nobody can tell whether its process lives.
#[derive(Debug, Clone)]
pub struct RemoteStorage {
    store: Arc<dyn ObjectStore>,
}

impl RemoteStorage {
    /// The whole of `store`; for a folder of it, wrap it in `object_store::prefix::PrefixStore`.
    #[must_use]
    pub fn new(store: Arc<dyn ObjectStore>) -> Self {
        Self { store }
    }

    fn path(&self, path: &ObjectPath) -> Result<Path, StorageError> {
        // Not `Path::from`, which would escape the escapes in names of folders.
        Path::parse(path.as_str()).map_err(|error| StorageError::Remote {
            path: self.describe(path),
            reason: error.to_string(),
        })
    }

    fn put(&self, path: &ObjectPath, bytes: Bytes) -> Result<(), StorageError> {
        let options = PutOptions {
            mode: PutMode::Create,
            ..PutOptions::default()
        };
        block_on(
            self.store
                .put_opts(&self.path(path)?, PutPayload::from_bytes(bytes), options),
        )
        .map(|_| ())
        .map_err(|error| self.error(path, error))
    }

    fn error(&self, path: &ObjectPath, error: Error) -> StorageError {
        let path = self.describe(path);
        match error {
            Error::NotFound { .. } => StorageError::NotFound { path },
            Error::AlreadyExists { .. } | Error::Precondition { .. } => {
                StorageError::AlreadyExists { path }
            }
            Error::PermissionDenied { .. } => {
                StorageError::Files(weir_files::FilesError::PermissionDenied {
                    doing: weir_files::Doing::Write,
                    path: path.into(),
                })
            }
            other => StorageError::Remote {
                path,
                reason: other.to_string(),
            },
        }
    }

    /// Objects in a folder (name, last written) and folders in it.
    #[allow(clippy::type_complexity)]
    fn inside(
        &self,
        folder: &ObjectPath,
    ) -> Result<(Vec<(String, SystemTime)>, Vec<String>), StorageError> {
        let prefix = self.path(folder)?;
        let prefix = (!folder.as_str().is_empty()).then_some(&prefix);
        let found = match block_on(self.store.list_with_delimiter(prefix)) {
            Err(Error::NotFound { .. }) => return Ok((Vec::new(), Vec::new())),
            found => found.map_err(|error| self.error(folder, error))?,
        };
        let objects = found
            .objects
            .iter()
            .filter_map(|object| {
                let name = object.location.filename()?;
                Some((name.to_owned(), object.last_modified.into()))
            })
            .collect();
        let folders = found
            .common_prefixes
            .iter()
            .filter_map(|folder| folder.filename().map(str::to_owned))
            .collect();
        Ok((objects, folders))
    }
}

impl Storage for RemoteStorage {
    fn describe(&self, path: &ObjectPath) -> String {
        format!("{}/{path}", self.store)
    }

    fn create(&self, path: &ObjectPath, bytes: &[u8]) -> Result<(), StorageError> {
        self.put(path, Bytes::copy_from_slice(bytes))
    }

    fn write(&self, path: &ObjectPath) -> Result<Box<dyn ObjectWrite>, StorageError> {
        Ok(Box::new(RemoteWrite {
            storage: self.clone(),
            path: path.clone(),
            bytes: Vec::new(),
        }))
    }

    /// Objects are durable when they are put.
    fn settle(&self, _folder: &ObjectPath) -> Result<(), StorageError> {
        Ok(())
    }

    fn open(
        &self,
        path: &ObjectPath,
        counter: &ReadCounter,
    ) -> Result<Arc<dyn ObjectRead>, StorageError> {
        let found = block_on(self.store.head(&self.path(path)?))
            .map_err(|error| self.error(path, error))?;
        Ok(Arc::new(RemoteRead {
            storage: self.clone(),
            path: path.clone(),
            len: found.size,
            counter: counter.clone(),
        }))
    }

    fn read(&self, path: &ObjectPath, limit: u64) -> Result<Vec<u8>, StorageError> {
        let failed = |error| self.error(path, error);
        let found = block_on(self.store.get(&self.path(path)?)).map_err(failed)?;
        if found.meta.size > limit {
            return Err(StorageError::TooLarge {
                path: self.describe(path),
                len: found.meta.size,
                limit,
            });
        }
        Ok(block_on(found.bytes()).map_err(failed)?.into())
    }

    fn facts(&self, path: &ObjectPath) -> Result<Option<ObjectFacts>, StorageError> {
        match block_on(self.store.head(&self.path(path)?)) {
            Ok(found) => Ok(Some(ObjectFacts {
                folder: false,
                len: found.size,
                modified: Some(found.last_modified.into()),
            })),
            Err(Error::NotFound { .. }) => {
                let (objects, folders) = self.inside(path)?;
                let folder = !objects.is_empty() || !folders.is_empty();
                Ok(folder.then_some(ObjectFacts {
                    folder,
                    len: 0,
                    modified: None,
                }))
            }
            Err(error) => Err(self.error(path, error)),
        }
    }

    fn list(&self, folder: &ObjectPath) -> Result<Vec<String>, StorageError> {
        let (objects, folders) = self.inside(folder)?;
        let mut names: Vec<String> = objects.into_iter().map(|(name, _)| name).collect();
        names.extend(folders);
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }

    /// Copied, since few stores rename; small objects only.
    fn rename(&self, from: &ObjectPath, to: &ObjectPath) -> Result<(), StorageError> {
        let bytes = self.read(from, crate::manifest::MAX_MANIFEST_BYTES)?;
        self.put(to, bytes.into())?;
        self.delete(from)
    }

    fn delete(&self, path: &ObjectPath) -> Result<(), StorageError> {
        let place = self.path(path)?;
        let failed = |error| self.error(path, error);
        // Many stores do not tell that there was nothing.
        block_on(self.store.head(&place)).map_err(failed)?;
        block_on(self.store.delete(&place)).map_err(failed)
    }

    /// Folders are there when something is in them.
    fn make_folder(&self, _folder: &ObjectPath) -> Result<(), StorageError> {
        Ok(())
    }

    fn delete_empty_folder(&self, _folder: &ObjectPath) -> Result<bool, StorageError> {
        Ok(false)
    }

    fn hold(&self, folder: &ObjectPath, label: &str) -> Result<Box<dyn Hold>, StorageError> {
        let path = folder.join(&format!("{label}.{}", new_writer()));
        self.put(&path, Bytes::new())?;
        Ok(Box::new(RemoteHold {
            storage: self.clone(),
            path,
        }))
    }

    fn holds(&self, folder: &ObjectPath, patience: Duration) -> Result<Vec<String>, StorageError> {
        let life = patience.max(HOLD_LIFE);
        let mut labels = Vec::new();
        for (name, since) in self.inside(folder)?.0 {
            if since.elapsed().is_ok_and(|age| age > life) {
                // Another vacuum may have been faster.
                let _ = self.delete(&folder.join(&name));
            } else if let Some((label, _)) = name.rsplit_once('.') {
                labels.push(label.to_owned());
            }
        }
        labels.sort_unstable();
        Ok(labels)
    }

    fn lock(
        &self,
        path: &ObjectPath,
        patience: Duration,
    ) -> Result<Option<Box<dyn Hold>>, StorageError> {
        let started = Instant::now();
        loop {
            match self.put(path, Bytes::new()) {
                Ok(()) => {
                    return Ok(Some(Box::new(RemoteHold {
                        storage: self.clone(),
                        path: path.clone(),
                    })));
                }
                Err(StorageError::AlreadyExists { .. }) => {}
                Err(error) => return Err(error),
            }
            let since = self.facts(path)?.and_then(|facts| facts.modified);
            if since.is_some_and(|since| since.elapsed().is_ok_and(|age| age > LOCK_LIFE)) {
                let _ = self.delete(path);
            } else if started.elapsed() >= patience {
                return Ok(None);
            } else {
                std::thread::sleep(WAIT);
            }
        }
    }

    /// What is not put whole is not there.
    fn sweep(&self, _folder: &ObjectPath) -> Result<(u64, u64), StorageError> {
        Ok((0, 0))
    }
}

#[derive(Debug)]
struct RemoteWrite {
    storage: RemoteStorage,
    path: ObjectPath,
    bytes: Vec<u8>,
}

impl io::Write for RemoteWrite {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl ObjectWrite for RemoteWrite {
    fn finish(self: Box<Self>) -> Result<u64, StorageError> {
        let len = self.bytes.len() as u64;
        self.storage.put(&self.path, self.bytes.into())?;
        Ok(len)
    }
}

#[derive(Debug)]
struct RemoteRead {
    storage: RemoteStorage,
    path: ObjectPath,
    len: u64,
    counter: ReadCounter,
}

impl ObjectRead for RemoteRead {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, length: usize) -> Result<Bytes, StorageError> {
        let end = offset.saturating_add(length as u64);
        if end > self.len {
            return Err(StorageError::Short {
                path: self.storage.describe(&self.path),
                len: self.len,
                wanted_end: end,
            });
        }
        if length == 0 {
            return Ok(Bytes::new());
        }
        let path = self.storage.path(&self.path)?;
        let bytes = block_on(self.storage.store.get_range(&path, offset..end))
            .map_err(|error| self.storage.error(&self.path, error))?;
        self.counter.add(bytes.len() as u64);
        if bytes.len() != length {
            return Err(StorageError::Short {
                path: self.storage.describe(&self.path),
                len: offset + bytes.len() as u64,
                wanted_end: end,
            });
        }
        Ok(bytes)
    }
}

/// An object that says that something is needed; deleted when dropped.
#[derive(Debug)]
struct RemoteHold {
    storage: RemoteStorage,
    path: ObjectPath,
}

impl Hold for RemoteHold {}

impl Drop for RemoteHold {
    fn drop(&mut self) {
        // A failure leaves it until it is too old.
        let _ = self.storage.delete(&self.path);
    }
}
