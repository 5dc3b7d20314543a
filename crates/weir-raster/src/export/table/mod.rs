//! Long tables: one row a cell, with the cell's centre and every layer's value.

mod chunk;
mod layout;
mod number;
mod options;
mod parquet;
mod parts;
mod sealed;
mod text;
mod writer;

use std::{path::Path, sync::Arc};

use weir_files::Files;
use weir_memory::{Bytes, Holder};
use weir_run::Cancel;

use crate::{Column, Export, ExportError, Exported, Part, PartWriter, Target};
use chunk::Encoder;
use layout::Layout;
use parts::Parts;
use writer::TableWriter;

pub use options::{ChunkRows, Geometry, Rows, TableCompression, TableFormat, TableOptions};

/// Writes target rows as a table: CSV, Parquet or GeoParquet.
///
/// A row a cell, from the top, from the west: `x` and `y` (the cell's centre, doubles), then a column a layer in the layer's type, empty
/// (null) where it has no value; with [`TableOptions::keys`] `row` and `col` before them, with a geometry `geometry` (and `bbox`) after them.
/// Integers are rounded to the nearest (ties to the even one), single-precision values are the nearest of their type; a value that the type does
/// not reach is [`ExportError::Value`].
///
/// Parts are whole multiples of [`Export::part_rows`] target rows, a power of two that depends on the target's width and the columns alone, as do row
/// groups; the file does not depend on which multiple.
///
/// ```
/// use std::{path::Path, sync::Arc};
/// use weir_files::{Files, RealFiles};
/// use weir_memory::{Budget, Bytes, HolderName};
/// use weir_raster::{Axis, Column, Crs, Export, Grid, Part, PixelType, TableExport, TableFormat, TableOptions, Target};
/// use weir_run::Cancel;
///
/// # let folder = tempfile::tempdir()?;
/// # let folder = folder.path();
/// let grid = Grid::new(Axis::new(0.0, 0.25, 2)?, Axis::new(0.5, -0.25, 2)?);
/// let target = Target { grid, crs: Crs::Geographic(4326) };
/// let rain = Column { name: "rain".into(), pixel: PixelType::Float32, nodata: None };
/// let out = folder.join("rain.csv");
/// let options = TableOptions { format: TableFormat::from_path(&out).unwrap_or_default(), ..Default::default() };
/// let files: Arc<dyn Files> = Arc::new(RealFiles);
/// let export = TableExport::new(files, &target, vec![rain], options)?;
///
/// let holder = Budget::detached(Bytes::mib(64)).holder(HolderName::new("run", "export", "table"));
/// let part = Part { number: 0, rows: 0..2 };
/// let path = folder.join("part-0");
/// let mut writer = export.begin(&part, &path, &holder)?;
/// writer.row(0, &[&[1.5, f64::NAN]])?;
/// writer.row(1, &[&[f64::NAN, 2.0]])?;
/// writer.finish()?;
/// export.assemble(&[(part, &path)], &out, &holder, &Cancel::new())?;
/// assert_eq!(std::fs::read_to_string(out)?, "x,y,rain\n0.125,0.375,1.5\n0.375,0.125,2.0\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct TableExport {
    files: Arc<dyn Files>,
    layout: Arc<Layout>,
}

impl TableExport {
    /// A table of the target's cells with these layers.
    ///
    /// # Errors
    /// [`ExportError::Unfit`]: no layer or more than 1000, names that are empty or taken, a reference system that GeoParquet cannot be told.
    pub fn new(
        files: Arc<dyn Files>,
        target: &Target,
        columns: Vec<Column>,
        options: TableOptions,
    ) -> Result<Self, ExportError> {
        let layout = Arc::new(Layout::new(target, columns, options)?);
        if !layout.is_text() {
            parquet::check(&layout)?;
        }
        Ok(Self { files, layout })
    }
}

impl Export for TableExport {
    fn part_rows(&self) -> u64 {
        self.layout.group_rows
    }

    fn part_bytes(&self) -> u64 {
        let encoder = if self.layout.is_text() {
            text::encoder_bytes(&self.layout)
        } else {
            parquet::encoder_bytes(&self.layout)
        };
        TableWriter::bytes(&self.layout).saturating_add(encoder)
    }

    fn begin(
        &self,
        part: &Part,
        path: &Path,
        holder: &Holder,
    ) -> Result<Box<dyn PartWriter>, ExportError> {
        let layout = &self.layout;
        let (group, end) = (layout.group_rows, layout.grid.rows());
        let rows = part.rows.clone();
        if rows.is_empty()
            || !rows.start.is_multiple_of(group)
            || !(rows.end.is_multiple_of(group) || rows.end == end)
            || rows.end > end
        {
            return Err(layout.unfit(format!(
                "target rows {}..{} are no part; parts of {end} rows begin and end at multiples of {group}",
                rows.start, rows.end
            )));
        }
        let encoder: Box<dyn Encoder> = if layout.is_text() {
            let reserved = holder.reserve(Bytes::new(text::encoder_bytes(layout)))?;
            let encoder =
                text::TextEncoder::create(layout, &self.files, path, rows.start, reserved)?;
            Box::new(encoder)
        } else {
            Box::new(parquet::ParquetEncoder::create(
                layout,
                &self.files,
                path,
                holder,
            )?)
        };
        Ok(Box::new(TableWriter::new(layout, rows, encoder, holder)?))
    }

    fn assemble(
        &self,
        parts: &[(Part, &Path)],
        out: &Path,
        holder: &Holder,
        cancel: &Cancel,
    ) -> Result<Exported, ExportError> {
        let layout = &self.layout;
        let parts = Parts::new(layout, parts)?;
        if layout.is_text() {
            text::assemble(layout, &self.files, &parts, out, holder, cancel)
        } else {
            parquet::assemble(layout, &self.files, &parts, out, holder, cancel)
        }
    }
}
