//! One tile: predicted and compressed.

use std::io::{Error, Result};

use zlib_rs::{Deflate, DeflateFlush, Status};

use super::predict::predict;
use crate::{Compression, PixelType};

/// The window of deflate: 32 KiB, the largest.
const WINDOW_BITS: u8 = 15;

/// How tiles are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TileCoding {
    pub(crate) compression: Compression,
    /// 1 to 9 for deflate, 1 to 19 for zstd; else without a meaning.
    pub(crate) level: u8,
    pub(crate) predictor: u16,
    pub(crate) pixel: PixelType,
    /// Cells along a side.
    pub(crate) side: usize,
}

impl TileCoding {
    /// Bytes of a tile before it is compressed.
    pub(crate) fn tile_bytes(&self) -> usize {
        self.side * self.side * self.pixel.bytes() as usize
    }

    /// The most bytes of a compressed tile: codes of LZW have up to 12 bits a byte.
    fn most_encoded(&self) -> usize {
        let plain = self.tile_bytes();
        match self.compression {
            Compression::Lzw => plain + plain / 2 + 1024,
            _ => plain + plain / 8 + 1024,
        }
    }

    /// Bytes that an encoder holds.
    pub(crate) fn encoder_bytes(&self) -> u64 {
        let state = match self.compression {
            Compression::None | Compression::PackBits => 0,
            Compression::Deflate | Compression::Lzw => 512 << 10,
            // Tables and window follow the level up to what the size of the input needs (zstd's `ZSTD_adjustCParams`).
            Compression::Zstd => (2 << 20) + 8 * self.tile_bytes(),
        };
        (self.tile_bytes() + self.most_encoded() + self.most_encoded() / 8 + state) as u64
    }
}

/// Encodes tiles one after the other.
pub(crate) struct TileEncoder {
    coding: TileCoding,
    predicted: Vec<u8>,
    encoded: Vec<u8>,
    state: State,
    /// The last tile whose cells were all the same: the cell and the encoded tile. In most rasters there are many of them.
    uniform: Option<(Vec<u8>, Vec<u8>)>,
}

enum State {
    None,
    Deflate(Box<Deflate>),
    Lzw,
    Zstd(zstd::bulk::Compressor<'static>),
}

impl TileEncoder {
    /// # Errors
    /// What the compressor says.
    pub(crate) fn new(coding: TileCoding) -> Result<Self> {
        let state = match coding.compression {
            Compression::None | Compression::PackBits => State::None,
            Compression::Lzw => State::Lzw,
            Compression::Deflate => {
                let deflate = Deflate::new(i32::from(coding.level), true, WINDOW_BITS);
                State::Deflate(Box::new(deflate))
            }
            Compression::Zstd => State::Zstd(zstd::bulk::Compressor::new(i32::from(coding.level))?),
        };
        Ok(Self {
            coding,
            predicted: vec![0; coding.tile_bytes()],
            encoded: Vec::with_capacity(coding.most_encoded()),
            state,
            uniform: None,
        })
    }

    /// The bytes to be stored for a tile of little-endian cells, a row after the other.
    ///
    /// # Errors
    /// What the compressor says.
    pub(crate) fn encode(&mut self, cells: &[u8]) -> Result<&[u8]> {
        let width = self.coding.pixel.bytes() as usize;
        if !is_uniform(cells, width) {
            self.encode_anew(cells)?;
            return Ok(&self.encoded);
        }
        let cell = &cells[..width];
        let known = matches!(&self.uniform, Some((known, _)) if known == cell);
        if !known {
            self.encode_anew(cells)?;
            self.uniform = Some((cell.to_vec(), self.encoded.clone()));
        }
        Ok(self
            .uniform
            .as_ref()
            .map_or(&self.encoded, |(_, tile)| tile))
    }

    fn encode_anew(&mut self, cells: &[u8]) -> Result<()> {
        let width = self.coding.pixel.bytes() as usize;
        let row = self.coding.side * width;
        let plain = if self.coding.predictor == 1 {
            cells
        } else {
            for (cells, out) in cells
                .chunks_exact(row)
                .zip(self.predicted.chunks_exact_mut(row))
            {
                predict(self.coding.predictor, width, cells, out);
            }
            &self.predicted
        };
        let most = self.coding.most_encoded();
        let out = &mut self.encoded;
        out.clear();
        match &mut self.state {
            State::None => out.extend_from_slice(plain),
            State::Deflate(deflate) => {
                deflate.reset();
                out.resize(most, 0);
                match deflate.compress(plain, out, DeflateFlush::Finish) {
                    Ok(Status::StreamEnd) => out.truncate(deflate.total_out() as usize),
                    Ok(_) => {
                        return Err(Error::other("a tile became larger by more than an eighth"));
                    }
                    Err(error) => return Err(Error::other(error.as_str())),
                }
            }
            State::Lzw => {
                let mut encoder =
                    weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8);
                let done = encoder.into_vec(out).encode_all(plain);
                done.status.map_err(Error::other)?;
            }
            State::Zstd(zstd) => {
                out.reserve(zstd::zstd_safe::compress_bound(plain.len()));
                zstd.compress_to_buffer(plain, out)?;
            }
        }
        Ok(())
    }
}

/// Whether all cells have the same bytes.
pub(crate) fn is_uniform(cells: &[u8], width: usize) -> bool {
    cells[width..] == cells[..cells.len() - width]
}
