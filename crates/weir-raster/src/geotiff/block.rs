//! From the bytes of a block to its values.

use std::io::Read;

use super::{Compression, PixelType, Samples, decoded::Decoded};
use crate::pixel::Pixel;

/// How a block is stored.
#[derive(Debug, Clone, Copy)]
pub(super) struct Coding {
    pub(super) compression: Compression,
    pub(super) predictor: u16,
    pub(super) pixel: PixelType,
    pub(super) little: bool,
    /// Columns as stored, padding included.
    pub(super) columns: usize,
    /// Rows as stored, padding included.
    pub(super) rows: usize,
    /// Bands that lie together.
    pub(super) bands: usize,
}

impl Coding {
    /// Bytes of the decoded block.
    pub(super) fn bytes(&self) -> usize {
        self.row_bytes() * self.rows
    }

    fn row_bytes(&self) -> usize {
        self.columns * self.bands * self.pixel.bytes() as usize
    }

    /// Decompresses into `out`, which gets [`Coding::bytes`] bytes, in the machine's order and without a predictor. `whole` is the bytes of a
    /// block that no edge cuts: some programs write the last strip so.
    pub(super) fn decode(
        &self,
        stored: &[u8],
        whole: u64,
        out: &mut Vec<u8>,
    ) -> Result<(), String> {
        let wanted = self.bytes();
        // What the block before left is written over, or the block is refused.
        out.resize(wanted, 0);
        let got = match self.compression {
            Compression::None => {
                let bytes = stored.len().min(wanted);
                out[..bytes].copy_from_slice(&stored[..bytes]);
                bytes
            }
            Compression::Deflate => fill(flate2::bufread::ZlibDecoder::new(stored), whole, out)?,
            Compression::Zstd => {
                let decoder = zstd::stream::read::Decoder::with_buffer(stored)
                    .map_err(|error| error.to_string())?;
                fill(decoder.single_frame(), whole, out)?
            }
            Compression::Lzw => lzw(stored, out)?,
            Compression::PackBits => pack_bits(stored, out),
        };
        if got < wanted {
            return Err(format!(
                "{got} bytes come out of it, and {wanted} belong in it"
            ));
        }
        let width = self.pixel.bytes() as usize;
        match self.predictor {
            3 => {
                let mut row = Vec::new();
                for bytes in out.chunks_exact_mut(self.row_bytes()) {
                    undo_floating(bytes, &mut row, width, self.bands);
                }
            }
            predictor => {
                if self.little != cfg!(target_endian = "little") {
                    out.chunks_exact_mut(width).for_each(<[u8]>::reverse);
                }
                if predictor == 2 {
                    for bytes in out.chunks_exact_mut(self.row_bytes()) {
                        undo_differences(bytes, width, self.bands);
                    }
                }
            }
        }
        Ok(())
    }
}

/// The first `columns × rows` values of a block.
pub(super) fn pick(block: &Decoded<'_>, columns: usize, rows: usize) -> Samples {
    macro_rules! pick {
        ($kind:ty, $variant:ident) => {{
            let width = size_of::<$kind>();
            let mut values: Vec<$kind> = Vec::with_capacity(columns * rows);
            for row in block.bytes.chunks_exact(block.row_bytes).take(rows) {
                let cells = row[block.skip..].chunks(block.step).take(columns);
                values.extend(cells.map(|cell| <$kind as Pixel>::stored(&cell[..width])));
            }
            Samples::$variant(values)
        }};
    }
    match block.pixel {
        PixelType::UInt8 => pick!(u8, UInt8),
        PixelType::Int8 => pick!(i8, Int8),
        PixelType::UInt16 => pick!(u16, UInt16),
        PixelType::Int16 => pick!(i16, Int16),
        PixelType::UInt32 => pick!(u32, UInt32),
        PixelType::Int32 => pick!(i32, Int32),
        PixelType::UInt64 => pick!(u64, UInt64),
        PixelType::Int64 => pick!(i64, Int64),
        PixelType::Float32 => pick!(f32, Float32),
        PixelType::Float64 => pick!(f64, Float64),
    }
}

/// `count` times one value, rounded to the type: what a block that is not in the file stands for.
pub(super) fn fill_value(pixel: PixelType, value: f64, count: usize, out: &mut Vec<u8>) {
    macro_rules! fill {
        ($kind:ty) => {{
            out.clear();
            out.resize(count * size_of::<$kind>(), 0);
            let bytes = (value as $kind).to_ne_bytes();
            for place in out.chunks_exact_mut(size_of::<$kind>()) {
                place.copy_from_slice(&bytes);
            }
        }};
    }
    match pixel {
        PixelType::UInt8 => fill!(u8),
        PixelType::Int8 => fill!(i8),
        PixelType::UInt16 => fill!(u16),
        PixelType::Int16 => fill!(i16),
        PixelType::UInt32 => fill!(u32),
        PixelType::Int32 => fill!(i32),
        PixelType::UInt64 => fill!(u64),
        PixelType::Int64 => fill!(i64),
        PixelType::Float32 => fill!(f32),
        PixelType::Float64 => fill!(f64),
    }
}

