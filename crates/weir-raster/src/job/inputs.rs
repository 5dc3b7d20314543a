//! The files that are read, and whether they are still the same.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use weir_files::{Doing, Files, FilesError};

use super::JobError;
use crate::{GeoTiff, ReadLimits};

/// Bytes from the start of a file that are hashed.
const HEADER_BYTES: u64 = 64 << 10;

/// What tells a file that is read from another one in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFacts {
    /// Where it is.
    pub path: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// When it was last written, in microseconds since 1970, where the system knows.
    pub modified: Option<u64>,
    /// SHA-256 of its first 64 KiB, 64 hexadecimal digits.
    pub header: String,
}

impl InputFacts {
    /// Looks at a file.
    pub(super) fn of(files: &dyn Files, path: &Path) -> Result<Self, FilesError> {
        let file = files.open(path)?;
        let failed = |error| FilesError::from_io(error, path, Doing::Read);
        let facts = file.metadata().map_err(failed)?;
        let mut header = Vec::new();
        file.take(HEADER_BYTES)
            .read_to_end(&mut header)
            .map_err(failed)?;
        let modified = facts.modified().ok();
        let modified = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Ok(Self {
            path: path.to_owned(),
            bytes: facts.len(),
            modified: modified.and_then(|time| u64::try_from(time.as_micros()).ok()),
            header: Sha256::digest(&header)
                .iter()
                .fold(String::new(), |mut hex, byte| {
                    // Writing to a string cannot fail.
                    let _ = write!(hex, "{byte:02x}");
                    hex
                }),
        })
    }

    /// What is different now, in words.
    pub(super) fn difference(&self, now: &Self) -> Option<String> {
        if self.bytes != now.bytes {
            Some(format!("it had {} bytes and has {}", self.bytes, now.bytes))
        } else if self.header != now.header {
            Some("its header is another one".to_owned())
        } else if self.modified != now.modified {
            Some("it was written again".to_owned())
        } else {
            None
        }
    }
}

/// Opens a raster and reads its header.
///
/// # Errors
/// [`JobError`], for what is no regular file as well: opening a pipe waits for who writes into it.
pub(super) fn open_raster(files: &dyn Files, path: &Path) -> Result<GeoTiff<File>, JobError> {
    if let Ok(found) = std::fs::metadata(path)
        && !found.is_file()
    {
        let kind = if found.is_dir() {
            "a folder"
        } else {
            "no regular file"
        };
        return Err(JobError::Files(FilesError::Other {
            doing: Doing::Read,
            path: path.to_owned(),
            kind: std::io::ErrorKind::InvalidInput,
            reason: format!("it is {kind}, and a raster is read at many places of a file"),
        }));
    }
    let file = files.open(path)?;
    Ok(GeoTiff::open(
        path.display().to_string(),
        file,
        ReadLimits::default(),
    )?)
}
