//! Rows as bytes, in any format.

use std::io::Write;

use arrow_array::RecordBatch;
use arrow_ipc::writer::{FileWriter, StreamWriter};
use arrow_schema::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use crate::RowFormat;
use crate::batch::zones::{rows_labelled, schema_at_utc};

/// Rows of a Parquet row group.
const PARQUET_ROWS: usize = 1 << 17;
/// A Parquet row group ends before it when its encoded columns are as large as this, bytes.
const PARQUET_BYTES: usize = 16 << 20;

/// Why rows could not be written.
#[derive(Debug, thiserror::Error)]
pub enum RowWriteError {
    /// Arrow refused: a type that the format does not have, or the bytes could not be written.
    #[error("{0}")]
    Arrow(#[from] arrow_schema::ArrowError),
    /// The same from Parquet.
    #[error("{0}")]
    Parquet(#[from] ParquetError),
    /// The bytes could not be written.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// Writes rows into bytes: to a file, or to standard output.
///
/// CSV: names on the first line, null as nothing, instants in ISO 8601. Parquet: zstd, 131,072 rows a row
/// group or 16 MiB. What is written is a function of the rows, but for IPC, whose record batches
/// are the batches given.
pub struct RowWriter<W: Write + Send>(Kind<W>);

enum Kind<W: Write + Send> {
    Csv(Box<arrow_csv::Writer<W>>),
    Parquet(Box<ArrowWriter<W>>),
    File(Box<FileWriter<W>>),
    Stream(Box<StreamWriter<W>>),
}

impl<W: Write + Send> RowWriter<W> {
    /// Begins writing rows of these columns.
    ///
    /// # Errors
    ///
    /// Where the format has no such types, or the bytes cannot be written.
    pub fn new(format: RowFormat, schema: &SchemaRef, bytes: W) -> Result<Self, RowWriteError> {
        Ok(Self(match format {
            RowFormat::Csv => {
                let mut writer = arrow_csv::WriterBuilder::new()
                    .with_header(true)
                    .build(bytes);
                // The names stand there without rows too.
                writer.write(&RecordBatch::new_empty(schema_at_utc(schema)))?;
                Kind::Csv(Box::new(writer))
            }
            RowFormat::Parquet => {
                let properties = WriterProperties::builder()
                    .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
                    .set_max_row_group_row_count(Some(PARQUET_ROWS))
                    .build();
                let writer = ArrowWriter::try_new(bytes, schema.clone(), Some(properties))?;
                Kind::Parquet(Box::new(writer))
            }
            RowFormat::ArrowFile => Kind::File(Box::new(FileWriter::try_new(bytes, schema)?)),
            RowFormat::ArrowStream => Kind::Stream(Box::new(StreamWriter::try_new(bytes, schema)?)),
        }))
    }

    /// Writes rows, in order.
    ///
    /// # Errors
    ///
    /// [`RowWriteError`]; the bytes are then of no use.
    pub fn write(&mut self, rows: &RecordBatch) -> Result<(), RowWriteError> {
        match &mut self.0 {
            Kind::Csv(writer) => {
                let schema = schema_at_utc(rows.schema_ref());
                writer.write(&rows_labelled(rows, &schema)?)?;
            }
            Kind::Parquet(writer) => {
                writer.write(rows)?;
                if writer.in_progress_size() >= PARQUET_BYTES {
                    writer.flush()?;
                }
            }
            Kind::File(writer) => writer.write(rows)?,
            Kind::Stream(writer) => writer.write(rows)?,
        }
        Ok(())
    }

    /// Bytes held for rows that are not written yet.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        match &self.0 {
            Kind::Parquet(writer) => writer.memory_size(),
            _ => 0,
        }
    }

    /// Writes what the format has at its end, and gives the bytes' way out back.
    ///
    /// # Errors
    ///
    /// [`RowWriteError`].
    pub fn finish(self) -> Result<W, RowWriteError> {
        let mut bytes = match self.0 {
            Kind::Csv(writer) => writer.into_inner(),
            Kind::Parquet(writer) => writer.into_inner()?,
            Kind::File(writer) => writer.into_inner()?,
            Kind::Stream(writer) => writer.into_inner()?,
        };
        bytes.flush()?;
        Ok(bytes)
    }
}
