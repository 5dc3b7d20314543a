//! Rows in a dataset that came because a run ended, remembered until a later run takes them away.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{Schema, SchemaRef};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use weir_memory::{Bytes, Holder, Reservation};

use super::SinkError;
use crate::batch::size::{copied, own_bytes};
use crate::batch::{rows_from_bytes, rows_to_bytes};

/// Where label and key of the provisional rows are in the dataset's metadata.
pub const PROVISIONAL_KEY: &str = "weir.flow.provisional";

/// More bytes of labels and keys than this are not written into a dataset's metadata.
const MOST: u64 = 4 << 20;

/// The provisional rows of a run under way.
pub(super) struct Provisional {
    name: String,
    schema: SchemaRef,
    columns: Vec<usize>,
    rows: Vec<RecordBatch>,
    bytes: u64,
    memory: Reservation,
    same_names: bool,
}

/// The columns that name a row: the order column, and those in which duplicates are looked for.
fn names(stream: &SchemaRef, order: &str, duplicates_on: &[String]) -> Result<Vec<usize>, String> {
    let mut columns = Vec::new();
    for name in std::iter::once(order).chain(duplicates_on.iter().map(String::as_str)) {
        let column = stream.index_of(name).map_err(|error| error.to_string())?;
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    Ok(columns)
}

fn projected(stream: &SchemaRef, columns: &[usize]) -> Result<SchemaRef, String> {
    let schema: Schema = stream.project(columns).map_err(|error| error.to_string())?;
    // Without metadata, which do not come back the same.
    Ok(Arc::new(Schema::new(schema.fields)))
}

impl Provisional {
    pub(super) fn new(
        name: &str,
        stream: &SchemaRef,
        order: &str,
        duplicates_on: &[String],
        same_names: bool,
        holder: &Holder,
    ) -> Result<Self, SinkError> {
        let foreign = |what: String| SinkError::Foreign {
            name: name.to_owned(),
            what,
        };
        let columns = names(stream, order, duplicates_on).map_err(foreign)?;
        Ok(Self {
            name: name.to_owned(),
            schema: projected(stream, &columns).map_err(foreign)?,
            columns,
            rows: Vec::new(),
            bytes: 0,
            memory: holder.reserve(Bytes::new(0))?,
            same_names,
        })
    }

    /// Room for the names of these rows; refused where there are too many of them.
    pub(super) fn take(&mut self, rows: &RecordBatch) -> Result<(), SinkError> {
        if self.bytes > MOST {
            return Ok(());
        }
        let rows = rows
            .project(&self.columns)
            .map_err(|error| self.error(error))?;
        let bytes = self.bytes + own_bytes(&rows);
        if bytes <= MOST {
            self.memory.resize(Bytes::new(bytes))?;
            let (rows, _) = copied(&rows).map_err(|error| self.error(error))?;
            self.rows.push(rows);
        } else if self.same_names {
            // Rows of the same label and key take their place, as the dataset's settings say.
            self.rows.clear();
            self.memory.resize(Bytes::new(0))?;
        } else {
            return Err(SinkError::Foreign {
                name: self.name.clone(),
                what: format!(
                    "more rows come because the run ends (open bars, rows without a match) than can be replaced by a later one: their labels and keys take more than {} MiB; \
                     end runs with `keep open`, or write into a file",
                    MOST >> 20
                ),
            });
        }
        self.bytes = bytes;
        Ok(())
    }

    /// As metadata; `None` where there are none to remember.
    pub(super) fn saved(&self) -> Result<Option<Value>, SinkError> {
        if self.rows.is_empty() {
            return Ok(None);
        }
        let bytes = rows_to_bytes(&self.schema, &self.rows).map_err(|error| self.error(error))?;
        Ok(Some(Value::String(STANDARD.encode(bytes))))
    }

    fn error(&self, error: arrow_schema::ArrowError) -> SinkError {
        SinkError::Write {
            name: self.name.clone(),
            source: Box::new(error),
        }
    }
}

/// The names of provisional rows as [`Provisional::saved`] made them; `Err` says what is wrong.
pub(super) fn read(
    saved: &Value,
    stream: &SchemaRef,
    order: &str,
    duplicates_on: &[String],
) -> Result<Vec<RecordBatch>, String> {
    let text = saved.as_str().ok_or("it is no text")?;
    let bytes = STANDARD.decode(text).map_err(|error| error.to_string())?;
    let schema = projected(stream, &names(stream, order, duplicates_on)?)?;
    rows_from_bytes(&schema, &bytes).map_err(|error| error.to_string())
}
