use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::RecordBatch;
use weir_files::{AtomicFile, Files};

use super::even::EvenBatches;
use super::{Checkpoint, Committed, MakeSink, RowWriter, Sink, SinkError};
use crate::{Context, RowFormat, StreamSchema};

/// Rows in one batch of a file.
const BATCH: usize = 8_192;

/// Writes rows into one file, which appears under its name when the pipeline ends, whole, or not at all. Its bytes are a function of the rows.
/// An existing file is replaced then. A file keeps no checkpoints: a run that was interrupted begins again.
pub struct FileSink {
    path: PathBuf,
    format: RowFormat,
}

impl FileSink {
    /// Into this file, in this format.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, format: RowFormat) -> Self {
        Self {
            path: path.into(),
            format,
        }
    }
}

impl MakeSink for FileSink {
    fn make(
        self: Box<Self>,
        stream: &StreamSchema,
        context: &Context,
    ) -> Result<Box<dyn Sink>, SinkError> {
        let name = self.path.display().to_string();
        let files: Arc<dyn Files> = Arc::clone(&context.files);
        let path = self.path;
        let rows = Writing {
            name: name.clone(),
            format: self.format,
            batches: EvenBatches::new(stream.schema().clone(), BATCH),
            open: Box::new(move || {
                AtomicFile::create(Arc::clone(&files), &path).map_err(|error| SinkError::Write {
                    name: path.display().to_string(),
                    source: Box::new(error),
                })
            }),
            writer: None,
            rows: 0,
            failed: false,
            stream: stream.clone(),
        };
        Ok(Box::new(FileRows {
            writing: rows,
            done: false,
        }))
    }
}

/// Writes rows to bytes that the caller gives, such as standard output, as they come. What was written stays there, whatever happens later.
pub struct WriterSink<W> {
    name: String,
    format: RowFormat,
    bytes: W,
}

impl<W: Write + Send + 'static> WriterSink<W> {
    /// To these bytes, in this format; the name is for messages.
    #[must_use]
    pub fn new(name: &str, format: RowFormat, bytes: W) -> Self {
        Self {
            name: name.to_owned(),
            format,
            bytes,
        }
    }
}

impl<W: Write + Send + 'static> MakeSink for WriterSink<W> {
    fn make(
        self: Box<Self>,
        stream: &StreamSchema,
        _context: &Context,
    ) -> Result<Box<dyn Sink>, SinkError> {
        let (name, mut bytes) = (self.name.clone(), Some(self.bytes));
        Ok(Box::new(WriterRows {
            writing: Writing {
                name: self.name,
                format: self.format,
                batches: EvenBatches::new(stream.schema().clone(), BATCH),
                open: Box::new(move || {
                    bytes.take().ok_or_else(|| SinkError::Foreign {
                        name: name.clone(),
                        what: "it was written to and closed already".to_owned(),
                    })
                }),
                writer: None,
                rows: 0,
                failed: false,
                stream: stream.clone(),
            },
        }))
    }
}

/// Rows on their way into bytes.
struct Writing<W: Write + Send> {
    name: String,
    format: RowFormat,
    stream: StreamSchema,
    batches: EvenBatches,
    open: Box<dyn FnMut() -> Result<W, SinkError> + Send>,
    writer: Option<RowWriter<W>>,
    rows: u64,
    failed: bool,
}

impl<W: Write + Send> Writing<W> {
    fn error(&mut self, error: impl std::error::Error + Send + Sync + 'static) -> SinkError {
        self.failed = true;
        SinkError::Write {
            name: self.name.clone(),
            source: Box::new(error),
        }
    }

    fn check(&self) -> Result<(), SinkError> {
        if self.failed {
            return Err(SinkError::Foreign {
                name: self.name.clone(),
                what: "writing failed before; run again from the beginning".to_owned(),
            });
        }
        Ok(())
    }

    fn writer(&mut self) -> Result<&mut RowWriter<W>, SinkError> {
        if self.writer.is_none() {
            let bytes = (self.open)()?;
            let writer = RowWriter::new(self.format, self.stream.schema(), bytes);
            self.writer = Some(writer.map_err(|error| self.error(error))?);
        }
        self.writer.as_mut().ok_or_else(|| SinkError::Foreign {
            name: self.name.clone(),
            what: "it was closed already".to_owned(),
        })
    }

    /// Once bytes could not be written nothing more is, so that no row is there twice.
    fn write(&mut self, rows: &RecordBatch) -> Result<(), SinkError> {
        self.check()?;
        self.writer()?;
        self.batches.push(rows);
        self.rows += rows.num_rows() as u64;
        self.drain(false)
    }

    fn drain(&mut self, all: bool) -> Result<(), SinkError> {
        loop {
            let next = self.batches.next(all);
            let Some(batch) = next.map_err(|error| self.error(error))? else {
                return Ok(());
            };
            let written = self.writer()?.write(&batch);
            written.map_err(|error| self.error(error))?;
        }
    }

    fn finish(&mut self) -> Result<Option<W>, SinkError> {
        self.check()?;
        self.writer()?;
        self.drain(true)?;
        let Some(writer) = self.writer.take() else {
            return Ok(None);
        };
        writer.finish().map(Some).map_err(|error| self.error(error))
    }

    fn held_bytes(&self) -> usize {
        self.batches.bytes() + self.writer.as_ref().map_or(0, RowWriter::held_bytes)
    }
}

struct FileRows {
    writing: Writing<AtomicFile>,
    done: bool,
}

impl Sink for FileRows {
    fn last(&mut self) -> Result<Option<Checkpoint>, SinkError> {
        Ok(None)
    }

    fn write(&mut self, rows: &RecordBatch) -> Result<(), SinkError> {
        self.writing.write(rows)
    }

    fn commit(&mut self, _checkpoint: &Checkpoint) -> Result<Committed, SinkError> {
        if !self.done {
            if let Some(file) = self.writing.finish()? {
                file.commit().map_err(|error| self.writing.error(error))?;
            }
            self.done = true;
        }
        Ok(Committed {
            version: None,
            rows: self.writing.rows,
        })
    }

    fn held_bytes(&self) -> usize {
        self.writing.held_bytes()
    }
}

struct WriterRows<W: Write + Send> {
    writing: Writing<W>,
}

impl<W: Write + Send> Sink for WriterRows<W> {
    fn last(&mut self) -> Result<Option<Checkpoint>, SinkError> {
        Ok(None)
    }

    fn write(&mut self, rows: &RecordBatch) -> Result<(), SinkError> {
        self.writing.write(rows)
    }

    fn commit(&mut self, _checkpoint: &Checkpoint) -> Result<Committed, SinkError> {
        Ok(Committed {
            version: None,
            rows: self.writing.rows,
        })
    }

    fn close(&mut self) -> Result<(), SinkError> {
        self.writing.finish().map(drop)
    }

    fn held_bytes(&self) -> usize {
        self.writing.held_bytes()
    }
}
