//! The trait that production and fault-injecting file systems share.

use std::{ffi::OsString, fmt::Debug, fs::File, path::Path, time::SystemTime};

use crate::{FilesError, Space};

/// What weir asks of a file system; [`crate::RealFiles`] is the real one.
///
/// Object-safe and shared as `Arc<dyn Files>`. Every implementation passes
/// `weir_testkit::files_conformance`. Reading data goes through [`Files::open`] and the standard library: faults of
/// reading are found by checksums, faults of writing only here.
pub trait Files: Send + Sync + Debug {
    /// Creates a file for writing, which must not exist yet.
    ///
    /// The file is locked (`flock`, advisory) until the writer is dropped, so that [`crate::sweep_temporaries`] in another
    /// process or container knows that its owner lives.
    ///
    /// # Errors
    /// [`FilesError::AlreadyExists`], [`FilesError::NotFound`] when the folder is missing, and what the disk answers.
    fn create_new(&self, path: &Path) -> Result<Box<dyn FileWriter>, FilesError>;

    /// Makes the names inside `folder` durable (fsync of the folder).
    ///
    /// # Errors
    /// [`FilesError::SyncFailed`], [`FilesError::NotFound`].
    fn sync_folder(&self, folder: &Path) -> Result<(), FilesError>;

    /// Renames, replacing a file at `to` atomically. Durable after [`Files::sync_folder`] of the folder of `to`.
    ///
    /// # Errors
    /// [`FilesError::NotFound`] when `from` is missing; both must be on one file system.
    fn rename(&self, from: &Path, to: &Path) -> Result<(), FilesError>;

    /// Renames, unless something has the name `to`: of several processes that try, one succeeds. Atomic; durable after
    /// [`Files::sync_folder`] of the folder of `to`. On file systems that cannot do this the file gets the name `to` and then loses the name
    /// `from`; whoever relies on the latter looks.
    ///
    /// # Errors
    /// [`FilesError::AlreadyExists`], which leaves both as they were; [`FilesError::NotFound`] when `from` is missing.
    fn rename_new(&self, from: &Path, to: &Path) -> Result<(), FilesError>;

    /// Removes one file.
    ///
    /// # Errors
    /// [`FilesError::NotFound`] when there is none.
    fn remove_file(&self, path: &Path) -> Result<(), FilesError>;

    /// Creates a folder and its missing parents, and syncs the parent of every folder that it created.
    /// A folder that is there already is fine.
    ///
    /// # Errors
    /// [`FilesError::AlreadyExists`] when a file has that name, and what the disk answers.
    fn create_folder_all(&self, folder: &Path) -> Result<(), FilesError>;

    /// Removes a folder with all that is in it; links are removed, not followed.
    ///
    /// # Errors
    /// [`FilesError::NotFound`] when there is none.
    fn remove_folder_all(&self, folder: &Path) -> Result<(), FilesError>;

    /// Removes a folder if nothing is in it; false when something is, or when there is no such folder.
    ///
    /// # Errors
    /// What the disk answers.
    fn remove_empty_folder(&self, folder: &Path) -> Result<bool, FilesError>;

    /// The names in `folder`, sorted by their bytes, without `.` and `..`.
    ///
    /// # Errors
    /// [`FilesError::NotFound`] when there is no such folder.
    fn list(&self, folder: &Path) -> Result<Vec<OsString>, FilesError>;

    /// The space of the file system that holds `path`, which must exist.
    ///
    /// # Errors
    /// [`FilesError::NotFound`], and what the disk answers.
    fn free_space(&self, path: &Path) -> Result<Space, FilesError>;

    /// A whole file of at most `limit` bytes.
    ///
    /// # Errors
    /// [`FilesError::TooLarge`] when the file is longer, [`FilesError::NotFound`].
    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, FilesError>;

    /// Opens a file for reading.
    ///
    /// # Errors
    /// [`FilesError::NotFound`], [`FilesError::TooManyOpenFiles`].
    fn open(&self, path: &Path) -> Result<File, FilesError>;

    /// What is at `path`, or nothing. Links are not followed.
    ///
    /// # Errors
    /// What the disk answers, other than that nothing is there.
    fn facts(&self, path: &Path) -> Result<Option<FileFacts>, FilesError>;

    /// Whether something is at `path`.
    ///
    /// # Errors
    /// As [`Files::facts`].
    fn exists(&self, path: &Path) -> Result<bool, FilesError> {
        Ok(self.facts(path)?.is_some())
    }
}

/// A file that is being written.
///
/// After an error from either method the content is unknown; do not go on with the file.
pub trait FileWriter: Send + Sync + Debug {
    /// Writes all of `bytes` at the end.
    ///
    /// # Errors
    /// [`FilesError::Full`] and what the disk answers; a part of `bytes` may have been written.
    fn write_all(&mut self, bytes: &[u8]) -> Result<(), FilesError>;

    /// Returns when all bytes written are on the disk (fsync).
    ///
    /// # Errors
    /// [`FilesError::SyncFailed`]: bytes may be lost, and a second call would not tell.
    fn sync(&mut self) -> Result<(), FilesError>;
}

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileFacts {
    /// File, folder or something else.
    pub kind: FileKind,
    /// Length in bytes; of a folder whatever the system says.
    pub len: u64,
    /// When it was last written, where the system knows.
    pub modified: Option<SystemTime>,
}

/// The kind of a directory entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// An ordinary file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, a pipe, a device.
    Other,
}
