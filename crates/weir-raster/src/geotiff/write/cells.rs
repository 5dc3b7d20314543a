//! Doubles become cells of the output's type, or the reason why they cannot.

use crate::PixelType;

/// Why a value cannot be a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unwritable {
    /// There is no value, and nothing that stands for none.
    Missing,
    /// The type does not reach it.
    Range,
    /// It would read as no value.
    Nodata,
}

/// A type of cells, and which cell stands for no value.
///
/// Integers are rounded to the nearest, ties to the even one. Floating-point cells are the nearest of their type; a
/// finite value never becomes an infinite one. All bytes are little-endian, and every NaN has the same bits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cells {
    pixel: PixelType,
    nodata: Option<f64>,
}

trait Cell: Copy + PartialEq {
    const WIDTH: usize;
    /// The cell for no value where nothing was chosen: NaN in types that have it.
    const NONE: Option<Self>;
    /// The cell nearest to a value that is not NaN, and whether the type reaches the value; the nearest end where it does not.
    fn of(value: f64) -> (Self, bool);
    fn value(self) -> f64;
    /// A neighbour of this cell among the type's values.
    fn neighbour(self) -> Self;
    fn put(self, bytes: &mut [u8]);
}

macro_rules! integers {
    ($($kind:ty),*) => {$(
        impl Cell for $kind {
            const WIDTH: usize = size_of::<$kind>();
            const NONE: Option<Self> = None;

            #[inline(always)]
            fn of(value: f64) -> (Self, bool) {
                let rounded = value.round_ties_even();
                // The end itself is no double in types of 64 bits; one more always is.
                let fits = rounded >= Self::MIN as f64 && rounded < Self::MAX as f64 + 1.0;
                (rounded as Self, fits)
            }

            #[inline(always)]
            fn value(self) -> f64 {
                self as f64
            }

            fn neighbour(self) -> Self {
                if self == Self::MAX { self - 1 } else { self + 1 }
            }

            #[inline(always)]
            fn put(self, bytes: &mut [u8]) {
                bytes.copy_from_slice(&self.to_le_bytes());
            }
        }
    )*};
}

macro_rules! floats {
    ($($kind:ty),*) => {$(
        impl Cell for $kind {
            const WIDTH: usize = size_of::<$kind>();
            const NONE: Option<Self> = Some(Self::NAN);

            #[inline(always)]
            fn of(value: f64) -> (Self, bool) {
                let cell = value as Self;
                if cell.is_infinite() && value.is_finite() {
                    (Self::MAX.copysign(cell), false)
                } else {
                    (cell, true)
                }
            }

            #[inline(always)]
            fn value(self) -> f64 {
                f64::from(self)
            }

            fn neighbour(self) -> Self {
                if self < Self::MAX { self.next_up() } else { self.next_down() }
            }

            #[inline(always)]
            fn put(self, bytes: &mut [u8]) {
                bytes.copy_from_slice(&self.to_le_bytes());
            }
        }
    )*};
}

integers!(u8, i8, u16, i16, u32, i32, u64, i64);
floats!(f32, f64);

macro_rules! with_cell {
    ($pixel:expr, $kind:ident => $body:expr) => {
        match $pixel {
            PixelType::UInt8 => with_cell!(u8, $kind, $body),
            PixelType::Int8 => with_cell!(i8, $kind, $body),
            PixelType::UInt16 => with_cell!(u16, $kind, $body),
            PixelType::Int16 => with_cell!(i16, $kind, $body),
            PixelType::UInt32 => with_cell!(u32, $kind, $body),
            PixelType::Int32 => with_cell!(i32, $kind, $body),
            PixelType::UInt64 => with_cell!(u64, $kind, $body),
            PixelType::Int64 => with_cell!(i64, $kind, $body),
            PixelType::Float32 => with_cell!(f32, $kind, $body),
            PixelType::Float64 => with_cell!(f64, $kind, $body),
        }
    };
    ($cell:ident, $kind:ident, $body:expr) => {{
        type $kind = $cell;
        $body
    }};
}

