use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};
use weir_files::{Doing, Files, FilesError};

use super::error::ResultsError;

/// Bytes that are read at a time while a checksum is taken.
const READ_BYTES: usize = 256 << 10;

/// One file on disk, as the journal knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// Path below the run's folder.
    pub name: String,
    /// Length.
    pub bytes: u64,
    /// CRC-32 (IEEE) of all bytes.
    pub crc32: u32,
    /// Rows.
    pub rows: u64,
}

impl FileRecord {
    /// The table that the file belongs to: its folder's name, or its own.
    pub fn table(&self) -> &str {
        let first = self.name.split('/').next().unwrap_or_default();
        first.strip_suffix(".parquet").unwrap_or(first)
    }

    /// Reads the file below the run's folder against its length and checksum.
    ///
    /// # Errors
    /// [`ResultsError::Damaged`] with the file; what the disk answers, also where it is not there.
    pub fn verify(&self, files: &dyn Files, folder: &Path) -> Result<(), ResultsError> {
        let path = folder.join(&self.name);
        let mut file = files.open(&path)?;
        let mut crc = crc32fast::Hasher::new();
        let mut bytes = 0;
        let mut buffer = vec![0; READ_BYTES];
        loop {
            let read = file
                .read(&mut buffer)
                .map_err(|error| FilesError::from_io(error, &path, Doing::Read))?;
            if read == 0 {
                break;
            }
            crc.update(&buffer[..read]);
            bytes += read as u64;
        }
        self.compare(bytes, crc.finalize(), &path)
    }

    /// The whole file, read against its length and checksum.
    ///
    /// # Errors
    /// As [`FileRecord::verify`], and a file of more than `limit` bytes.
    pub(super) fn read(
        &self,
        files: &dyn Files,
        folder: &Path,
        limit: u64,
    ) -> Result<Vec<u8>, ResultsError> {
        let path = folder.join(&self.name);
        let bytes = files.read(&path, limit)?;
        self.compare(bytes.len() as u64, crc32fast::hash(&bytes), &path)?;
        Ok(bytes)
    }

    fn compare(&self, bytes: u64, crc32: u32, path: &Path) -> Result<(), ResultsError> {
        let what = if bytes != self.bytes {
            format!("{bytes} bytes long, {} were written", self.bytes)
        } else if crc32 != self.crc32 {
            format!("checksum {crc32:08x}, {:08x} was written", self.crc32)
        } else {
            return Ok(());
        };
        Err(ResultsError::Damaged {
            what,
            path: path.to_owned(),
        })
    }
}
