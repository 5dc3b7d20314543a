//! GeoTIFF, BigTIFF and COG: what is in them, and their values block by block.

mod block;
mod bytes;
mod decoded;
mod directory;
mod error;
mod georeference;
mod header;
mod info;
mod reader;
mod samples;
pub(crate) mod write;

pub(crate) use decoded::{Decoded, Meaning, values_into};

pub use bytes::ReadAt;
pub use error::{GeoTiffError, Place};
pub use georeference::Crs;
pub use info::{Compression, Info, PixelType};
pub use reader::{GeoTiff, ReadLimits};
pub use samples::Samples;
