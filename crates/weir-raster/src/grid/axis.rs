//! One direction of a grid.

use super::{GridError, Rational};

/// The most cells along one axis: the largest image that a TIFF header can describe.
pub const MAX_CELLS: u64 = u32::MAX as u64;

/// How far, in cells, a fraction may move the far edge of an axis and still stand for its header's decimals.
const EDGE_TOLERANCE: f64 = 1e-6;

/// Relative difference of two doubles that mean the same decimal, a few roundings apart.
const SAME_DECIMALS: f64 = 8.0 * f64::EPSILON;

/// Cells of one size in a row: cell `i` lies between the edges `origin + i·step` and `origin + (i + 1)·step`.
///
/// Edges are computed from whole numbers, never by repeated addition. Limits: 1 to [`MAX_CELLS`] cells, a finite origin, a
/// finite step that is not 0 (negative on the axis of rows, which runs from the north).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axis {
    origin: f64,
    step: f64,
    cells: u64,
}

impl Axis {
    /// An axis of `cells` cells of size `step` from the edge `origin`, in the units of its reference system.
    ///
    /// # Errors
    /// [`GridError::Axis`] outside the limits.
    pub fn new(origin: f64, step: f64, cells: u64) -> Result<Self, GridError> {
        let far = origin + step * cells as f64;
        let good = origin.is_finite()
            && step.is_finite()
            && step != 0.0
            && far.is_finite()
            && far != origin
            && (1..=MAX_CELLS).contains(&cells);
        if good {
            Ok(Self {
                origin,
                step,
                cells,
            })
        } else {
            Err(GridError::Axis {
                origin,
                step,
                cells,
            })
        }
    }

    /// An axis from `from` to at least `to` in cells of `size`: the extent divided by the size, rounded when within a
    /// millionth of a whole number, else rounded up.
    ///
    /// # Errors
    /// [`GridError::Axis`] outside the limits.
    pub fn spanning(from: f64, to: f64, size: f64) -> Result<Self, GridError> {
        let step = if to >= from { size.abs() } else { -size.abs() };
        let count = ((to - from) / step).abs();
        let rounded = libm::round(count);
        let cells = if (count - rounded).abs() <= 1e-6 {
            rounded
        } else {
            libm::ceil(count)
        };
        let cells = if (1.0..=MAX_CELLS as f64).contains(&cells) {
            cells as u64
        } else {
            0
        };
        Self::new(from, step, cells)
    }

    /// The first edge.
    pub fn origin(&self) -> f64 {
        self.origin
    }

    /// The signed size of a cell.
    pub fn step(&self) -> f64 {
        self.step
    }

    /// How many cells.
    pub fn cells(&self) -> u64 {
        self.cells
    }

    /// The edge before cell `index`; `cells` gives the last edge.
    pub fn edge(&self, index: u64) -> f64 {
        match self.exact() {
            Some((origin, step)) => origin
                .plus_steps(step, i128::from(index))
                .map_or_else(|| self.plain_edge(index), Rational::to_f64),
            None => self.plain_edge(index),
        }
    }

    /// The centre of cell `index`, which is the coordinate that is published.
    pub fn centre(&self, index: u64) -> f64 {
        // In half cells, so that the fraction is as exact as that of an edge.
        let half = Self {
            origin: self.origin,
            step: self.step / 2.0,
            cells: self.cells * 2,
        };
        half.edge(index * 2 + 1)
    }

    /// Origin and step as fractions, when there are fractions that stand for the decimals: the same double within roundings, or else
    /// near enough that the far edge moves by less than a millionth of a cell (0.0083333333333 is 1/120).
    pub(crate) fn exact(&self) -> Option<(Rational, Rational)> {
        let cell = self.step.abs();
        let slack = cell * EDGE_TOLERANCE;
        let near = |value: f64, loose: f64| {
            let tight = (value.abs() * SAME_DECIMALS).min(loose);
            Rational::near(value, tight).or_else(|| Rational::near(value, loose))
        };
        Some((
            near(self.origin, slack)?,
            near(self.step, slack / self.cells as f64)?,
        ))
    }

    fn plain_edge(&self, index: u64) -> f64 {
        self.origin + self.step * index as f64
    }
}
