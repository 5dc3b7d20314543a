//! A column of order values, prepared for many comparisons.

use std::cmp::Ordering;

use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, LargeStringArray, PrimitiveArray, StringArray,
    StringViewArray,
    cast::AsArray,
    types::{
        Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
        DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType,
        DurationSecondType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
        Int64Type, Time32MillisecondType, Time32SecondType, Time64MicrosecondType,
        Time64NanosecondType, TimestampMicrosecondType, TimestampMillisecondType,
        TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type,
        UInt64Type,
    },
};
use arrow_buffer::{ScalarBuffer, i256};
use arrow_schema::{DataType, TimeUnit};

use super::{OrderError, OrderType, OrderValue, TotalF64};

/// A column of an [`OrderType`] without nulls and NaN.
///
/// Everything of up to 64 bits is held as `i64` ranks that order as the values do (without a copy where the column is
/// `i64` already), so that sorting, merging and searching are integer work.
#[derive(Debug, Clone)]
pub struct OrderColumn {
    order_type: OrderType,
    ranks: Ranks,
}

#[derive(Debug, Clone)]
enum Ranks {
    Int(ScalarBuffer<i64>),
    /// The sign bit is flipped.
    Uint(ScalarBuffer<i64>),
    Float(ScalarBuffer<i64>),
    Decimal(ScalarBuffer<i256>),
    Text(StringArray),
    LargeText(LargeStringArray),
    TextView(StringViewArray),
}

const SIGN: u64 = 1 << 63;

fn uint_rank(value: u64) -> i64 {
    (value ^ SIGN).cast_signed()
}

fn values<T: ArrowPrimitiveType>(array: &dyn Array) -> &PrimitiveArray<T> {
    array.as_primitive::<T>()
}

fn ints<T: ArrowPrimitiveType>(array: &dyn Array) -> Ranks
where
    T::Native: Into<i64>,
{
    Ranks::Int(
        values::<T>(array)
            .values()
            .iter()
            .map(|v| (*v).into())
            .collect(),
    )
}

fn same<T: ArrowPrimitiveType<Native = i64>>(array: &dyn Array) -> Ranks {
    Ranks::Int(values::<T>(array).values().clone())
}

fn uints<T: ArrowPrimitiveType>(array: &dyn Array) -> Ranks
where
    T::Native: Into<u64>,
{
    Ranks::Uint(
        values::<T>(array)
            .values()
            .iter()
            .map(|v| uint_rank((*v).into()))
            .collect(),
    )
}

fn floats<T: ArrowPrimitiveType>(
    array: &dyn Array,
    number: impl Fn(T::Native) -> f64,
) -> Result<Ranks, OrderError> {
    values::<T>(array)
        .values()
        .iter()
        .enumerate()
        .map(|(row, value)| {
            TotalF64::new(number(*value))
                .map(TotalF64::rank)
                .ok_or(OrderError::NotANumber { row: row as u64 })
        })
        .collect::<Result<Vec<_>, _>>()
        .map(|ranks| Ranks::Float(ranks.into()))
}

fn decimals<T: ArrowPrimitiveType>(array: &dyn Array, wide: impl Fn(T::Native) -> i256) -> Ranks {
    Ranks::Decimal(
        values::<T>(array)
            .values()
            .iter()
            .map(|v| wide(*v))
            .collect::<Vec<_>>()
            .into(),
    )
}

