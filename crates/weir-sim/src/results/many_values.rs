use std::io::Write;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Float32Type as Float32, Float64Type as Float64, Int32Type as Int32,
    Int64Type as Int64, UInt32Type as UInt32,
};
use arrow_schema::DataType;
use parquet::data_type::{DataType as Physical, DoubleType, FloatType, Int32Type, Int64Type};
use parquet::errors::{ParquetError, Result};
use parquet::file::writer::SerializedRowGroupWriter;

/// Writes a column of numbers with many distinct values as the row group's next, with the encoding that the
/// file's properties give it.
pub(super) fn write_many_values<W: Write + Send>(
    array: &dyn Array,
    group: &mut SerializedRowGroupWriter<'_, W>,
) -> Result<()> {
    match array.data_type() {
        // Parquet keeps unsigned numbers in the bits of signed ones.
        DataType::UInt32 => write::<_, UInt32, Int32Type>(array, group, |value| {
            i32::from_le_bytes(value.to_le_bytes())
        }),
        DataType::Int32 => write::<_, Int32, Int32Type>(array, group, |value| value),
        DataType::Int64 => write::<_, Int64, Int64Type>(array, group, |value| value),
        DataType::Float32 => write::<_, Float32, FloatType>(array, group, |value| value),
        DataType::Float64 => write::<_, Float64, DoubleType>(array, group, |value| value),
        other => Err(ParquetError::NYI(format!("columns of {other} in results"))),
    }
}

fn write<W: Write + Send, A: ArrowPrimitiveType, P: Physical>(
    array: &dyn Array,
    group: &mut SerializedRowGroupWriter<'_, W>,
    stored: impl Fn(A::Native) -> P::T,
) -> Result<()> {
    let array = array.as_primitive::<A>();
    let values: Vec<P::T> = match array.nulls() {
        None => array.values().iter().map(|&value| stored(value)).collect(),
        Some(_) => array.iter().flatten().map(&stored).collect(),
    };
    let mut column = group
        .next_column()?
        .ok_or_else(|| ParquetError::General("more arrays than columns".to_owned()))?;
    let writer = column.typed::<P>();
    let levels: Option<Vec<i16>> = (writer.get_descriptor().max_def_level() > 0).then(|| {
        let there = (0..array.len()).map(|row| i16::from(array.is_valid(row)));
        there.collect()
    });
    writer.write_batch(&values, levels.as_deref(), None)?;
    column.close()
}
