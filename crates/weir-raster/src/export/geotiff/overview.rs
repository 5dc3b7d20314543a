//! Rows of overviews from rows of the raster: each level takes the rows of the one below it, two by two.
//!
//! A row is values and weights. The weight of a cell is how many cells of the raster beneath have a value, and its value is their sum, so that
//! an average is that of the raster however many levels lie between. Sums are formed two by two in fixed pairs, so they do not depend on parts.

use super::{Overviews, plan::Level};

/// A row of a level: sums and weights for averages, else cells, NaN for none, and no weights.
#[derive(Debug, Clone, Default)]
pub(super) struct OverviewRow {
    pub(super) values: Vec<f64>,
    pub(super) weights: Vec<f64>,
}

impl OverviewRow {
    /// Bytes of a row.
    pub(super) fn bytes(overviews: Overviews, columns: u64) -> u64 {
        columns.saturating_mul(if overviews == Overviews::Average {
            16
        } else {
            8
        })
    }

    fn sized(overviews: Overviews, columns: u64) -> Self {
        let weights = if overviews == Overviews::Average {
            columns
        } else {
            0
        };
        Self {
            values: vec![0.0; columns as usize],
            weights: vec![0.0; weights as usize],
        }
    }

    /// The cells that are written, NaN for none.
    pub(super) fn cells_into(&self, out: &mut Vec<f64>) {
        out.clear();
        if self.weights.is_empty() {
            out.extend_from_slice(&self.values);
        } else {
            let both = self.values.iter().zip(&self.weights);
            // No weight is 0 / 0, which is NaN.
            out.extend(both.map(|(sum, weight)| sum / weight));
        }
    }
}

/// Levels from the one above `base` on.
#[derive(Debug)]
pub(super) struct Cascade {
    overviews: Overviews,
    /// The level whose rows come in.
    base: usize,
    /// How many rows the base has.
    base_rows: u64,
    /// The row of the base as sums and weights.
    incoming: OverviewRow,
    halvings: Vec<Halving>,
}

#[derive(Debug)]
struct Halving {
    /// Rows of the level below.
    rows: u64,
    /// An even row of the level below that waits for the next.
    above: OverviewRow,
    half: OverviewRow,
}

impl Cascade {
    /// From the rows of `levels[base]` those of the levels above, up to `last`.
    pub(super) fn new(overviews: Overviews, levels: &[Level], base: usize, last: usize) -> Self {
        let halvings = (base..last).map(|below| Halving {
            rows: levels[below].rows,
            above: OverviewRow::sized(overviews, levels[below].columns),
            half: OverviewRow::sized(overviews, levels[below + 1].columns),
        });
        let columns = if last > base { levels[base].columns } else { 0 };
        Self {
            overviews,
            base,
            base_rows: levels[base].rows,
            incoming: OverviewRow::sized(overviews, columns),
            halvings: halvings.collect(),
        }
    }

    /// Bytes that a cascade holds.
    pub(super) fn bytes(overviews: Overviews, levels: &[Level], base: usize, last: usize) -> u64 {
        let row = |level: usize| OverviewRow::bytes(overviews, levels[level].columns);
        let all = (base..last).map(|below| row(below).saturating_add(row(below + 1)));
        row(base).saturating_add(all.fold(0, u64::saturating_add))
    }

    /// Takes a row of the raster (the base is level 0), NaN for no value, and gives every row of a level that it completes.
    pub(super) fn cells<E>(
        &mut self,
        row: u64,
        cells: &[f64],
        each: impl FnMut(usize, &OverviewRow) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.halvings.is_empty() {
            return Ok(());
        }
        let mut incoming = std::mem::take(&mut self.incoming);
        if self.overviews == Overviews::Average {
            let both = incoming.values.iter_mut().zip(&mut incoming.weights);
            for (cell, (value, weight)) in cells.iter().zip(both) {
                let missing = cell.is_nan();
                *value = if missing { 0.0 } else { *cell };
                *weight = if missing { 0.0 } else { 1.0 };
            }
        } else {
            incoming.values.copy_from_slice(cells);
        }
        let answer = self.row(row, &incoming, each);
        self.incoming = incoming;
        answer
    }