impl Cells {
    /// Cells of a type with the value that stands for none.
    ///
    /// # Errors
    /// What is wrong with `nodata`, where the type does not have that value exactly, and the nearest that it has.
    pub(crate) fn new(pixel: PixelType, nodata: Option<f64>) -> Result<Self, String> {
        if let Some(value) = nodata {
            let nearest = with_cell!(pixel, Kind => {
                if value.is_nan() { Kind::NONE.map(Cell::value) } else { Some(Kind::of(value).0.value()) }
            });
            let Some(nearest) = nearest else {
                let name = pixel.name();
                return Err(format!(
                    "nodata is NaN, which cells of type {name} do not have; choose a number that no cell has"
                ));
            };
            if nearest != value && !value.is_nan() {
                let name = pixel.name();
                return Err(format!(
                    "nodata {value:?} is no value of type {name}; the nearest is {nearest:?}"
                ));
            }
        }
        Ok(Self { pixel, nodata })
    }

    /// Bytes of one cell.
    pub(crate) fn width(&self) -> usize {
        self.pixel.bytes() as usize
    }

    /// Nodata as GDAL writes it into tag 42113.
    pub(crate) fn nodata_text(&self) -> Option<String> {
        let value = self.nodata?;
        Some(if value.is_nan() {
            "nan".to_owned()
        } else if !self.pixel.is_float() {
            format!("{}", value as i128)
        } else if value == 0.0 || (1e-5..1e15).contains(&value.abs()) {
            format!("{value}")
        } else {
            format!("{value:e}")
        })
    }

    /// The bytes of the cell that means no value: nodata, else NaN, else 0 (which then means nothing).
    pub(crate) fn empty(&self) -> Vec<u8> {
        let mut bytes = vec![0; self.width()];
        with_cell!(self.pixel, Kind => none::<Kind>(self.nodata).unwrap_or(Kind::of(0.0).0).put(&mut bytes));
        bytes
    }

    /// Makes cells of `row`, NaN being no value: their bytes in `bytes`, and in `read` what a reader will see, NaN where there is no
    /// value. Both have the row's length.
    ///
    /// # Errors
    /// The first column from the west whose value cannot be written, and why.
    pub(crate) fn write(
        &self,
        row: &[f64],
        read: &mut [f64],
        bytes: &mut [u8],
    ) -> Result<(), (usize, Unwritable)> {
        with_cell!(self.pixel, Kind => write::<Kind>(self.nodata, row, read, bytes))
    }

    /// As [`Cells::write`] for what was calculated of cells that were written: it fits, and where it happens to be nodata, the value
    /// next to it is written.
    pub(crate) fn write_derived(&self, row: &[f64], bytes: &mut [u8]) {
        with_cell!(self.pixel, Kind => write_derived::<Kind>(self.nodata, row, bytes));
    }
}

fn none<Kind: Cell>(nodata: Option<f64>) -> Option<Kind> {
    match nodata {
        Some(value) if !value.is_nan() => Some(Kind::of(value).0),
        _ => Kind::NONE,
    }
}

