//! Grids: where cells lie.

mod axis;
mod rational;

pub use axis::{Axis, MAX_CELLS};
pub use rational::Rational;

/// Why a grid cannot be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GridError {
    /// An axis outside the limits of [`Axis`].
    #[error(
        "no axis of {cells} cells of size {step} from {origin}: 1 to {MAX_CELLS} cells, finite numbers and a size other than 0 are needed"
    )]
    Axis {
        /// The first edge.
        origin: f64,
        /// The size of a cell.
        step: f64,
        /// How many cells.
        cells: u64,
    },
    /// One grid runs north to south, the other south to north, or west to east and back.
    #[error(
        "the axes run in opposite directions (cell sizes {source_step} and {target_step}); turn one of the grids round"
    )]
    Opposite {
        /// The source's signed cell size.
        source_step: f64,
        /// The target's signed cell size.
        target_step: f64,
    },
    /// Latitudes beyond the poles.
    #[error(
        "a spherical area needs latitudes from -90 to 90 degrees, and the grid reaches {latitude}; use planar areas or cut the grid"
    )]
    BeyondPole {
        /// The latitude that is none.
        latitude: f64,
    },
}

/// Cells in rows and columns: columns along `x`, rows along `y` from the top.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    /// The axis of columns.
    pub x: Axis,
    /// The axis of rows; its step is negative where rows run from north to south.
    pub y: Axis,
}

impl Grid {
    /// A grid of two axes.
    pub fn new(x: Axis, y: Axis) -> Self {
        Self { x, y }
    }

    /// How many columns.
    pub fn columns(&self) -> u64 {
        self.x.cells()
    }

    /// How many rows.
    pub fn rows(&self) -> u64 {
        self.y.cells()
    }

    /// Whether both describe the same cells: equal shapes, and edges that are equal when computed exactly.
    /// A resolution that is merely close is another grid.
    pub fn same_cells(&self, other: &Self) -> bool {
        let same = |a: &Axis, b: &Axis| {
            a.cells() == b.cells()
                && match (a.exact(), b.exact()) {
                    (Some(left), Some(right)) => left == right,
                    (None, None) => a == b,
                    _ => false,
                }
        };
        same(&self.x, &other.x) && same(&self.y, &other.y)
    }
}
