//! What is written.

use weir_yaml::{ListOf, Named, Record, Union, Visitor, field};

use super::layer::PATH;

/// One output of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputPlan {
    /// The file, from the plan's folder; `{layer}` stands for a layer's name.
    pub path: String,
    /// The format and what belongs to it.
    pub kind: OutputKind,
}

/// A format. Compressions are by name.
#[derive(Debug, Clone, PartialEq)]
pub enum OutputKind {
    /// Comma-separated values.
    Csv(TableRows),
    /// Parquet.
    Parquet(TableRows),
    /// Parquet with geometries.
    GeoParquet {
        /// Which cells are rows, and the compression.
        rows: TableRows,
        /// 0: points, 1: cells.
        geometry: usize,
    },
    /// A GeoTIFF a layer.
    GeoTiff(PixelCells),
    /// A cloud-optimised GeoTIFF a layer.
    Cog(PixelCells),
}

/// What tables have.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TableRows {
    /// 0: none, 1: gzip, 2: zstd.
    pub compression: usize,
    /// 0: cells with any value, 1: with all values, 2: every cell.
    pub rows: usize,
    /// Whether it begins with columns `row` and `col`.
    pub keys: bool,
}

/// What rasters have.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PixelCells {
    /// Which layers; none means all.
    pub layers: Vec<String>,
    /// 0: none, 1: deflate, 2: lzw, 3: zstd.
    pub compression: usize,
    /// Columns and rows of a tile: multiples of 16.
    pub tile: u32,
    /// 0: auto, 1: none, 2: average, 3: mode, 4: nearest.
    pub overviews: usize,
}

impl Default for OutputPlan {
    fn default() -> Self {
        Self {
            path: String::new(),
            kind: OutputKind::Parquet(PARQUET_ROWS),
        }
    }
}

const CSV_ROWS: TableRows = TableRows {
    compression: 0,
    rows: 0,
    keys: false,
};
const PARQUET_ROWS: TableRows = TableRows {
    compression: 2,
    rows: 0,
    keys: false,
};

impl OutputKind {
    /// The kind that a file's name ends with: `.csv`, `.csv.gz`, `.csv.zst`, `.parquet`, `.geoparquet`, `.tif`.
    pub fn of_name(path: &str) -> Option<Self> {
        let name = path.to_ascii_lowercase();
        let csv = |compression| {
            Self::Csv(TableRows {
                compression,
                ..CSV_ROWS
            })
        };
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        Some(if ends(&[".csv"]) {
            csv(0)
        } else if ends(&[".csv.gz"]) {
            csv(1)
        } else if ends(&[".csv.zst", ".csv.zstd"]) {
            csv(2)
        } else if ends(&[".geoparquet"]) {
            Self::of_kind(2)
        } else if ends(&[".parquet", ".pq"]) {
            Self::of_kind(1)
        } else if ends(&[".tif", ".tiff"]) {
            Self::of_kind(3)
        } else {
            return None;
        })
    }

    /// The default of a kind, by its place in the list of kinds.
    pub(super) fn of_kind(kind: usize) -> Self {
        let cells = |tile| PixelCells {
            layers: Vec::new(),
            compression: 1,
            tile,
            overviews: 0,
        };
        match kind {
            0 => Self::Csv(CSV_ROWS),
            1 => Self::Parquet(PARQUET_ROWS),
            2 => Self::GeoParquet {
                rows: PARQUET_ROWS,
                geometry: 0,
            },
            3 => Self::GeoTiff(cells(256)),
            _ => Self::Cog(cells(512)),
        }
    }

    /// What a table has.
    pub fn table(&self) -> Option<&TableRows> {
        match self {
            Self::Csv(rows) | Self::Parquet(rows) | Self::GeoParquet { rows, .. } => Some(rows),
            Self::GeoTiff(_) | Self::Cog(_) => None,
        }
    }

    /// What a raster has.
    pub fn raster(&self) -> Option<&PixelCells> {
        match self {
            Self::GeoTiff(cells) | Self::Cog(cells) => Some(cells),
            _ => None,
        }
    }

    /// What a table has, to be changed.
    pub fn table_mut(&mut self) -> Option<&mut TableRows> {
        match self {
            Self::Csv(rows) | Self::Parquet(rows) | Self::GeoParquet { rows, .. } => Some(rows),
            Self::GeoTiff(_) | Self::Cog(_) => None,
        }
    }

    /// What a raster has, to be changed.
    pub fn raster_mut(&mut self) -> Option<&mut PixelCells> {
        match self {
            Self::GeoTiff(cells) | Self::Cog(cells) => Some(cells),
            _ => None,
        }
    }

