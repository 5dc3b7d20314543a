use std::{
    io::{self, BufWriter, Read, Write},
    path::Path,
    sync::Arc,
};

use bytes::Bytes;
use parquet::{
    column::writer::ColumnCloseResult,
    errors::Result as ParquetResult,
    file::{
        metadata::{ColumnChunkMetaData, KeyValue, ParquetMetaDataReader},
        properties::WriterProperties,
        reader::{ChunkReader, Length},
        writer::SerializedFileWriter,
    },
};
use weir_files::{AtomicFile, Doing, Files, FilesError};
use weir_memory::Holder;
use weir_run::Cancel;

use super::{FOOTER_BYTES, encoder::failed, metadata, schema::schema};
use crate::{
    ExportError, Exported,
    export::table::{
        layout::Layout,
        parts::Parts,
        sealed::{Bounds, Refused, SealedRead, SealedReader},
    },
};

/// Bytes that go to the disk at once.
const BUFFER: usize = 64 * 1024;

/// The file under way.
struct Out {
    file: AtomicFile,
    refused: Refused,
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file
            .write(bytes)
            .map_err(|error| self.refused.keep(error, self.file.path()))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Length for SealedReader {
    fn len(&self) -> u64 {
        self.length()
    }
}

impl ChunkReader for SealedReader {
    type T = SealedRead;

    fn get_read(&self, start: u64) -> ParquetResult<SealedRead> {
        Ok(self.read_from(start))
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        let mut bytes = Vec::new();
        let read = self
            .read_from(start)
            .take(length as u64)
            .read_to_end(&mut bytes)?;
        if read < length {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        Ok(bytes.into())
    }
}

/// One file of all parts' row groups, whose pages are copied as they are.
pub(in super::super) fn assemble(
    layout: &Layout,
    files: &Arc<dyn Files>,
    parts: &Parts<'_>,
    path: &Path,
    holder: &Holder,
    cancel: &Cancel,
) -> Result<Exported, ExportError> {
    let file = AtomicFile::create(Arc::clone(files), path)?;
    let refused = Refused::default();
    let out = Out {
        file,
        refused: refused.clone(),
    };
    let out = BufWriter::with_capacity(BUFFER, out);
    let internal = |error| failed(layout, &refused, &error);
    let root = schema(layout).map_err(internal)?.root_schema_ptr();
    let properties = WriterProperties::builder()
        .set_created_by(format!("weir {}", env!("CARGO_PKG_VERSION")))
        .build();
    let mut writer =
        SerializedFileWriter::new(out, root, Arc::new(properties)).map_err(internal)?;
    let mut rows = 0;
    let mut bounds: Option<Bounds> = None;
    let mut footer = holder.reserve(weir_memory::Bytes::new(BUFFER as u64))?;
    parts.each(layout, files, holder, cancel, |part, reserved| {
        let metadata = ParquetMetaDataReader::new()
            .parse_and_finish(part)
            .map_err(|error| part.damaged(0, error))?;
        let columns: usize = metadata
            .row_groups()
            .iter()
            .map(|group| group.num_columns())
            .sum();
        let bytes = weir_memory::Bytes::new(columns as u64 * FOOTER_BYTES);
        reserved.grow(bytes)?;
        footer.grow(bytes)?;
        for group in metadata.row_groups() {
            cancel.check()?;
            let copied = copy_group(&mut writer, part, group.columns(), group.num_rows());
            if let Err(error) = copied {
                return Err(match refused.get() {
                    Some(refusal) => refusal.into(),
                    None => part.damaged(group.file_offset().unwrap_or(0) as u64, error),
                });
            }
        }
        rows += part.facts().rows;
        bounds = match (bounds, part.facts().bounds) {
            (Some(one), Some(other)) => Some(one.around(other)),
            (one, other) => one.or(other),
        };
        Ok(())
    })?;
    for (key, value) in metadata::pairs(layout, bounds)? {
        writer.append_key_value_metadata(KeyValue::new(key, value));
    }
    cancel.check()?;
    let buffered = writer.into_inner().map_err(internal)?;
    let out = buffered.into_inner().map_err(|error| {
        let (error, _) = error.into_parts();
        FilesError::from_io(error, path, Doing::Write)
    })?;
    let bytes = out.file.commit()?;
    Ok(Exported { rows, bytes })
}

fn copy_group(
    writer: &mut SerializedFileWriter<BufWriter<Out>>,
    part: &SealedReader,
    columns: &[ColumnChunkMetaData],
    rows: i64,
) -> ParquetResult<()> {
    let mut group = writer.next_row_group()?;
    for column in columns {
        let close = ColumnCloseResult {
            bytes_written: column.compressed_size() as u64,
            rows_written: rows as u64,
            metadata: column.clone(),
            bloom_filter: None,
            column_index: None,
            offset_index: None,
        };
        group.append_column(part, close)?;
    }
    group.close()?;
    Ok(())
}
