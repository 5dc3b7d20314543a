//! Writing one data file.

use std::{collections::VecDeque, fmt::Write as _, io, path::Path};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use arrow_select::concat::concat_batches;
use parquet::{
    arrow::{
        ArrowSchemaConverter, ArrowWriter,
        arrow_writer::{
            ArrowColumnWriter, ArrowRowGroupWriterFactory, ArrowWriterOptions, compute_leaves,
        },
    },
    errors::ParquetError,
    file::{metadata::KeyValue, writer::SerializedFileWriter},
};
use weir_files::{Doing, FilesError};
use weir_memory::{Bytes, Holder, Reservation};

use super::{
    CHUNK_CRC_KEY, Compression, DataError, SLICE_ROWS, encoding::properties, segments::Segments,
};
use crate::storage::{ObjectWrite, StorageError};

/// The Parquet library's buffer for encoding deltas, allocated at once.
const PREALLOCATED: usize = 1 << 20;
/// The part of it that is never touched, so never resident: a page has [`super::PAGE_ROWS`] values of at most 8 bytes.
const UNTOUCHED: usize = PREALLOCATED - super::PAGE_ROWS * 8;

/// What a finished file is, as far as the writer knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    pub(crate) footer_bytes: u32,
    pub(crate) footer_crc32: u32,
}

/// Encodes rows into one file of one row group.
///
/// Encoded pages stay in memory until the end, since Parquet stores column after column; they are a reservation.
pub(crate) struct DataWriter {
    schema: SchemaRef,
    file: SerializedFileWriter<Segments>,
    columns: Vec<ArrowColumnWriter>,
    /// Rows that do not fill a slice yet.
    waiting: VecDeque<RecordBatch>,
    waiting_rows: usize,
    rows: u64,
    encoded: Reservation,
    path: String,
}

impl DataWriter {
    /// Starts a file at `sink`.
    pub(crate) fn new(
        sink: Box<dyn ObjectWrite>,
        path: String,
        schema: &SchemaRef,
        order_column: &str,
        compression: Compression,
        holder: &Holder,
    ) -> Result<Self, DataError> {
        let parquet = ArrowSchemaConverter::new()
            .convert(schema)
            .map_err(DataError::unsupported)?;
        let properties = properties(schema, order_column, &parquet, compression)
            .map_err(DataError::unsupported)?;
        let options = ArrowWriterOptions::new().with_properties((*properties).clone());
        let writer =
            ArrowWriter::try_new_with_options(Segments::new(sink), schema.clone(), options)
                .map_err(DataError::unsupported)?;
        let (file, factory): (_, ArrowRowGroupWriterFactory) = writer
            .into_serialized_writer()
            .map_err(DataError::unsupported)?;
        let columns = factory
            .create_column_writers(0)
            .map_err(DataError::unsupported)?;
        Ok(Self {
            schema: schema.clone(),
            file,
            columns,
            waiting: VecDeque::new(),
            waiting_rows: 0,
            rows: 0,
            encoded: holder.reserve(Bytes::new(0))?,
            path,
        })
    }

