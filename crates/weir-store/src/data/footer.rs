//! A data file's footer, read and checked.

use std::sync::Arc;

use arrow_schema::SchemaRef;
use parquet::{
    arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions},
    file::metadata::ParquetMetaDataReader,
};
use weir_memory::{Bytes, Holder, Reservation};

use super::{CHUNK_CRC_KEY, Compression, DataError};
use crate::{manifest::FileEntry, storage::ObjectRead};

/// The Parquet footer's tail: its length and the magic.
const TAIL: usize = 8;

/// A data file whose footer was read and found to be the one that the manifest names.
#[derive(Debug, Clone)]
pub(crate) struct DataFile {
    pub(super) object: Arc<dyn ObjectRead>,
    pub(super) path: String,
    pub(super) metadata: ArrowReaderMetadata,
    /// CRC-32 of every chunk.
    pub(super) crcs: Vec<u32>,
    /// First byte and length of every chunk.
    pub(super) chunks: Vec<(u64, u64)>,
    rows: u64,
    _held: Arc<Reservation>,
}

impl DataFile {
    /// Reads the footer of the file that `entry` names.
    pub(crate) fn open(
        object: Arc<dyn ObjectRead>,
        entry: &FileEntry,
        path: String,
        holder: &Holder,
    ) -> Result<Self, DataError> {
        if object.len() != entry.bytes {
            let why = format!(
                "the file has {} bytes, its manifest says {}",
                object.len(),
                entry.bytes
            );
            return Err(DataError::damaged(
                &path,
                object.len().min(entry.bytes),
                why,
            ));
        }
        let footer_bytes = entry.footer_bytes as usize;
        let starts = entry
            .bytes
            .checked_sub(u64::from(entry.footer_bytes))
            .filter(|_| footer_bytes > TAIL)
            .ok_or_else(|| {
                DataError::damaged(&path, 0, "its manifest gives the footer a wrong length")
            })?;
        // Decoded, a footer takes several times its bytes.
        let held = Arc::new(holder.reserve(Bytes::new(u64::from(entry.footer_bytes) * 4))?);
        let footer = object.read_at(starts, footer_bytes)?;
        let crc = crc32fast::hash(&footer);
        if crc != entry.footer_crc32 {
            let why = format!(
                "the footer's checksum is {crc:08x}, its manifest says {:08x}",
                entry.footer_crc32
            );
            return Err(DataError::damaged(&path, starts, why));
        }
        let wrong = |why: String| DataError::damaged(&path, starts, why);
        let metadata = ParquetMetaDataReader::decode_metadata(&footer[..footer_bytes - TAIL])
            .map_err(|error| wrong(error.to_string()))?;
        let crcs = metadata
            .file_metadata()
            .key_value_metadata()
            .and_then(|pairs| pairs.iter().find(|pair| pair.key == CHUNK_CRC_KEY))
            .and_then(|pair| pair.value.as_deref())
            .and_then(|list| {
                list.split(',')
                    .map(|crc| u32::from_str_radix(crc, 16).ok())
                    .collect::<Option<Vec<_>>>()
            })
            .ok_or_else(|| wrong("the footer has no checksums of its chunks".to_owned()))?;
        let [row_group] = metadata.row_groups() else {
            return Err(wrong(format!(
                "{} row groups where one is expected",
                metadata.num_row_groups()
            )));
        };
        let chunks: Vec<(u64, u64)> = row_group
            .columns()
            .iter()
            .map(parquet::file::metadata::ColumnChunkMetaData::byte_range)
            .collect();
        if chunks.len() != crcs.len() {
            return Err(wrong("not as many checksums as column chunks".to_owned()));
        }
        if chunks
            .iter()
            .any(|(start, length)| start.checked_add(*length).is_none_or(|end| end > starts))
        {
            return Err(wrong("a column chunk lies outside the file".to_owned()));
        }
        let rows = u64::try_from(row_group.num_rows()).unwrap_or(0);
        if rows != entry.rows {
            let why = format!("{rows} rows, its manifest says {}", entry.rows);
            return Err(wrong(why));
        }
        let metadata = ArrowReaderMetadata::try_new(Arc::new(metadata), ArrowReaderOptions::new())
            .map_err(|error| wrong(error.to_string()))?;
        Ok(Self {
            object,
            path,
            metadata,
            crcs,
            chunks,
            rows,
            _held: held,
        })
    }

    /// The columns as the file has them; the dataset's schema may have grown since.
    pub(crate) fn schema(&self) -> &SchemaRef {
        self.metadata.schema()
    }

    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Whether every column chunk was compressed so.
    pub(crate) fn is_compressed(&self, compression: Compression) -> bool {
        self.parquet()
            .row_group(0)
            .columns()
            .iter()
            .all(|column| compression.is(column.compression()))
    }

    /// The Parquet metadata, checked.
    pub(crate) fn parquet(&self) -> &parquet::file::metadata::ParquetMetaData {
        self.metadata.metadata()
    }
}
