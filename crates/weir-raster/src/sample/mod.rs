//! Values at points: which source cells count for the centre of a target cell, and how much.
//!
//! The position of target cell `i` among the source's centres is `(i + 0.5)·f − 0.5` for grids with one corner and `f` source cells to a
//! target cell, and in general `(centre − origin) / size − 0.5`. Where both axes are fractions it is computed as one, so that a
//! centre on an edge lies on it. Kernels are not widened where the target is coarser (GDAL widens them there).

mod position;

use std::ops::Range;

use crate::{
    area::Statistic,
    grid::{Axis, GridError},
    overlap::{AxisOverlap, Shares},
};
use position::Positions;

/// Which neighbours of a point count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kernel {
    /// The cell in which the point lies; on an edge the one after it.
    Nearest,
    /// Two cells along each axis, `1 − t` and `t`.
    Bilinear,
    /// Four cells along each axis, by cubic convolution with a = -1/2 (R. G. Keys, 1981).
    Cubic,
}

/// The weights of source cells for the target cells `cells` of an axis. Target cells whose centre is outside the source have none.
/// For [`Kernel::Cubic`] the second of each pair is the bilinear weight.
///
/// # Errors
/// [`GridError::Opposite`].
pub(crate) fn weights(
    source: &Axis,
    target: &Axis,
    kernel: Kernel,
    cells: Range<u64>,
) -> Result<AxisOverlap, GridError> {
    if (source.step() > 0.0) != (target.step() > 0.0) {
        return Err(GridError::Opposite {
            source_step: source.step(),
            target_step: target.step(),
        });
    }
    let positions = Positions::new(source, target);
    let mut made = AxisOverlap::empty(&cells, source.cells());
    let count = source.cells() as i128;
    for cell in cells {
        // In cells from the source's first edge; its centres are at halves.
        let (edge, _) = positions.of(cell, false);
        if edge < 0 || edge >= count {
            made.push(edge.clamp(0, count) as u64, std::iter::empty());
            continue;
        }
        if kernel == Kernel::Nearest {
            made.push(edge as u64, std::iter::once((1.0, 1.0)));
            continue;
        }
        let (before, t) = positions.of(cell, true);
        let taps = taps(kernel, t);
        let start = before - (taps.len() as i128 / 2 - 1);
        let first = start.max(0);
        let last = (start + taps.len() as i128).min(count);
        let taps = taps[(first - start) as usize..(last - start) as usize].iter();
        made.push(first as u64, taps.copied());
    }
    Ok(made.closed())
}

/// Weights of the cells about a point at `t` (0 to 1) between the second and third of four, the first and second of two.
fn taps(kernel: Kernel, t: f64) -> Vec<(f64, f64)> {
    let linear = [1.0 - t, t];
    match kernel {
        Kernel::Nearest => vec![(1.0, 1.0)],
        Kernel::Bilinear => linear.iter().map(|weight| (*weight, *weight)).collect(),
        Kernel::Cubic => [
            (keys(1.0 + t), 0.0),
            (keys(t), linear[0]),
            (keys(1.0 - t), linear[1]),
            (keys(2.0 - t), 0.0),
        ]
        .to_vec(),
    }
}

/// The cells that count at a position in cells from an axis' first edge, which need not be on it, with both weights.
pub(crate) fn neighbours(kernel: Kernel, position: f64) -> (i64, Vec<(f64, f64)>) {
    if kernel == Kernel::Nearest {
        return (libm::floor(position) as i64, vec![(1.0, 1.0)]);
    }
    let before = libm::floor(position - 0.5);
    let taps = taps(kernel, position - 0.5 - before);
    (before as i64 - (taps.len() as i64 / 2 - 1), taps)
}

/// Keys' kernel with a = -1/2 at a distance from 0 to 2.
fn keys(distance: f64) -> f64 {
    const A: f64 = -0.5;
    let d = distance;
    if d <= 1.0 {
        ((A + 2.0) * d - (A + 3.0)) * d * d + 1.0
    } else {
        ((A * d - 5.0 * A) * d + 8.0 * A) * d - 4.0 * A
    }
}

/// `Σ v·w / Σ w` over neighbours with a value.
///
/// Where neighbours with a value have less than half of a cubic kernel's weight, whose outer weights are negative, the bilinear weights
/// count instead: dividing by a small difference would give values far beyond those around. No value where no neighbour with a weight has one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Interpolated;

/// Weighted sums by both kernels.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Neighbours {
    sum: f64,
    weight: f64,
    linear_sum: f64,
    linear_weight: f64,
}

impl Statistic for Interpolated {
    type Part = Neighbours;
    type Cell = Neighbours;

    fn gather(&self, part: &mut Neighbours, values: &[f64], shares: Shares<'_>) {
        let weights = shares.overlaps.iter().zip(shares.of_source);
        for (value, (weight, linear)) in values.iter().zip(weights) {
            // Beside a weight of 0 even an infinite value does not count.
            if !value.is_nan() && *weight != 0.0 {
                part.sum += value * weight;
                part.weight += weight;
            }
            if !value.is_nan() && *linear != 0.0 {
                part.linear_sum += value * linear;
                part.linear_weight += linear;
            }
        }
    }

    fn fold(&self, cell: &mut Neighbours, part: &Neighbours, weight: f64, linear: f64) {
        if weight != 0.0 {
            cell.sum += part.sum * weight;
            cell.weight += part.weight * weight;
        }
        if linear != 0.0 {
            cell.linear_sum += part.linear_sum * linear;
            cell.linear_weight += part.linear_weight * linear;
        }
    }

    fn value(&self, cell: &mut Neighbours) -> f64 {
        if cell.weight >= 0.5 {
            cell.sum / cell.weight
        } else if cell.linear_weight > 0.0 {
            cell.linear_sum / cell.linear_weight
        } else {
            f64::NAN
        }
    }
}
