//! How much of a source cell lies in a target cell, one axis at a time.
//!
//! Areas are separable, in the plane (`Δx·Δy`) and on the sphere (`Δλ·(sin φ_top − sin φ_bottom)`), so the overlap of two
//! cells is the product of two lengths. Where both axes are fractions the lengths along the axis are whole numbers of
//! *ticks*, the largest length that divides both cell sizes and their offset: 0.1 and 0.25 degrees meet in ticks of 0.05.

mod ticks;

use std::ops::Range;

pub(crate) use ticks::check_latitudes;

use crate::grid::{Axis, GridError};
use ticks::Ticks;

/// What a length along an axis measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// The length itself: columns, and rows in the plane.
    Length,
    /// The difference of the sines of latitudes in degrees: rows on the sphere.
    SineOfLatitude,
}

/// The source cells that meet one target cell: neighbours, in order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shares<'a> {
    /// The first of the source cells.
    pub first: u64,
    /// The measure of each overlap; whole ticks where the axes allow it.
    pub overlaps: &'a [f64],
    /// Each overlap divided by the measure of its source cell, in (0, 1].
    pub of_source: &'a [f64],
}

impl<'a> Shares<'a> {
    /// The source cells, `first..end`.
    pub fn end(&self) -> u64 {
        self.first + self.overlaps.len() as u64
    }

    /// Those among the source cells `from..to`.
    pub fn within(&self, from: u64, to: u64) -> Self {
        let begin = from.clamp(self.first, self.end());
        let end = to.clamp(begin, self.end());
        let range = (begin - self.first) as usize..(end - self.first) as usize;
        Self {
            first: begin,
            overlaps: &self.overlaps[range.clone()],
            of_source: &self.of_source[range],
        }
    }
}

/// The overlaps of the target cells of an axis, all or some neighbours, in order of target cells and then of source cells.
///
/// Limits: as many shares as cells of both axes together, 16 bytes each. Target cells outside the source have none.
#[derive(Debug, Clone, PartialEq)]
pub struct AxisOverlap {
    /// The first target cell.
    begin: u64,
    overlaps: Vec<f64>,
    of_source: Vec<f64>,
    starts: Vec<usize>,
    firsts: Vec<u64>,
    source_cells: u64,
}

impl AxisOverlap {
    /// The overlaps of the cells of `target` with those of `source`.
    ///
    /// # Errors
    /// [`GridError::Opposite`]; [`GridError::BeyondPole`] for sines of what is no latitude.
    pub fn new(source: &Axis, target: &Axis, measure: Measure) -> Result<Self, GridError> {
        Self::of_targets(source, target, measure, 0..target.cells())
    }

    /// The overlaps of some cells of `target` alone, the same to the last bit as among all of them.
    ///
    /// # Errors
    /// As [`AxisOverlap::new`].
    ///
    /// # Panics
    /// When `target` has no such cells.
    pub fn of_targets(
        source: &Axis,
        target: &Axis,
        measure: Measure,
        cells: Range<u64>,
    ) -> Result<Self, GridError> {
        assert!(
            cells.start <= cells.end && cells.end <= target.cells(),
            "no cells {cells:?}"
        );
        let ticks = Ticks::new(source, target)?;
        if measure == Measure::SineOfLatitude {
            ticks::check_latitudes(source)?;
        }
        let mut made = Self::empty(&cells, source.cells());
        let mut first = partition(source.cells(), |index| {
            ticks.source(index).1 <= ticks.target(cells.start).0
        });
        for cell in cells {
            let (from, to) = ticks.target(cell);
            while first < source.cells() && ticks.source(first).1 <= from {
                first += 1;
            }
            let shares = (first..source.cells())
                .map(|index| ticks.source(index))
                .take_while(|(begin, _)| *begin < to)
                .map(|(begin, end)| {
                    let overlap = ticks.measure(measure, begin.max(from), end.min(to));
                    (overlap, overlap / ticks.measure(measure, begin, end))
                });
            made.push(first, shares);
        }
        Ok(made.closed())
    }

    /// Room for the shares of target cells `cells`.
    pub(crate) fn empty(cells: &Range<u64>, source_cells: u64) -> Self {
        let count = (cells.end - cells.start) as usize;
        Self {
            begin: cells.start,
            overlaps: Vec::new(),
            of_source: Vec::new(),
            starts: Vec::with_capacity(count + 1),
            firsts: Vec::with_capacity(count),
            source_cells,
        }
    }

