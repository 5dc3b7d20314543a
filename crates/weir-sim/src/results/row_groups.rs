use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use bytes::{Buf, Bytes};
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use super::decoding::decoding;
use super::error::ResultsError;

/// Rows that are decoded at a time.
const BATCH_ROWS: usize = 8_192;
const READING: &str = "reading rows";

/// Some row groups of one file, one after the other: of each the bytes are read at once, then decoded
/// batch by batch. Holds one row group's bytes.
pub(super) struct RowGroups {
    file: File,
    path: PathBuf,
    metadata: ArrowReaderMetadata,
    left: std::ops::Range<usize>,
    current: Option<ParquetRecordBatchReader>,
}

impl RowGroups {
    /// Reads the footer.
    pub(super) fn open(file: File, path: PathBuf) -> Result<Self, ResultsError> {
        let metadata = decoding(READING, &path, || {
            ArrowReaderMetadata::load(&file, ArrowReaderOptions::default())
                .map_err(|error| ResultsError::parquet(error, READING, &path))
        })?;
        Ok(Self {
            file,
            path,
            metadata,
            left: 0..0,
            current: None,
        })
    }

    /// Refuses a file that has other columns, or another number of row groups.
    pub(super) fn expect(
        self,
        table: &str,
        schema: &SchemaRef,
        groups: usize,
    ) -> Result<Self, ResultsError> {
        let found = self.metadata.metadata().num_row_groups();
        if self.metadata.schema().fields() == schema.fields() && found == groups {
            return Ok(self);
        }
        Err(ResultsError::Damaged {
            what: format!("its columns or row groups are not those of a {table} table"),
            path: self.path,
        })
    }

    /// The batches of these row groups.
    pub(super) fn read(mut self, groups: std::ops::Range<usize>) -> Self {
        self.left = groups;
        self
    }

    /// The next batch, of this row group or a later one.
    fn next_batch(&mut self) -> Result<Option<RecordBatch>, ResultsError> {
        let path = self.path.clone();
        loop {
            if let Some(reader) = &mut self.current {
                let batch = decoding(READING, &path, || {
                    let batch = reader.next().transpose();
                    batch.map_err(|error| ResultsError::arrow(&error, READING, &path))
                })?;
                if batch.is_some() {
                    return Ok(batch);
                }
                self.current = None;
            }
            let Some(group) = self.left.next() else {
                return Ok(None);
            };
            self.current = Some(decoding(READING, &path, || {
                self.reader_of(group)
                    .map_err(|error| ResultsError::parquet(error, READING, &path))
            })?);
        }
    }

    fn reader_of(&mut self, group: usize) -> Result<ParquetRecordBatchReader, ParquetError> {
        let bytes = self.bytes_of(group)?;
        ParquetRecordBatchReaderBuilder::new_with_metadata(bytes, self.metadata.clone())
            .with_row_groups(vec![group])
            .with_batch_size(BATCH_ROWS)
            .build()
    }

    fn bytes_of(&mut self, group: usize) -> Result<GroupBytes, ParquetError> {
        let file_length = self.file.metadata()?.len();
        let columns = self.metadata.metadata().row_group(group).columns();
        let mut start = file_length;
        let mut end = 0;
        for column in columns {
            // Not `byte_range`, which panics where the footer says nonsense.
            let first = column
                .dictionary_page_offset()
                .unwrap_or_else(|| column.data_page_offset());
            let (first, length) = u64::try_from(first)
                .ok()
                .zip(u64::try_from(column.compressed_size()).ok())
                .filter(|(first, length)| {
                    first
                        .checked_add(*length)
                        .is_some_and(|end| end <= file_length)
                })
                .ok_or_else(|| ParquetError::EOF("a column is beyond the file".to_owned()))?;
            start = start.min(first);
            end = end.max(first + length);
        }
        // Within the file's length, which memory has room for: a part has some megabytes.
        let mut bytes = vec![0; end.saturating_sub(start) as usize];
        self.file.seek(SeekFrom::Start(start))?;
        self.file.read_exact(&mut bytes)?;
        Ok(GroupBytes {
            start,
            file_length,
            bytes: bytes.into(),
        })
    }
}

impl Iterator for RowGroups {
    type Item = Result<RecordBatch, ResultsError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.next_batch();
        if batch.is_err() {
            // Nothing after an error.
            self.current = None;
            self.left = 0..0;
        }
        batch.transpose()
    }
}

/// The bytes of one row group, addressed as in its file.
struct GroupBytes {
    start: u64,
    file_length: u64,
    bytes: Bytes,
}

impl GroupBytes {
    fn from(&self, start: u64) -> Result<Bytes, ParquetError> {
        start
            .checked_sub(self.start)
            .and_then(|at| usize::try_from(at).ok())
            .filter(|at| *at <= self.bytes.len())
            .map(|at| self.bytes.slice(at..))
            .ok_or_else(|| ParquetError::EOF(format!("nothing is at {start} in its row group")))
    }
}

impl Length for GroupBytes {
    fn len(&self) -> u64 {
        self.file_length
    }
}

impl ChunkReader for GroupBytes {
    type T = bytes::buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(self.from(start)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let bytes = self.from(start)?;
        if length > bytes.len() {
            return Err(ParquetError::EOF(format!(
                "{length} bytes at {start} go beyond their row group"
            )));
        }
        Ok(bytes.slice(..length))
    }
}
