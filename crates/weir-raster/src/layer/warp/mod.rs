//! Target rows of a raster in another reference system.
//!
//! **Points** (`near`, `bilinear`, `cubic`): the target cell's centre is transformed to the raster's system, and the value is taken there.
//!
//! **Areas**: each edge of a target cell is cut into [`SEGMENTS`] segments whose ends are transformed; the polygon of straight lines between
//! them, in the raster's cells, is cut with every source cell exactly. Neighbouring target cells have the same edge between them, so
//! what one does not take of a source cell the other does, and sums are conserved to rounding. The approximation is the straight line between two
//! transformed points, which leaves a curved edge by about `(length / 4)² / (8 · radius of curvature)`: half a metre for cells of 18 km in mid
//! latitudes. Within one source cell area is taken as uniform. Spherical areas weigh source rows in degrees; rasters in a projection
//! weigh their cells equally.
//!
//! A target cell that the edge of a projection's world or its seam cuts is quartered, and the quarters that are cut again, [`DEPTH`] times; the
//! smallest that are still cut are left out: of a globe on a sinusoidal world of 100 rows of cells that loses 0.16 % of the total. Around a pole a polygon in degrees is closed along the pole.
//!
//! Every target cell is a function of the raster alone; the order in which cells are made decides only how often a block is decoded.

mod blocks;
mod cell;
mod lattice;
mod polygon;

use std::ops::Range;

use weir_memory::{Bytes, Holder, Reservation};
use weir_run::Cancel;

use self::{
    blocks::Blocks,
    cell::{CellStatistic, statistic},
    lattice::{Lattice, Piece, Surface},
    polygon::{Shares, cut},
};
use super::{LayerError, LayerOptions};
use crate::{
    Area, GeoTiff, GridError, ReadAt, crs::Transform, geotiff::Meaning, grid::Grid,
    overlap::check_latitudes, sample,
};

/// Segments that each edge of a target cell is cut into.
pub(super) const SEGMENTS: usize = 4;

/// How often a target cell that a seam cuts is quartered: to 64 pieces a side.
const DEPTH: u32 = 6;

/// Target rows that are made together.
const GROUP_ROWS: u64 = 16;

/// Target columns that are made together, so that the blocks they need are few.
const GROUP_COLUMNS: u64 = 64;

/// Shares below this are roundings of none.
const LEAST_SHARE: f64 = 1e-9;

/// How a layer is warped, whatever the part.
#[derive(Debug)]
pub(super) struct Warp {
    pub(super) surface: Surface,
    pub(super) target: Grid,
    pub(super) area: Area,
}

impl Warp {
    pub(super) fn new(
        transform: Transform,
        source: Grid,
        source_degrees: bool,
        target: Grid,
        area: Area,
    ) -> Result<Self, GridError> {
        if area == Area::Spherical {
            check_latitudes(&source.y)?;
        }
        Ok(Self {
            surface: Surface::new(transform, source, source_degrees),
            target,
            area,
        })
    }

    /// The measure of a cell of a source row.
    fn row_area(&self, row: u64) -> f64 {
        match self.area {
            Area::Planar => 1.0,
            Area::Spherical => {
                let y = &self.surface.source.y;
                let sine = |row| libm::sin(y.edge(row).to_radians());
                (sine(row) - sine(row + 1)).abs()
            }
        }
    }
}

/// A part under way.
pub(super) struct WarpedPart {
    rows: Range<u64>,
    next: u64,
    /// Target rows that are made, by result and row.
    made: Vec<Vec<Vec<f64>>>,
    first_made: u64,
    out: Vec<Vec<f64>>,
    results: Vec<Box<dyn CellStatistic>>,
    kernel: Option<sample::Kernel>,
    blocks: Blocks,
    shares: Shares,
    values: Vec<f64>,
    fixed: u64,
    reserved: Reservation,
}

impl WarpedPart {
    pub(super) fn new<R: ReadAt>(
        raster: &GeoTiff<R>,
        (band, meaning): (u16, Meaning),
        rows: Range<u64>,
        columns: u64,
        options: &[LayerOptions],
        holder: &Holder,
    ) -> Result<Self, LayerError> {
        let fixed = working_bytes(columns, options.len())
            + raster.working_bytes()
            + raster.info().grid.columns() * 8;
        let reserved = holder.reserve(Bytes::new(fixed))?;
        Ok(Self {
            next: rows.start,
            made: vec![Vec::new(); options.len()],
            first_made: rows.start,
            rows,
            out: vec![Vec::new(); options.len()],
            results: options.iter().map(statistic).collect(),
            kernel: options.first().and_then(|options| options.method.kernel()),
            blocks: Blocks::new(raster, band, meaning, holder)?,
            shares: Shares::default(),
            values: Vec::new(),
            fixed,
            reserved,
        })
    }

