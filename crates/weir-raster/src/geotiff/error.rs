//! What can be wrong with a TIFF file.

use std::fmt;

/// Where in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The header and the directory.
    Directory {
        /// The byte, as far as it is known; else 0.
        offset: u64,
    },
    /// A block (tile or strip) by its number, and its first byte.
    Block {
        /// The number of the block, counted along rows from the top.
        block: u64,
        /// Its first byte in the file; 0 when not known.
        offset: u64,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory { offset } => write!(formatter, "directory, byte {offset}"),
            Self::Block { block, offset } => write!(formatter, "block {block} at byte {offset}"),
        }
    }
}

/// Why a raster cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum GeoTiffError {
    /// The file is damaged, or is no TIFF.
    #[error(
        "{name}: {place}: {reason}; compare the file with its origin, or write it again with gdal_translate"
    )]
    Damaged {
        /// The file.
        name: String,
        /// Where in it.
        place: Place,
        /// What was found.
        reason: String,
    },
    /// The file is valid and uses something that is not read.
    #[error("{name}: {what} is not read; {remedy}")]
    Unsupported {
        /// The file.
        name: String,
        /// What it uses.
        what: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A block is larger than may be held.
    #[error(
        "{name}: a block of {columns} × {rows} cells needs {bytes} bytes, and {limit} may be held; write the file again with tiles (gdal_translate -co TILED=YES)"
    )]
    BlockTooLarge {
        /// The file.
        name: String,
        /// Columns of the block.
        columns: u64,
        /// Rows of the block.
        rows: u64,
        /// Bytes that it needs.
        bytes: u64,
        /// Bytes that may be held.
        limit: u64,
    },
    /// There is no such band.
    #[error("{name}: there is no band {band}; the file has {bands}")]
    NoBand {
        /// The file.
        name: String,
        /// The band asked for, from 1.
        band: u16,
        /// How many there are.
        bands: u16,
    },
    /// The file could not be read at all.
    #[error("{name}: {source}")]
    Io {
        /// The file.
        name: String,
        /// What the system said.
        source: std::io::Error,
    },
}
