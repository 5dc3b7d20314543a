//! Event times as integers that compare as the times do.

use arrow_array::{Array, ArrowPrimitiveType, PrimitiveArray, cast::AsArray, types};
use arrow_buffer::ScalarBuffer;
use arrow_schema::{DataType, TimeUnit};

use crate::{EventTime, Frontier};

const SIGN: u64 = 1 << 63;

/// The rank of an unsigned integer: the integer less 2⁶³, so that differences stay what they are.
fn of_uint(value: u64) -> i64 {
    (value ^ SIGN).cast_signed()
}

/// The rank of a number: its bits, mirrored below zero. −0 is 0.
pub(super) fn of_float(value: f64) -> i64 {
    let bits = (value + 0.0).to_bits().cast_signed();
    bits ^ (((bits >> 63).cast_unsigned()) >> 1).cast_signed()
}

/// The number of a rank.
pub(super) fn to_float(rank: i64) -> f64 {
    f64::from_bits((rank ^ (((rank >> 63).cast_unsigned()) >> 1).cast_signed()).cast_unsigned())
}

/// The rank of a time; `None` for decimals and text, by which joins cannot be ordered.
pub(super) fn of_time(time: &EventTime) -> Option<i64> {
    match time {
        EventTime::Int(value) => Some(*value),
        EventTime::Uint(value) => Some(of_uint(*value)),
        EventTime::Float(value) => Some(of_float(value.get())),
        EventTime::Decimal(_) | EventTime::Text(_) => None,
    }
}

/// The time of a rank in a column of this type.
pub(super) fn to_time(rank: i64, data_type: &DataType) -> EventTime {
    match data_type {
        DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => {
            EventTime::Uint(rank.cast_unsigned() ^ SIGN)
        }
        DataType::Float32 | DataType::Float64 => {
            EventTime::Float(crate::FloatTime::new(to_float(rank)))
        }
        _ => EventTime::Int(rank),
    }
}

/// How far a stream is settled, in ranks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settled {
    /// Nothing is.
    Nothing,
    /// Rows still to come have this rank or a greater one.
    From(i64),
    /// No row comes any more.
    Ended,
}

impl Settled {
    pub(super) fn of(frontier: &Frontier) -> Self {
        match frontier {
            Frontier::Start => Self::Nothing,
            Frontier::At(time) => of_time(time).map_or(Self::Nothing, Self::From),
            Frontier::End => Self::Ended,
        }
    }

    /// Whether all rows up to and including this rank are there.
    #[inline]
    pub(super) fn through(self, rank: i64) -> bool {
        match self {
            Self::Nothing => false,
            Self::From(from) => from > rank,
            Self::Ended => true,
        }
    }

    /// Whether all rows below this rank are there.
    #[inline]
    pub(super) fn below(self, rank: i64) -> bool {
        match self {
            Self::Nothing => false,
            Self::From(from) => from >= rank,
            Self::Ended => true,
        }
    }
}

/// Whether joins can be ordered by a column of this type.
pub(super) fn has_rank(data_type: &DataType) -> bool {
    use DataType as T;
    matches!(
        data_type,
        T::Int8
            | T::Int16
            | T::Int32
            | T::Int64
            | T::UInt8
            | T::UInt16
            | T::UInt32
            | T::UInt64
            | T::Float32
            | T::Float64
            | T::Date32
            | T::Date64
            | T::Time32(_)
            | T::Time64(_)
            | T::Timestamp(_, _)
    )
}

/// The ranks of a column without nulls; without a copy where it holds 64-bit integers. `None` for other types.
pub(super) fn of_column(column: &dyn Array) -> Option<ScalarBuffer<i64>> {
    use DataType as T;
    use TimeUnit::{Microsecond, Millisecond, Nanosecond, Second};
    Some(match column.data_type() {
        T::Int8 => ints::<types::Int8Type>(column),
        T::Int16 => ints::<types::Int16Type>(column),
        T::Int32 => ints::<types::Int32Type>(column),
        T::Int64 => same::<types::Int64Type>(column),
        T::UInt8 => uints::<types::UInt8Type>(column),
        T::UInt16 => uints::<types::UInt16Type>(column),
        T::UInt32 => uints::<types::UInt32Type>(column),
        T::UInt64 => uints::<types::UInt64Type>(column),
        T::Float32 => mapped::<types::Float32Type>(column, |value| of_float(f64::from(value))),
        T::Float64 => mapped::<types::Float64Type>(column, of_float),
        T::Date32 => ints::<types::Date32Type>(column),
        T::Date64 => same::<types::Date64Type>(column),
        T::Time32(Second) => ints::<types::Time32SecondType>(column),
        T::Time32(_) => ints::<types::Time32MillisecondType>(column),
        T::Time64(Microsecond) => same::<types::Time64MicrosecondType>(column),
        T::Time64(_) => same::<types::Time64NanosecondType>(column),
        T::Timestamp(Second, _) => same::<types::TimestampSecondType>(column),
        T::Timestamp(Millisecond, _) => same::<types::TimestampMillisecondType>(column),
        T::Timestamp(Microsecond, _) => same::<types::TimestampMicrosecondType>(column),
        T::Timestamp(Nanosecond, _) => same::<types::TimestampNanosecondType>(column),
        _ => return None,
    })
}

fn mapped<T: ArrowPrimitiveType>(
    column: &dyn Array,
    rank: impl Fn(T::Native) -> i64,
) -> ScalarBuffer<i64> {
    let column: &PrimitiveArray<T> = column.as_primitive();
    column.values().iter().map(|value| rank(*value)).collect()
}

fn ints<T: ArrowPrimitiveType>(column: &dyn Array) -> ScalarBuffer<i64>
where
    T::Native: Into<i64>,
{
    mapped::<T>(column, Into::into)
}

fn uints<T: ArrowPrimitiveType>(column: &dyn Array) -> ScalarBuffer<i64>
where
    T::Native: Into<u64>,
{
    mapped::<T>(column, |value| of_uint(value.into()))
}

fn same<T: ArrowPrimitiveType<Native = i64>>(column: &dyn Array) -> ScalarBuffer<i64> {
    let column: &PrimitiveArray<T> = column.as_primitive();
    column.values().clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_of_numbers_compare_as_numbers_do() {
        let numbers = [
            f64::NEG_INFINITY,
            -2.5,
            -1.0,
            -f64::MIN_POSITIVE,
            0.0,
            1e-300,
            1.0,
            7.25,
            f64::INFINITY,
        ];
        let ranks: Vec<i64> = numbers.iter().map(|number| of_float(*number)).collect();
        assert!(ranks.is_sorted_by(|a, b| a < b));
        assert!(
            numbers
                .iter()
                .zip(&ranks)
                .all(|(number, rank)| to_float(*rank) == *number)
        );
        assert_eq!(of_float(-0.0), of_float(0.0));
    }

    #[test]
    fn ranks_of_unsigned_integers_keep_their_differences() {
        assert_eq!(of_uint(0), i64::MIN);
        assert_eq!(of_uint(u64::MAX), i64::MAX);
        assert_eq!(of_uint(12) - of_uint(5), 7);
    }
}