    /// Makes the next row of every result; false after the last.
    pub(super) fn advance<R: ReadAt>(
        &mut self,
        warp: &Warp,
        raster: &mut GeoTiff<R>,
        window: &mut dyn FnMut() -> u64,
        cancel: &Cancel,
    ) -> Result<bool, LayerError> {
        if self.next == self.rows.end {
            return Ok(false);
        }
        let at = (self.next - self.first_made) as usize;
        if self.made.iter().all(|rows| at >= rows.len()) {
            self.make_group(warp, raster, window, cancel)?;
        }
        let at = (self.next - self.first_made) as usize;
        for (out, rows) in self.out.iter_mut().zip(&mut self.made) {
            *out = std::mem::take(&mut rows[at]);
        }
        self.next += 1;
        Ok(true)
    }

    /// The row that was made last.
    pub(super) fn row(&self) -> &[Vec<f64>] {
        &self.out
    }

    fn make_group<R: ReadAt>(
        &mut self,
        warp: &Warp,
        raster: &mut GeoTiff<R>,
        window: &mut dyn FnMut() -> u64,
        cancel: &Cancel,
    ) -> Result<(), LayerError> {
        let columns = warp.target.columns();
        let rows = self.next..self.rows.end.min(self.next + GROUP_ROWS);
        self.first_made = self.next;
        for made in &mut self.made {
            let row = vec![f64::NAN; columns as usize];
            *made = vec![row; (rows.end - rows.start) as usize];
        }
        // Rows of blocks are as wide as the raster: all columns of a target row need them.
        let wide = if raster.info().tiled {
            GROUP_COLUMNS
        } else {
            columns
        };
        for west in (0..columns).step_by(wide as usize) {
            let tile = west..columns.min(west + wide);
            self.blocks.resize(window())?;
            cancel.check()?;
            match self.kernel {
                Some(kernel) => self.points(warp, raster, kernel, &rows, &tile)?,
                None => self.areas(warp, raster, &rows, &tile, cancel)?,
            }
        }
        Ok(())
    }

    fn set(&mut self, row: u64, column: u64) {
        for (result, made) in self.results.iter_mut().zip(&mut self.made) {
            made[(row - self.first_made) as usize][column as usize] = result.value();
        }
    }

    fn areas<R: ReadAt>(
        &mut self,
        warp: &Warp,
        raster: &mut GeoTiff<R>,
        rows: &Range<u64>,
        columns: &Range<u64>,
        cancel: &Cancel,
    ) -> Result<(), LayerError> {
        let mut corners = Vec::new();
        for row in rows.clone() {
            cancel.check()?;
            for west in columns.clone().step_by(GROUP_COLUMNS as usize) {
                let run = west..columns.end.min(west + GROUP_COLUMNS);
                let lattice = Lattice::new(&warp.surface, &warp.target, row..row + 1, run.clone());
                for column in run {
                    lattice.ring_into(row, column, &mut corners);
                    match warp.surface.ring(&corners) {
                        Some(ring) => self.polygon(warp, raster, &ring)?,
                        None if corners.iter().all(|corner| corner.0.is_nan()) => {}
                        None => {
                            for quarter in Piece::whole(row, column).quarters() {
                                self.piece(warp, raster, quarter)?;
                            }
                        }
                    }
                    self.set(row, column);
                }
            }
        }
        Ok(())
    }

    /// A quarter of a target cell, or of a quarter, and so on down to [`DEPTH`].
    fn piece<R: ReadAt>(
        &mut self,
        warp: &Warp,
        raster: &mut GeoTiff<R>,
        piece: Piece,
    ) -> Result<(), LayerError> {
        let mut corners = Vec::new();
        warp.surface.piece_into(&warp.target, piece, &mut corners);
        if let Some(ring) = warp.surface.ring(&corners) {
            return self.polygon(warp, raster, &ring);
        }
        let nowhere = corners.iter().all(|corner| corner.0.is_nan());
        if piece.depth < DEPTH && !nowhere {
            for quarter in piece.quarters() {
                self.piece(warp, raster, quarter)?;
            }
        }
        Ok(())
    }

