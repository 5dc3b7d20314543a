//! A block that is decoded, and its values as doubles.

use std::ops::Range;

use super::PixelType;
use crate::pixel::Pixel;

/// What stored values mean.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Meaning {
    /// The value that means none.
    pub(crate) nodata: Option<f64>,
    /// Factor and summand, where values are to be brought to their real size.
    pub(crate) scale: Option<(f64, f64)>,
}

/// The values of one band in one block: bytes in the machine's order, without padding at the block's end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decoded<'a> {
    pub(crate) pixel: PixelType,
    pub(crate) bytes: &'a [u8],
    /// Bytes from one row to the next.
    pub(crate) row_bytes: usize,
    /// Bytes before the band's first value.
    pub(crate) skip: usize,
    /// Bytes from one value of the band to its next.
    pub(crate) step: usize,
}

impl Decoded<'_> {
    /// The values of row `row` in the block's columns `columns`; NaN where there is none.
    pub(crate) fn values_into(
        &self,
        row: usize,
        columns: Range<usize>,
        meaning: &Meaning,
        out: &mut [f64],
    ) {
        let start = row * self.row_bytes + self.skip + columns.start * self.step;
        let width = self.pixel.bytes() as usize;
        let length = match columns.len() {
            0 => 0,
            count => (count - 1) * self.step + width,
        };
        let bytes = &self.bytes[start..start + length];
        values_into(self.pixel, bytes, self.step, meaning, out);
    }

    /// The bytes of the same values, one after the other.
    pub(crate) fn bytes_into(&self, row: usize, columns: Range<usize>, out: &mut [u8]) {
        let start = row * self.row_bytes + self.skip + columns.start * self.step;
        let width = self.pixel.bytes() as usize;
        if width == self.step {
            out.copy_from_slice(&self.bytes[start..start + columns.len() * width]);
            return;
        }
        for (at, value) in out.chunks_exact_mut(width).enumerate() {
            let from = start + at * self.step;
            value.copy_from_slice(&self.bytes[from..from + width]);
        }
    }
}

/// Values of a type that lie `step` bytes apart.
pub(crate) fn values_into(
    pixel: PixelType,
    bytes: &[u8],
    step: usize,
    meaning: &Meaning,
    out: &mut [f64],
) {
    match pixel {
        PixelType::UInt8 => convert::<u8, 1>(bytes, step, meaning, out),
        PixelType::Int8 => convert::<i8, 1>(bytes, step, meaning, out),
        PixelType::UInt16 => convert::<u16, 2>(bytes, step, meaning, out),
        PixelType::Int16 => convert::<i16, 2>(bytes, step, meaning, out),
        PixelType::UInt32 => convert::<u32, 4>(bytes, step, meaning, out),
        PixelType::Int32 => convert::<i32, 4>(bytes, step, meaning, out),
        PixelType::UInt64 => convert::<u64, 8>(bytes, step, meaning, out),
        PixelType::Int64 => convert::<i64, 8>(bytes, step, meaning, out),
        PixelType::Float32 => convert::<f32, 4>(bytes, step, meaning, out),
        PixelType::Float64 => convert::<f64, 8>(bytes, step, meaning, out),
    }
}

fn convert<P: Pixel, const WIDTH: usize>(
    bytes: &[u8],
    step: usize,
    meaning: &Meaning,
    out: &mut [f64],
) {
    // Compared in the band's own type: -9999 is none of the values of an unsigned band, and not its 0.
    let nodata = meaning.nodata.and_then(P::exactly);
    if step == WIDTH {
        let (values, _) = bytes.as_chunks::<WIDTH>();
        match nodata {
            Some(nodata) => {
                for (out, value) in out.iter_mut().zip(values) {
                    let value = P::stored(value);
                    *out = if value == nodata {
                        f64::NAN
                    } else {
                        value.value()
                    };
                }
            }
            None => {
                for (out, value) in out.iter_mut().zip(values) {
                    *out = P::stored(value).value();
                }
            }
        }
    } else {
        for (out, value) in out.iter_mut().zip(bytes.chunks(step)) {
            let value = P::stored(&value[..WIDTH]);
            *out = if nodata == Some(value) {
                f64::NAN
            } else {
                value.value()
            };
        }
    }
    if let Some((scale, offset)) = meaning.scale {
        for value in out {
            *value = *value * scale + offset;
        }
    }
}
