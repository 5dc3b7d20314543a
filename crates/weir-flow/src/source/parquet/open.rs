//! Opening a foreign file: its footer, its columns, what it is checked for.

use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use weir_memory::{Bytes, Holder, Reservation};

use super::file::PlacedFile;
use crate::{SourceError, StreamSchema};

/// How a Parquet file is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParquetOptions {
    /// The columns to read, in the file's order; all by default. The order column is always read.
    pub columns: Option<Vec<String>>,
    /// Rows decoded at a time; 8,192 by default. The rows never depend on it.
    pub batch_rows: Option<usize>,
}

/// A file whose footer was read.
pub(super) struct Opened {
    pub(super) name: String,
    pub(super) file: PlacedFile,
    pub(super) metadata: ArrowReaderMetadata,
    pub(super) mask: ProjectionMask,
    pub(super) stream: StreamSchema,
    /// CRC-32 of the footer.
    pub(super) footer: u32,
    /// For the footer.
    pub(super) _held: Reservation,
}

type Cause = Box<dyn Error + Send + Sync>;

pub(super) fn read(name: &str, source: impl Into<Cause>) -> SourceError {
    SourceError::Read {
        name: name.to_owned(),
        source: source.into(),
    }
}

/// The library's panic on a damaged file, as an error.
pub(super) fn caught<T, E: Into<Cause>>(
    name: &str,
    work: impl FnOnce() -> Result<T, E>,
) -> Result<T, SourceError> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(|error| read(name, error)),
        Err(_) => Err(read(
            name,
            "the file is damaged: its decoder gave up; write it again from its source",
        )),
    }
}

pub(super) fn open(
    path: &Path,
    order: Option<&str>,
    options: &ParquetOptions,
    holder: &Holder,
) -> Result<Opened, SourceError> {
    let name = path.display().to_string();
    let file = PlacedFile::open(path).map_err(|error| read(&name, error))?;
    let (held, footer) = footer(&name, &file, holder)?;
    let reading = ArrowReaderOptions::new();
    let metadata = caught(&name, || ArrowReaderMetadata::load(&file, reading))?;
    let schema = metadata.schema().clone();
    let wanted: Vec<usize> = match &options.columns {
        None => (0..schema.fields().len()).collect(),
        Some(columns) => {
            let columns = columns.iter().map(String::as_str).chain(order);
            let mut wanted = Vec::new();
            for column in columns {
                let known = || {
                    schema
                        .fields()
                        .iter()
                        .map(|field| field.name().as_str())
                        .collect::<Vec<_>>()
                        .join(", ")
                };
                let index = schema.index_of(column).map_err(|_| {
                    read(
                        &name,
                        format!("no column is called `{column}`; there are {}", known()),
                    )
                })?;
                wanted.push(index);
            }
            wanted.sort_unstable();
            wanted.dedup();
            wanted
        }
    };
    let mask = ProjectionMask::roots(metadata.parquet_schema(), wanted.iter().copied());
    let schema = std::sync::Arc::new(
        schema
            .project(&wanted)
            .map_err(|error| read(&name, error))?,
    );
    let stream = match order {
        Some(order) => StreamSchema::ordered(schema, order).map_err(|error| read(&name, error))?,
        None => StreamSchema::unordered(schema),
    };
    Ok(Opened {
        name,
        file,
        metadata,
        mask,
        stream,
        footer,
        _held: held,
    })
}

/// Looks at the footer's length before it is read, and reserves what its decoded form takes.
fn footer(
    name: &str,
    file: &PlacedFile,
    holder: &Holder,
) -> Result<(Reservation, u32), SourceError> {
    let no_parquet = || read(name, "it is no Parquet file: its last bytes are not `PAR1`");
    let tail = file.length().checked_sub(8).ok_or_else(no_parquet)?;
    let end = file.some(tail, 8).map_err(|error| read(name, error))?;
    let (length, magic) = end.split_at_checked(4).ok_or_else(no_parquet)?;
    if magic != b"PAR1" {
        return Err(no_parquet());
    }
    let length = u64::from(u32::from_le_bytes(
        length.try_into().map_err(|_| no_parquet())?,
    ));
    if length > tail {
        return Err(read(
            name,
            format!("its footer claims {length} bytes, more than the file has"),
        ));
    }
    // Decoded, columns' metadata take a few times their stored bytes.
    let held = holder.reserve(Bytes::new(length.saturating_mul(6)))?;
    let bytes = file
        .some(tail - length, usize::try_from(length).unwrap_or(usize::MAX))
        .map_err(|error| read(name, error))?;
    Ok((held, crc32fast::hash(&bytes)))
}
