//! A file that is written from its start to its end.

use std::{
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

use weir_files::{AtomicFile, Doing, Files, FilesError};

/// Bytes that are gathered before the disk gets them.
pub(super) const BUFFER: usize = 256 << 10;

/// An [`AtomicFile`] with a buffer.
#[derive(Debug)]
pub(super) struct Output {
    file: AtomicFile,
    path: PathBuf,
    buffer: Vec<u8>,
    at: u64,
}

impl Output {
    pub(super) fn create(files: Arc<dyn Files>, path: &Path) -> Result<Self, FilesError> {
        Ok(Self {
            file: AtomicFile::create(files, path)?,
            path: path.to_owned(),
            buffer: Vec::with_capacity(BUFFER),
            at: 0,
        })
    }

    /// Bytes written so far.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), FilesError> {
        self.at += bytes.len() as u64;
        if self.buffer.len() + bytes.len() > BUFFER {
            self.flush()?;
        }
        if bytes.len() >= BUFFER {
            return self.give(bytes);
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), FilesError> {
        let buffer = std::mem::take(&mut self.buffer);
        let given = self.give(&buffer);
        self.buffer = buffer;
        self.buffer.clear();
        given
    }

    fn give(&mut self, bytes: &[u8]) -> Result<(), FilesError> {
        self.file
            .write_all(bytes)
            .map_err(|error| FilesError::from_io(error, &self.path, Doing::Write))
    }

    /// Complete and on the disk under its name; how many bytes.
    pub(super) fn commit(mut self) -> Result<u64, FilesError> {
        self.flush()?;
        self.file.commit()
    }
}
