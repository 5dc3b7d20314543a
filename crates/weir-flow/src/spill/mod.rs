//! Rows that do not fit into memory, in a scratch file, checked when they are read back.
//!
//! A file of blocks; a block is an Arrow IPC stream of one batch, so rows of any columns can follow each other. Where a block is, and its
//! CRC-32, is known only to who wrote it: the file is of no use to anybody else and goes with its writer.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_buffer::{Buffer, MutableBuffer};
use arrow_ipc::{reader::StreamDecoder, writer::StreamWriter};
use weir_files::{Files, ScratchFile, sweep_temporaries};

use crate::OperatorError;

/// A scratch file of blocks of rows.
#[derive(Debug)]
pub(crate) struct Spill {
    file: ScratchFile,
    reader: File,
}

/// Where rows are in a [`Spill`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    offset: u64,
    len: usize,
    crc: u32,
}

impl Block {
    /// Bytes in the file, about those in memory.
    pub(crate) fn bytes(self) -> usize {
        self.len
    }
}

impl Spill {
    /// An empty file in this folder, which is made where it is missing and swept of what killed processes left.
    pub(crate) fn create(files: &Arc<dyn Files>, folder: &Path) -> Result<Self, OperatorError> {
        let start = || {
            files.create_folder_all(folder)?;
            sweep_temporaries(&**files, folder)?;
            let file = ScratchFile::create(Arc::clone(files), folder, "spill")?;
            let reader = file.open()?;
            Ok(Self { file, reader })
        };
        start().map_err(|error: weir_files::FilesError| OperatorError::Spill {
            doing: format!("making a spill file in {}", folder.display()),
            source: error.into(),
        })
    }

    /// Bytes in the file.
    #[cfg(test)]
    pub(crate) fn written(&self) -> u64 {
        self.file.written()
    }

    /// Writes rows at the end.
    pub(crate) fn append(&mut self, rows: &RecordBatch) -> Result<Block, OperatorError> {
        let capacity = rows.get_array_memory_size().min(64 << 20) + 1024;
        let mut writer = StreamWriter::try_new(Vec::with_capacity(capacity), &rows.schema())?;
        writer.write(rows)?;
        let bytes = writer.into_inner()?;
        let block = Block {
            offset: self.file.written(),
            len: bytes.len(),
            crc: crc32fast::hash(&bytes),
        };
        self.file
            .append(&bytes)
            .map_err(|error| OperatorError::Spill {
                doing: format!("spilling {} bytes", bytes.len()),
                source: error.into(),
            })?;
        Ok(block)
    }

    /// Reads rows back.
    pub(crate) fn read(&self, block: Block) -> Result<RecordBatch, OperatorError> {
        let failed = |source| OperatorError::Spill {
            doing: format!(
                "reading {} bytes at {} of spill file {}",
                block.len,
                block.offset,
                self.file.path().display()
            ),
            source,
        };
        let mut bytes = MutableBuffer::from_len_zeroed(block.len);
        self.reader
            .read_exact_at(&mut bytes, block.offset)
            .map_err(|error| failed(error.into()))?;
        if crc32fast::hash(&bytes) != block.crc {
            return Err(failed("its checksum differs: the disk is damaged".into()));
        }
        let mut bytes = Buffer::from(bytes);
        let mut decoder = StreamDecoder::new();
        match decoder.decode(&mut bytes)? {
            Some(rows) => Ok(rows),
            None => Err(failed("no rows in it".into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::record_batch;
    use weir_files::RealFiles;

    fn rows() -> RecordBatch {
        record_batch!(
            ("n", Int64, [Some(1), None, Some(3)]),
            ("text", Utf8, [Some("a"), Some(""), None])
        )
        .unwrap()
    }

    #[test]
    fn rows_come_back_also_those_of_a_slice() {
        let folder = tempfile::tempdir().unwrap();
        let files: Arc<dyn Files> = Arc::new(RealFiles);
        let mut spill = Spill::create(&files, &folder.path().join("new")).unwrap();
        let whole = spill.append(&rows()).unwrap();
        let part = spill.append(&rows().slice(1, 2)).unwrap();
        let empty = RecordBatch::new_empty(rows().schema());
        let none = spill.append(&empty).unwrap();
        assert_eq!(spill.read(part).unwrap(), rows().slice(1, 2));
        assert_eq!(spill.read(whole).unwrap(), rows());
        assert_eq!(spill.read(none).unwrap(), empty);
    }

    #[test]
    fn a_flipped_bit_anywhere_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let files: Arc<dyn Files> = Arc::new(RealFiles);
        let mut spill = Spill::create(&files, folder.path()).unwrap();
        let block = spill.append(&rows()).unwrap();
        let path = spill.file.path().to_path_buf();
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(bytes.len() as u64, spill.written());
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << (at % 8);
            std::fs::write(&path, &damaged).unwrap();
            let error = spill.read(block).unwrap_err();
            assert!(error.to_string().contains("checksum"), "{at}: {error}");
        }
    }

    #[test]
    fn a_truncated_file_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let files: Arc<dyn Files> = Arc::new(RealFiles);
        let mut spill = Spill::create(&files, folder.path()).unwrap();
        let block = spill.append(&rows()).unwrap();
        std::fs::write(spill.file.path(), b"short").unwrap();
        assert!(matches!(
            spill.read(block),
            Err(OperatorError::Spill { .. })
        ));
    }
}
