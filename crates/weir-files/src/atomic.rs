//! One file, whole or not at all.

use std::{
    ffi::{OsStr, OsString},
    fmt,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{Doing, FileWriter, Files, FilesError, sweep::temporary_name};

/// How many temporary names are tried; names clash only with leftovers of a process that had this process id.
const NAME_ATTEMPTS: usize = 1024;

/// A file that appears under its final name with [`AtomicFile::commit`], and never before.
///
/// Until then it has a temporary name in the same folder, which must exist. A file that was there before is replaced
/// at the commit and untouched until then. Dropped without a commit, it removes the temporary file; a killed process
/// leaves it for [`crate::sweep_temporaries`].
///
/// Not buffered: every [`Write::write`] is one call of the system. After a failed write, later writes and the commit
/// return the same error, so that a file with a hole cannot be committed.
pub struct AtomicFile {
    files: Arc<dyn Files>,
    /// Nothing after the commit took it.
    writer: Option<Box<dyn FileWriter>>,
    temporary: PathBuf,
    path: PathBuf,
    written: u64,
    failed: Option<FilesError>,
    /// Whether the temporary name still has to be removed.
    pending: bool,
}

impl AtomicFile {
    /// Starts a file that will be at `path`.
    ///
    /// # Errors
    /// What the disk answers to the creation of the temporary file; [`FilesError::Other`] when `path` has no file name.
    pub fn create(files: Arc<dyn Files>, path: impl Into<PathBuf>) -> Result<Self, FilesError> {
        let path = path.into();
        let Some(name) = path.file_name().map(OsString::from) else {
            return Err(FilesError::Other {
                doing: Doing::Create,
                path,
                kind: io::ErrorKind::InvalidInput,
                reason: "the path has no file name".to_owned(),
            });
        };
        let folder = path.parent().unwrap_or(Path::new(""));
        let (temporary, writer) = create_temporary(&files, folder, &name)?;
        Ok(Self {
            files,
            writer: Some(writer),
            temporary,
            path,
            written: 0,
            failed: None,
            pending: true,
        })
    }

    /// Where the file will be.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes written so far.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Syncs the file, gives it its final name and syncs the folder; returns its length in bytes.
    ///
    /// # Errors
    /// [`FilesError::RenamedNotSynced`] when only the last step failed: the file is whole and in place, and a loss of power may
    /// undo that. After every other error the final path is as it was before and the temporary file is removed.
    pub fn commit(self) -> Result<u64, FilesError> {
        let (path, files) = (self.path.clone(), Arc::clone(&self.files));
        let written = self.publish(|files, from, to| files.rename(from, to))?;
        settle(&*files, &path)?;
        Ok(written)
    }

    /// As [`AtomicFile::commit`], unless a file is there already, which then stays as it is: of several processes that
    /// commit to one name, one succeeds.
    ///
    /// # Errors
    /// [`FilesError::AlreadyExists`], and as [`AtomicFile::commit`].
    pub fn commit_new(self) -> Result<u64, FilesError> {
        let (path, files) = (self.path.clone(), Arc::clone(&self.files));
        let written = self.publish_new()?;
        settle(&*files, &path)?;
        Ok(written)
    }

    /// As [`AtomicFile::commit_new`] without the last step: the bytes are durable and visible under their name, and the name is
    /// durable after [`Files::sync_folder`]. For many files of one folder, which need one such call.
    ///
    /// # Errors
    /// [`FilesError::AlreadyExists`], and what the disk answers; the temporary file is removed then.
    pub fn publish_new(self) -> Result<u64, FilesError> {
        self.publish(|files, from, to| files.rename_new(from, to))
    }

    fn publish(
        mut self,
        rename: impl Fn(&dyn Files, &Path, &Path) -> Result<(), FilesError>,
    ) -> Result<u64, FilesError> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let mut writer = self
            .writer
            .take()
            .expect("only this takes the writer, and it consumes the file");
        writer.sync()?;
        rename(&*self.files, &self.temporary, &self.path)?;
        self.pending = false;
        // Not before the rename: the writer's lock keeps sweeps of other processes away.
        drop(writer);
        Ok(self.written)
    }
}

/// Makes the new name of a file durable.
fn settle(files: &dyn Files, path: &Path) -> Result<(), FilesError> {
    let folder = path.parent().unwrap_or(Path::new(""));
    files
        .sync_folder(folder)
        .map_err(|error| FilesError::RenamedNotSynced {
            path: path.to_path_buf(),
            reason: match error {
                FilesError::SyncFailed { reason, .. } => reason,
                other => other.summary(),
            },
        })
}

/// A new file under a temporary name in `folder`.
pub(crate) fn create_temporary(
    files: &Arc<dyn Files>,
    folder: &Path,
    name: &OsStr,
) -> Result<(PathBuf, Box<dyn FileWriter>), FilesError> {
    let mut attempt = 0;
    loop {
        let temporary = folder.join(temporary_name(name));
        attempt += 1;
        match files.create_new(&temporary) {
            Ok(writer) => return Ok((temporary, writer)),
            Err(FilesError::AlreadyExists { .. }) if attempt < NAME_ATTEMPTS => {}
            Err(error) => return Err(error),
        }
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(error) = &self.failed {
            return Err(error.clone().into());
        }
        let writer = self
            .writer
            .as_mut()
            .expect("only commit takes the writer, and it consumes the file");
        if let Err(error) = writer.write_all(bytes) {
            self.failed = Some(error.clone());
            return Err(error.into());
        }
        self.written += bytes.len() as u64;
        Ok(bytes.len())
    }

    /// Nothing is buffered here; durability is the commit's affair.
    fn flush(&mut self) -> io::Result<()> {
        match &self.failed {
            Some(error) => Err(error.clone().into()),
            None => Ok(()),
        }
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        self.writer = None;
        if self.pending {
            // A failure leaves the file to the sweep; there is nobody to tell.
            let _ = self.files.remove_file(&self.temporary);
        }
    }
}

impl fmt::Debug for AtomicFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AtomicFile")
            .field("path", &self.path)
            .field("temporary", &self.temporary)
            .field("written", &self.written)
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

/// Writes a whole file at `path`, replacing what is there, or leaves everything as it was.
///
/// # Errors
/// As [`AtomicFile::create`], writing and [`AtomicFile::commit`].
pub fn write_atomically(
    files: &Arc<dyn Files>,
    path: impl Into<PathBuf>,
    bytes: &[u8],
) -> Result<(), FilesError> {
    let mut file = AtomicFile::create(Arc::clone(files), path)?;
    if let Err(error) = file.write_all(bytes) {
        return Err(FilesError::from_io(error, &file.path, Doing::Write));
    }
    file.commit().map(|_| ())
}
