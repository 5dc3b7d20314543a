//! One column of the target as a GeoTIFF.

use std::{path::Path, sync::Arc};

use weir_files::Files;
use weir_memory::Holder;
use weir_run::Cancel;

use super::{
    GeoTiffOptions, TiffLayout,
    assemble::{FileTags, assemble},
    part_writer::GeoTiffPart,
    plan::Plan,
};
use crate::{
    Column, Export, ExportError, Exported, Part, PartWriter, Target,
    geotiff::write::{georeference, metadata_xml},
};

/// Writes one column as the single band of a GeoTIFF or COG.
///
/// Values become cells of the column's type: integers are rounded to the nearest (ties to the even one), floating-point cells are the nearest of
/// their type. A value that the type does not reach, a value that would be nodata, and no value where there is neither nodata nor NaN are
/// [`ExportError::Value`]; nothing wraps around and nothing is clipped. An averaged overview cell that happens to be nodata is written as
/// the type's next value.
///
/// The file depends on the target, the column, the options and the rows alone. A part may be any number of [`Export::part_rows`]; it holds
/// [`Export::part_bytes`] and 16 bytes a tile. Rows of tiles that are larger than 8 MiB go through a scratch file beside the part.
/// Assembling holds 20 bytes a tile and a few MiB.
#[derive(Debug)]
pub struct GeoTiffExport {
    files: Arc<dyn Files>,
    plan: Arc<Plan>,
    name: String,
    index: usize,
    tags: FileTags,
}

impl GeoTiffExport {
    /// An export of `column`, which is the slice `index` of the rows that a [`PartWriter`] takes. It becomes the band's description.
    ///
    /// # Errors
    /// [`ExportError::Unfit`]: nodata that is no value of the type, or options that contradict each other or the type.
    pub fn new(
        files: Arc<dyn Files>,
        target: &Target,
        column: Column,
        index: usize,
        options: GeoTiffOptions,
    ) -> Result<Self, ExportError> {
        let plan = Plan::new(target, &column, &options)?;
        let tags = FileTags {
            place: georeference(&target.grid, &target.crs),
            metadata: metadata_xml(&column.name, &options.metadata),
            nodata: plan.cells.nodata_text(),
            cog: options.layout == TiffLayout::Cog,
            offsets: options.offsets,
        };
        Ok(Self {
            files,
            plan: Arc::new(plan),
            name: column.name,
            index,
            tags,
        })
    }
}

impl Export for GeoTiffExport {
    fn part_rows(&self) -> u64 {
        self.plan.part_rows
    }

    fn part_bytes(&self) -> u64 {
        let rows = 0..self.plan.part_rows.min(self.plan.levels[0].rows);
        GeoTiffPart::bytes(&self.plan).saturating_add(GeoTiffPart::index_bytes(&self.plan, &rows))
    }

    fn begin(
        &self,
        part: &Part,
        path: &Path,
        holder: &Holder,
    ) -> Result<Box<dyn PartWriter>, ExportError> {
        let column = (self.name.as_str(), self.index);
        let place = (&self.files, path);
        let part = GeoTiffPart::begin(&self.plan, column, &part.rows, place, holder)?;
        Ok(Box::new(part))
    }

    fn assemble(
        &self,
        parts: &[(Part, &Path)],
        out: &Path,
        holder: &Holder,
        cancel: &Cancel,
    ) -> Result<Exported, ExportError> {
        assemble(
            &self.plan,
            &self.tags,
            (&self.files, parts, out),
            holder,
            cancel,
        )
    }
}
