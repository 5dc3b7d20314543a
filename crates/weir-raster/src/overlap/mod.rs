//! How much of a source cell lies in a target cell, one axis at a time.
//!
//! Areas are separable, in the plane (`Δx·Δy`) and on the sphere (`Δλ·(sin φ_top − sin φ_bottom)`), so the overlap of two
//! cells is the product of two lengths. Where both axes are fractions the lengths along the axis are whole numbers of
//! *ticks*, the largest length that divides both cell sizes and their offset: 0.1 and 0.25 degrees meet in ticks of 0.05.

mod ticks;

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

/// The overlaps of all target cells of an axis, in order of target cells and then of source cells.
///
/// Limits: as many shares as cells of both axes together, 16 bytes each. Target cells outside the source have none.
#[derive(Debug, Clone, PartialEq)]
pub struct AxisOverlap {
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
        let ticks = Ticks::new(source, target)?;
        if measure == Measure::SineOfLatitude {
            ticks::check_latitudes(source)?;
        }
        let mut made = Self {
            overlaps: Vec::new(),
            of_source: Vec::new(),
            starts: Vec::with_capacity(target.cells() as usize + 1),
            firsts: Vec::with_capacity(target.cells() as usize),
            source_cells: source.cells(),
        };
        let mut first = 0;
        for cell in 0..target.cells() {
            let (from, to) = ticks.target(cell);
            while first < source.cells() && ticks.source(first).1 <= from {
                first += 1;
            }
            made.starts.push(made.overlaps.len());
            made.firsts.push(first);
            for index in first..source.cells() {
                let (begin, end) = ticks.source(index);
                if begin >= to {
                    break;
                }
                let overlap = ticks.measure(measure, begin.max(from), end.min(to));
                made.overlaps.push(overlap);
                made.of_source
                    .push(overlap / ticks.measure(measure, begin, end));
            }
        }
        made.starts.push(made.overlaps.len());
        Ok(made)
    }

    /// The shares in target cell `cell`.
    pub fn of(&self, cell: u64) -> Shares<'_> {
        let range = self.starts[cell as usize]..self.starts[cell as usize + 1];
        Shares {
            first: self.firsts[cell as usize],
            overlaps: &self.overlaps[range.clone()],
            of_source: &self.of_source[range],
        }
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
    pub fn targets_of(&self, from: u64, to: u64) -> std::ops::Range<u64> {
        let covered = self.covered();
        let cells = &self.firsts[covered.start as usize..covered.end as usize];
        let begin =
            covered.start + partition(cells.len(), |at| self.of(covered.start + at).end() <= from);
        let end = covered.start + partition(cells.len(), |at| cells[at as usize] < to);
        begin..end.max(begin)
    }

    /// The target cells that meet the source at all: neighbours.
    pub fn covered(&self) -> std::ops::Range<u64> {
        if self.overlaps.is_empty() {
            return self.targets()..self.targets();
        }
        let begin = self.starts.partition_point(|start| *start == 0) as u64 - 1;
        let end = self
            .starts
            .partition_point(|start| *start < self.overlaps.len()) as u64;
        begin..end
    }
}

/// The first of `0..count` for which `before` no longer holds.
fn partition(count: usize, before: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, count as u64);
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