    /// Adds rows of the file's schema.
    pub(crate) fn push(&mut self, batch: &RecordBatch) -> Result<(), DataError> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        self.waiting.push_back(batch.clone());
        self.waiting_rows += batch.num_rows();
        while self.waiting_rows >= SLICE_ROWS {
            self.encode(SLICE_ROWS)?;
        }
        Ok(())
    }

    /// Encodes the first `rows` of the rows that wait.
    fn encode(&mut self, rows: usize) -> Result<(), DataError> {
        let slice = self.take(rows)?;
        let mut columns = self.columns.iter_mut();
        for (field, array) in self.schema.fields().iter().zip(slice.columns()) {
            for leaf in compute_leaves(field, array).map_err(DataError::unsupported)? {
                let column = columns
                    .next()
                    .ok_or_else(|| DataError::unsupported("more leaves than columns"))?;
                column.write(&leaf).map_err(DataError::unsupported)?;
            }
        }
        self.rows += rows as u64;
        let held: usize = self
            .columns
            .iter()
            .map(|column| {
                let held = column.memory_size();
                if held >= PREALLOCATED {
                    held - UNTOUCHED
                } else {
                    held
                }
            })
            .sum();
        self.encoded.resize(Bytes::new(held as u64))?;
        Ok(())
    }

    fn take(&mut self, rows: usize) -> Result<RecordBatch, DataError> {
        let mut pieces = Vec::new();
        let mut wanted = rows;
        while wanted > 0 {
            let Some(batch) = self.waiting.pop_front() else {
                return Err(DataError::unsupported("fewer rows wait than were counted"));
            };
            if batch.num_rows() > wanted {
                let rest = batch.slice(wanted, batch.num_rows() - wanted);
                self.waiting.push_front(rest);
                pieces.push(batch.slice(0, wanted));
                wanted = 0;
            } else {
                wanted -= batch.num_rows();
                pieces.push(batch);
            }
        }
        self.waiting_rows -= rows;
        match <[RecordBatch; 1]>::try_from(pieces) {
            Ok([only]) => Ok(only),
            Err(pieces) => concat_batches(&self.schema, &pieces).map_err(DataError::unsupported),
        }
    }

    /// Writes the file; it is visible under its name, which is durable once its folder is settled.
    pub(crate) fn finish(mut self) -> Result<Written, DataError> {
        if self.waiting_rows > 0 {
            self.encode(self.waiting_rows)?;
        }
        let file = self.write_out();
        match file {
            Ok((footer_bytes, footer_crc32)) => {
                let sink = self
                    .file
                    .inner_mut()
                    .take_sink()
                    .ok_or_else(|| DataError::unsupported("the file was finished twice"))?;
                let bytes = sink.finish()?;
                Ok(Written {
                    rows: self.rows,
                    bytes,
                    footer_bytes,
                    footer_crc32,
                })
            }
            Err(error) => match self.file.inner_mut().take_failure() {
                Some(error) => Err(storage_error(error, &self.path).into()),
                None => Err(DataError::unsupported(error)),
            },
        }
    }

    fn write_out(&mut self) -> Result<(u32, u32), ParquetError> {
        let chunks = std::mem::take(&mut self.columns)
            .into_iter()
            .map(ArrowColumnWriter::close)
            .collect::<Result<Vec<_>, _>>()?;
        self.file.flush()?;
        let segments = self.file.inner_mut();
        let mut end = segments.position();
        segments.ends_at(end);
        for chunk in &chunks {
            end += chunk.close().bytes_written;
            segments.ends_at(end);
        }
        let mut row_group = self.file.next_row_group()?;
        for chunk in chunks {
            chunk.append_to_row_group(&mut row_group)?;
        }
        row_group.close()?;
        self.file.flush()?;

        let segments = self.file.inner();
        let footer_starts = segments.position();
        let mut list = String::new();
        // The first piece is the magic before the first chunk.
        for crc in segments.finished().iter().skip(1) {
            let comma = if list.is_empty() { "" } else { "," };
            let _ = write!(list, "{comma}{crc:08x}");
        }
        if footer_starts != end {
            return Err(ParquetError::General(format!(
                "chunks end at byte {footer_starts}, expected {end}"
            )));
        }
        self.file
            .append_key_value_metadata(KeyValue::new(CHUNK_CRC_KEY.to_owned(), list));
        self.file.finish()?;
        let segments = self.file.inner();
        let footer_bytes = u32::try_from(segments.position() - footer_starts)
            .map_err(|_| ParquetError::General("the footer is larger than 4 GiB".to_owned()))?;
        Ok((footer_bytes, segments.open_piece()))
    }
}

fn storage_error(error: io::Error, path: &str) -> StorageError {
    match error.downcast::<StorageError>() {
        Ok(error) => error,
        Err(error) => FilesError::from_io(error, Path::new(path), Doing::Write).into(),
    }
}
