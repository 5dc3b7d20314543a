//! From a function and a type to its state.

use arrow_array::types::{
    ArrowPrimitiveType, Decimal128Type, DurationMicrosecondType, DurationMillisecondType,
    DurationNanosecondType, DurationSecondType, Float32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_schema::{DataType, TimeUnit};

use super::super::saved::{Damaged, Reader};
use super::count::Count;
use super::ends::Ends;
use super::extremes::Extremes;
use super::moments::{Mean, Moments};
use super::quantile::Quantile;
use super::sum::{FloatSum, WholeSum};
use super::text::Text;
use super::{Function, State};

/// A number in memory: ordered, and read back from saved bytes.
pub(crate) trait Native: Copy + Send + 'static {
    /// Whether it stands before `other`; floating-point numbers by `total_cmp`.
    fn before(self, other: Self) -> bool;
    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged>;
}

macro_rules! whole {
    ($($native:ty),*) => {$(
        impl Native for $native {
            #[inline(always)]
            fn before(self, other: Self) -> bool {
                self < other
            }
            fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
                let bytes = from.raw(size_of::<Self>())?;
                Ok(Self::from_le_bytes(bytes.try_into().map_err(|_| Damaged("it ends early"))?))
            }
        }
    )*};
}
whole!(i8, i16, i32, i64, i128, u8, u16, u32, u64);

macro_rules! float {
    ($($native:ty),*) => {$(
        impl Native for $native {
            #[inline(always)]
            fn before(self, other: Self) -> bool {
                self.total_cmp(&other).is_lt()
            }
            fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
                let bytes = from.raw(size_of::<Self>())?;
                Ok(Self::from_le_bytes(bytes.try_into().map_err(|_| Damaged("it ends early"))?))
            }
        }
    )*};
}
float!(f32, f64);

/// A number that can be summed.
pub(crate) trait Number: Native {
    /// As floating-point number; integers beyond 2⁵³ are rounded.
    fn float(self) -> f64;
    /// As integer, where it is one.
    fn whole(self) -> Option<i128>;
}

macro_rules! number {
    ($($native:ty: $value:ident => $whole:expr),*) => {$(
        impl Number for $native {
            #[inline(always)]
            fn float(self) -> f64 {
                self as f64
            }
            #[inline(always)]
            fn whole(self) -> Option<i128> {
                let $value = self;
                $whole
            }
        }
    )*};
}
number!(
    i8: v => Some(v.into()), i16: v => Some(v.into()), i32: v => Some(v.into()), i64: v => Some(v.into()), i128: v => Some(v),
    u8: v => Some(v.into()), u16: v => Some(v.into()), u32: v => Some(v.into()), u64: v => Some(v.into()),
    f32: _v => None, f64: _v => None
);

/// The state of a function of a column of this type; `None` where there is none. Without a column: a count of rows.
pub(crate) fn state(function: Function, input: Option<&DataType>) -> Option<Box<dyn State>> {
    let Some(input) = input else {
        return (function == Function::Count).then(|| Box::new(Count::default()) as Box<dyn State>);
    };
    let output = function.output(input)?;
    match function {
        Function::Count => Some(Box::new(Count::default())),
        Function::First | Function::Last | Function::Min | Function::Max => plain(function, input),
        Function::Sum
        | Function::Mean
        | Function::Variance { .. }
        | Function::Deviation
        | Function::Quantile(_) => numeric(function, input, &output),
    }
}