fn write<Kind: Cell>(
    nodata: Option<f64>,
    row: &[f64],
    read: &mut [f64],
    bytes: &mut [u8],
) -> Result<(), (usize, Unwritable)> {
    let none = none::<Kind>(nodata);
    let (may_miss, empty) = (none.is_some(), none.unwrap_or(Kind::of(0.0).0));
    // Without a branch for the cells that are fine; which one is not is found afterwards. A NaN equals no cell.
    let mut wrong = false;
    for ((value, read), bytes) in row
        .iter()
        .zip(read)
        .zip(bytes.chunks_exact_mut(Kind::WIDTH))
    {
        let missing = value.is_nan();
        let (cell, fits) = Kind::of(*value);
        wrong |= if missing {
            !may_miss
        } else {
            !fits | (may_miss & (cell == empty))
        };
        *read = if missing { f64::NAN } else { cell.value() };
        (if missing { empty } else { cell }).put(bytes);
    }
    if !wrong {
        return Ok(());
    }
    let found = row.iter().enumerate().find_map(|(column, value)| {
        let (cell, fits) = Kind::of(*value);
        let reason = match (value.is_nan(), fits) {
            (true, _) if may_miss => return None,
            (true, _) => Unwritable::Missing,
            (false, false) => Unwritable::Range,
            (false, true) if may_miss && cell == empty => Unwritable::Nodata,
            (false, true) => return None,
        };
        Some((column, reason))
    });
    Err(found.expect("the loop above saw a value that cannot be written"))
}

