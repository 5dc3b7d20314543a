//! The outputs of a plan, each a file and the format that writes it.

use std::path::PathBuf;
use std::sync::Arc;

use weir_files::Files;

use super::JobError;
use super::open::JobLayer;
use crate::plan::{OutputKind, OutputPlan, PixelCells, TableRows};
use crate::{
    ChunkRows, Column, Compression, Export, ExportError, GeoTiffExport, GeoTiffOptions, Geometry,
    Method, Overviews, Rows, TableCompression, TableExport, TableFormat, TableOptions, Target,
};

/// One file that a job writes.
pub struct Output {
    /// The output's name in the plan.
    pub name: String,
    /// Where it will be.
    pub path: PathBuf,
    /// Its columns: places among the job's layers.
    pub layers: Vec<usize>,
    /// The format.
    pub export: Box<dyn Export>,
}

impl Output {
    pub(super) fn make(
        (name, plan): (&str, &OutputPlan),
        path: PathBuf,
        layers: Vec<usize>,
        (target, known): (&Target, &[JobLayer]),
        files: &Arc<dyn Files>,
    ) -> Result<Self, JobError> {
        let written: Vec<&JobLayer> = layers.iter().map(|layer| &known[*layer]).collect();
        let export = export(&plan.kind, &written, target, files)
            .map_err(|error| JobError::of_output(name, error))?;
        Ok(Self {
            name: name.to_owned(),
            path,
            layers,
            export,
        })
    }
}

impl std::fmt::Debug for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Output")
            .field("name", &self.name)
            .field("path", &self.path)
            .field("layers", &self.layers)
            .finish_non_exhaustive()
    }
}

/// The format of a kind.
fn export(
    kind: &OutputKind,
    layers: &[&JobLayer],
    target: &Target,
    files: &Arc<dyn Files>,
) -> Result<Box<dyn Export>, ExportError> {
    let unfit = |format, reason: &str| ExportError::Unfit {
        format,
        reason: reason.to_owned(),
    };
    let raster = |cells: &PixelCells, options: GeoTiffOptions| {
        let layer = layers
            .first()
            .ok_or_else(|| unfit("GeoTIFF", "there is no layer"))?;
        let method = layer.options.method;
        let options = GeoTiffOptions {
            compression: [
                Compression::None,
                Compression::Deflate,
                Compression::Lzw,
                Compression::Zstd,
            ][cells.compression.min(3)],
            tile: u16::try_from(cells.tile).map_err(|_| unfit("GeoTIFF", "tiles are too large"))?,
            overviews: match cells.overviews {
                0 if options.overviews == Overviews::None => Overviews::None,
                0 if matches!(method, Method::Mode | Method::Nearest) => Overviews::Mode,
                0 => options.overviews,
                1 => Overviews::None,
                2 => Overviews::Average,
                3 => Overviews::Mode,
                _ => Overviews::Nearest,
            },
            metadata: vec![
                ("METHOD".to_owned(), layer.method()),
                ("AREA".to_owned(), layer.area_name().to_owned()),
            ],
            ..options
        };
        let export =
            GeoTiffExport::new(Arc::clone(files), target, layer.column.clone(), 0, options)?;
        Ok::<Box<dyn Export>, ExportError>(Box::new(export))
    };
    let table = |rows: &TableRows, format: TableFormat| {
        let options = TableOptions {
            format,
            rows: match rows.rows {
                0 => Rows::Any,
                1 => Rows::All,
                _ => Rows::Every,
            },
            keys: rows.keys,
            chunk: ChunkRows::Adaptive,
            metadata: layers
                .iter()
                .flat_map(|layer| {
                    let pair =
                        |what: &str, value: String| (format!("{what}.{}", layer.name), value);
                    [
                        pair("method", layer.method()),
                        pair("area", layer.area_name().to_owned()),
                    ]
                })
                .collect(),
        };
        let columns: Vec<Column> = layers.iter().map(|layer| layer.column.clone()).collect();
        let export = TableExport::new(Arc::clone(files), target, columns, options)?;
        Ok::<Box<dyn Export>, ExportError>(Box::new(export))
    };
    match kind {
        OutputKind::GeoTiff(cells) => raster(cells, GeoTiffOptions::tiled()),
        OutputKind::Cog(cells) => raster(cells, GeoTiffOptions::cog()),
        OutputKind::Csv(rows) => {
            let compression = compression(rows);
            table(rows, TableFormat::Csv { compression })
        }
        OutputKind::Parquet(rows) => {
            let compression = compression(rows);
            table(rows, TableFormat::Parquet { compression })
        }
        OutputKind::GeoParquet { rows, geometry } => {
            let format = TableFormat::GeoParquet {
                geometry: match geometry {
                    0 => Geometry::Points,
                    _ => Geometry::Cells,
                },
                compression: compression(rows),
            };
            table(rows, format)
        }
    }
}

/// The compression of a table.
fn compression(rows: &TableRows) -> TableCompression {
    match rows.compression {
        0 => TableCompression::None,
        1 => TableCompression::Gzip,
        _ => TableCompression::Zstd,
    }
}
