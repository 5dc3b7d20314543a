//! Rows from a file of any format, or from what comes once.

use std::io::Read;
use std::path::Path;

use weir_memory::Holder;

use super::once::Once;
use super::{
    CsvOptions, CsvSource, IpcSource, ParquetOptions, ParquetSource, RowFormat, Source, SourceError,
};

/// A source and what users should be told of it.
pub struct OpenedRows {
    /// The rows.
    pub source: Box<dyn Source>,
    /// The format that they come in.
    pub format: RowFormat,
    /// Columns whose types were inferred, as `name type`; CSV only.
    pub inferred: Vec<String>,
}

/// Opens a file in the format given, or the one that its ending stands for.
///
/// `csv` also says, for all formats, which column the rows are in order by.
///
/// # Errors
///
/// [`SourceError`] where there is no format for the file or it cannot be read as one.
pub fn open_rows(
    path: &Path,
    format: Option<RowFormat>,
    csv: CsvOptions,
    holder: Holder,
) -> Result<OpenedRows, SourceError> {
    let name = || path.display().to_string();
    let Some(format) = format.or_else(|| RowFormat::of_path(path)) else {
        return Err(SourceError::Read {
            name: name(),
            source: "its ending stands for no format; name one of csv, parquet, arrow, arrows"
                .into(),
        });
    };
    let order = csv.order_by.clone();
    let order = order.as_deref();
    let mut inferred = Vec::new();
    let source: Box<dyn Source> = match format {
        RowFormat::Csv => {
            let source = CsvSource::open(path, csv)?;
            inferred = source.inferred().to_vec();
            Box::new(source)
        }
        RowFormat::Parquet => Box::new(ParquetSource::open(
            path,
            order,
            &ParquetOptions::default(),
            holder,
        )?),
        RowFormat::ArrowFile | RowFormat::ArrowStream => Box::new(IpcSource::open(path, order)?),
    };
    Ok(OpenedRows {
        source,
        format,
        inferred,
    })
}

/// Reads what comes once, such as standard input: CSV or Arrow's streaming format. A run that goes on from a position in it needs the same rows
/// again: then those read before are left out. Other rows are [`SourceError::Moved`], not left out.
///
/// # Errors
///
/// [`SourceError`], also for formats that are read from their end.
pub fn read_rows_once(
    name: &str,
    reader: Box<dyn Read + Send>,
    format: RowFormat,
    csv: CsvOptions,
) -> Result<OpenedRows, SourceError> {
    let order = csv.order_by.clone();
    let mut inferred = Vec::new();
    let source: Box<dyn Source> = match format {
        RowFormat::Csv => {
            let source = CsvSource::from_reader(name, reader, csv)?;
            inferred = source.inferred().to_vec();
            Box::new(source)
        }
        RowFormat::ArrowStream => Box::new(IpcSource::from_reader(name, reader, order.as_deref())?),
        RowFormat::Parquet | RowFormat::ArrowFile => {
            return Err(SourceError::Read {
                name: name.to_owned(),
                source: format!(
                    "{format} is read from its end and cannot come through a pipe; give a file's path, or csv or arrows"
                )
                .into(),
            });
        }
    };
    Ok(OpenedRows {
        source: Box::new(Once::new(name, source)),
        format,
        inferred,
    })
}