fn write_derived<Kind: Cell>(nodata: Option<f64>, row: &[f64], bytes: &mut [u8]) {
    let none = none::<Kind>(nodata);
    let empty = none.unwrap_or(Kind::of(0.0).0);
    for (value, bytes) in row.iter().zip(bytes.chunks_exact_mut(Kind::WIDTH)) {
        if value.is_nan() {
            empty.put(bytes);
        } else {
            let (cell, _) = Kind::of(*value);
            let clash = none.is_some() && cell == empty;
            (if clash { cell.neighbour() } else { cell }).put(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TYPES: [PixelType; 10] = [
        PixelType::UInt8,
        PixelType::Int8,
        PixelType::UInt16,
        PixelType::Int16,
        PixelType::UInt32,
        PixelType::Int32,
        PixelType::UInt64,
        PixelType::Int64,
        PixelType::Float32,
        PixelType::Float64,
    ];

    fn one(
        pixel: PixelType,
        nodata: Option<f64>,
        value: f64,
    ) -> Result<(f64, Vec<u8>), Unwritable> {
        let cells = Cells::new(pixel, nodata).unwrap();
        let (mut read, mut bytes) = ([0.0], vec![0; cells.width()]);
        cells
            .write(&[value], &mut read, &mut bytes)
            .map_err(|(_, reason)| reason)?;
        Ok((read[0], bytes))
    }

    #[test]
    fn the_ends_of_every_type_are_written_and_what_is_beyond_them_is_not() {
        let ends = [
            (0.0, 255.0),
            (-128.0, 127.0),
            (0.0, 65535.0),
            (-32768.0, 32767.0),
            (0.0, 4294967295.0),
            (-2147483648.0, 2147483647.0),
            // The doubles next to the ends of 64 bits.
            (0.0, 18446744073709549568.0),
            (-9223372036854775808.0, 9223372036854774784.0),
            (f64::from(f32::MIN), f64::from(f32::MAX)),
            (f64::MIN, f64::MAX),
        ];
        for (pixel, (low, high)) in TYPES.into_iter().zip(ends) {
            assert_eq!(one(pixel, None, low).unwrap().0, low, "{pixel:?}");
            assert_eq!(one(pixel, None, high).unwrap().0, high, "{pixel:?}");
            for beyond in [f64::INFINITY, f64::NEG_INFINITY] {
                let answer = one(pixel, None, beyond);
                if pixel.is_float() {
                    assert_eq!(answer.unwrap().0, beyond);
                } else {
                    assert_eq!(answer.unwrap_err(), Unwritable::Range, "{pixel:?}");
                }
            }
            if pixel != PixelType::Float64 {
                for beyond in [low * 1.000001 - 1.0, high * 1.000001 + 1.0] {
                    let answer = one(pixel, None, beyond);
                    assert_eq!(answer.unwrap_err(), Unwritable::Range, "{pixel:?} {beyond}");
                }
            }
        }
        for (pixel, beyond) in [
            (PixelType::UInt64, 18446744073709551616.0),
            (PixelType::Int64, 9223372036854775808.0),
            (PixelType::UInt8, 255.5),
            (PixelType::UInt8, -0.500001),
        ] {
            assert_eq!(one(pixel, None, beyond).unwrap_err(), Unwritable::Range);
        }
    }

    #[test]
    fn fractions_are_rounded_to_the_even_neighbour() {
        for (value, cell) in [
            (0.5, 0),
            (1.5, 2),
            (2.5, 2),
            (-0.5, 0),
            (254.5, 254),
            (7.2, 7),
        ] {
            let (read, bytes) = one(PixelType::UInt8, None, value).unwrap();
            assert_eq!((read, bytes), (f64::from(cell), vec![cell]), "{value}");
        }
    }

    #[test]
    fn no_value_is_nodata_or_nan_or_refused() {
        assert_eq!(
            one(PixelType::Int16, Some(-1.0), f64::NAN).unwrap().1,
            [255, 255]
        );
        assert_eq!(
            one(PixelType::Int16, None, f64::NAN).unwrap_err(),
            Unwritable::Missing
        );
        let negative = f64::from_bits(f64::NAN.to_bits() | 1 << 63 | 77);
        for nodata in [None, Some(f64::NAN)] {
            let (read, bytes) = one(PixelType::Float32, nodata, negative).unwrap();
            assert!(read.is_nan());
            assert_eq!(bytes, f32::NAN.to_le_bytes());
        }
    }

    #[test]
    fn a_value_that_would_read_as_none_is_refused_also_when_rounding_makes_it_so() {
        for (pixel, nodata, value) in [
            (PixelType::UInt8, 7.0, 7.0),
            (PixelType::UInt8, 7.0, 7.2),
            (PixelType::Float32, f64::from(0.1f32), 0.1),
            (PixelType::Float64, 0.0, -0.0),
        ] {
            assert_eq!(
                one(pixel, Some(nodata), value).unwrap_err(),
                Unwritable::Nodata
            );
        }
        let cells = Cells::new(PixelType::UInt8, Some(7.0)).unwrap();
        let (mut read, mut bytes) = ([0.0; 3], [0; 3]);
        let answer = cells.write(&[1.0, f64::NAN, 7.0], &mut read, &mut bytes);
        assert_eq!(answer, Err((2, Unwritable::Nodata)));
    }

    #[test]
    fn derived_values_step_aside_for_nodata() {
        for (nodata, value, cell) in [(7.0, 7.1, 8), (255.0, 255.0, 254), (7.0, 6.0, 6)] {
            let cells = Cells::new(PixelType::UInt8, Some(nodata)).unwrap();
            let mut bytes = [0];
            cells.write_derived(&[value], &mut bytes);
            assert_eq!(bytes, [cell]);
        }
    }

    #[test]
    fn nodata_is_a_value_of_the_type() {
        assert!(Cells::new(PixelType::UInt8, Some(-9999.0)).is_err());
        assert!(Cells::new(PixelType::UInt8, Some(0.5)).is_err());
        assert!(Cells::new(PixelType::Int32, Some(f64::NAN)).is_err());
        let wrong = Cells::new(PixelType::Float32, Some(-9999.9)).unwrap_err();
        assert!(wrong.ends_with("the nearest is -9999.900390625"), "{wrong}");
        for (pixel, nodata, text) in [
            (PixelType::Float32, f64::NAN, "nan"),
            (
                PixelType::Float32,
                f64::from(f32::MIN),
                "-3.4028234663852886e38",
            ),
            (PixelType::Float64, -9999.0, "-9999"),
            (PixelType::Int64, i64::MIN as f64, "-9223372036854775808"),
            (PixelType::Int8, -128.0, "-128"),
        ] {
            let cells = Cells::new(pixel, Some(nodata)).unwrap();
            assert_eq!(cells.nodata_text().unwrap(), text);
        }
    }
}
