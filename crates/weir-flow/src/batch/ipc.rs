use std::io::Cursor;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, SchemaRef};

/// Rows as bytes: one Arrow IPC stream. For operators that keep rows as state.
///
/// # Errors
///
/// Arrow's, for types that IPC does not have.
pub fn rows_to_bytes(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<Vec<u8>, ArrowError> {
    let mut writer = StreamWriter::try_new(Vec::new(), schema)?;
    for rows in batches {
        writer.write(rows)?;
    }
    writer.finish()?;
    writer.into_inner()
}

/// Rows of this schema from the bytes that [`rows_to_bytes`] made.
///
/// # Errors
///
/// Arrow's, where the bytes are damaged or of another schema.
pub fn rows_from_bytes(schema: &SchemaRef, bytes: &[u8]) -> Result<Vec<RecordBatch>, ArrowError> {
    let reader = StreamReader::try_new(Cursor::new(bytes), None)?;
    if reader.schema().fields() != schema.fields() {
        return Err(ArrowError::SchemaError(
            "saved rows have other columns".to_owned(),
        ));
    }
    reader
        .map(|rows| {
            rows.and_then(|rows| RecordBatch::try_new(Arc::clone(schema), rows.columns().to_vec()))
        })
        .collect()
}