/// Reads until `out` is full, then to the stream's end, as its checksum is only looked at there. So that a bomb stays small no more than
/// `whole` bytes are read beyond `out`.
fn fill(mut stream: impl Read, whole: u64, out: &mut [u8]) -> Result<usize, String> {
    let mut got = 0;
    while got < out.len() {
        match stream.read(&mut out[got..]) {
            Ok(0) => return Ok(got),
            Ok(more) => got += more,
            Err(error) => return Err(error.to_string()),
        }
    }
    let (mut rest, mut beyond) = ([0u8; 1024], 0);
    loop {
        match stream.read(&mut rest) {
            Ok(0) => return Ok(got),
            Ok(more) => beyond += more as u64,
            Err(error) => return Err(error.to_string()),
        }
        if beyond > whole {
            return Err(format!(
                "more than {} bytes come out of it, and {got} belong in it",
                got as u64 + whole
            ));
        }
    }
}

fn lzw(stored: &[u8], out: &mut [u8]) -> Result<usize, String> {
    if stored.starts_with(&[0, 1]) {
        return Err("it is compressed with the LZW of TIFF 5, which is not read".into());
    }
    let mut decoder =
        weezl::decode::Configuration::with_tiff_size_switch(weezl::BitOrder::Msb, 8).build();
    let (mut taken, mut got) = (0, 0);
    while got < out.len() {
        let step = decoder.decode_bytes(&stored[taken..], &mut out[got..]);
        taken += step.consumed_in;
        got += step.consumed_out;
        match step.status {
            Ok(weezl::LzwStatus::Ok) => {}
            Ok(_) => break,
            Err(error) => return Err(error.to_string()),
        }
    }
    Ok(got)
}

fn pack_bits(stored: &[u8], out: &mut [u8]) -> usize {
    let (mut at, mut got) = (0, 0);
    while let (Some(head), true) = (stored.get(at), got < out.len()) {
        at += 1;
        let head = *head as i8;
        if head >= 0 {
            let bytes = &stored[at.min(stored.len())..];
            let count = (head as usize + 1).min(bytes.len()).min(out.len() - got);
            out[got..got + count].copy_from_slice(&bytes[..count]);
            at += head as usize + 1;
            got += count;
        } else if head != i8::MIN {
            let Some(value) = stored.get(at) else { break };
            let count = (1 + head.unsigned_abs() as usize).min(out.len() - got);
            out[got..got + count].fill(*value);
            at += 1;
            got += count;
        }
    }
    got
}

/// Predictor 2: each value of a band is stored as the difference from the one before it in the row, as an integer of its width.
fn undo_differences(row: &mut [u8], width: usize, bands: usize) {
    macro_rules! undo {
        ($kind:ty) => {{
            const WIDTH: usize = size_of::<$kind>();
            let value = |bytes: &[u8]| {
                <$kind>::from_ne_bytes(bytes.try_into().expect("slices have the width of the type"))
            };
            for at in (bands * WIDTH..row.len()).step_by(WIDTH) {
                let before = value(&row[at - bands * WIDTH..at - bands * WIDTH + WIDTH]);
                let sum = value(&row[at..at + WIDTH]).wrapping_add(before);
                row[at..at + WIDTH].copy_from_slice(&sum.to_ne_bytes());
            }
        }};
    }
    match width {
        1 => undo!(u8),
        2 => undo!(u16),
        4 => undo!(u32),
        _ => undo!(u64),
    }
}

/// Predictor 3 (Adobe Photoshop TIFF Technical Note 3): a row's bytes in planes, most significant first, and each byte as a difference.
fn undo_floating(row: &mut [u8], scratch: &mut Vec<u8>, width: usize, bands: usize) {
    for at in bands..row.len() {
        row[at] = row[at].wrapping_add(row[at - bands]);
    }
    scratch.clear();
    scratch.extend_from_slice(row);
    let count = row.len() / width;
    for (index, value) in row.chunks_exact_mut(width).enumerate() {
        for (plane, byte) in value.iter_mut().enumerate() {
            let plane = if cfg!(target_endian = "little") {
                width - 1 - plane
            } else {
                plane
            };
            *byte = scratch[plane * count + index];
        }
    }
}
