//! What a GeoTIFF is to be like.

use crate::Compression;

/// How the file is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TiffLayout {
    /// Tiles in rows from the top.
    #[default]
    Tiled,
    /// A cloud optimized GeoTIFF as GDAL writes it: directories first, then overviews from the smallest, then the raster, each tile with its
    /// length before it and its last bytes again behind it, so that a reader needs few and short reads.
    Cog,
}

/// How wide the offsets in the file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Offsets {
    /// 32 bits where the finished file is shorter than 4 GiB, else 64. The same rows give the same choice.
    #[default]
    Auto,
    /// 32 bits: every reader knows them. A file that would be longer than 4 GiB is refused when its parts are put together.
    Classic,
    /// 64 bits (BigTIFF).
    Big,
}

/// The smaller images of the same raster, by halves until both sides fit into one tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Overviews {
    /// No overviews.
    #[default]
    None,
    /// The mean of all cells of the raster beneath that have a value. For quantities.
    Average,
    /// The most frequent of the four cells of the next larger image, of several the smallest. For classes.
    Mode,
    /// The cell of the raster in the north-west corner, with or without a value.
    Nearest,
}

/// Settings of [`crate::GeoTiffExport`]; deflate with the type's predictor and tiles of 256 × 256 unless told otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct GeoTiffOptions {
    /// How the file is laid out.
    pub layout: TiffLayout,
    /// How tiles are compressed; everything but [`Compression::PackBits`].
    pub compression: Compression,
    /// How hard: 1 to 9 for deflate (6 unless told otherwise), 1 to 19 for zstd (3 unless told otherwise).
    pub level: Option<u8>,
    /// 1 for none, 2 for differences of neighbours, 3 for differences of floating-point bytes. Unless told otherwise 2 for integers and 3 for
    /// floating-point cells, 1 where nothing is compressed.
    pub predictor: Option<u16>,
    /// Cells along a tile's side: 128 to 1024, a multiple of 16.
    pub tile: u16,
    /// How wide offsets are.
    pub offsets: Offsets,
    /// The overviews.
    pub overviews: Overviews,
    /// Leaves tiles out that have no value at all, which GDAL calls sparse. It needs nodata.
    pub sparse: bool,
    /// Names and values of the file, such as the method and the kind of area; GDAL shows them as metadata. 64 KiB together at the most.
    pub metadata: Vec<(String, String)>,
}

impl GeoTiffOptions {
    /// A tiled GeoTIFF without overviews.
    pub fn tiled() -> Self {
        Self {
            layout: TiffLayout::Tiled,
            compression: Compression::Deflate,
            level: None,
            predictor: None,
            tile: 256,
            offsets: Offsets::Auto,
            overviews: Overviews::None,
            sparse: false,
            metadata: Vec::new(),
        }
    }

    /// A cloud optimized GeoTIFF with averaged overviews.
    pub fn cog() -> Self {
        Self {
            layout: TiffLayout::Cog,
            overviews: Overviews::Average,
            ..Self::tiled()
        }
    }
}

impl Default for GeoTiffOptions {
    fn default() -> Self {
        Self::tiled()
    }
}
