//! Arrow IPC: the file format and the streaming format.

use std::io::{BufReader, Cursor, Read};
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::ArrowError;

use super::input::{Bounded, Input};
use super::{Position, Source, SourceError};
use crate::StreamSchema;

/// What the file format begins with.
const MAGIC: &[u8; 6] = b"ARROW1";

enum Reader {
    File(Box<FileReader<BufReader<Bounded>>>),
    Stream(Box<StreamReader<BufReader<Box<dyn Read + Send>>>>),
}

impl Reader {
    fn next(&mut self) -> Option<Result<RecordBatch, ArrowError>> {
        match self {
            Self::File(reader) => reader.next(),
            Self::Stream(reader) => reader.next(),
        }
    }
}

/// Rows of an Arrow IPC file, of either format, or of a stream that comes once.
///
/// Memory: one record batch of the file, whose size is the writer's choice.
pub struct IpcSource {
    name: String,
    input: Input,
    stream: StreamSchema,
    reader: Reader,
    rows: u64,
    /// Rows of the next batch that were given before.
    skip: u64,
    started: bool,
}

impl IpcSource {
    /// Opens a file, in order by `order_by` if given.
    ///
    /// # Errors
    ///
    /// [`SourceError::Read`] when it is no Arrow IPC or has no such column.
    pub fn open(path: &Path, order_by: Option<&str>) -> Result<Self, SourceError> {
        let name = path.display().to_string();
        let failed = |error: std::io::Error| read_error(&name, error);
        let mut input = Input::file(path).map_err(failed)?;
        let reader = open(&name, &mut input)?;
        Self::start(name, input, reader, order_by)
    }

    /// Reads a stream that comes once. The file format cannot come so: its table is at its end.
    ///
    /// # Errors
    ///
    /// As [`IpcSource::open`].
    pub fn from_reader(
        name: &str,
        mut reader: Box<dyn Read + Send>,
        order_by: Option<&str>,
    ) -> Result<Self, SourceError> {
        let mut head = Vec::with_capacity(MAGIC.len());
        reader
            .by_ref()
            .take(MAGIC.len() as u64)
            .read_to_end(&mut head)
            .map_err(|error| read_error(name, error))?;
        if head == MAGIC {
            return Err(read_error(
                name,
                "this is Arrow's file format, which is read from its end; give the file's path, or write the streaming format",
            ));
        }
        let whole: Box<dyn Read + Send> = Box::new(Cursor::new(head).chain(reader));
        let reader = stream(name, whole)?;
        Self::start(name.to_owned(), Input::Once(None), reader, order_by)
    }

    fn start(
        name: String,
        input: Input,
        reader: Reader,
        order_by: Option<&str>,
    ) -> Result<Self, SourceError> {
        let schema = match &reader {
            Reader::File(reader) => reader.schema(),
            Reader::Stream(reader) => reader.schema(),
        };
        let stream = match order_by {
            Some(column) => {
                StreamSchema::ordered(schema, column).map_err(|error| read_error(&name, error))?
            }
            None => StreamSchema::unordered(schema),
        };
        Ok(Self {
            name,
            input,
            stream,
            reader,
            rows: 0,
            skip: 0,
            started: false,
        })
    }
}

fn open(name: &str, input: &mut Input) -> Result<Reader, SourceError> {
    let failed = |error: std::io::Error| read_error(name, error);
    if let Input::File { path, bytes } = input {
        let mut head = [0; MAGIC.len()];
        let mut file = Bounded::open(path, *bytes).map_err(failed)?;
        if file.read_exact(&mut head).is_ok() && head == *MAGIC {
            let file = BufReader::new(Bounded::open(path, *bytes).map_err(failed)?);
            let reader =
                FileReader::try_new(file, None).map_err(|error| read_error(name, error))?;
            return Ok(Reader::File(Box::new(reader)));
        }
    }
    stream(name, input.open().map_err(failed)?)
}

fn stream(name: &str, bytes: Box<dyn Read + Send>) -> Result<Reader, SourceError> {
    let bytes = BufReader::with_capacity(64 << 10, bytes);
    let reader = StreamReader::try_new(bytes, None).map_err(|error| read_error(name, error))?;
    Ok(Reader::Stream(Box::new(reader)))
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

impl Source for IpcSource {
    fn stream(&self) -> &StreamSchema {
        &self.stream
    }

    fn next(&mut self) -> Result<Option<RecordBatch>, SourceError> {
        self.started = true;
        loop {
            let rows = match self.reader.next() {
                None if self.skip > 0 => {
                    return Err(SourceError::Moved {
                        name: self.name.clone(),
                        what: format!("it has {} rows fewer than it had", self.skip),
                        versions: false,
                    });
                }
                None => return Ok(None),
                Some(rows) => rows.map_err(|error| read_error(&self.name, error))?,
            };
            let count = rows.num_rows() as u64;
            if self.skip >= count {
                self.skip -= count;
                continue;
            }
            // Smaller than a batch's rows, which are a usize.
            let skipped = usize::try_from(self.skip).unwrap_or(0);
            self.skip = 0;
            let rows = rows.slice(skipped, rows.num_rows() - skipped);
            self.rows += rows.num_rows() as u64;
            return Ok(Some(rows));
        }
    }

    fn position(&self) -> Position {
        Position {
            rows: self.rows,
            detail: self.input.detail(),
        }
    }

    fn seek(&mut self, position: &Position) -> Result<(), SourceError> {
        self.input.agree(&self.name, position)?;
        if self.started {
            if matches!(self.input, Input::Once(_)) {
                return Err(SourceError::Moved {
                    name: self.name.clone(),
                    what: "what comes once cannot be read again".to_owned(),
                    versions: false,
                });
            }
            self.reader = open(&self.name, &mut self.input)?;
        }
        self.started = position.rows > 0;
        self.skip = position.rows;
        self.rows = position.rows;
        Ok(())
    }
}
