//! Rows to go on with, as bytes.

use std::io::Cursor;

use arrow_array::RecordBatch;
use arrow_ipc::{reader::StreamReader, writer::StreamWriter};
use arrow_schema::SchemaRef;

use super::shape::Shape;
use crate::OperatorError;

/// What a saved state starts with; the last byte is the version.
const MAGIC: &[u8; 8] = b"weirjoi\x01";

/// What is needed to go on: rows of both sides in stream order.
pub(super) struct LookBack {
    pub(super) left: Vec<RecordBatch>,
    pub(super) right: Vec<RecordBatch>,
}

/// Magic; CRC-32 of what follows; the length of the left rows; left rows; right rows: each an Arrow IPC stream.
pub(super) fn save(shape: &Shape, rows: &LookBack) -> Result<Vec<u8>, OperatorError> {
    let left = stream(&shape.left_schema, &rows.left)?;
    let right = stream(&shape.right_schema, &rows.right)?;
    let mut body = (left.len() as u64).to_le_bytes().to_vec();
    body.extend(left);
    body.extend(right);
    let mut bytes = MAGIC.to_vec();
    bytes.extend(crc32fast::hash(&body).to_le_bytes());
    bytes.extend(body);
    Ok(bytes)
}

/// The rows again; anything else than what [`save`] made for the same columns is refused.
pub(super) fn restore(shape: &Shape, bytes: &[u8]) -> Result<LookBack, OperatorError> {
    let refused = |why: &str| OperatorError::State(format!("{} bytes, {why}", bytes.len()));
    let body = bytes
        .strip_prefix(MAGIC)
        .ok_or_else(|| refused("not saved by a join of this version"))?;
    let (crc, body) = body
        .split_first_chunk::<4>()
        .ok_or_else(|| refused("too few"))?;
    if crc32fast::hash(body) != u32::from_le_bytes(*crc) {
        return Err(refused("damaged: the checksum differs"));
    }
    let (length, body) = body
        .split_first_chunk::<8>()
        .ok_or_else(|| refused("too few"))?;
    let (left, right) = usize::try_from(u64::from_le_bytes(*length))
        .ok()
        .and_then(|length| body.split_at_checked(length))
        .ok_or_else(|| refused("a length beyond the end"))?;
    let rows = |bytes: &[u8], schema: &SchemaRef| -> Result<Vec<RecordBatch>, OperatorError> {
        let reader = StreamReader::try_new(Cursor::new(bytes), None)?;
        if reader.schema() != *schema {
            return Err(refused("of a join with other columns"));
        }
        Ok(reader.collect::<Result<_, _>>()?)
    };
    Ok(LookBack {
        left: rows(left, &shape.left_schema)?,
        right: rows(right, &shape.right_schema)?,
    })
}

fn stream(schema: &SchemaRef, rows: &[RecordBatch]) -> Result<Vec<u8>, OperatorError> {
    let mut writer = StreamWriter::try_new(Vec::new(), schema)?;
    for rows in rows {
        writer.write(rows)?;
    }
    Ok(writer.into_inner()?)
}
