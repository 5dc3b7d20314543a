//! A file read at places, without moving a cursor.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

/// An open file and its length when it was opened.
#[derive(Clone, Debug)]
pub(super) struct PlacedFile {
    file: Arc<File>,
    length: u64,
}

impl PlacedFile {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let about = file.metadata()?;
        if !about.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
        }
        Ok(Self {
            file: Arc::new(file),
            length: about.len(),
        })
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Bytes from `start` on; fewer at the file's end.
    pub(super) fn some(&self, start: u64, length: usize) -> io::Result<Vec<u8>> {
        let length =
            length.min(usize::try_from(self.length.saturating_sub(start)).unwrap_or(usize::MAX));
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, start)?;
        Ok(bytes)
    }
}

impl Length for PlacedFile {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for PlacedFile {
    type T = Placed;

    fn get_read(&self, start: u64) -> Result<Placed> {
        Ok(Placed {
            file: self.clone(),
            next: start,
            ahead: Vec::new(),
            at: 0,
        })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        // Before memory is taken for it.
        if start
            .checked_add(length as u64)
            .is_none_or(|end| end > self.length)
        {
            return Err(ParquetError::EOF(format!(
                "{length} bytes at {start} lie beyond the end, {}",
                self.length
            )));
        }
        Ok(self.some(start, length)?.into())
    }
}

/// Reads on from a place, a few bytes ahead: for page headers.
pub(super) struct Placed {
    file: PlacedFile,
    next: u64,
    ahead: Vec<u8>,
    at: usize,
}

impl Read for Placed {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at == self.ahead.len() {
            self.ahead = self.file.some(self.next, out.len().max(256))?;
            self.next += self.ahead.len() as u64;
            self.at = 0;
        }
        let given = out.len().min(self.ahead.len() - self.at);
        out[..given].copy_from_slice(&self.ahead[self.at..self.at + given]);
        self.at += given;
        Ok(given)
    }
}
