//! Order values as integers, and back.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{Array, ArrayRef, Int32Array, Int64Array, make_array};
use arrow_buffer::ScalarBuffer;
use arrow_data::ArrayData;
use arrow_schema::{ArrowError, DataType, TimeUnit};

use super::BarsError;
use crate::EventTime;

/// Whether bars can be ordered by a column of this type.
pub(super) fn is_time(data_type: &DataType) -> bool {
    use DataType::{Date32, Date64, Timestamp, UInt64};
    matches!(data_type, Timestamp(..) | Date32 | Date64)
        || (data_type.is_integer() && *data_type != UInt64)
}

/// The order values of a column without nulls, in its own unit.
pub(super) fn times(column: &dyn Array) -> Result<ScalarBuffer<i64>, BarsError> {
    if let Some(nulls) = column.nulls()
        && nulls.null_count() > 0
    {
        let row = (0..column.len())
            .find(|row| nulls.is_null(*row))
            .unwrap_or(0);
        return Err(BarsError::NullOrder { row });
    }
    Ok(match column.data_type() {
        DataType::Int64 => column.as_primitive::<Int64Type>().values().clone(),
        DataType::Date64 => column.as_primitive::<Date64Type>().values().clone(),
        DataType::Timestamp(TimeUnit::Second, _) => column
            .as_primitive::<TimestampSecondType>()
            .values()
            .clone(),
        DataType::Timestamp(TimeUnit::Millisecond, _) => column
            .as_primitive::<TimestampMillisecondType>()
            .values()
            .clone(),
        DataType::Timestamp(TimeUnit::Microsecond, _) => column
            .as_primitive::<TimestampMicrosecondType>()
            .values()
            .clone(),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => column
            .as_primitive::<TimestampNanosecondType>()
            .values()
            .clone(),
        DataType::Date32 => column
            .as_primitive::<Date32Type>()
            .values()
            .iter()
            .map(|day| i64::from(*day))
            .collect(),
        other if is_time(other) => {
            let wide = arrow_cast::cast(column, &DataType::Int64)?;
            wide.as_primitive::<Int64Type>().values().clone()
        }
        other => {
            return Err(BarsError::Order {
                found: other.to_string(),
            });
        }
    })
}

/// Order values as a column.
pub(super) fn times_array(data_type: &DataType, times: Vec<i64>) -> Result<ArrayRef, ArrowError> {
    match data_type {
        DataType::Int64 | DataType::Date64 | DataType::Timestamp(..) => {
            let builder = ArrayData::builder(data_type.clone()).len(times.len());
            let buffer = ScalarBuffer::<i64>::from(times).into_inner();
            Ok(make_array(builder.add_buffer(buffer).build()?))
        }
        DataType::Date32 => {
            let days = Int64Array::from(times);
            let days: Int32Array =
                days.try_unary(|day| i32::try_from(day).map_err(|_| outside(day)))?;
            Ok(Arc::new(days.reinterpret_cast::<Date32Type>()))
        }
        other => {
            let options = arrow_cast::CastOptions {
                safe: false,
                ..Default::default()
            };
            arrow_cast::cast_with_options(&Int64Array::from(times), other, &options)
        }
    }
}

fn outside(day: i64) -> ArrowError {
    ArrowError::ComputeError(format!(
        "a label of day {day} lies outside the range of dates"
    ))
}

/// The first row that is behind the one before it, `last` being before the first.
pub(super) fn check_sorted(
    times: &[i64],
    last: Option<i64>,
    data_type: &DataType,
) -> Result<(), BarsError> {
    let show = |time: i64| EventTime::Int(time).show(data_type);
    let Some(first) = times.first() else {
        return Ok(());
    };
    if let Some(before) = last.filter(|last| last > first) {
        return Err(BarsError::Unsorted {
            row: 0,
            before: show(before),
            after: show(*first),
        });
    }
    // Without a branch per row.
    let unsorted = times
        .windows(2)
        .fold(false, |any, pair| any | (pair[1] < pair[0]));
    if !unsorted {
        return Ok(());
    }
    let row = times
        .windows(2)
        .position(|pair| pair[1] < pair[0])
        .map_or(0, |row| row + 1);
    Err(BarsError::Unsorted {
        row,
        before: show(times[row.saturating_sub(1)]),
        after: show(times[row]),
    })
}
