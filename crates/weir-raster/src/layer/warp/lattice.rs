//! Points of target cells among source cells.

use std::ops::Range;

use super::SEGMENTS;
use crate::{
    crs::Transform,
    grid::{Axis, Grid},
};

/// How far inside, as a share of its size, the edges of a piece lie: on a seam both of its sides are the same place.
const INSIDE: f64 = 1e-9;

/// The source's cells, and the way to them.
#[derive(Debug)]
pub(crate) struct Surface {
    transform: Transform,
    pub(super) source: Grid,
    /// Columns once round the globe, for a source in degrees.
    period: Option<f64>,
}

impl Surface {
    pub(super) fn new(transform: Transform, source: Grid, degrees: bool) -> Self {
        Self {
            period: degrees.then(|| 360.0 / source.x.step().abs()),
            transform,
            source,
        }
    }

    /// Columns and rows, in cells from the source's first edges, of target coordinates; NaN where there is no such place.
    fn places(&self, points: &mut [(f64, f64)]) {
        self.transform.apply(points);
        let (x, y) = (&self.source.x, &self.source.y);
        for (across, down) in points {
            *across = (*across - x.origin()) / x.step();
            *down = (*down - y.origin()) / y.step();
        }
    }

    /// Where a target cell's centre lies, when that is in the source.
    pub(super) fn place(&self, target: &Grid, row: u64, column: u64) -> Option<(f64, f64)> {
        let mut point = [(target.x.centre(column), target.y.centre(row))];
        self.places(&mut point);
        let [(mut x, y)] = point;
        if let Some(period) = self.period {
            x = x.rem_euclid(period);
            // A hair west of the seam is rounded to the whole turn, which is no column.
            if x >= period || (self.is_whole(period) && x >= self.source.columns() as f64) {
                x = 0.0;
            }
        }
        let inside = x >= 0.0
            && x < self.source.columns() as f64
            && y >= 0.0
            && y < self.source.rows() as f64;
        inside.then_some((x, y))
    }

    /// The column of a neighbour, which may lie beyond the seam.
    pub(super) fn column(&self, column: i64) -> Option<u64> {
        let count = self.source.columns() as i64;
        let turned = match self.period {
            Some(period) if self.is_whole(period) => column.rem_euclid(count),
            _ => column,
        };
        (0..count).contains(&turned).then_some(turned as u64)
    }

    /// Whether the source's last column lies beside its first.
    fn is_whole(&self, period: f64) -> bool {
        (period - self.source.columns() as f64).abs() < 1e-6
    }

    /// By how many columns a ring may have to be moved to lie on the source.
    pub(super) fn turns(&self, ring: &[(f64, f64)]) -> Vec<f64> {
        let Some(period) = self.period else {
            return vec![0.0];
        };
        let west = ring.iter().map(|corner| corner.0).fold(f64::MAX, f64::min);
        // To the first turn in which it reaches beyond the first column from the west.
        let first = -libm::floor(west / period) * period;
        vec![first, first - period, first - 2.0 * period]
    }

    /// The polygon of transformed corners; none when a corner has no place or a seam lies between two of them.
    pub(super) fn ring(&self, corners: &[(f64, f64)]) -> Option<Vec<(f64, f64)>> {
        if corners.iter().any(|(x, y)| x.is_nan() || y.is_nan()) {
            return None;
        }
        match self.period {
            Some(period) => Some(self.around(corners, period)),
            None => {
                let length = |at: usize| {
                    let (a, b) = (corners[at], corners[(at + 1) % corners.len()]);
                    libm::hypot(b.0 - a.0, b.1 - a.1)
                };
                let lengths = (0..corners.len()).map(length);
                let (longest, all) = lengths.fold((0.0, 0.0), |(longest, all), length| {
                    (f64::max(longest, length), all + length)
                });
                // Of 16 segments none is much longer than an eighth of the whole, however slim the cell, but one that jumps over
                // the world is about half, with the one that jumps back.
                (longest <= 0.3 * all).then(|| corners.to_vec())
            }
        }
    }

    /// Longitudes without jumps, and closed along the pole where the ring goes round it.
    fn around(&self, corners: &[(f64, f64)], period: f64) -> Vec<(f64, f64)> {
        let nearest = |from: f64, to: f64| {
            from + (to - from + period / 2.0).rem_euclid(period) - period / 2.0
        };
        let mut ring: Vec<(f64, f64)> = Vec::with_capacity(corners.len() + 3);
        for (x, y) in corners {
            let x = ring.last().map_or(*x, |(before, _)| nearest(*before, *x));
            ring.push((x, *y));
        }
        let (first, last) = (ring[0], ring[ring.len() - 1]);
        let closing = nearest(last.0, first.0);
        if (closing - first.0).abs() > period / 2.0 {
            let y = &self.source.y;
            let middle = ring.iter().map(|corner| corner.1).sum::<f64>() / ring.len() as f64;
            let north = y.origin() + middle * y.step() > 0.0;
            let pole = if north { 90.0 } else { -90.0 };
            let pole = (pole - y.origin()) / y.step();
            ring.extend([(closing, first.1), (closing, pole), (first.0, pole)]);
        }
        ring
    }

