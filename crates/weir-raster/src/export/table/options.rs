//! What a table looks like.

use std::{num::NonZeroUsize, path::Path};

/// How the bytes of a table are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TableCompression {
    /// Not at all.
    None,
    /// Gzip at level 6: slow, read everywhere.
    Gzip,
    /// Zstandard, at level 3 for text and 1 for Parquet's pages.
    #[default]
    Zstd,
}

/// What the geometry of a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Geometry {
    /// The centre of the cell.
    #[default]
    Points,
    /// The cell as a polygon, with its bounding box in a column of its own.
    Cells,
}

/// The format of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TableFormat {
    /// Text with commas (RFC 4180, lines end in `\n`), UTF-8, a header line, numbers in their shortest exact form.
    Csv {
        /// Of the whole file.
        compression: TableCompression,
    },
    /// Apache Parquet.
    Parquet {
        /// Of each page.
        compression: TableCompression,
    },
    /// Parquet with a column `geometry` and the metadata of GeoParquet 1.1.
    GeoParquet {
        /// What the geometry is.
        geometry: Geometry,
        /// Of each page.
        compression: TableCompression,
    },
}

impl Default for TableFormat {
    fn default() -> Self {
        Self::Parquet {
            compression: TableCompression::Zstd,
        }
    }
}

impl TableFormat {
    /// The format that a file's name asks for: `.csv`, `.csv.gz`, `.csv.zst`, `.parquet`, `.geoparquet` (points), in small letters or
    /// capitals. Nothing for another name.
    pub fn from_path(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_lowercase();
        let csv = |compression| Self::Csv { compression };
        let formats = [
            (".csv", csv(TableCompression::None)),
            (".csv.gz", csv(TableCompression::Gzip)),
            (".csv.zst", csv(TableCompression::Zstd)),
            (".parquet", Self::default()),
            (
                ".geoparquet",
                Self::GeoParquet {
                    geometry: Geometry::Points,
                    compression: TableCompression::Zstd,
                },
            ),
        ];
        let found = formats.into_iter().find(|(end, _)| name.ends_with(end))?;
        Some(found.1)
    }

    /// The format's name in messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Csv { .. } => "CSV",
            Self::Parquet { .. } => "Parquet",
            Self::GeoParquet { .. } => "GeoParquet",
        }
    }

    /// What a row's geometry is, where it has one.
    pub(super) fn geometry(self) -> Option<Geometry> {
        match self {
            Self::GeoParquet { geometry, .. } => Some(geometry),
            _ => None,
        }
    }

    pub(super) fn compression(self) -> TableCompression {
        match self {
            Self::Csv { compression }
            | Self::Parquet { compression }
            | Self::GeoParquet { compression, .. } => compression,
        }
    }
}

/// Which cells of the target become rows of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rows {
    /// Those where a layer has a value: the union.
    #[default]
    Any,
    /// Those where all layers have a value: the intersection.
    All,
    /// Every cell.
    Every,
}

impl Rows {
    /// All, by name.
    pub const NAMES: [(&'static str, Self); 3] = [
        ("any", Self::Any),
        ("all", Self::All),
        ("every", Self::Every),
    ];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::All => "all",
            Self::Every => "every",
        }
    }
}

/// How many rows of the table are gathered before they are encoded. No byte of a file depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChunkRows {
    /// 5000, halving under pressure to no less than 1000, and back when it is calm.
    #[default]
    Adaptive,
    /// Always this many; more than there are means all rows of a group at once.
    Fixed(NonZeroUsize),
}

/// What a table looks like. The default is Parquet with Zstandard, rows where any layer has a value, columns `x`, `y` and the layers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableOptions {
    /// The format.
    pub format: TableFormat,
    /// Which cells become rows.
    pub rows: Rows,
    /// Whether the table begins with columns `row` and `col`, counted from 0 at the top left: the exact key of a cell.
    pub keys: bool,
    /// How many rows are gathered before they are encoded.
    pub chunk: ChunkRows,
    /// What else Parquet's footer says, by key: methods, areas. Keys get `weir.` before them.
    pub metadata: Vec<(String, String)>,
}
