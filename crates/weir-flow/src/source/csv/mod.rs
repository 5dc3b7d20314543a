//! CSV: lines of values, the columns' names on the first.

mod infer;
mod types;

use std::io::{BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use serde::Deserialize;

pub use types::{ColumnType, ParseColumnTypeError};

use super::input::Input;
use super::prefix::{Prefix, Watch};
use super::{Position, Source, SourceError};
use crate::StreamSchema;
use crate::batch::zones::{rows_labelled, schema_at_utc};

/// The longest beginning that types are inferred from, bytes.
pub const INFERRED_FROM_BYTES: usize = 256 << 10;
/// Rows that types are inferred from, at most.
pub const INFERRED_FROM_ROWS: usize = 1_000;

/// The most bytes that one batch is read from.
const LONGEST_BATCH_BYTES: u64 = 256 << 20;
/// UTF-8's byte order mark.
const MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

/// How a CSV file is read.
#[derive(Debug, Clone)]
pub struct CsvOptions {
    /// The byte between values.
    pub delimiter: u8,
    /// Types of columns by name; others are inferred, unless `known_only`.
    pub types: Vec<(String, DataType)>,
    /// Every column must be in `types`, and every one of `types` in the file.
    pub known_only: bool,
    /// Rows a batch, at least 1.
    pub batch_rows: usize,
    /// The column that rows are in order by.
    pub order_by: Option<String>,
}

impl Default for CsvOptions {
    /// Commas, all types inferred, 8,192 rows a batch, no order.
    fn default() -> Self {
        Self {
            delimiter: b',',
            types: Vec::new(),
            known_only: false,
            batch_rows: 8_192,
            order_by: None,
        }
    }
}

/// Rows of a CSV file or of CSV that comes once, such as standard input.
///
/// Empty values are null. A line with another number of values than the first, or a value that is not
/// of its column's type, is an error with its line; nothing is left out. Memory: one batch, whatever the
/// file's length.
///
/// A [position](Source::position) in a file knows a checksum of what was read of it: a file that still begins so is gone on with, also when it has
/// become longer; any other has [moved](SourceError::Moved).
pub struct CsvSource {
    name: String,
    input: Input,
    /// What was read of the file.
    watch: Watch,
    options: CsvOptions,
    stream: StreamSchema,
    inferred: Vec<String>,
    /// The beginning, already read; given first when reading starts.
    head: Vec<u8>,
    reader: Option<arrow_csv::reader::BufReader<BufReader<Guarded>>>,
    since_batch: Arc<AtomicU64>,
    rest: Option<Box<dyn Read + Send>>,
    rows: u64,
    ended: bool,
}

impl CsvSource {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// [`SourceError::Read`] when it cannot be read, has no header, a column twice, or columns that do not
    /// agree with `options`.
    pub fn open(path: &Path, options: CsvOptions) -> Result<Self, SourceError> {
        let name = path.display().to_string();
        let input = Input::file(path).map_err(|error| read_error(&name, error))?;
        Self::start(name, input, options)
    }

    /// Reads what comes once.
    ///
    /// # Errors
    ///
    /// As [`CsvSource::open`].
    pub fn from_reader(
        name: &str,
        reader: Box<dyn Read + Send>,
        options: CsvOptions,
    ) -> Result<Self, SourceError> {
        Self::start(name.to_owned(), Input::Once(Some(reader)), options)
    }

    fn start(name: String, mut input: Input, options: CsvOptions) -> Result<Self, SourceError> {
        let watch = Watch::default();
        let rest = input.open().map_err(|error| read_error(&name, error))?;
        let mut rest = watch.over(rest);
        let mut head = Vec::new();
        rest.by_ref()
            .take(INFERRED_FROM_BYTES as u64)
            .read_to_end(&mut head)
            .map_err(|error| read_error(&name, error))?;
        if head.starts_with(&MARK) {
            head.drain(..3);
        }
        let found = infer::schema(&head, head.len() >= INFERRED_FROM_BYTES - 3, &options)
            .map_err(|error| read_error(&name, error))?;
        let (schema, inferred) =
            settle(&found, &options).map_err(|error| read_error(&name, error))?;
        let stream = match &options.order_by {
            Some(column) => {
                StreamSchema::ordered(schema, column).map_err(|error| read_error(&name, error))?
            }
            None => StreamSchema::unordered(schema),
        };
        Ok(Self {
            name,
            input,
            watch,
            options,
            stream,
            inferred,
            head,
            reader: None,
            since_batch: Arc::default(),
            rest: Some(rest),
            rows: 0,
            ended: false,
        })
    }

    /// The columns whose types were inferred from the file's first rows, as `name type`, for telling users.
    #[must_use]
    pub fn inferred(&self) -> &[String] {
        &self.inferred
    }

    /// Refuses a position in a file that does not begin any more as it did then.
    fn agrees(&mut self, position: &Position) -> Result<(), SourceError> {
        let Input::File { bytes: length, .. } = self.input else {
            return Ok(());
        };
        if position.rows == 0 {
            return Ok(());
        }
        let failed = |error| read_error(&self.name, error);
        let differs = match Prefix::deserialize(&position.detail) {
            Ok(prefix) => prefix
                .check(self.input.open().map_err(failed)?, length)
                .map_err(failed)?,
            Err(_) => Some("it was not a CSV file then".to_owned()),
        };
        match differs {
            None => Ok(()),
            Some(what) => Err(SourceError::Moved {
                name: self.name.clone(),
                what,
                versions: false,
            }),
        }
    }

    /// Starts reading behind so many rows.
    fn begin(&mut self, rows: u64) -> Result<(), SourceError> {
        let failed = |error| read_error(&self.name, error);
        let bytes: Box<dyn Read + Send> = match self.rest.take() {
            Some(rest) => Box::new(Cursor::new(std::mem::take(&mut self.head)).chain(rest)),
            None => {
                let all = self.input.open().map_err(failed)?;
                let mut all = self.watch.over(all);
                let mut mark = Vec::with_capacity(3);
                all.by_ref()
                    .take(3)
                    .read_to_end(&mut mark)
                    .map_err(failed)?;
                if mark == MARK {
                    mark.clear();
                }
                Box::new(Cursor::new(mark).chain(all))
            }
        };
        self.since_batch.store(0, Ordering::Relaxed);
        let bytes = Guarded {
            bytes,
            since_batch: self.since_batch.clone(),
        };
        let behind = usize::try_from(rows)
            .map_err(|_| read_error(&self.name, "more rows than this machine can count"))?;
        let reader = arrow_csv::ReaderBuilder::new(schema_at_utc(self.stream.schema()))
            .with_header(true)
            .with_delimiter(self.options.delimiter)
            .with_batch_size(self.options.batch_rows.max(1))
            .with_bounds(behind, usize::MAX - 1)
            .build_buffered(BufReader::with_capacity(64 << 10, bytes))
            .map_err(|error| read_error(&self.name, error))?;
        self.reader = Some(reader);
        self.rows = rows;
        self.ended = false;
        Ok(())
    }
}

/// Reads on, but not for ever without a batch: a quote that is never closed would take in the whole file.
struct Guarded {
    bytes: Box<dyn Read + Send>,
    since_batch: Arc<AtomicU64>,
}

impl Read for Guarded {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.bytes.read(buffer)?;
        let so_far = self.since_batch.fetch_add(read as u64, Ordering::Relaxed);
        if so_far > LONGEST_BATCH_BYTES {
            return Err(std::io::Error::other(format!(
                "more than {LONGEST_BATCH_BYTES} bytes of lines in one batch; is a quote never closed? Otherwise read fewer rows a batch"
            )));
        }
        Ok(read)
    }
}

