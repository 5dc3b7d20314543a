//! Time zones of columns, where only offsets are understood.
//!
//! Arrow's reading and writing of text knows offsets but no names of zones, `UTC` included. A timestamp with a zone counts
//! from 1970-01-01T00:00:00Z whatever the zone, so the column is given the offset `+00:00` meanwhile: the same instants, written with `Z`.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, make_array};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};

/// The type with the offset `+00:00` for its zone.
pub(crate) fn type_at_utc(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Timestamp(unit, Some(_)) => DataType::Timestamp(*unit, Some("+00:00".into())),
        other => other.clone(),
    }
}

/// The columns with the offset `+00:00` for their zones.
pub(crate) fn schema_at_utc(schema: &Schema) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| {
        let plain = Field::clone(field);
        Arc::new(plain.with_data_type(type_at_utc(field.data_type())))
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// A column whose type differs in its zone alone, with the other zone.
pub(crate) fn relabelled(column: &ArrayRef, data_type: &DataType) -> Result<ArrayRef, ArrowError> {
    if column.data_type() == data_type {
        return Ok(Arc::clone(column));
    }
    let data = column.to_data().into_builder().data_type(data_type.clone());
    Ok(make_array(data.build()?))
}

/// The rows with the columns of a schema that differs in zones alone.
pub(crate) fn rows_labelled(
    rows: &RecordBatch,
    schema: &SchemaRef,
) -> Result<RecordBatch, ArrowError> {
    let columns = rows
        .columns()
        .iter()
        .zip(schema.fields())
        .map(|(column, field)| relabelled(column, field.data_type()));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(rows.num_rows()));
    RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)
}
