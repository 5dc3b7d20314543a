//! Checksums of files, read in small pieces.

use std::io::Read;
use std::path::Path;

use weir_files::{Doing, Files, FilesError};

/// Bytes that are read at a time.
const READ_BYTES: usize = 64 << 10;

/// Length and CRC-32 (IEEE) of a whole file.
pub(super) fn checksum(files: &dyn Files, path: &Path) -> Result<(u64, u32), FilesError> {
    let mut file = files.open(path)?;
    let mut crc = crc32fast::Hasher::new();
    let mut bytes = 0;
    let mut buffer = vec![0; READ_BYTES];
    loop {
        let read = file
            .read(&mut buffer)
            .map_err(|error| FilesError::from_io(error, path, Doing::Read))?;
        if read == 0 {
            return Ok((bytes, crc.finalize()));
        }
        crc.update(&buffer[..read]);
        bytes += read as u64;
    }
}
