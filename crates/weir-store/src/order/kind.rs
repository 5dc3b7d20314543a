//! Which Arrow types can order rows.

use std::fmt;

use arrow_array::Array;
use arrow_schema::DataType;

use super::{OrderColumn, OrderError, OrderValue};

/// The type of an order column.
///
/// Integers, floats, decimals, dates, times, timestamps of any unit and zone, durations and strings. No nulls, no NaN.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OrderType {
    data_type: DataType,
}

/// What to do with a column of a type that cannot order rows, as the end of a sentence: a dictionary is to be written as its values.
/// Nothing for other types.
#[must_use]
pub fn in_its_place(data_type: &DataType) -> String {
    match data_type {
        DataType::Dictionary(_, values) => {
            format!(
                "; a dictionary has no order of its own, so write the column as its values, {values}"
            )
        }
        _ => String::new(),
    }
}

impl OrderType {
    /// The order of an Arrow type.
    ///
    /// # Errors
    /// [`OrderError::Type`] when the type is not orderable.
    pub fn of(data_type: &DataType) -> Result<Self, OrderError> {
        use DataType as T;
        match data_type {
            T::Int8
            | T::Int16
            | T::Int32
            | T::Int64
            | T::UInt8
            | T::UInt16
            | T::UInt32
            | T::UInt64
            | T::Float16
            | T::Float32
            | T::Float64
            | T::Date32
            | T::Date64
            | T::Time32(_)
            | T::Time64(_)
            | T::Timestamp(..)
            | T::Duration(_)
            | T::Decimal32(..)
            | T::Decimal64(..)
            | T::Decimal128(..)
            | T::Decimal256(..)
            | T::Utf8
            | T::LargeUtf8
            | T::Utf8View => Ok(Self {
                data_type: data_type.clone(),
            }),
            other => Err(OrderError::Type {
                found: other.to_string(),
                in_its_place: in_its_place(other),
            }),
        }
    }

    /// The Arrow type.
    #[must_use]
    pub fn data_type(&self) -> &DataType {
        &self.data_type
    }

    /// The value in one row.
    ///
    /// # Errors
    /// [`OrderError::Null`], [`OrderError::NotANumber`], and [`OrderError::Mismatch`] for an array of another type.
    ///
    /// # Panics
    /// When the array has no such row.
    pub fn value_at(&self, array: &dyn Array, row: usize) -> Result<OrderValue, OrderError> {
        let column = OrderColumn::new(self, &array.slice(row, 1))
            .map_err(|error| error.after_rows(row as u64))?;
        Ok(column.value(0))
    }

    /// Whether a value is of this type (of the variant, and in its range).
    #[must_use]
    pub fn accepts(&self, value: &OrderValue) -> bool {
        use DataType as T;
        match (value, &self.data_type) {
            (OrderValue::Int(v), T::Int8) => i8::try_from(*v).is_ok(),
            (OrderValue::Int(v), T::Int16) => i16::try_from(*v).is_ok(),
            (OrderValue::Int(v), T::Int32 | T::Date32 | T::Time32(_)) => i32::try_from(*v).is_ok(),
            (
                OrderValue::Int(_),
                T::Int64 | T::Date64 | T::Time64(_) | T::Timestamp(..) | T::Duration(_),
            ) => true,
            (OrderValue::Uint(v), T::UInt8) => u8::try_from(*v).is_ok(),
            (OrderValue::Uint(v), T::UInt16) => u16::try_from(*v).is_ok(),
            (OrderValue::Uint(v), T::UInt32) => u32::try_from(*v).is_ok(),
            (OrderValue::Uint(_), T::UInt64)
            | (OrderValue::Float(_), T::Float16 | T::Float32 | T::Float64)
            | (
                OrderValue::Decimal(_),
                T::Decimal32(..) | T::Decimal64(..) | T::Decimal128(..) | T::Decimal256(..),
            )
            | (OrderValue::Text(_), T::Utf8 | T::LargeUtf8 | T::Utf8View) => true,
            _ => false,
        }
    }
}

impl fmt::Display for OrderType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.data_type)
    }
}
