//! How a raster's grid lies to a target in the same reference system.

use super::along::Along;
use crate::{
    grid::{Axis, Grid, GridError},
    overlap::AxisOverlap,
};

/// Once round the globe, in degrees.
const ROUND: f64 = 360.0;

/// How far, in cells, edges may be off and still be the same.
const TOLERANCE: f64 = 1e-6;

/// The raster's axes turned and moved so that they run as the target's do.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fit {
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) columns: Along,
    pub(super) rows: Along,
}

/// Why there is no fit.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Misfit {
    /// No cell in common.
    Apart,
    /// The globe's seam falls where cells cannot be put together.
    Seam(String),
    /// An axis cannot be.
    Grid(GridError),
}

impl From<GridError> for Misfit {
    fn from(error: GridError) -> Self {
        Self::Grid(error)
    }
}

impl Fit {
    /// The fit of `source`, in blocks of `block` columns and rows, to `target`; in degrees it may go round the globe.
    pub(super) fn new(
        source: &Grid,
        block: (u64, u64),
        target: &Grid,
        degrees: bool,
    ) -> Result<Self, Misfit> {
        let (x, backwards) = turned(&source.x, &target.x)?;
        let (y, upwards) = turned(&source.y, &target.y)?;
        let (x, period) = if degrees && x.step() > 0.0 {
            round_the_globe(&x, &target.x)?
        } else {
            (x, None)
        };
        if !meet(&x, &target.x) || !meet(&y, &target.y) {
            return Err(Misfit::Apart);
        }
        let along = |cells, block, period, backwards| Along {
            cells,
            block,
            period,
            backwards,
        };
        Ok(Self {
            x,
            y,
            columns: along(source.columns(), block.0, period, backwards),
            rows: along(source.rows(), block.1, None, upwards),
        })
    }

    /// Takes the weight of void columns away.
    pub(super) fn solid(&self, x: AxisOverlap) -> AxisOverlap {
        match self.columns.period {
            Some(period) if period > self.columns.cells => {
                x.without(|cell| self.columns.is_void(cell))
            }
            _ => x,
        }
    }
}

/// The axis in the direction of `like`, and whether it was turned.
fn turned(axis: &Axis, like: &Axis) -> Result<(Axis, bool), GridError> {
    if (axis.step() > 0.0) == (like.step() > 0.0) {
        return Ok((*axis, false));
    }
    let turned = Axis::new(axis.edge(axis.cells()), -axis.step(), axis.cells())?;
    Ok((turned, true))
}

/// Least and greatest coordinate.
fn reach(axis: &Axis) -> (f64, f64) {
    let (first, last) = (axis.edge(0), axis.edge(axis.cells()));
    (first.min(last), first.max(last))
}

fn meet(a: &Axis, b: &Axis) -> bool {
    let ((a0, a1), (b0, b1)) = (reach(a), reach(b));
    let slack = TOLERANCE * a.step().abs().min(b.step().abs());
    a1.min(b1) - a0.max(b0) > slack
}

/// The axis of longitudes moved by whole turns to where the target is, and its period where it is needed more than once.
fn round_the_globe(axis: &Axis, target: &Axis) -> Result<(Axis, Option<u64>), Misfit> {
    let moved = |turns: i32, cells: u64| {
        Axis::new(axis.origin() + f64::from(turns) * ROUND, axis.step(), cells)
    };
    let slack = TOLERANCE * axis.step().min(target.step());
    let ((west, east), (target_west, target_east)) = (reach(axis), reach(target));
    let at = |turns: i32| {
        let by = f64::from(turns) * ROUND;
        (west + by, east + by)
    };
    let meeting: Vec<i32> = (-3..=3)
        .filter(|turns| {
            let (west, east) = at(*turns);
            east.min(target_east) - west.max(target_west) > slack
        })
        .collect();
    let ([first, ..], Some(last)) = (&meeting[..], meeting.last()) else {
        return Err(Misfit::Apart);
    };
    let whole = meeting.iter().find(|turns| {
        let (west, east) = at(**turns);
        west <= target_west + slack && east >= target_east - slack
    });
    if let Some(turns) = whole.or((first == last).then_some(first)) {
        return Ok((moved(*turns, axis.cells())?, None));
    }
    if target_east - target_west > ROUND + slack || east - west > ROUND + slack {
        // Rounded up, a target may reach beyond the globe's end, where the globe does not begin again.
        let level = |turns: &&i32| (at(**turns).0 - target_west).abs() <= slack;
        return match meeting.iter().find(level) {
            Some(turns) => Ok((moved(*turns, axis.cells())?, None)),
            None => Err(Misfit::Seam(format!(
                "longitudes from {west} to {east} do not go onto longitudes from {target_west} to {target_east}, because one of them is wider than 360 degrees; cut it to 360"
            ))),
        };
    }
    let period = libm::round(ROUND / axis.step());
    if (ROUND / axis.step() - period).abs() > TOLERANCE {
        return Err(Misfit::Seam(format!(
            "the target crosses the raster's seam at longitude {west}, and cells of {} degrees do not divide 360; cut the target there or give the raster whole cells",
            axis.step()
        )));
    }
    let period = period as u64;
    let cells = (last - first) as u64 * period + axis.cells();
    Ok((moved(*first, cells)?, Some(period)))
}