    /// Takes a row of the base, and gives every row of a level that it completes.
    pub(super) fn row<E>(
        &mut self,
        mut row: u64,
        cells: &OverviewRow,
        mut each: impl FnMut(usize, &OverviewRow) -> Result<(), E>,
    ) -> Result<(), E> {
        debug_assert!(row < self.base_rows);
        let mut below: Option<&OverviewRow> = None;
        for (index, halving) in self.halvings.iter_mut().enumerate() {
            let complete = halving.take(self.overviews, row, below.unwrap_or(cells));
            if !complete {
                break;
            }
            each(self.base + index + 1, &halving.half)?;
            below = Some(&halving.half);
            row /= 2;
        }
        Ok(())
    }
}

impl Halving {
    /// Whether the row of the level above is complete with this one.
    fn take(&mut self, overviews: Overviews, row: u64, cells: &OverviewRow) -> bool {
        let last = row + 1 == self.rows;
        match (row.is_multiple_of(2), last) {
            (true, false) => {
                self.above.values.copy_from_slice(&cells.values);
                self.above.weights.copy_from_slice(&cells.weights);
                return false;
            }
            (true, true) => halve(overviews, cells, None, &mut self.half),
            (false, _) => halve(overviews, &self.above, Some(cells), &mut self.half),
        }
        true
    }
}

/// Two rows, or the last one alone, become one of half the width.
fn halve(
    overviews: Overviews,
    above: &OverviewRow,
    below: Option<&OverviewRow>,
    half: &mut OverviewRow,
) {
    match overviews {
        Overviews::Average => {
            let sums = |above: &[f64], below: Option<&[f64]>, half: &mut [f64]| match below {
                Some(below) => {
                    let pairs = above.chunks(2).zip(below.chunks(2));
                    for (half, (above, below)) in half.iter_mut().zip(pairs) {
                        *half = pair(above) + pair(below);
                    }
                }
                None => {
                    for (half, above) in half.iter_mut().zip(above.chunks(2)) {
                        *half = pair(above);
                    }
                }
            };
            let (values, weights) = (
                below.map(|row| &row.values[..]),
                below.map(|row| &row.weights[..]),
            );
            sums(&above.values, values, &mut half.values);
            sums(&above.weights, weights, &mut half.weights);
        }
        Overviews::Mode => {
            let below: &[f64] = below.map_or(&[], |row| &row.values);
            for (column, half) in half.values.iter_mut().enumerate() {
                let pick = |row: &[f64], at: usize| row.get(at).copied().unwrap_or(f64::NAN);
                let (west, east) = (column * 2, column * 2 + 1);
                *half = mode([
                    pick(&above.values, west),
                    pick(&above.values, east),
                    pick(below, west),
                    pick(below, east),
                ]);
            }
        }
        Overviews::Nearest | Overviews::None => {
            for (half, above) in half.values.iter_mut().zip(above.values.iter().step_by(2)) {
                *half = *above;
            }
        }
    }
}

#[inline(always)]
fn pair(cells: &[f64]) -> f64 {
    match cells {
        [west, east] => west + east,
        [west, ..] => *west,
        [] => 0.0,
    }
}

/// The most frequent of four, of several the smallest; NaN is no value.
fn mode(cells: [f64; 4]) -> f64 {
    let [first, ..] = cells;
    if cells == [first; 4] {
        return first;
    }
    let mut best = (0, f64::NAN);
    for cell in cells {
        let count = cells.iter().filter(|other| **other == cell).count();
        if count > best.0 || (count == best.0 && cell < best.1) {
            best = (count, cell);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mode_counts_values_and_prefers_the_smaller() {
        let none = f64::NAN;
        for (cells, answer) in [
            ([3.0, 3.0, 3.0, 3.0], 3.0),
            ([4.0, 3.0, 4.0, 3.0], 3.0),
            ([4.0, 3.0, 4.0, 4.0], 4.0),
            ([none, none, none, 9.0], 9.0),
            ([none, 9.0, 2.0, none], 2.0),
            ([1.0, 9.0, 9.0, none], 9.0),
        ] {
            assert_eq!(mode(cells), answer, "{cells:?}");
        }
        assert!(mode([none; 4]).is_nan());
    }
}
