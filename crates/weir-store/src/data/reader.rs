//! Reading the rows of a data file.

use std::sync::Arc;

use arrow_array::RecordBatch;
use bytes::{Buf, Bytes};
use parquet::{
    arrow::{
        ProjectionMask,
        arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder},
    },
    errors::ParquetError,
    file::reader::{ChunkReader, Length},
};
use weir_memory::{Bytes as Size, Holder, Reservation};

use super::{DataError, DataFile};

/// Memory that decoding one column takes beyond its chunk, at most: a page before and after decompression.
const PAGES: u64 = 2 << 20;

/// What is read of a file.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    /// Names of the columns; those that the file does not have are left out. All, when nothing is given.
    pub(crate) columns: Option<Vec<String>>,
    /// Rows of a batch.
    pub(crate) batch_rows: usize,
}

/// The rows of a file, batch by batch. The chunks that are read are fetched whole and checked before the first row is decoded.
pub(crate) struct DataRows {
    reader: ParquetRecordBatchReader,
    path: String,
    footer: u64,
    rows_left: u64,
    _held: Reservation,
}

impl DataFile {
    /// Fetches the chunks of the columns asked for, checks them, and decodes them batch by batch.
    pub(crate) fn read(&self, reading: &Reading, holder: &Holder) -> Result<DataRows, DataError> {
        let roots: Vec<usize> = self
            .schema()
            .fields()
            .iter()
            .enumerate()
            .filter(|(_, field)| {
                reading
                    .columns
                    .as_ref()
                    .is_none_or(|names| names.contains(field.name()))
            })
            .map(|(root, _)| root)
            .collect();
        let parquet = self.metadata.parquet_schema();
        let mask = ProjectionMask::roots(parquet, roots);
        let leaves: Vec<usize> = (0..self.chunks.len())
            .filter(|leaf| mask.leaf_included(*leaf))
            .collect();
        let row_group = self.parquet().row_group(0);
        let rows = self.rows().max(1);
        let size: u64 = leaves
            .iter()
            .map(|leaf| {
                let plain = u64::try_from(row_group.column(*leaf).uncompressed_size()).unwrap_or(0);
                let batch = plain.saturating_mul(reading.batch_rows as u64) / rows;
                self.chunks[*leaf].1 + plain.min(PAGES) + batch.min(plain.saturating_mul(4))
            })
            .sum();
        let held = holder.reserve(Size::new(size))?;
        let chunks = Chunks {
            length: self.object.len(),
            chunks: self.fetch(&leaves)?.into(),
        };
        let reader =
            ParquetRecordBatchReaderBuilder::new_with_metadata(chunks, self.metadata.clone())
                .with_projection(mask)
                .with_batch_size(reading.batch_rows.max(1))
                .build()
                .map_err(|error| DataError::damaged(&self.path, 0, error))?;
        Ok(DataRows {
            reader,
            path: self.path.clone(),
            footer: self.object.len(),
            rows_left: self.rows(),
            _held: held,
        })
    }

    /// The chunks' bytes with their first byte, adjacent ones in one go, every one checked.
    fn fetch(&self, leaves: &[usize]) -> Result<Vec<(u64, Bytes)>, DataError> {
        let mut fetched = Vec::with_capacity(leaves.len());
        let mut next = 0;
        while next < leaves.len() {
            let (start, mut length) = self.chunks[leaves[next]];
            let mut last = next;
            while let Some(leaf) = leaves.get(last + 1)
                && self.chunks[*leaf].0 == start + length
            {
                length += self.chunks[*leaf].1;
                last += 1;
            }
            let bytes = usize::try_from(length)
                .map_err(|_| DataError::damaged(&self.path, start, "a chunk is too long"))?;
            let together = self.object.read_at(start, bytes)?;
            for leaf in &leaves[next..=last] {
                let (from, length) = self.chunks[*leaf];
                let within = usize::try_from(from - start).unwrap_or(usize::MAX);
                let chunk = together.slice(within..within + usize::try_from(length).unwrap_or(0));
                self.check(*leaf, &chunk)?;
                fetched.push((from, chunk));
            }
            next = last + 1;
        }
        Ok(fetched)
    }

    fn check(&self, leaf: usize, chunk: &Bytes) -> Result<(), DataError> {
        let crc = crc32fast::hash(chunk);
        if crc == self.crcs[leaf] {
            return Ok(());
        }
        let column = self.metadata.parquet_schema().column(leaf);
        Err(DataError::damaged(
            &self.path,
            self.chunks[leaf].0,
            format!(
                "the {} bytes of column {} have the checksum {crc:08x}, the footer says {:08x}",
                chunk.len(),
                column.path().string(),
                self.crcs[leaf]
            ),
        ))
    }

    /// Reads every byte and lists what is wrong, with its offset.
    pub(crate) fn check_all(&self, holder: &Holder) -> Result<Vec<(u64, String)>, DataError> {
        let mut findings = Vec::new();
        if self.object.read_at(0, 4)?.as_ref() != b"PAR1" {
            findings.push((0, "the file does not begin with PAR1".to_owned()));
        }
        for leaf in 0..self.chunks.len() {
            let (start, length) = self.chunks[leaf];
            let _held = holder.reserve(Size::new(length))?;
            let bytes = usize::try_from(length).unwrap_or(usize::MAX);
            let chunk = self.object.read_at(start, bytes)?;
            if let Err(DataError::Damaged { offset, why, .. }) = self.check(leaf, &chunk) {
                findings.push((offset, why));
            }
        }
        Ok(findings)
    }
}

impl Iterator for DataRows {
    type Item = Result<RecordBatch, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.reader.next() {
            Some(Ok(batch)) => {
                self.rows_left = self.rows_left.saturating_sub(batch.num_rows() as u64);
                Some(Ok(batch))
            }
            Some(Err(error)) => Some(Err(DataError::damaged(&self.path, 0, error))),
            None if self.rows_left > 0 => {
                let why = format!("{} rows are missing", std::mem::take(&mut self.rows_left));
                Some(Err(DataError::damaged(&self.path, self.footer, why)))
            }
            None => None,
        }
    }
}

/// Fetched chunks as the Parquet library wants them.
struct Chunks {
    length: u64,
    chunks: Arc<[(u64, Bytes)]>,
}

impl Chunks {
    fn from(&self, start: u64) -> Result<Bytes, ParquetError> {
        self.chunks
            .iter()
            .find_map(|(first, bytes)| {
                let within = usize::try_from(start.checked_sub(*first)?).ok()?;
                (within < bytes.len()).then(|| bytes.slice(within..))
            })
            .ok_or_else(|| ParquetError::EOF(format!("byte {start} was not fetched")))
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for Chunks {
    type T = bytes::buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        Ok(self.from(start)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        let bytes = self.from(start)?;
        if bytes.len() < length {
            return Err(ParquetError::EOF(format!(
                "{length} bytes at {start} go beyond what was fetched"
            )));
        }
        Ok(bytes.slice(..length))
    }
}