impl OrderColumn {
    /// Prepares a column.
    ///
    /// # Errors
    /// [`OrderError::Mismatch`] for an array of another type; [`OrderError::Null`] and [`OrderError::NotANumber`] with the row.
    pub fn new(order_type: &OrderType, array: &ArrayRef) -> Result<Self, OrderError> {
        use DataType as T;
        use TimeUnit::{Microsecond, Millisecond, Nanosecond, Second};
        if array.data_type() != order_type.data_type() {
            return Err(OrderError::Mismatch {
                expected: order_type.to_string(),
                found: array.data_type().to_string(),
            });
        }
        if array.null_count() > 0
            && let Some(row) = (0..array.len()).find(|row| array.is_null(*row))
        {
            return Err(OrderError::Null { row: row as u64 });
        }
        let a = array.as_ref();
        let ranks = match array.data_type() {
            T::Int8 => ints::<Int8Type>(a),
            T::Int16 => ints::<Int16Type>(a),
            T::Int32 => ints::<Int32Type>(a),
            T::Int64 => same::<Int64Type>(a),
            T::UInt8 => uints::<UInt8Type>(a),
            T::UInt16 => uints::<UInt16Type>(a),
            T::UInt32 => uints::<UInt32Type>(a),
            T::UInt64 => uints::<UInt64Type>(a),
            T::Float16 => floats::<Float16Type>(a, f64::from)?,
            T::Float32 => floats::<Float32Type>(a, f64::from)?,
            T::Float64 => floats::<Float64Type>(a, |v| v)?,
            T::Date32 => ints::<Date32Type>(a),
            T::Date64 => same::<Date64Type>(a),
            T::Time32(Second) => ints::<Time32SecondType>(a),
            T::Time32(Millisecond) => ints::<Time32MillisecondType>(a),
            T::Time64(Microsecond) => same::<Time64MicrosecondType>(a),
            T::Time64(Nanosecond) => same::<Time64NanosecondType>(a),
            T::Timestamp(Second, _) => same::<TimestampSecondType>(a),
            T::Timestamp(Millisecond, _) => same::<TimestampMillisecondType>(a),
            T::Timestamp(Microsecond, _) => same::<TimestampMicrosecondType>(a),
            T::Timestamp(Nanosecond, _) => same::<TimestampNanosecondType>(a),
            T::Duration(Second) => same::<DurationSecondType>(a),
            T::Duration(Millisecond) => same::<DurationMillisecondType>(a),
            T::Duration(Microsecond) => same::<DurationMicrosecondType>(a),
            T::Duration(Nanosecond) => same::<DurationNanosecondType>(a),
            T::Decimal32(..) => decimals::<Decimal32Type>(a, |v| i256::from_i128(v.into())),
            T::Decimal64(..) => decimals::<Decimal64Type>(a, |v| i256::from_i128(v.into())),
            T::Decimal128(..) => decimals::<Decimal128Type>(a, i256::from_i128),
            T::Decimal256(..) => decimals::<Decimal256Type>(a, |v| v),
            T::Utf8 => Ranks::Text(a.as_string::<i32>().clone()),
            T::LargeUtf8 => Ranks::LargeText(a.as_string::<i64>().clone()),
            T::Utf8View => Ranks::TextView(a.as_string_view().clone()),
            other => {
                return Err(OrderError::Type {
                    found: other.to_string(),
                    in_its_place: super::in_its_place(other),
                });
            }
        };
        Ok(Self {
            order_type: order_type.clone(),
            ranks,
        })
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.ranks {
            Ranks::Int(v) | Ranks::Uint(v) | Ranks::Float(v) => v.len(),
            Ranks::Decimal(v) => v.len(),
            Ranks::Text(v) => v.len(),
            Ranks::LargeText(v) => v.len(),
            Ranks::TextView(v) => v.len(),
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values as integers that order as the values do, where the type has up to 64 bits.
    #[must_use]
    pub fn ranks(&self) -> Option<&[i64]> {
        match &self.ranks {
            Ranks::Int(v) | Ranks::Uint(v) | Ranks::Float(v) => Some(v),
            _ => None,
        }
    }

    fn text(&self, row: usize) -> Option<&str> {
        match &self.ranks {
            Ranks::Text(v) => Some(v.value(row)),
            Ranks::LargeText(v) => Some(v.value(row)),
            Ranks::TextView(v) => Some(v.value(row)),
            _ => None,
        }
    }

    /// The value in a row.
    ///
    /// # Panics
    /// When there is no such row.
    #[must_use]
    pub fn value(&self, row: usize) -> OrderValue {
        match &self.ranks {
            Ranks::Int(v) => OrderValue::Int(v[row]),
            Ranks::Uint(v) => OrderValue::Uint(v[row].cast_unsigned() ^ SIGN),
            Ranks::Float(v) => OrderValue::Float(TotalF64::from_rank(v[row])),
            Ranks::Decimal(v) => OrderValue::Decimal(v[row]),
            Ranks::Text(v) => OrderValue::Text(v.value(row).to_owned()),
            Ranks::LargeText(v) => OrderValue::Text(v.value(row).to_owned()),
            Ranks::TextView(v) => OrderValue::Text(v.value(row).to_owned()),
        }
    }

    /// Compares a row with a row of another column of the same type.
    ///
    /// # Panics
    /// When there is no such row.
    #[must_use]
    pub fn compare(&self, row: usize, other: &Self, other_row: usize) -> Ordering {
        match (&self.ranks, &other.ranks) {
            (Ranks::Decimal(a), Ranks::Decimal(b)) => a[row].cmp(&b[other_row]),
            _ => match (self.ranks(), other.ranks()) {
                (Some(a), Some(b)) => a[row].cmp(&b[other_row]),
                _ => self.text(row).cmp(&other.text(other_row)),
            },
        }
    }

    /// Compares a row with a value of the same type.
    ///
    /// # Panics
    /// When there is no such row.
    #[must_use]
    pub fn compare_value(&self, row: usize, value: &OrderValue) -> Ordering {
        match (&self.ranks, value) {
            (Ranks::Int(v), OrderValue::Int(value)) => v[row].cmp(value),
            (Ranks::Uint(v), OrderValue::Uint(value)) => v[row].cmp(&uint_rank(*value)),
            (Ranks::Float(v), OrderValue::Float(value)) => v[row].cmp(&value.rank()),
            (Ranks::Decimal(v), OrderValue::Decimal(value)) => v[row].cmp(value),
            (_, OrderValue::Text(value)) => self.text(row).cmp(&Some(value.as_str())),
            _ => self.value(row).cmp(value),
        }
    }

    /// How many of the leading rows are less than the value, in a sorted column.
    #[must_use]
    pub fn rows_below(&self, value: &OrderValue) -> usize {
        self.leading(|row| self.compare_value(row, value).is_lt())
    }

    /// How many of the leading rows are less than or equal to the value, in a sorted column.
    #[must_use]
    pub fn rows_up_to(&self, value: &OrderValue) -> usize {
        self.leading(|row| self.compare_value(row, value).is_le())
    }

    /// How many leading rows fulfil a condition that only leading rows fulfil.
    fn leading(&self, condition: impl Fn(usize) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if condition(middle) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The first row that is less than the one before it.
    #[must_use]
    pub fn first_unsorted(&self) -> Option<usize> {
        if let Some(ranks) = self.ranks() {
            // The common case is decided without a branch per row.
            if ranks.is_sorted() {
                return None;
            }
            return (1..ranks.len()).find(|row| ranks[*row] < ranks[row - 1]);
        }
        (1..self.len()).find(|row| self.compare(*row, self, row - 1).is_lt())
    }

    /// Refuses rows out of order, among themselves and after `previous`.
    ///
    /// # Errors
    /// [`OrderError::Unsorted`] with the row.
    pub fn check_sorted(&self, previous: Option<&OrderValue>) -> Result<(), OrderError> {
        let unsorted = |row: usize, previous: &OrderValue| OrderError::Unsorted {
            row: row as u64,
            value: self.order_type.show(&self.value(row)),
            previous: self.order_type.show(previous),
        };
        if let Some(previous) = previous
            && !self.is_empty()
            && self.compare_value(0, previous).is_lt()
        {
            return Err(unsorted(0, previous));
        }
        match self.first_unsorted() {
            Some(row) => Err(unsorted(row, &self.value(row - 1))),
            None => Ok(()),
        }
    }
}