    /// The next target cell, whose source cells are `first` and its followers, one a share. Neither their first nor their last may
    /// lie before that of the cell before.
    pub(crate) fn push(&mut self, first: u64, shares: impl Iterator<Item = (f64, f64)>) {
        self.starts.push(self.overlaps.len());
        self.firsts.push(first);
        for (overlap, of_source) in shares {
            self.overlaps.push(overlap);
            self.of_source.push(of_source);
        }
    }

    /// Complete: every target cell was pushed.
    pub(crate) fn closed(mut self) -> Self {
        self.starts.push(self.overlaps.len());
        self
    }

    /// Takes away the weight of source cells that are none, such as those between the ends of a raster that goes round the globe.
    pub(crate) fn without(mut self, is_void: impl Fn(u64) -> bool) -> Self {
        for (at, first) in self.firsts.iter().enumerate() {
            for (source, share) in (*first..).zip(self.starts[at]..self.starts[at + 1]) {
                if is_void(source) {
                    self.overlaps[share] = 0.0;
                    self.of_source[share] = 0.0;
                }
            }
        }
        self
    }

    /// The shares in target cell `cell`.
    #[inline]
    pub fn of(&self, cell: u64) -> Shares<'_> {
        let at = (cell - self.begin) as usize;
        let range = self.starts[at]..self.starts[at + 1];
        Shares {
            first: self.firsts[at],
            overlaps: &self.overlaps[range.clone()],
            of_source: &self.of_source[range],
        }
    }

    /// The target cells whose shares are here.
    pub fn range(&self) -> Range<u64> {
        self.begin..self.begin + self.firsts.len() as u64
    }

    /// How many target cells.
    pub fn targets(&self) -> u64 {
        self.firsts.len() as u64
    }

    /// How many source cells.
    pub fn sources(&self) -> u64 {
        self.source_cells
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        (self.overlaps.capacity()
            + self.of_source.capacity()
            + self.starts.capacity()
            + self.firsts.capacity())
            * 8
    }

    /// The target cells that meet the source cells `from..to`: neighbours.
    pub fn targets_of(&self, from: u64, to: u64) -> Range<u64> {
        let covered = self.covered();
        let count = covered.end - covered.start;
        let begin =
            covered.start + partition(count, |at| self.of(covered.start + at).end() <= from);
        let end = covered.start + partition(count, |at| self.of(covered.start + at).first < to);
        begin..end.max(begin)
    }

    /// The target cells that meet the source at all: neighbours.
    pub fn covered(&self) -> Range<u64> {
        let all = self.range();
        if self.overlaps.is_empty() {
            return all.end..all.end;
        }
        let begin = self.starts.partition_point(|start| *start == 0) as u64 - 1;
        let end = self
            .starts
            .partition_point(|start| *start < self.overlaps.len()) as u64;
        all.start + begin..all.start + end
    }

    /// The source cells that meet a target cell at all.
    pub fn touched(&self) -> Range<u64> {
        let covered = self.covered();
        if covered.is_empty() {
            return 0..0;
        }
        self.of(covered.start).first..self.of(covered.end - 1).end()
    }
}

/// The first of `0..count` for which `before` no longer holds.
pub(crate) fn partition(count: u64, before: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// How the area of a cell is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// `Δx·Δy` in the units of the reference system.
    Planar,
    /// `Δλ·(sin φ_top − sin φ_bottom)` on a sphere; columns are longitudes and rows latitudes in degrees.
    Spherical,
}

/// The overlaps of columns and of rows.
///
/// # Errors
/// As [`AxisOverlap::new`].
pub fn overlaps(
    source: &crate::grid::Grid,
    target: &crate::grid::Grid,
    area: Area,
) -> Result<(AxisOverlap, AxisOverlap), GridError> {
    let rows = match area {
        Area::Planar => Measure::Length,
        Area::Spherical => Measure::SineOfLatitude,
    };
    Ok((
        AxisOverlap::new(&source.x, &target.x, Measure::Length)?,
        AxisOverlap::new(&source.y, &target.y, rows)?,
    ))
}