fn plain(function: Function, input: &DataType) -> Option<Box<dyn State>> {
    use arrow_array::types as t;
    macro_rules! of {
        ($type:ty) => {
            native::<$type>(function, input)
        };
    }
    match input {
        DataType::Utf8 | DataType::Boolean => {
            Some(Box::new(Text::new(function, input)) as Box<dyn State>)
        }
        DataType::Int8 => of!(Int8Type),
        DataType::Int16 => of!(Int16Type),
        DataType::Int32 => of!(Int32Type),
        DataType::Int64 => of!(Int64Type),
        DataType::UInt8 => of!(UInt8Type),
        DataType::UInt16 => of!(UInt16Type),
        DataType::UInt32 => of!(UInt32Type),
        DataType::UInt64 => of!(UInt64Type),
        DataType::Float32 => of!(Float32Type),
        DataType::Float64 => of!(Float64Type),
        DataType::Date32 => of!(t::Date32Type),
        DataType::Date64 => of!(t::Date64Type),
        DataType::Time32(TimeUnit::Second) => of!(t::Time32SecondType),
        DataType::Time32(_) => of!(t::Time32MillisecondType),
        DataType::Time64(TimeUnit::Microsecond) => of!(t::Time64MicrosecondType),
        DataType::Time64(_) => of!(t::Time64NanosecondType),
        DataType::Timestamp(TimeUnit::Second, _) => of!(t::TimestampSecondType),
        DataType::Timestamp(TimeUnit::Millisecond, _) => of!(t::TimestampMillisecondType),
        DataType::Timestamp(TimeUnit::Microsecond, _) => of!(t::TimestampMicrosecondType),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => of!(t::TimestampNanosecondType),
        DataType::Duration(TimeUnit::Second) => of!(DurationSecondType),
        DataType::Duration(TimeUnit::Millisecond) => of!(DurationMillisecondType),
        DataType::Duration(TimeUnit::Microsecond) => of!(DurationMicrosecondType),
        DataType::Duration(TimeUnit::Nanosecond) => of!(DurationNanosecondType),
        DataType::Decimal128(..) => of!(Decimal128Type),
        _ => None,
    }
}

fn native<T: ArrowPrimitiveType>(function: Function, input: &DataType) -> Option<Box<dyn State>>
where
    T::Native: Native,
{
    Some(match function {
        Function::First => Box::new(Ends::<T, false>::new(input)),
        Function::Last => Box::new(Ends::<T, true>::new(input)),
        Function::Min => Box::new(Extremes::<T, false>::new(input)),
        Function::Max => Box::new(Extremes::<T, true>::new(input)),
        _ => return None,
    })
}

fn numeric(function: Function, input: &DataType, output: &DataType) -> Option<Box<dyn State>> {
    macro_rules! whole {
        ($type:ty, $sum:ty) => {
            match function {
                Function::Sum => {
                    Some(Box::new(WholeSum::<$type, $sum>::new(output)) as Box<dyn State>)
                }
                _ => statistic::<$type>(function, 0),
            }
        };
    }
    macro_rules! float {
        ($type:ty) => {
            match function {
                Function::Sum => Some(Box::new(FloatSum::<$type>::default()) as Box<dyn State>),
                _ => statistic::<$type>(function, 0),
            }
        };
    }
    match input {
        DataType::Int8 => whole!(Int8Type, Int64Type),
        DataType::Int16 => whole!(Int16Type, Int64Type),
        DataType::Int32 => whole!(Int32Type, Int64Type),
        DataType::Int64 => whole!(Int64Type, Int64Type),
        DataType::UInt8 => whole!(UInt8Type, UInt64Type),
        DataType::UInt16 => whole!(UInt16Type, UInt64Type),
        DataType::UInt32 => whole!(UInt32Type, UInt64Type),
        DataType::UInt64 => whole!(UInt64Type, UInt64Type),
        DataType::Float32 => float!(Float32Type),
        DataType::Float64 => float!(Float64Type),
        DataType::Duration(TimeUnit::Second) => whole!(DurationSecondType, DurationSecondType),
        DataType::Duration(TimeUnit::Millisecond) => {
            whole!(DurationMillisecondType, DurationMillisecondType)
        }
        DataType::Duration(TimeUnit::Microsecond) => {
            whole!(DurationMicrosecondType, DurationMicrosecondType)
        }
        DataType::Duration(TimeUnit::Nanosecond) => {
            whole!(DurationNanosecondType, DurationNanosecondType)
        }
        DataType::Decimal128(_, scale) => match function {
            Function::Sum => Some(Box::new(WholeSum::<Decimal128Type, Decimal128Type>::new(
                output,
            ))),
            _ => statistic::<Decimal128Type>(function, *scale),
        },
        _ => None,
    }
}

fn statistic<T: ArrowPrimitiveType>(function: Function, scale: i8) -> Option<Box<dyn State>>
where
    T::Native: Number,
{
    Some(match function {
        Function::Mean => Box::new(Mean::<T>::new(scale)),
        Function::Variance { freedom } => {
            Box::new(Moments::<T>::new(scale, u64::from(freedom), false))
        }
        Function::Deviation => Box::new(Moments::<T>::new(scale, 1, true)),
        Function::Quantile(q) => Box::new(Quantile::<T>::new(scale, q.get())),
        _ => return None,
    })
}
