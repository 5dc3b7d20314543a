//! Finished target rows become files.
//!
//! A job cuts the rows of its target into parts, whatever the budget. Each part is written by a [`PartWriter`] into a file of its own;
//! [`Export::assemble`] makes the one file that the user asked for of them, under its final name when it is complete. What is in it
//! depends on the rows alone.

mod error;
mod geotiff;
mod table;

use std::{ops::Range, path::Path};

use weir_memory::Holder;
use weir_run::Cancel;

use crate::{Crs, Grid, PixelType};

pub use error::ExportError;
pub use geotiff::{GeoTiffExport, GeoTiffOptions, Offsets, Overviews, TiffLayout};
pub use table::{
    ChunkRows, Geometry, Rows, TableCompression, TableExport, TableFormat, TableOptions,
};

/// The grid that layers are brought onto, and the reference system of its coordinates.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Where the cells are.
    pub grid: Grid,
    /// What their coordinates mean.
    pub crs: Crs,
}

/// A layer's values in the output: a column of a table, a band's file.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The name users know it by.
    pub name: String,
    /// The type it is written in.
    pub pixel: PixelType,
    /// What stands for no value in a raster; tables have null. It must be a value of `pixel`, or NaN in a floating-point type.
    pub nodata: Option<f64>,
}

/// One part: whole rows of the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its number, from 0 at the top.
    pub number: u32,
    /// The target's rows in it.
    pub rows: Range<u64>,
}

/// What a file that is complete holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Exported {
    /// Rows of a table, cells of a raster.
    pub rows: u64,
    /// Bytes on the disk.
    pub bytes: u64,
}

/// A format that target rows are written in.
pub trait Export: Send + Sync {
    /// Parts begin at multiples of this many target rows: the height of a tile, or any fixed number. It does not depend on a budget.
    fn part_rows(&self) -> u64;

    /// Bytes that writing one part needs at the most, beside the row that it is given.
    fn part_bytes(&self) -> u64;

    /// Begins a part, whose file is `path`: complete and synced when the writer is finished, absent otherwise.
    ///
    /// # Errors
    /// [`ExportError`]: no memory, no disk.
    fn begin(
        &self,
        part: &Part,
        path: &Path,
        holder: &Holder,
    ) -> Result<Box<dyn PartWriter>, ExportError>;

    /// Makes the file `out` of all parts' files, in order. Parts stay; the caller removes them.
    ///
    /// # Errors
    /// [`ExportError`]; `out` is what it was before then.
    fn assemble(
        &self,
        parts: &[(Part, &Path)],
        out: &Path,
        holder: &Holder,
        cancel: &Cancel,
    ) -> Result<Exported, ExportError>;
}

/// Takes the rows of one part.
pub trait PartWriter: Send {
    /// Takes the next row, one slice a column and one value a cell from the west, NaN where there is no value.
    ///
    /// # Errors
    /// [`ExportError`]; the part is of no use then.
    fn row(&mut self, row: u64, columns: &[&[f64]]) -> Result<(), ExportError>;

    /// Completes the part's file.
    ///
    /// # Errors
    /// [`ExportError`]; there is no file then.
    fn finish(self: Box<Self>) -> Result<Exported, ExportError>;
}
