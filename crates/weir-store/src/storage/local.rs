//! Objects as files of a folder.

use std::{
    fs::{File, TryLockError},
    io,
    os::unix::fs::{FileExt, MetadataExt},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use bytes::Bytes;
use weir_files::{
    AtomicFile, Doing, FileKind, Files, FilesError, ScratchFile, sweep_temporaries, temporary_label,
};

use super::{
    Hold, ObjectFacts, ObjectPath, ObjectRead, ObjectWrite, ReadCounter, Storage, StorageError,
};

/// How long between two looks at a lock that somebody else has; doubled each time.
const FIRST_WAIT: Duration = Duration::from_millis(1);
const LONGEST_WAIT: Duration = Duration::from_millis(20);

/// A folder of the local disk.
#[derive(Debug, Clone)]
pub struct LocalStorage {
    files: Arc<dyn Files>,
    root: PathBuf,
}

impl LocalStorage {
    /// The folder `root`, which need not exist before something is written.
    #[must_use]
    pub fn new(files: Arc<dyn Files>, root: impl Into<PathBuf>) -> Self {
        Self {
            files,
            root: root.into(),
        }
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn at(&self, path: &ObjectPath) -> PathBuf {
        if path.as_str().is_empty() {
            self.root.clone()
        } else {
            self.root.join(path.as_str())
        }
    }

    /// The file of a lock, made if it is missing.
    fn lock_file(&self, path: &Path) -> Result<File, FilesError> {
        match self.files.open(path) {
            Err(FilesError::NotFound { .. }) => {
                match self.files.create_new(path) {
                    // Another process may be making it at the same moment.
                    Ok(_) | Err(FilesError::AlreadyExists { .. }) => {}
                    Err(error) => return Err(error),
                }
                self.files.open(path)
            }
            file => file,
        }
    }
}

impl Storage for LocalStorage {
    fn describe(&self, path: &ObjectPath) -> String {
        self.at(path).display().to_string()
    }

    fn create(&self, path: &ObjectPath, bytes: &[u8]) -> Result<(), StorageError> {
        let path = self.at(path);
        let mut file = AtomicFile::create(Arc::clone(&self.files), &path)?;
        io::Write::write_all(&mut file, bytes)
            .map_err(|error| FilesError::from_io(error, &path, Doing::Write))?;
        file.commit_new()?;
        Ok(())
    }

    fn write(&self, path: &ObjectPath) -> Result<Box<dyn ObjectWrite>, StorageError> {
        let file = AtomicFile::create(Arc::clone(&self.files), self.at(path))?;
        Ok(Box::new(LocalWrite(file)))
    }

    fn settle(&self, folder: &ObjectPath) -> Result<(), StorageError> {
        Ok(self.files.sync_folder(&self.at(folder))?)
    }

    fn open(
        &self,
        path: &ObjectPath,
        counter: &ReadCounter,
    ) -> Result<Arc<dyn ObjectRead>, StorageError> {
        let path = self.at(path);
        let file = self.files.open(&path)?;
        let failed = |error| StorageError::from(FilesError::from_io(error, &path, Doing::Read));
        let len = file.metadata().map_err(failed)?.len();
        Ok(Arc::new(LocalRead {
            file,
            path,
            len,
            counter: counter.clone(),
        }))
    }

    fn read(&self, path: &ObjectPath, limit: u64) -> Result<Vec<u8>, StorageError> {
        Ok(self.files.read(&self.at(path), limit)?)
    }

    fn facts(&self, path: &ObjectPath) -> Result<Option<ObjectFacts>, StorageError> {
        let facts = match self.files.facts(&self.at(path)) {
            Err(FilesError::Other {
                kind: io::ErrorKind::NotADirectory,
                ..
            }) => None,
            facts => facts?,
        };
        Ok(facts.map(|facts| {
            let folder = facts.kind == FileKind::Folder;
            ObjectFacts {
                folder,
                len: if folder { 0 } else { facts.len },
                modified: facts.modified,
            }
        }))
    }

    fn list(&self, folder: &ObjectPath) -> Result<Vec<String>, StorageError> {
        match self.files.list(&self.at(folder)) {
            // A name that is not text is none of ours: it is told as such and found nowhere.
            Ok(names) => Ok(names
                .into_iter()
                .map(|name| name.to_string_lossy().into_owned())
                .collect()),
            Err(
                FilesError::NotFound { .. }
                | FilesError::Other {
                    kind: io::ErrorKind::NotADirectory,
                    ..
                },
            ) => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }

    fn rename(&self, from: &ObjectPath, to: &ObjectPath) -> Result<(), StorageError> {
        Ok(self.files.rename_new(&self.at(from), &self.at(to))?)
    }

    fn delete(&self, path: &ObjectPath) -> Result<(), StorageError> {
        Ok(self.files.remove_file(&self.at(path))?)
    }

    fn make_folder(&self, folder: &ObjectPath) -> Result<(), StorageError> {
        Ok(self.files.create_folder_all(&self.at(folder))?)
    }

    fn delete_empty_folder(&self, folder: &ObjectPath) -> Result<bool, StorageError> {
        Ok(self.files.remove_empty_folder(&self.at(folder))?)
    }

    fn hold(&self, folder: &ObjectPath, label: &str) -> Result<Box<dyn Hold>, StorageError> {
        let file = ScratchFile::create(Arc::clone(&self.files), &self.at(folder), label)?;
        Ok(Box::new(LocalHold {
            _file: Mutex::new(file),
        }))
    }

    fn holds(&self, folder: &ObjectPath, _patience: Duration) -> Result<Vec<String>, StorageError> {
        let swept = match sweep_temporaries(&*self.files, &self.at(folder)) {
            Err(FilesError::NotFound { .. }) => return Ok(Vec::new()),
            swept => swept?,
        };
        let mut labels: Vec<String> = swept
            .kept
            .iter()
            .filter_map(|name| temporary_label(name))
            .map(|label| label.to_string_lossy().into_owned())
            .collect();
        labels.sort_unstable();
        Ok(labels)
    }

    fn lock(
        &self,
        path: &ObjectPath,
        patience: Duration,
    ) -> Result<Option<Box<dyn Hold>>, StorageError> {
        let path = self.at(path);
        let started = Instant::now();
        let mut wait = FIRST_WAIT;
        let mut file = self.lock_file(&path)?;
        loop {
            match file.try_lock() {
                // Not of a lock file that was removed while it was waited for: others lock the one that is there.
                Ok(()) if file.metadata().is_ok_and(|found| found.nlink() == 0) => {
                    file = self.lock_file(&path)?;
                }
                Ok(()) => return Ok(Some(Box::new(LocalLock { _file: file }))),
                Err(TryLockError::WouldBlock) if started.elapsed() < patience => {
                    std::thread::sleep(wait);
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
                Err(_) => return Ok(None),
            }
        }
    }

    fn sweep(&self, folder: &ObjectPath) -> Result<(u64, u64), StorageError> {
        match sweep_temporaries(&*self.files, &self.at(folder)) {
            Ok(swept) => Ok((swept.removed.len() as u64, swept.bytes)),
            Err(FilesError::NotFound { .. }) => Ok((0, 0)),
            Err(error) => Err(error.into()),
        }
    }
}

#[derive(Debug)]
struct LocalWrite(AtomicFile);

impl io::Write for LocalWrite {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl ObjectWrite for LocalWrite {
    fn finish(self: Box<Self>) -> Result<u64, StorageError> {
        Ok(self.0.publish_new()?)
    }
}

#[derive(Debug)]
struct LocalRead {
    file: File,
    path: PathBuf,
    len: u64,
    counter: ReadCounter,
}

impl ObjectRead for LocalRead {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, length: usize) -> Result<Bytes, StorageError> {
        let end = offset.saturating_add(length as u64);
        let short = |len| StorageError::Short {
            path: self.path.display().to_string(),
            len,
            wanted_end: end,
        };
        // Before the buffer: a damaged length must not ask for all memory.
        if end > self.len {
            return Err(short(self.len));
        }
        let mut bytes = vec![0; length];
        match self.file.read_exact_at(&mut bytes, offset) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(short(
                    self.file.metadata().map_or(offset, |found| found.len()),
                ));
            }
            Err(error) => return Err(FilesError::from_io(error, &self.path, Doing::Read).into()),
        }
        self.counter.add(length as u64);
        Ok(bytes.into())
    }
}

/// A file whose lock says that its owner lives; removed when dropped.
#[derive(Debug)]
struct LocalHold {
    /// In a mutex only because nobody shares a writer.
    _file: Mutex<ScratchFile>,
}

impl Hold for LocalHold {}

#[derive(Debug)]
struct LocalLock {
    _file: File,
}

impl Hold for LocalLock {}