/// The columns with the types asked for, and which types were inferred.
fn settle(found: &Schema, options: &CsvOptions) -> Result<(SchemaRef, Vec<String>), String> {
    let mut fields: Vec<Field> = Vec::new();
    let mut inferred = Vec::new();
    for field in found.fields() {
        let name = field.name();
        if fields.iter().any(|known| known.name() == name) {
            return Err(format!(
                "the column `{name}` is there twice; rename one of them"
            ));
        }
        let given = options.types.iter().find(|(column, _)| column == name);
        let data_type = match given {
            Some((_, data_type)) => data_type.clone(),
            None if options.known_only => {
                let known: Vec<&str> = options.types.iter().map(|(name, _)| &**name).collect();
                return Err(format!(
                    "the column `{name}` is not one of {}; remove it from the file",
                    known.join(", ")
                ));
            }
            None => {
                let (data_type, why) = match field.data_type() {
                    DataType::Null => (DataType::Utf8, ", having no values"),
                    other => (other.clone(), ""),
                };
                inferred.push(format!("{name} {}{why}", ColumnType(data_type.clone())));
                data_type
            }
        };
        fields.push(Field::new(name, data_type, true));
    }
    for (column, _) in &options.types {
        if !fields.iter().any(|field| field.name() == column) {
            let there: Vec<&str> = fields.iter().map(|field| &**field.name()).collect();
            return Err(format!(
                "there is no column `{column}`; there are {}",
                there.join(", ")
            ));
        }
    }
    Ok((Arc::new(Schema::new(fields)), inferred))
}

fn read_error(
    name: &str,
    error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> SourceError {
    SourceError::Read {
        name: name.to_owned(),
        source: error.into(),
    }
}

impl Source for CsvSource {
    fn stream(&self) -> &StreamSchema {
        &self.stream
    }

    fn next(&mut self) -> Result<Option<RecordBatch>, SourceError> {
        if self.ended {
            return Ok(None);
        }
        if self.reader.is_none() {
            self.begin(0)?;
        }
        self.since_batch.store(0, Ordering::Relaxed);
        let rows = match &mut self.reader {
            Some(reader) => reader.next(),
            None => None,
        };
        match rows {
            Some(Ok(rows)) => {
                let rows = rows_labelled(&rows, self.stream.schema())
                    .map_err(|error| read_error(&self.name, error))?;
                self.rows += rows.num_rows() as u64;
                Ok(Some(rows))
            }
            Some(Err(error)) => {
                self.ended = true;
                Err(read_error(
                    &self.name,
                    format!("{error} (the first {} rows were read)", self.rows),
                ))
            }
            None => {
                self.ended = true;
                Ok(None)
            }
        }
    }

    fn position(&self) -> Position {
        Position {
            rows: self.rows,
            detail: match self.input {
                Input::File { .. } if self.rows > 0 => {
                    serde_json::to_value(self.watch.prefix()).unwrap_or_default()
                }
                _ => serde_json::Value::Null,
            },
        }
    }

    fn seek(&mut self, position: &Position) -> Result<(), SourceError> {
        self.agrees(position)?;
        if position.rows == self.rows && !self.ended {
            return Ok(());
        }
        if self.rest.is_none() && matches!(self.input, Input::Once(_)) {
            return Err(SourceError::Moved {
                name: self.name.clone(),
                what: "what comes once cannot be read again".to_owned(),
                versions: false,
            });
        }
        // CSV has no index: the lines before the position are read again, but not their values.
        self.begin(position.rows)
    }
}
