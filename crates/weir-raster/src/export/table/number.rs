//! Values in a column's type.

use crate::PixelType;

/// A value that fits as a whole number of a type: rounded to the nearest, ties to the even one.
pub(super) trait Whole: Sized {
    fn of(value: f64) -> Self;
}

macro_rules! whole {
    ($($kind:ty),*) => {$(
        impl Whole for $kind {
            #[inline]
            fn of(value: f64) -> Self {
                // Most are whole already, and rounding is slow.
                let cut = value as Self;
                if cut as f64 == value { cut } else { value.round_ties_even() as Self }
            }
        }
    )*};
}

whole!(u8, i8, u16, i16, u32, i32, u64, i64);

/// The place of the first value that a type does not reach; NaN is none.
pub(super) fn first_unfit(pixel: PixelType, values: &[f64]) -> Option<usize> {
    // One pass without branches, then the search: there hardly ever is one.
    fn search(values: &[f64], unfit: impl Fn(f64) -> bool) -> Option<usize> {
        let any = values.iter().fold(false, |any, &value| any | unfit(value));
        any.then(|| values.iter().position(|&value| unfit(value)))?
    }
    // Ties go to the even neighbour: down to `MIN - 0.5` and below `MAX + 0.5`.
    macro_rules! whole {
        ($kind:ty) => {{
            let (least, above) = (<$kind>::MIN as f64 - 0.5, <$kind>::MAX as f64 + 0.5);
            search(values, |value| (value < least) | (value >= above))
        }};
    }
    match pixel {
        PixelType::UInt8 => whole!(u8),
        PixelType::Int8 => whole!(i8),
        PixelType::UInt16 => whole!(u16),
        PixelType::Int16 => whole!(i16),
        PixelType::UInt32 => whole!(u32),
        PixelType::Int32 => whole!(i32),
        PixelType::UInt64 => whole!(u64),
        PixelType::Int64 => whole!(i64),
        PixelType::Float32 => search(values, |value| {
            (value as f32).is_infinite() & value.is_finite()
        }),
        PixelType::Float64 => None,
    }
}

/// Appends a value's shortest text that reads back as the same number of the type.
pub(super) fn write_number(pixel: PixelType, value: f64, text: &mut Vec<u8>) {
    macro_rules! whole_text {
        ($kind:ty) => {
            text.extend_from_slice(itoa::Buffer::new().format(<$kind>::of(value)).as_bytes())
        };
    }
    match pixel {
        PixelType::UInt8 => whole_text!(u8),
        PixelType::Int8 => whole_text!(i8),
        PixelType::UInt16 => whole_text!(u16),
        PixelType::Int16 => whole_text!(i16),
        PixelType::UInt32 => whole_text!(u32),
        PixelType::Int32 => whole_text!(i32),
        PixelType::UInt64 => whole_text!(u64),
        PixelType::Int64 => whole_text!(i64),
        PixelType::Float32 => {
            text.extend_from_slice(ryu::Buffer::new().format(value as f32).as_bytes());
        }
        PixelType::Float64 => {
            text.extend_from_slice(ryu::Buffer::new().format(value).as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(pixel: PixelType, value: f64) -> String {
        let mut text = Vec::new();
        write_number(pixel, value, &mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn numbers_are_written_in_their_type() {
        assert_eq!(text(PixelType::UInt8, 254.5), "254");
        assert_eq!(text(PixelType::Int16, -2.5), "-2");
        assert_eq!(text(PixelType::Int16, 2.75), "3");
        assert_eq!(text(PixelType::Int64, -9e18), "-9000000000000000000");
        assert_eq!(text(PixelType::Float32, f64::from(0.1_f32)), "0.1");
        assert_eq!(text(PixelType::Float64, 0.1), "0.1");
        assert_eq!(text(PixelType::Float64, 3.0), "3.0");
        assert_eq!(text(PixelType::Float64, f64::NEG_INFINITY), "-inf");
    }

    #[test]
    fn values_that_a_type_does_not_reach_are_found() {
        let found = |pixel, value| first_unfit(pixel, &[f64::NAN, 0.0, value]);
        for fine in [-0.5, 255.0, 255.499] {
            assert_eq!(found(PixelType::UInt8, fine), None, "{fine}");
        }
        for unfit in [-0.51, 255.5, 1e300, f64::INFINITY] {
            assert_eq!(found(PixelType::UInt8, unfit), Some(2), "{unfit}");
        }
        assert_eq!(found(PixelType::Int64, -9_223_372_036_854_775_808.0), None);
        assert_eq!(
            found(PixelType::Int64, 9_223_372_036_854_775_808.0),
            Some(2)
        );
        assert_eq!(found(PixelType::UInt64, 18_446_744_073_709_549_568.0), None);
        assert_eq!(found(PixelType::Float32, 1e39), Some(2));
        assert_eq!(found(PixelType::Float32, f64::INFINITY), None);
        assert_eq!(found(PixelType::Float64, 1e300), None);
    }

    proptest! {
        #[test]
        fn doubles_and_singles_read_back(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            if !value.is_nan() {
                let read: f64 = text(PixelType::Float64, value).parse().unwrap();
                prop_assert_eq!(read.to_bits(), bits);
                let read: f32 = text(PixelType::Float32, value).parse().unwrap();
                prop_assert_eq!(read.to_bits(), (value as f32).to_bits());
            }
        }
    }
}
