//! Windows in, finished target rows out.

use super::{Statistic, rows::Rows};
use crate::{
    overlap::AxisOverlap,
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
    x: &'g AxisOverlap,
    y: &'g AxisOverlap,
    rows: Rows<S>,
    band: u64,
    band_rows: usize,
    column: u64,
    row: Vec<f64>,
}

impl<'g, S: Statistic> AreaPass<'g, S> {
    /// A pass with the overlaps of columns (`x`) and rows (`y`).
    pub fn new(statistic: S, x: &'g AxisOverlap, y: &'g AxisOverlap) -> Self {
        Self {
            x,
            y,
            rows: Rows::new(statistic, x.targets(), y.range().start),
            band: 0,
            band_rows: 0,
            column: 0,
            row: Vec::new(),
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
        let end = window.row + rows as u64;
        let targets = self.y.targets_of(window.row, end);
        if self.column == 0 {
            self.band_rows = rows;
            self.rows.begin_sweep(targets.end);
        }
        let (west, east) = (window.column, window.column + window.columns as u64);
        self.rows.begin_window(self.x, west, east, rows);
        for at in 0..rows {
            window.row_into(at, &mut self.row);
            let source_row = window.row + at as u64;
            let targets = self.y.targets_of(source_row, source_row + 1);
            self.rows
                .take((self.x, self.y), source_row, at, &self.row, targets);
        }
        self.rows.end_window(self.x, self.y, end, targets);
        self.column = east;
        if east == self.x.sources() {
            self.column = 0;
            self.band = end;
            self.give(&mut done)?;
        }
        Ok(())
    }

    /// Bytes held, as far as they grow with the grids.
    pub fn bytes(&self) -> usize {
        self.rows.bytes() + self.row.capacity() * 8
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

    fn give<E>(&mut self, done: &mut impl FnMut(u64, &[f64]) -> Result<(), E>) -> Result<(), E> {
        let all = self.band == self.y.sources();
        let end = self.y.range().end;
        while self.rows.first() < end {
            let row = self.rows.first();
            if self.y.of(row).end() > self.band && !all {
                break;
            }
            done(row, &self.rows.pop())?;
        }
        Ok(())
    }
}
