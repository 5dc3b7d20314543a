//! Objects: whole, never changed in place, created once. On a local disk or in an object store.

mod counter;
mod error;
mod local;
mod path;
#[cfg(feature = "object-store")]
mod remote;

use std::{
    fmt::Debug,
    io::Write,
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;

pub use counter::ReadCounter;
pub use error::StorageError;
pub use local::LocalStorage;
pub use path::ObjectPath;
#[cfg(feature = "object-store")]
pub use remote::RemoteStorage;

/// What a store asks of the place where it lies.
///
/// An object is written whole under a name that nothing had, and never changed. Every implementation passes
/// `tests/storage_conformance.rs`.
pub trait Storage: Send + Sync + Debug {
    /// The path as a person finds it: a file path or a URL.
    fn describe(&self, path: &ObjectPath) -> String;

    /// Creates a small object if there is none: atomically, and durable when it returns.
    ///
    /// # Errors
    /// [`StorageError::AlreadyExists`] when another writer was first; [`StorageError::NotDurable`] when it is there and may be lost.
    fn create(&self, path: &ObjectPath, bytes: &[u8]) -> Result<(), StorageError>;

    /// Starts a large object, which appears with [`ObjectWrite::finish`].
    ///
    /// # Errors
    /// What the disk answers.
    fn write(&self, path: &ObjectPath) -> Result<Box<dyn ObjectWrite>, StorageError>;

    /// Makes the names of objects finished in `folder` durable.
    ///
    /// # Errors
    /// What the disk answers.
    fn settle(&self, folder: &ObjectPath) -> Result<(), StorageError>;

    /// Opens an object for reading ranges; what is fetched is added to `counter`.
    ///
    /// # Errors
    /// [`StorageError::NotFound`].
    fn open(
        &self,
        path: &ObjectPath,
        counter: &ReadCounter,
    ) -> Result<Arc<dyn ObjectRead>, StorageError>;

    /// A whole object of at most `limit` bytes.
    ///
    /// # Errors
    /// [`StorageError::NotFound`], [`StorageError::TooLarge`].
    fn read(&self, path: &ObjectPath, limit: u64) -> Result<Vec<u8>, StorageError>;

    /// What is at `path`, or nothing.
    ///
    /// # Errors
    /// What the disk answers, other than that nothing is there.
    fn facts(&self, path: &ObjectPath) -> Result<Option<ObjectFacts>, StorageError>;

    /// The names of objects and folders in `folder`, sorted by their bytes; empty when there is no such folder.
    /// A folder's name is told once, whatever is in it.
    ///
    /// # Errors
    /// What the disk answers.
    fn list(&self, folder: &ObjectPath) -> Result<Vec<String>, StorageError>;

    /// Gives an object another name that nothing has; durable after [`Storage::settle`].
    ///
    /// # Errors
    /// [`StorageError::NotFound`], [`StorageError::AlreadyExists`].
    fn rename(&self, from: &ObjectPath, to: &ObjectPath) -> Result<(), StorageError>;

    /// Removes an object; durable after [`Storage::settle`].
    ///
    /// # Errors
    /// [`StorageError::NotFound`].
    fn delete(&self, path: &ObjectPath) -> Result<(), StorageError>;

    /// Makes a folder and its parents; nothing to do where folders do not exist of themselves.
    ///
    /// # Errors
    /// What the disk answers.
    fn make_folder(&self, folder: &ObjectPath) -> Result<(), StorageError>;

    /// Removes a folder if it is empty; false when something is in it or it is not there.
    ///
    /// # Errors
    /// What the disk answers.
    fn delete_empty_folder(&self, folder: &ObjectPath) -> Result<bool, StorageError>;

    /// Tells others that this process needs what `label` names, until the answer is dropped or the process dies.
    ///
    /// # Errors
    /// What the disk answers; see [`StorageError::is_read_only`].
    fn hold(&self, folder: &ObjectPath, label: &str) -> Result<Box<dyn Hold>, StorageError>;

    /// The labels that are held in `folder` now, sorted. Holds of dead processes are removed on the way; in an object store, which
    /// cannot know the dead, those older than `patience`.
    ///
    /// # Errors
    /// What the disk answers.
    fn holds(&self, folder: &ObjectPath, patience: Duration) -> Result<Vec<String>, StorageError>;

    /// Waits up to `patience` for the lock at `path`, which the kernel takes back when the process dies. Nothing when it is not to be
    /// had: locks only spare work, and nothing relies on them.
    ///
    /// # Errors
    /// What the disk answers.
    fn lock(
        &self,
        path: &ObjectPath,
        patience: Duration,
    ) -> Result<Option<Box<dyn Hold>>, StorageError>;

    /// Removes what killed writers left unfinished in `folder`; returns how many objects and bytes.
    ///
    /// # Errors
    /// What the disk answers.
    fn sweep(&self, folder: &ObjectPath) -> Result<(u64, u64), StorageError>;
}

/// An object that is being written; dropped unfinished, it leaves nothing.
pub trait ObjectWrite: Write + Send + Debug {
    /// Makes the bytes durable and the object visible under its name; the name is durable after [`Storage::settle`].
    /// Returns its length in bytes.
    ///
    /// # Errors
    /// [`StorageError::AlreadyExists`] when the name was taken meanwhile, and what the disk answers.
    fn finish(self: Box<Self>) -> Result<u64, StorageError>;
}

/// An object open for reading.
pub trait ObjectRead: Send + Sync + Debug {
    /// Its length in bytes.
    fn len(&self) -> u64;

    /// Whether it has no bytes.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The `length` bytes from `offset` on.
    ///
    /// # Errors
    /// [`StorageError::Short`] when the object ends before, and what the disk answers.
    fn read_at(&self, offset: u64, length: usize) -> Result<Bytes, StorageError>;
}

/// Something held until it is dropped.
pub trait Hold: Send + Sync + Debug {}

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectFacts {
    /// Whether it is a folder.
    pub folder: bool,
    /// Length in bytes; of a folder 0.
    pub len: u64,
    /// When it was last written, where known.
    pub modified: Option<SystemTime>,
}