    /// Takes the source cells that a polygon meets.
    fn polygon<R: ReadAt>(
        &mut self,
        warp: &Warp,
        raster: &mut GeoTiff<R>,
        ring: &[(f64, f64)],
    ) -> Result<(), LayerError> {
        let source = &warp.surface.source;
        let (wide, high) = (source.columns() as f64, source.rows() as f64);
        for shift in warp.surface.turns(ring) {
            let ring = cut(ring, shift, wide, high);
            if ring.is_empty() {
                continue;
            }
            let mut shares = std::mem::take(&mut self.shares);
            let done = shares.each_row(&ring, |row, first, shares| {
                self.take_row(warp, raster, row, first, shares)
            });
            self.shares = shares;
            done?;
        }
        Ok(())
    }

    fn take_row<R: ReadAt>(
        &mut self,
        warp: &Warp,
        raster: &mut GeoTiff<R>,
        row: u64,
        first: u64,
        shares: &mut [f64],
    ) -> Result<(), LayerError> {
        let source = &warp.surface.source;
        let counts = |share: &f64| *share > LEAST_SHARE;
        let (Some(begin), Some(last)) = (
            shares.iter().position(counts),
            shares.iter().rposition(counts),
        ) else {
            return Ok(());
        };
        let end = (last + 1).min((source.columns() - first) as usize);
        if row >= source.rows() || begin >= end {
            return Ok(());
        }
        let shares = &mut shares[begin..end];
        let first = first + begin as u64;
        self.values.clear();
        self.values.resize(shares.len(), f64::NAN);
        let columns = first..first + shares.len() as u64;
        self.blocks
            .values_into(raster, row, columns, &mut self.values)?;
        for (value, share) in self.values.iter_mut().zip(shares.iter_mut()) {
            if *share <= LEAST_SHARE {
                (*value, *share) = (f64::NAN, 0.0);
            }
        }
        let area = (warp.row_area(row), 1.0);
        for result in &mut self.results {
            result.row(&self.values, (shares, shares), area);
        }
        let held: usize = self.results.iter().map(|result| result.heap_bytes()).sum();
        self.reserved
            .resize(Bytes::new(self.fixed + 2 * held as u64))?;
        Ok(())
    }

    fn points<R: ReadAt>(
        &mut self,
        warp: &Warp,
        raster: &mut GeoTiff<R>,
        kernel: sample::Kernel,
        rows: &Range<u64>,
        columns: &Range<u64>,
    ) -> Result<(), LayerError> {
        let source = warp.surface.source;
        for row in rows.clone() {
            for column in columns.clone() {
                let Some((x, y)) = warp.surface.place(&warp.target, row, column) else {
                    continue;
                };
                let (left, across) = sample::neighbours(kernel, x);
                let (top, down) = sample::neighbours(kernel, y);
                for (row, weight) in (top..).zip(&down) {
                    if row < 0 || row as u64 >= source.rows() {
                        continue;
                    }
                    let mut values = [f64::NAN; 4];
                    let (mut weights, mut linear) = ([0.0; 4], [0.0; 4]);
                    for (at, (column, weight)) in (left..).zip(&across).enumerate() {
                        (weights[at], linear[at]) = *weight;
                        if let Some(column) = warp.surface.column(column) {
                            let value = &mut values[at..=at];
                            self.blocks.values_into(
                                raster,
                                row as u64,
                                column..column + 1,
                                value,
                            )?;
                        }
                    }
                    let count = across.len();
                    for result in &mut self.results {
                        result.row(
                            &values[..count],
                            (&weights[..count], &linear[..count]),
                            *weight,
                        );
                    }
                }
                self.set(row, column);
            }
        }
        Ok(())
    }
}

/// Bytes that a part needs beside blocks and what statistics hold.
pub(super) fn working_bytes(columns: u64, results: usize) -> u64 {
    let rows = (GROUP_ROWS + 1) * columns * 8 * results as u64;
    let lattice = 3 * GROUP_COLUMNS * SEGMENTS as u64 * 16;
    rows + lattice + polygon::BAND_BYTES
}
