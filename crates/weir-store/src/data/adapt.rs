//! Rows of an older schema as rows of the present one.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, LargeStringArray, PrimitiveArray, RecordBatch,
    RecordBatchOptions,
    cast::AsArray,
    new_null_array,
    types::{
        Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
        UInt8Type, UInt16Type, UInt32Type, UInt64Type,
    },
};
use arrow_schema::{DataType, SchemaRef};

use super::DataError;

/// Whether every value of `from` is a value of `to`, so that a column may be widened.
///
/// Integers to wider integers of the same sign and to signed ones that hold them, `Float32` to `Float64`, `Utf8` to
/// `LargeUtf8`, decimals to more digits of the same scale.
#[must_use]
pub fn widens(from: &DataType, to: &DataType) -> bool {
    use DataType as T;
    let width = |data_type: &DataType| match data_type {
        T::Int8 | T::UInt8 => 8,
        T::Int16 | T::UInt16 => 16,
        T::Int32 | T::UInt32 => 32,
        T::Int64 | T::UInt64 => 64,
        _ => 0,
    };
    match (from, to) {
        _ if from.is_signed_integer() && to.is_signed_integer()
            || from.is_unsigned_integer() && to.is_integer() =>
        {
            width(from) < width(to)
        }
        (T::Float32, T::Float64) | (T::Utf8, T::LargeUtf8) => true,
        (T::Decimal128(a, s), T::Decimal128(b, t)) => a < b && s == t,
        _ => false,
    }
}

/// The batch with the columns of `schema`: missing nullable ones are null, narrower ones are widened, others left out.
pub(crate) fn adapt(
    batch: &RecordBatch,
    schema: &SchemaRef,
    path: &str,
) -> Result<RecordBatch, DataError> {
    let columns = schema
        .fields()
        .iter()
        .map(|field| match batch.column_by_name(field.name()) {
            Some(array) if array.data_type() == field.data_type() => Ok(Arc::clone(array)),
            Some(array) => widen(array, field.data_type()).ok_or_else(|| {
                let why = format!(
                    "column {} is {}, the dataset's is {}",
                    field.name(),
                    array.data_type(),
                    field.data_type()
                );
                DataError::damaged(path, 0, why)
            }),
            None if field.is_nullable() => Ok(new_null_array(field.data_type(), batch.num_rows())),
            None => {
                let why = format!("column {} is missing", field.name());
                Err(DataError::damaged(path, 0, why))
            }
        })
        .collect::<Result<Vec<_>, _>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(schema.clone(), columns, &options)
        .map_err(|error| DataError::damaged(path, 0, error))
}

fn to<From: ArrowPrimitiveType, To: ArrowPrimitiveType>(array: &ArrayRef) -> ArrayRef
where
    To::Native: std::convert::From<From::Native>,
{
    let widened: PrimitiveArray<To> = array.as_primitive::<From>().unary(To::Native::from);
    Arc::new(widened)
}

fn widen(array: &ArrayRef, data_type: &DataType) -> Option<ArrayRef> {
    use DataType as T;
    Some(match (array.data_type(), data_type) {
        (T::Int8, T::Int16) => to::<Int8Type, Int16Type>(array),
        (T::Int8, T::Int32) => to::<Int8Type, Int32Type>(array),
        (T::Int8, T::Int64) => to::<Int8Type, Int64Type>(array),
        (T::Int16, T::Int32) => to::<Int16Type, Int32Type>(array),
        (T::Int16, T::Int64) => to::<Int16Type, Int64Type>(array),
        (T::Int32, T::Int64) => to::<Int32Type, Int64Type>(array),
        (T::UInt8, T::UInt16) => to::<UInt8Type, UInt16Type>(array),
        (T::UInt8, T::UInt32) => to::<UInt8Type, UInt32Type>(array),
        (T::UInt8, T::UInt64) => to::<UInt8Type, UInt64Type>(array),
        (T::UInt8, T::Int16) => to::<UInt8Type, Int16Type>(array),
        (T::UInt8, T::Int32) => to::<UInt8Type, Int32Type>(array),
        (T::UInt8, T::Int64) => to::<UInt8Type, Int64Type>(array),
        (T::UInt16, T::UInt32) => to::<UInt16Type, UInt32Type>(array),
        (T::UInt16, T::UInt64) => to::<UInt16Type, UInt64Type>(array),
        (T::UInt16, T::Int32) => to::<UInt16Type, Int32Type>(array),
        (T::UInt16, T::Int64) => to::<UInt16Type, Int64Type>(array),
        (T::UInt32, T::UInt64) => to::<UInt32Type, UInt64Type>(array),
        (T::UInt32, T::Int64) => to::<UInt32Type, Int64Type>(array),
        (T::Float32, T::Float64) => to::<Float32Type, Float64Type>(array),
        (T::Utf8, T::LargeUtf8) => {
            let text = array.as_string::<i32>();
            Arc::new(LargeStringArray::from_iter(text.iter()))
        }
        (from @ T::Decimal128(..), to @ T::Decimal128(precision, scale)) if widens(from, to) => {
            let wider = array
                .as_primitive::<Decimal128Type>()
                .clone()
                .with_precision_and_scale(*precision, *scale)
                .ok()?;
            Arc::new(wider)
        }
        _ => return None,
    })
}