    /// The corners of a piece of a target cell, just inside its edges.
    pub(super) fn piece_into(&self, target: &Grid, piece: Piece, corners: &mut Vec<(f64, f64)>) {
        let ends = |axis: &Axis, cell: u64, at: u64| {
            let size = 1.0 / f64::from(1u32 << piece.depth);
            let place = |part: f64| axis.edge(cell) + axis.step() * part * size;
            (place(at as f64 + INSIDE), place((at + 1) as f64 - INSIDE))
        };
        let (west, east) = ends(&target.x, piece.column, piece.across);
        let (north, south) = ends(&target.y, piece.row, piece.down);
        corners.clear();
        let between = |a: f64, b: f64, at: usize| a + (b - a) * at as f64 / SEGMENTS as f64;
        for at in 0..SEGMENTS {
            corners.push((between(west, east, at), north));
        }
        for at in 0..SEGMENTS {
            corners.push((east, between(north, south, at)));
        }
        for at in 0..SEGMENTS {
            corners.push((between(east, west, at), south));
        }
        for at in 0..SEGMENTS {
            corners.push((west, between(south, north, at)));
        }
        self.places(corners);
    }
}

/// A part of a target cell, one of `2^depth` a side.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    row: u64,
    column: u64,
    pub(super) depth: u32,
    down: u64,
    across: u64,
}

impl Piece {
    /// The whole cell.
    pub(super) fn whole(row: u64, column: u64) -> Self {
        Self {
            row,
            column,
            depth: 0,
            down: 0,
            across: 0,
        }
    }

    pub(super) fn quarters(self) -> [Self; 4] {
        [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(down, across)| Self {
            depth: self.depth + 1,
            down: self.down * 2 + down,
            across: self.across * 2 + across,
            ..self
        })
    }
}

/// The points on the edges of a rectangle of target cells, each transformed once for both of its cells.
pub(super) struct Lattice {
    rows: Range<u64>,
    columns: Range<u64>,
    /// Along each edge between rows, from the west.
    across: Vec<Vec<(f64, f64)>>,
    /// Within each edge between columns, from the north, without its ends.
    down: Vec<Vec<(f64, f64)>>,
}

impl Lattice {
    pub(super) fn new(
        surface: &Surface,
        target: &Grid,
        rows: Range<u64>,
        columns: Range<u64>,
    ) -> Self {
        let along = |axis: &Axis, range: &Range<u64>| -> Vec<f64> {
            let mut places = Vec::new();
            for cell in range.clone() {
                let edge = axis.edge(cell);
                places.extend((0..SEGMENTS).map(|at| match at {
                    0 => edge,
                    at => edge + axis.step() * at as f64 / SEGMENTS as f64,
                }));
            }
            places.push(axis.edge(range.end));
            places
        };
        let (xs, ys) = (along(&target.x, &columns), along(&target.y, &rows));
        let across = ys.iter().step_by(SEGMENTS).map(|y| {
            let mut points: Vec<(f64, f64)> = xs.iter().map(|x| (*x, *y)).collect();
            surface.places(&mut points);
            points
        });
        let down = xs.iter().step_by(SEGMENTS).map(|x| {
            let inner = ys.iter().enumerate();
            let inner = inner.filter(|(at, _)| at % SEGMENTS != 0);
            let mut points: Vec<(f64, f64)> = inner.map(|(_, y)| (*x, *y)).collect();
            surface.places(&mut points);
            points
        });
        Self {
            across: across.collect(),
            down: down.collect(),
            rows,
            columns,
        }
    }

    /// The points about a cell, once round.
    pub(super) fn ring_into(&self, row: u64, column: u64, corners: &mut Vec<(f64, f64)>) {
        let (row, column) = (
            (row - self.rows.start) as usize,
            (column - self.columns.start) as usize,
        );
        let along = column * SEGMENTS..(column + 1) * SEGMENTS + 1;
        let inner = row * (SEGMENTS - 1)..(row + 1) * (SEGMENTS - 1);
        corners.clear();
        corners.extend(&self.across[row][along.clone()]);
        corners.extend(&self.down[column + 1][inner.clone()]);
        corners.extend(self.across[row + 1][along].iter().rev());
        corners.extend(self.down[column][inner].iter().rev());
    }
}
