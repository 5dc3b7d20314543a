use std::{
    io::{self, Write},
    path::Path,
    sync::{Arc, OnceLock},
};

use weir_files::{AtomicFile, Doing, Files, FilesError};

use super::{BLOCK, Facts, MAGIC};
use crate::ExportError;

/// Writes a part's file, which appears when it is sealed.
pub(in super::super) struct SealedWriter {
    file: AtomicFile,
    block: Vec<u8>,
    checksums: Vec<u8>,
    length: u64,
    refused: Refused,
}

/// The disk's first refusal, kept here because writers of formats make text of some errors.
#[derive(Clone, Default)]
pub(in super::super) struct Refused(Arc<OnceLock<FilesError>>);

impl Refused {
    /// Keeps a refusal, and gives it back in a form that survives other writers.
    pub(in super::super) fn keep(&self, error: io::Error, path: &Path) -> io::Error {
        let refusal = FilesError::from_io(error, path, Doing::Write);
        self.0.get_or_init(|| refusal).clone().into()
    }

    /// What the disk refused, if it did.
    pub(in super::super) fn get(&self) -> Option<FilesError> {
        self.0.get().cloned()
    }
}

impl SealedWriter {
    pub(in super::super) fn create(
        files: &Arc<dyn Files>,
        path: &Path,
    ) -> Result<Self, ExportError> {
        Ok(Self {
            file: AtomicFile::create(Arc::clone(files), path)?,
            block: Vec::with_capacity(BLOCK),
            checksums: Vec::new(),
            length: 0,
            refused: Refused::default(),
        })
    }

    /// Where refusals of the disk are kept.
    pub(in super::super) fn refused(&self) -> Refused {
        self.refused.clone()
    }

    pub(in super::super) fn path(&self) -> &Path {
        self.file.path()
    }

    /// Appends bytes; the disk's answer as it is.
    pub(in super::super) fn append(&mut self, bytes: &[u8]) -> Result<(), ExportError> {
        let path = self.file.path().to_path_buf();
        self.write_all(bytes)
            .map_err(|error| FilesError::from_io(error, &path, Doing::Write).into())
    }

    fn flush_block(&mut self) -> io::Result<()> {
        if !self.block.is_empty() {
            self.file
                .write_all(&self.block)
                .map_err(|error| self.refused.keep(error, self.file.path()))?;
            let checksum = crc32fast::hash(&self.block);
            self.checksums.extend_from_slice(&checksum.to_le_bytes());
            self.block.clear();
        }
        Ok(())
    }

    /// Seals the file, syncs it and gives it its name; its length.
    pub(in super::super) fn seal(mut self, facts: &Facts) -> Result<u64, ExportError> {
        let path = self.file.path().to_path_buf();
        let failed = |error| FilesError::from_io(error, &path, Doing::Write);
        self.flush_block().map_err(failed)?;
        let facts = serde_json::to_vec(facts)
            .map_err(io::Error::from)
            .map_err(failed)?;
        let mut tail = std::mem::take(&mut self.checksums);
        tail.extend_from_slice(&facts);
        tail.extend_from_slice(&(facts.len() as u32).to_le_bytes());
        tail.extend_from_slice(&self.length.to_le_bytes());
        let checksum = crc32fast::hash(&tail);
        tail.extend_from_slice(&checksum.to_le_bytes());
        tail.extend_from_slice(MAGIC);
        self.file.write_all(&tail).map_err(failed)?;
        Ok(self.file.commit()?)
    }
}

impl Write for SealedWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.block.len() == BLOCK {
            self.flush_block()?;
        }
        let taken = bytes.len().min(BLOCK - self.block.len());
        self.block.extend_from_slice(&bytes[..taken]);
        self.length += taken as u64;
        Ok(taken)
    }

    /// Blocks are written when they are full; durability is the seal's affair.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
