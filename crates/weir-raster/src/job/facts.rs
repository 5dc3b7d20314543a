//! A raster's header for people and programs.

use std::path::{Path, PathBuf};

use serde::Serialize;
use weir_files::Files;

use super::inputs::open_raster;
use super::{Job, JobError};
use crate::{Compression, Info};

/// What a raster's header says. Coordinates are in the units of its reference system; edges are those of cells, not centres.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RasterFacts {
    /// The file.
    pub path: String,
    /// Columns.
    pub columns: u64,
    /// Rows.
    pub rows: u64,
    /// Bands.
    pub bands: u16,
    /// The type of the values, by GDAL's name.
    #[serde(rename = "type")]
    pub pixel: &'static str,
    /// The reference system, in words.
    pub crs: String,
    /// Its EPSG code.
    pub epsg: Option<u16>,
    /// West, south, east, north.
    pub extent: [f64; 4],
    /// The size of a cell; rows that run from north to south have a negative one, as GDAL tells it.
    pub cell: [f64; 2],
    /// The value that means none.
    pub nodata: Option<f64>,
    /// `real = stored · scale + offset`.
    pub scale: f64,
    /// See `scale`.
    pub offset: f64,
    /// Columns and rows of a block.
    pub block: [u64; 2],
    /// Whether blocks are tiles; else strips.
    pub tiled: bool,
    /// How blocks are compressed, by GDAL's name.
    pub compression: &'static str,
    /// The predictor, 1 to 3.
    pub predictor: u16,
    /// Whether bands lie one after the other.
    pub planar: bool,
    /// Whether it is a BigTIFF.
    pub big: bool,
}

/// A layer of a job.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LayerFacts {
    /// Its name.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
    /// Columns of the file.
    pub columns: u64,
    /// Rows of the file.
    pub rows: u64,
    /// How its values come onto the target.
    pub method: String,
    /// The type of the results.
    #[serde(rename = "type")]
    pub pixel: &'static str,
    /// Whether they are copied, as the file's grid is the target.
    pub copied: bool,
}

impl Job {
    /// The layers, in order.
    pub fn layers(&self) -> Vec<LayerFacts> {
        let layers = self.layers.iter().map(|layer| LayerFacts {
            name: layer.name.clone(),
            path: layer.path.clone(),
            columns: layer.info.grid.columns(),
            rows: layer.info.grid.rows(),
            method: layer.options.method.to_string(),
            pixel: layer.column.pixel.name(),
            copied: layer.passthrough,
        });
        layers.collect()
    }
}

impl RasterFacts {
    /// Reads the header of a file.
    ///
    /// # Errors
    /// [`JobError::Raster`] with file and offset where it is damaged; [`JobError::Files`].
    pub fn read(files: &dyn Files, path: &Path) -> Result<Self, JobError> {
        Ok(Self::new(open_raster(files, path)?.info()))
    }

    fn new(info: &Info) -> Self {
        let grid = &info.grid;
        let (x, y) = (&grid.x, &grid.y);
        let ends = |from: f64, to: f64| (from.min(to), from.max(to));
        let (west, east) = ends(x.origin(), x.edge(x.cells()));
        let (south, north) = ends(y.origin(), y.edge(y.cells()));
        Self {
            path: info.name.clone(),
            columns: grid.columns(),
            rows: grid.rows(),
            bands: info.bands,
            pixel: info.pixel.name(),
            crs: info.crs.to_string(),
            epsg: info.crs.code(),
            extent: [west, south, east, north],
            cell: [x.step(), y.step()],
            nodata: info.nodata,
            scale: info.scale,
            offset: info.offset,
            block: [info.block_columns, info.block_rows],
            tiled: info.tiled,
            compression: match info.compression {
                Compression::None => "NONE",
                Compression::Lzw => "LZW",
                Compression::Deflate => "DEFLATE",
                Compression::Zstd => "ZSTD",
                Compression::PackBits => "PACKBITS",
            },
            predictor: info.predictor,
            planar: info.planar,
            big: info.big,
        }
    }
}