    /// The names of the compressions of this kind; a table's or raster's `compression` is an index into them.
    pub fn compressions(&self) -> &'static [Named] {
        match self {
            Self::Csv(_) => &CSV,
            Self::Parquet(_) | Self::GeoParquet { .. } => &PARQUET,
            Self::GeoTiff(_) | Self::Cog(_) => &TIFF,
        }
    }

    /// The name of the chosen compression.
    pub fn compression(&self) -> &'static str {
        let chosen = match self {
            Self::Csv(rows) | Self::Parquet(rows) | Self::GeoParquet { rows, .. } => {
                rows.compression
            }
            Self::GeoTiff(cells) | Self::Cog(cells) => cells.compression,
        };
        self.compressions()
            .get(chosen)
            .map_or("none", |named| named.name)
    }
}

const fn named(name: &'static str, doc: &'static str) -> Named {
    Named { name, doc }
}

static KINDS: [Named; 5] = [
    named("csv", "A CSV file: x, y and a column a layer"),
    named("parquet", "A Parquet file: x, y and a column a layer"),
    named(
        "geoparquet",
        "A Parquet file with a geometry a row (GeoParquet 1.1)",
    ),
    named("geotiff", "A GeoTIFF a layer"),
    named("cog", "A cloud-optimised GeoTIFF a layer, with overviews"),
];
static CSV: [Named; 3] = [
    named("none", "as text"),
    named("gzip", "gzip"),
    named("zstd", "Zstandard"),
];
static PARQUET: [Named; 3] = [
    named("none", "no compression"),
    named("gzip", "gzip: slow, every program reads it"),
    named("zstd", "Zstandard: small and fast"),
];
static TIFF: [Named; 4] = [
    named("none", "no compression"),
    named("deflate", "Deflate: every program reads it"),
    named("lzw", "LZW: every program reads it"),
    named("zstd", "Zstandard: GDAL 2.3 and newer"),
];
static OVERVIEWS: [Named; 5] = [
    named(
        "auto",
        "in a cog mode for the methods near and mode, else average; none in a geotiff",
    ),
    named("none", "no overviews"),
    named("average", "the mean of the cells beneath, for quantities"),
    named("mode", "the most frequent of four, for classes"),
    named("nearest", "the cell in the north-west corner"),
];
static ROWS: [Named; 3] = [
    named(
        "any",
        "cells in which a layer has a value; the others are null",
    ),
    named("all", "cells in which all layers have a value"),
    named("every", "every cell of the target"),
];
static GEOMETRIES: [Named; 2] = [
    named("point", "the cell's centre"),
    named("cell", "the cell as a polygon"),
];

impl Union for OutputPlan {
    fn kinds(&self) -> &'static [Named] {
        &KINDS
    }
    fn kind(&self) -> usize {
        match &self.kind {
            OutputKind::Csv(_) => 0,
            OutputKind::Parquet(_) => 1,
            OutputKind::GeoParquet { .. } => 2,
            OutputKind::GeoTiff(_) => 3,
            OutputKind::Cog(_) => 4,
        }
    }
    fn set_kind(&mut self, kind: usize) {
        self.kind = OutputKind::of_kind(kind);
    }
}

impl Record for OutputPlan {
    fn visit(&mut self, v: &mut dyn Visitor) {
        let compressions = self.kind.compressions();
        let key = field(
            "path",
            "The file, from the plan's folder; replaced when it is there. `{layer}` stands for a layer's name",
        );
        v.text(&key.required(), PATH, &mut self.path);
        let compression = field("compression", "How it is compressed");
        match &mut self.kind {
            OutputKind::Csv(rows)
            | OutputKind::Parquet(rows)
            | OutputKind::GeoParquet { rows, .. } => {
                v.choice(&compression, compressions, &mut rows.compression);
                v.choice(
                    &field("rows", "Which cells are rows"),
                    &ROWS,
                    &mut rows.rows,
                );
                let key = field(
                    "keys",
                    "Begin with columns row and col, counted from 0 at the top left: a cell's exact key",
                );
                v.flag(&key, &mut rows.keys);
            }
            OutputKind::GeoTiff(cells) | OutputKind::Cog(cells) => {
                let key = field("layers", "Which layers, a file each").follows("all");
                v.list(
                    &key,
                    1,
                    1_000,
                    &mut ListOf {
                        values: &mut cells.layers,
                        new: String::new,
                        visit: |name, f, v| v.text(f, 120, name),
                    },
                );
                v.choice(&compression, compressions, &mut cells.compression);
                let key = field("tile", "Columns and rows of a tile, a multiple of 16");
                v.whole(&key, 128, 1024, &mut cells.tile);
                let key = field("overviews", "The smaller images of the same raster");
                v.choice(&key, &OVERVIEWS, &mut cells.overviews);
            }
        }
        if let OutputKind::GeoParquet { geometry, .. } = &mut self.kind {
            v.choice(
                &field("geometry", "What the geometry column has"),
                &GEOMETRIES,
                geometry,
            );
        }
    }
}
