//! Everything about an export that follows from the target and the options, before there is a row.

use std::ops::Range;

use weir_files::FilesError;

use super::{GeoTiffOptions, Overviews};
use crate::{
    Column, Compression, ExportError, Target,
    geotiff::write::{Cells, TileCoding},
};

/// A part's rows are at least so many, so that little is left of them after the overviews within a part.
const PART_ROWS: u64 = 1024;

/// A part is at least so many rows of tiles high, as a power of two; so many overviews are made within it.
const LEAST_HALVINGS: u32 = 2;

/// The most bytes of metadata.
const METADATA_LIMIT: usize = 64 << 10;

/// One image: the raster, or an overview.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Level {
    pub(super) columns: u64,
    pub(super) rows: u64,
    /// Tiles along a row.
    pub(super) across: u64,
    /// Rows of tiles.
    pub(super) down: u64,
}

/// What parts and the file have in common.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) coding: TileCoding,
    pub(super) cells: Cells,
    pub(super) overviews: Overviews,
    pub(super) sparse: bool,
    /// The raster, then its overviews from the largest.
    pub(super) levels: Vec<Level>,
    /// The last level whose tiles are in the parts' files.
    pub(super) within: usize,
    pub(super) part_rows: u64,
    /// The target's cells and reference system, every digit of them.
    target: String,
}

impl Plan {
    pub(super) fn new(
        target: &Target,
        column: &Column,
        options: &GeoTiffOptions,
    ) -> Result<Self, ExportError> {
        let coding = coding(column, options)?;
        let cells = Cells::new(column.pixel, column.nodata).map_err(unfit)?;
        if options.sparse && column.nodata.is_none() {
            return Err(unfit(
                "tiles without a value can only be left out where there is nodata; choose one",
            ));
        }
        let metadata = options.metadata.iter();
        let bytes = metadata.map(|(name, value)| name.len() + value.len());
        if bytes.sum::<usize>() + column.name.len() > METADATA_LIMIT {
            return Err(unfit(format!(
                "names and metadata have more than {METADATA_LIMIT} bytes; say less"
            )));
        }
        let side = u64::from(options.tile);
        let (mut columns, mut rows) = (target.grid.columns(), target.grid.rows());
        let mut levels = Vec::new();
        loop {
            levels.push(Level {
                columns,
                rows,
                across: columns.div_ceil(side),
                down: rows.div_ceil(side),
            });
            let fits = columns <= side && rows <= side;
            if fits || options.overviews == Overviews::None {
                break;
            }
            (columns, rows) = (columns.div_ceil(2), rows.div_ceil(2));
        }
        let mut halvings = LEAST_HALVINGS;
        while side << halvings < PART_ROWS {
            halvings += 1;
        }
        Ok(Self {
            coding,
            cells,
            overviews: options.overviews,
            sparse: options.sparse,
            within: (levels.len() - 1).min(halvings as usize),
            levels,
            part_rows: side << halvings,
            target: format!("{:?} {:?}", target.grid, target.crs),
        })
    }

    /// The level whose rows parts carry to the assembly, where there is one above those within parts.
    pub(super) fn carried(&self) -> Option<usize> {
        (self.within + 1 < self.levels.len()).then_some(self.within + 1)
    }

    /// The rows of level `level` that follow from the raster's rows up to `row` (a multiple of a part's rows, or the last).
    pub(super) fn rows_of(&self, level: usize, row: u64) -> u64 {
        (row >> level).max(u64::from(row == self.levels[0].rows) * self.levels[level].rows)
    }

    /// The rows of level `level` that follow from a part's rows.
    pub(super) fn rows_within(&self, level: usize, rows: &Range<u64>) -> u64 {
        self.rows_of(level, rows.end) - self.rows_of(level, rows.start)
    }

    /// How many blobs a part's file has: the tiles of each level within parts, then the rows that are carried.
    pub(super) fn blob_counts(&self, rows: &Range<u64>) -> Vec<u64> {
        let side = self.coding.side as u64;
        let mut counts: Vec<u64> = (0..=self.within)
            .map(|level| {
                let down = self.rows_within(level, rows).div_ceil(side);
                down.saturating_mul(self.levels[level].across)
            })
            .collect();
        counts.extend(self.carried().map(|level| self.rows_within(level, rows)));
        counts
    }

    /// Whether a part may have these rows.
    pub(super) fn check_rows(&self, rows: &Range<u64>) -> Result<(), ExportError> {
        let all = self.levels[0].rows;
        let whole = |row: u64| row.is_multiple_of(self.part_rows) || row == all;
        if rows.start < rows.end && rows.end <= all && whole(rows.start) && whole(rows.end) {
            return Ok(());
        }
        Err(unfit(format!(
            "a part of the rows {} to {} of {all}; parts are whole multiples of {} rows",
            rows.start, rows.end, self.part_rows
        )))
    }

    /// What a part's file says of itself: a part of another plan is not taken.
    pub(super) fn describe(&self) -> String {
        let Self {
            coding,
            cells,
            overviews,
            sparse,
            part_rows,
            target,
            ..
        } = self;
        format!("{target} {coding:?} {cells:?} {overviews:?} sparse={sparse} part_rows={part_rows}")
    }
}

fn coding(column: &Column, options: &GeoTiffOptions) -> Result<TileCoding, ExportError> {
    let tile = options.tile;
    if !(128..=1024).contains(&tile) || !tile.is_multiple_of(16) {
        return Err(unfit(format!(
            "tiles of {tile} × {tile} cells; a side has 128 to 1024 cells, a multiple of 16"
        )));
    }
    let (name, level, most) = match options.compression {
        Compression::None => ("none", 0, 0),
        Compression::Lzw => ("lzw", 0, 0),
        Compression::Deflate => ("deflate", 6, 9),
        Compression::Zstd => ("zstd", 3, 19),
        Compression::PackBits => {
            return Err(unfit(
                "packbits is read and not written; choose deflate, lzw, zstd or none",
            ));
        }
    };
    let chosen = options.level.unwrap_or(level);
    if options.level.is_some() && !(1..=most).contains(&chosen) {
        return Err(unfit(if most == 0 {
            format!("compression {name} has no levels; leave the level out")
        } else {
            format!("level {chosen} of {name}; there are 1 to {most}")
        }));
    }
    let float = column.pixel.is_float();
    let plain = options.compression == Compression::None;
    let usual = match (plain, float) {
        (true, _) => 1,
        (false, false) => 2,
        (false, true) => 3,
    };
    let predictor = options.predictor.unwrap_or(usual);
    let reason = match predictor {
        1 => None,
        2 | 3 if plain => Some("goes with a compression only; choose one, or predictor 1"),
        3 if !float => Some("is for floating-point cells; choose 2 or 1"),
        2 | 3 => None,
        _ => Some("is unknown; there are 1, 2 and 3"),
    };
    if let Some(reason) = reason {
        return Err(unfit(format!("predictor {predictor} {reason}")));
    }
    Ok(TileCoding {
        compression: options.compression,
        level: chosen,
        predictor,
        pixel: column.pixel,
        side: usize::from(tile),
    })
}

pub(super) fn unfit(reason: impl Into<String>) -> ExportError {
    ExportError::Unfit {
        format: "GeoTIFF",
        reason: reason.into(),
    }
}

/// A compressor that fails has no other way to say so than that of a file.
pub(super) fn compressor(error: std::io::Error, path: &std::path::Path) -> ExportError {
    FilesError::from_io(error, path, weir_files::Doing::Write).into()
}
