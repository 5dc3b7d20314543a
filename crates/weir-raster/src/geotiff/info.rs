//! What a file says of itself.

use super::Crs;
use crate::grid::Grid;

/// The type of a band's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are the types")]
pub enum PixelType {
    UInt8,
    Int8,
    UInt16,
    Int16,
    UInt32,
    Int32,
    UInt64,
    Int64,
    Float32,
    Float64,
}

impl PixelType {
    /// Bytes of one value.
    pub fn bytes(self) -> u64 {
        match self {
            Self::UInt8 | Self::Int8 => 1,
            Self::UInt16 | Self::Int16 => 2,
            Self::UInt32 | Self::Int32 | Self::Float32 => 4,
            Self::UInt64 | Self::Int64 | Self::Float64 => 8,
        }
    }

    /// The name that GDAL gives it.
    pub fn name(self) -> &'static str {
        match self {
            Self::UInt8 => "Byte",
            Self::Int8 => "Int8",
            Self::UInt16 => "UInt16",
            Self::Int16 => "Int16",
            Self::UInt32 => "UInt32",
            Self::Int32 => "Int32",
            Self::UInt64 => "UInt64",
            Self::Int64 => "Int64",
            Self::Float32 => "Float32",
            Self::Float64 => "Float64",
        }
    }

    /// The type that GDAL gives this name, in its own capitals.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [
            Self::UInt8,
            Self::Int8,
            Self::UInt16,
            Self::Int16,
            Self::UInt32,
            Self::Int32,
            Self::UInt64,
            Self::Int64,
            Self::Float32,
            Self::Float64,
        ];
        all.into_iter().find(|pixel| pixel.name() == name)
    }

    /// Whether values have fractions.
    pub fn is_float(self) -> bool {
        matches!(self, Self::Float32 | Self::Float64)
    }
}

/// How blocks are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the methods")]
pub enum Compression {
    None,
    Lzw,
    Deflate,
    Zstd,
    PackBits,
}

/// A raster as its header describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Info {
    /// The file's name, for messages.
    pub name: String,
    /// Where its cells lie.
    pub grid: Grid,
    /// The reference system of its coordinates.
    pub crs: Crs,
    /// How many bands.
    pub bands: u16,
    /// The band, from 1, that the file says holds opacity. It is read as any other, and hides nothing.
    pub alpha: Option<u16>,
    /// The type of the values, the same for all bands.
    pub pixel: PixelType,
    /// The value that means none, as the file writes it.
    pub nodata: Option<f64>,
    /// `real = stored · scale + offset`; 1 and 0 when the file names none.
    pub scale: f64,
    /// See [`Info::scale`].
    pub offset: f64,
    /// Columns of a block.
    pub block_columns: u64,
    /// Rows of a block.
    pub block_rows: u64,
    /// Whether blocks are tiles; else they are strips of whole rows.
    pub tiled: bool,
    /// Whether bands lie one after the other, and not together in each block.
    pub planar: bool,
    /// How blocks are compressed.
    pub compression: Compression,
    /// The predictor, 1 (none) to 3.
    pub predictor: u16,
    /// Whether offsets have 64 bits.
    pub big: bool,
}

impl Info {
    /// Blocks along a row.
    pub fn blocks_across(&self) -> u64 {
        self.grid.columns().div_ceil(self.block_columns)
    }

    /// Rows of blocks.
    pub fn blocks_down(&self) -> u64 {
        self.grid.rows().div_ceil(self.block_rows)
    }

    /// Bytes of one decoded block, of all bands where they lie together.
    pub fn block_bytes(&self) -> u64 {
        let together = if self.planar {
            1
        } else {
            u64::from(self.bands)
        };
        self.block_columns
            .saturating_mul(self.block_rows)
            .saturating_mul(self.pixel.bytes())
            .saturating_mul(together)
    }
}
