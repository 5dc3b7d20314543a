//! Windows in, finished target rows out.

use std::collections::VecDeque;

use super::Statistic;
use crate::{
    overlap::{AxisOverlap, Shares},
    pixel::{Pixel, Window},
};

/// A window came out of turn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "windows come from west to east and from north to south without gaps: row {expected_row}, column {expected_column} is next, and the window starts at row {row}, column {column} with {rows} rows and {columns} columns"
)]
pub struct PassError {
    expected_row: u64,
    expected_column: u64,
    row: u64,
    column: u64,
    rows: usize,
    columns: usize,
}

/// One statistic on its way over a source grid.
///
/// Windows come in bands: each band is cut into windows from west to east, all of one height; bands follow from north to south.
/// The heights and widths may differ from band to band. Every target row is given out once, from the top, when no later
/// source row can change it. Held at a time: the target rows that the current band meets, and one part a row of the band.
pub struct AreaPass<'g, S: Statistic> {
    statistic: S,
    x: &'g AxisOverlap,
    y: &'g AxisOverlap,
    open: VecDeque<Vec<S::Cell>>,
    first_open: u64,
    /// Parts of the one target column that a window's east edge cuts, by row of the band.
    carried: Vec<S::Part>,
    band: u64,
    band_rows: usize,
    column: u64,
    row: Vec<f64>,
    out: Vec<f64>,
}

impl<'g, S: Statistic> AreaPass<'g, S> {
    /// A pass with the overlaps of columns (`x`) and rows (`y`).
    pub fn new(statistic: S, x: &'g AxisOverlap, y: &'g AxisOverlap) -> Self {
        Self {
            statistic,
            x,
            y,
            open: VecDeque::new(),
            first_open: 0,
            carried: Vec::new(),
            band: 0,
            band_rows: 0,
            column: 0,
            row: Vec::new(),
            out: Vec::new(),
        }
    }

    /// Takes the next window and gives finished target rows, with NaN for no value, to `done`.
    ///
    /// # Errors
    /// [`PassError`] when it is not the next; nothing has changed then.
    pub fn take<P: Pixel, E: From<PassError>>(
        &mut self,
        window: &Window<'_, P>,
        mut done: impl FnMut(u64, &[f64]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.check(window)?;
        let rows = window.rows();
        if self.column == 0 {
            self.band_rows = rows;
            self.carried.clear();
            self.carried.resize(rows, S::Part::default());
            self.open_rows(window.row, window.row + rows as u64);
        }
        let (west, east) = (window.column, window.column + window.columns as u64);
        let targets = self.x.targets_of(west, east);
        let mut row = std::mem::take(&mut self.row);
        for at in 0..rows {
            window.row_into(at, &mut row);
            self.take_row(
                window.row + at as u64,
                at,
                &row,
                west,
                east,
                targets.clone(),
            );
        }
        self.row = row;
        self.column = east;
        if east == self.x.sources() {
            self.column = 0;
            self.band += rows as u64;
            self.give(&mut done)?;
        }
        Ok(())
    }

    /// Bytes held, as far as they grow with the grids.
    pub fn bytes(&self) -> usize {
        let cells: usize = self
            .open
            .iter()
            .map(|row| row.capacity() * size_of::<S::Cell>())
            .sum();
        let beyond: usize = self
            .open
            .iter()
            .flatten()
            .map(|cell| self.statistic.heap_bytes(cell))
            .sum();
        cells
            + beyond
            + self.carried.capacity() * size_of::<S::Part>()
            + (self.row.capacity() + self.out.capacity()) * 8
    }

    fn check<P: Pixel>(&self, window: &Window<'_, P>) -> Result<(), PassError> {
        let rows = window.rows();
        let right = window.row == self.band
            && window.column == self.column
            && window.columns > 0
            && rows > 0
            && rows * window.columns == window.values.len()
            && (self.column == 0 || rows == self.band_rows)
            && window.column + window.columns as u64 <= self.x.sources()
            && window.row + rows as u64 <= self.y.sources();
        if right {
            return Ok(());
        }
        Err(PassError {
            expected_row: self.band,
            expected_column: self.column,
            row: window.row,
            column: window.column,
            rows,
            columns: window.columns,
        })
    }

    fn open_rows(&mut self, from: u64, to: u64) {
        let last = self.y.targets_of(from, to).end.max(self.first_open);
        while self.first_open + (self.open.len() as u64) < last {
            self.open
                .push_back(vec![S::Cell::default(); self.x.targets() as usize]);
        }
    }

    fn take_row(
        &mut self,
        source_row: u64,
        at: usize,
        row: &[f64],
        west: u64,
        east: u64,
        targets: std::ops::Range<u64>,
    ) {
        let rows = self.y.targets_of(source_row, source_row + 1);
        for target in targets {
            let shares = self.x.of(target);
            let here = shares.within(west, east);
            let values = &row[(here.first - west) as usize..(here.end() - west) as usize];
            if shares.first >= west && shares.end() <= east {
                let mut part = S::Part::default();
                self.statistic.gather(&mut part, values, here);
                self.fold(source_row, rows.clone(), target, &part);
                continue;
            }
            let mut part = std::mem::take(&mut self.carried[at]);
            self.statistic.gather(&mut part, values, here);
            if shares.end() <= east {
                self.fold(source_row, rows.clone(), target, &part);
            } else {
                self.carried[at] = part;
            }
        }
    }

    #[inline]
    fn fold(&mut self, source_row: u64, rows: std::ops::Range<u64>, target: u64, part: &S::Part) {
        for target_row in rows {
            let shares: Shares<'_> = self.y.of(target_row);
            let within = (source_row - shares.first) as usize;
            let cell = &mut self.open[(target_row - self.first_open) as usize][target as usize];
            self.statistic.fold(
                cell,
                part,
                shares.overlaps[within],
                shares.of_source[within],
            );
        }
    }

    fn give<E>(&mut self, done: &mut impl FnMut(u64, &[f64]) -> Result<(), E>) -> Result<(), E> {
        let all = self.band == self.y.sources();
        while self.first_open < self.y.targets() {
            let shares = self.y.of(self.first_open);
            if shares.end() > self.band && !all {
                break;
            }
            let mut cells = self
                .open
                .pop_front()
                .unwrap_or_else(|| vec![S::Cell::default(); self.x.targets() as usize]);
            self.out.clear();
            self.out
                .extend(cells.iter_mut().map(|cell| self.statistic.value(cell)));
            let row = self.first_open;
            self.first_open += 1;
            done(row, &self.out)?;
        }
        Ok(())
    }
}
