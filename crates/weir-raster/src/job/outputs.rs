//! The outputs of a plan, each a file and the format that writes it.

use std::path::PathBuf;
use std::sync::Arc;

use weir_files::Files;

use super::JobError;
use crate::plan::{OutputKind, OutputPlan, PixelCells};
use crate::{
    Column, Compression, Export, ExportError, GeoTiffExport, GeoTiffOptions, Method, Overviews,
    Target,
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
        method: Method,
        (target, columns): (&Target, &[Column]),
        files: &Arc<dyn Files>,
    ) -> Result<Self, JobError> {
        let columns: Vec<Column> = layers.iter().map(|layer| columns[*layer].clone()).collect();
        let export = export(&plan.kind, method, target, columns, files)
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
    method: Method,
    target: &Target,
    columns: Vec<Column>,
    files: &Arc<dyn Files>,
) -> Result<Box<dyn Export>, ExportError> {
    let unfit = |format, reason: &str| ExportError::Unfit {
        format,
        reason: reason.to_owned(),
    };
    let raster = |cells: &PixelCells, options: GeoTiffOptions| {
        let column = columns
            .first()
            .ok_or_else(|| unfit("GeoTIFF", "there is no layer"))?;
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
            metadata: vec![("METHOD".to_owned(), method.to_string())],
            ..options
        };
        let export = GeoTiffExport::new(Arc::clone(files), target, column.clone(), 0, options)?;
        Ok::<Box<dyn Export>, ExportError>(Box::new(export))
    };
    match kind {
        OutputKind::GeoTiff(cells) => raster(cells, GeoTiffOptions::tiled()),
        OutputKind::Cog(cells) => raster(cells, GeoTiffOptions::cog()),
        OutputKind::Csv(_) | OutputKind::Parquet(_) | OutputKind::GeoParquet { .. } => {
            Err(unfit("table", "tables are not written yet"))
        }
    }
}
