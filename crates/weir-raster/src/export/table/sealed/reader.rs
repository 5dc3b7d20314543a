use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use weir_files::{Doing, Files, FilesError};

use super::{BLOCK, Facts, MAGIC, MAX_FACTS, SEAL};
use crate::{ExportError, ReadAt};

/// A part's file whose seal is whole; every byte is checked before it is handed on. Cheap to clone.
#[derive(Clone)]
pub(in super::super) struct SealedReader(Arc<Open>);

struct Open {
    file: Mutex<File>,
    path: PathBuf,
    length: u64,
    checksums: Vec<u8>,
    facts: Facts,
    /// The first damage, since readers of formats make text of errors.
    damage: OnceLock<(u64, String)>,
}

impl SealedReader {
    pub(in super::super) fn open(files: &dyn Files, path: &Path) -> Result<Self, ExportError> {
        let damaged = |offset: u64, reason: &str| ExportError::Part {
            path: path.to_path_buf(),
            offset,
            reason: reason.to_owned(),
        };
        let read_failed = |error| FilesError::from_io(error, path, Doing::Read);
        let mut file = files.open(path)?;
        let size = file.metadata().map_err(read_failed)?.len();
        let Some(seal_at) = size.checked_sub(SEAL as u64) else {
            return Err(damaged(size, "the file ends before its seal"));
        };
        let mut seal = [0; SEAL];
        file.read_at(seal_at, &mut seal).map_err(read_failed)?;
        let (numbers, magic) = seal.split_at(SEAL - MAGIC.len());
        if magic != MAGIC {
            return Err(damaged(seal_at + 16, "there is no seal"));
        }
        let four = |at: usize| {
            let bytes = numbers[at..at + 4].try_into().expect("four bytes");
            u32::from_le_bytes(bytes)
        };
        let facts_length = four(0) as usize;
        let length = u64::from(four(4)) | u64::from(four(8)) << 32;
        let expected = length
            .checked_add(length.div_ceil(BLOCK as u64) * 4)
            .and_then(|bytes| bytes.checked_add(facts_length as u64));
        if expected != Some(seal_at) || facts_length > MAX_FACTS {
            return Err(damaged(seal_at, "the lengths in the seal are wrong"));
        }
        let mut tail = vec![0; (seal_at - length) as usize];
        file.read_at(length, &mut tail).map_err(read_failed)?;
        let mut checksum = crc32fast::Hasher::new();
        checksum.update(&tail);
        checksum.update(&numbers[..12]);
        if checksum.finalize() != four(12) {
            return Err(damaged(length, "the checksums are damaged"));
        }
        let facts = tail.split_off(tail.len() - facts_length);
        let facts = serde_json::from_slice(&facts)
            .map_err(|_| damaged(seal_at, "the part does not say what it is"))?;
        Ok(Self(Arc::new(Open {
            file: Mutex::new(file),
            path: path.to_path_buf(),
            length,
            checksums: tail,
            facts,
            damage: OnceLock::new(),
        })))
    }

    pub(in super::super) fn facts(&self) -> &Facts {
        &self.0.facts
    }

    /// Bytes without the seal.
    pub(in super::super) fn length(&self) -> u64 {
        self.0.length
    }

    /// A reader from `position` on.
    pub(in super::super) fn read_from(&self, position: u64) -> SealedRead {
        SealedRead {
            open: Arc::clone(&self.0),
            position,
            block: Vec::new(),
            block_at: u64::MAX,
        }
    }

    /// The damage that was met, else that at `offset`.
    pub(in super::super) fn damaged(&self, offset: u64, reason: impl ToString) -> ExportError {
        let (offset, reason) = match self.0.damage.get() {
            Some((offset, reason)) => (*offset, reason.clone()),
            None => (offset, reason.to_string()),
        };
        ExportError::Part {
            path: self.0.path.clone(),
            offset,
            reason,
        }
    }
}

/// Reads on from a position, block by block.
pub(in super::super) struct SealedRead {
    open: Arc<Open>,
    position: u64,
    block: Vec<u8>,
    block_at: u64,
}

impl SealedRead {
    /// What follows in the block of the position; empty at the end.
    pub(in super::super) fn rest(&mut self) -> io::Result<&[u8]> {
        let Open {
            file,
            length,
            checksums,
            damage,
            ..
        } = &*self.open;
        if self.position >= *length {
            return Ok(&[]);
        }
        let number = self.position / BLOCK as u64;
        let at = number * BLOCK as u64;
        if self.block_at != at {
            self.block_at = u64::MAX;
            self.block
                .resize((length - at).min(BLOCK as u64) as usize, 0);
            let told = |reason: String| {
                let (_, reason) = damage.get_or_init(|| (at, reason));
                io::Error::new(io::ErrorKind::InvalidData, reason.clone())
            };
            file.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .read_at(at, &mut self.block)
                .map_err(|error| told(error.to_string()))?;
            let checksum = crc32fast::hash(&self.block).to_le_bytes();
            if checksums[4 * number as usize..][..4] != checksum {
                return Err(told("bytes are not those that were written".to_owned()));
            }
            self.block_at = at;
        }
        Ok(&self.block[(self.position - at) as usize..])
    }
}

impl SealedRead {
    /// Goes on by so many bytes.
    pub(in super::super) fn skip(&mut self, bytes: u64) {
        self.position += bytes;
    }
}

impl Read for SealedRead {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let rest = self.rest()?;
        let taken = rest.len().min(out.len());
        out[..taken].copy_from_slice(&rest[..taken]);
        self.position += taken as u64;
        Ok(taken)
    }
}
