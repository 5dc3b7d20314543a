use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::arrow::{ArrowSchemaConverter, add_encoded_arrow_schema_to_metadata};
use parquet::basic::{Compression as Codec, Encoding, GzipLevel, ZstdLevel};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use weir_files::{AtomicFile, Doing, Files, FilesError};

use super::error::ResultsError;
use super::file_record::FileRecord;
use super::many_values::write_many_values;
use super::small_values::SmallValues;

/// How Parquet pages are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// Not at all.
    None,
    /// Snappy: fast, larger.
    Snappy,
    /// Gzip: slow, read everywhere.
    Gzip,
    /// Zstandard at level 1: the default.
    #[default]
    Zstd,
}

impl Compression {
    /// All, by name.
    pub const NAMES: [(&'static str, Compression); 4] = [
        ("none", Compression::None),
        ("snappy", Compression::Snappy),
        ("gzip", Compression::Gzip),
        ("zstd", Compression::Zstd),
    ];

    pub(super) fn codec(self) -> Codec {
        match self {
            Compression::None => Codec::UNCOMPRESSED,
            Compression::Snappy => Codec::SNAPPY,
            Compression::Gzip => Codec::GZIP(GzipLevel::default()),
            Compression::Zstd => Codec::ZSTD(ZstdLevel::default()),
        }
    }
}

/// What every file of a run carries in its footer, the same whenever and wherever it was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Stamp {
    /// Pairs of `weir.…` keys and values.
    pub pairs: Vec<(String, String)>,
    /// Compression of its pages.
    pub compression: Compression,
}

impl Stamp {
    fn properties(&self, schema: &SchemaRef, table: &str, part: Option<u32>) -> WriterProperties {
        let mut pairs = vec![KeyValue::new("weir.table".to_owned(), table.to_owned())];
        pairs.extend(
            self.pairs
                .iter()
                .map(|(key, value)| KeyValue::new(key.clone(), value.clone())),
        );
        if let Some(part) = part {
            pairs.push(KeyValue::new("weir.part".to_owned(), part.to_string()));
        }
        let mut properties = WriterProperties::builder()
            .set_created_by(format!("weir {}", env!("CARGO_PKG_VERSION")))
            .set_key_value_metadata(Some(pairs))
            .set_compression(self.compression.codec())
            .set_max_row_group_row_count(Some(usize::MAX))
            .set_offset_index_disabled(true)
            .set_statistics_enabled(EnabledStatistics::None);
        for name in ["patient", "day", "enrolment_day", "first_visit_row"] {
            if schema.field_with_name(name).is_ok() {
                properties = properties.set_column_statistics_enabled(
                    ColumnPath::from(name),
                    EnabledStatistics::Chunk,
                );
            }
        }
        // Patients only rise: a delta of 0 or 1 a row.
        for name in ["patient", "first_visit_row"] {
            if schema.field_with_name(name).is_ok() {
                properties = properties
                    .set_column_dictionary_enabled(ColumnPath::from(name), false)
                    .set_column_encoding(ColumnPath::from(name), Encoding::DELTA_BINARY_PACKED);
            }
        }
        let mut properties = properties.build();
        add_encoded_arrow_schema_to_metadata(schema, &mut properties);
        properties
    }
}

/// A Parquet file that appears whole or not at all; its checksum is taken while writing.
pub struct TableFile {
    writer: SerializedFileWriter<Checked>,
    small_values: SmallValues,
    path: PathBuf,
    name: String,
    rows: u64,
    refusal: Refused,
}

/// Checksums what goes to the file.
struct Checked {
    file: AtomicFile,
    crc: crc32fast::Hasher,
    refusal: Refused,
}

/// The disk's first refusal, kept here because the Parquet library makes text of some errors.
#[derive(Clone, Default)]
struct Refused(Arc<OnceLock<FilesError>>);

impl Refused {
    fn keep(&self, error: io::Error, path: &Path) -> io::Error {
        let refusal = FilesError::from_io(error, path, Doing::Write);
        self.0.get_or_init(|| refusal).clone().into()
    }

    fn or(&self, error: ParquetError, doing: &'static str, path: &Path) -> ResultsError {
        match self.0.get() {
            Some(refusal) => refusal.clone().into(),
            None => ResultsError::parquet(error, doing, path),
        }
    }
}

impl Write for Checked {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self
            .file
            .write(bytes)
            .map_err(|error| self.refusal.keep(error, self.file.path()))?;
        self.crc.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl TableFile {
    /// Starts `folder/name` for a table.
    ///
    /// # Errors
    /// What the disk answers.
    pub fn create(
        files: &Arc<dyn Files>,
        folder: &Path,
        name: &str,
        schema: SchemaRef,
        table: &str,
        part: Option<u32>,
        stamp: &Stamp,
    ) -> Result<Self, ResultsError> {
        let path = folder.join(name);
        let file = AtomicFile::create(Arc::clone(files), &path)?;
        let refusal = Refused::default();
        let checked = Checked {
            file,
            crc: crc32fast::Hasher::new(),
            refusal: refusal.clone(),
        };
        let properties = stamp.properties(&schema, table, part);
        let started = || -> ParquetResult<_> {
            let columns = ArrowSchemaConverter::new().convert(&schema)?;
            let writer = SerializedFileWriter::new(
                checked,
                columns.root_schema_ptr(),
                Arc::new(properties),
            )?;
            Ok((writer, SmallValues::new(stamp.compression)?))
        };
        let (writer, small_values) =
            started().map_err(|error| refusal.or(error, "starting a Parquet file", &path))?;
        Ok(Self {
            writer,
            small_values,
            path,
            name: name.to_owned(),
            rows: 0,
            refusal,
        })
    }

    /// Writes a batch as one row group.
    ///
    /// # Errors
    /// What the disk answers; nothing of the file is visible then.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), ResultsError> {
        self.rows += batch.num_rows() as u64;
        self.row_group(batch)
            .map_err(|error| self.refusal.or(error, "writing rows", &self.path))
    }

    fn row_group(&mut self, batch: &RecordBatch) -> ParquetResult<()> {
        let properties = Arc::clone(self.writer.properties());
        let columns = self.writer.schema_descr().columns().to_vec();
        let mut group = self.writer.next_row_group()?;
        for (array, column) in batch.columns().iter().zip(&columns) {
            let statistics =
                properties.statistics_enabled(column.path()) != EnabledStatistics::None;
            match self.small_values.encode(array, column, statistics)? {
                Some(chunk) => group.append_column(&chunk.bytes, chunk.close)?,
                None => write_many_values(array, &mut group)?,
            }
        }
        group.close()?;
        Ok(())
    }

    /// Writes the footer, syncs, and gives the file its name.
    ///
    /// # Errors
    /// What the disk answers.
    pub fn finish(self) -> Result<FileRecord, ResultsError> {
        let Self {
            writer,
            path,
            name,
            rows,
            refusal,
            ..
        } = self;
        let Checked { file, crc, .. } = writer
            .into_inner()
            .map_err(|error| refusal.or(error, "writing the footer", &path))?;
        let bytes = file.commit()?;
        Ok(FileRecord {
            name,
            bytes,
            crc32: crc.finalize(),
            rows,
        })
    }
}
