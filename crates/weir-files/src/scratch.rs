//! A file that nobody keeps.

use std::{ffi::OsStr, fmt, fs::File, path::Path, path::PathBuf, sync::Arc};

use crate::{FileWriter, Files, FilesError, atomic::create_temporary};

/// Bytes that did not fit in memory, under a temporary name, read back by whoever wrote them.
///
/// Locked while it lives and removed when dropped; what a killed process leaves is removed by
/// [`crate::sweep_temporaries`]. Never synced: after a loss of power it is of no use to anybody.
///
/// ```
/// use std::{io::Read, sync::Arc};
/// use weir_files::{Files, RealFiles, ScratchFile};
///
/// # let folder = tempfile::tempdir()?;
/// let files: Arc<dyn Files> = Arc::new(RealFiles);
/// let mut spill = ScratchFile::create(files, folder.path(), "join")?;
/// spill.append(b"rows")?;
/// let mut back = String::new();
/// spill.open()?.read_to_string(&mut back)?;
/// assert_eq!((back.as_str(), spill.written()), ("rows", 4));
/// drop(spill);
/// assert_eq!(std::fs::read_dir(folder.path())?.count(), 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ScratchFile {
    files: Arc<dyn Files>,
    writer: Option<Box<dyn FileWriter>>,
    path: PathBuf,
    written: u64,
    failed: Option<FilesError>,
}

impl ScratchFile {
    /// An empty file in `folder`, which must exist; `name` becomes a part of its name.
    ///
    /// # Errors
    /// What the disk answers to the creation.
    pub fn create(files: Arc<dyn Files>, folder: &Path, name: &str) -> Result<Self, FilesError> {
        let (path, writer) = create_temporary(&files, folder, OsStr::new(name))?;
        Ok(Self {
            files,
            writer: Some(writer),
            path,
            written: 0,
            failed: None,
        })
    }

    /// Writes all of `bytes` at the end, in one call of the system.
    ///
    /// # Errors
    /// [`FilesError::Full`] and what the disk answers; afterwards every call returns the same error.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), FilesError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let writer = self.writer.as_mut().expect("only drop takes the writer");
        writer
            .write_all(bytes)
            .inspect_err(|error| self.failed = Some(error.clone()))?;
        self.written += bytes.len() as u64;
        Ok(())
    }

    /// The file for reading, with a position of its own; sees what is appended later.
    ///
    /// # Errors
    /// [`FilesError::TooManyOpenFiles`], [`FilesError::NotFound`] when somebody removed it.
    pub fn open(&self) -> Result<File, FilesError> {
        self.files.open(&self.path)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes written so far.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.written
    }
}

impl Drop for ScratchFile {
    fn drop(&mut self) {
        // Removed before the lock is let go, so that no sweep meets it. A failure leaves it to the next sweep.
        let _ = self.files.remove_file(&self.path);
        self.writer = None;
    }
}

impl fmt::Debug for ScratchFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScratchFile")
            .field("path", &self.path)
            .field("written", &self.written)
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}
