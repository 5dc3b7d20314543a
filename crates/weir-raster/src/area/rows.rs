//! Target rows under way.

use std::{collections::VecDeque, ops::Range};

use super::Statistic;
use crate::overlap::{AxisOverlap, Shares};

/// The cells of one target row, and their values once they are known.
struct OpenRow<C> {
    cells: Vec<C>,
    values: Vec<f64>,
}

/// The target rows that source rows are being folded into.
///
/// Source rows come in *sweeps*: the same rows of every window from west to east, one window after the other. Held beside the open rows:
/// one part for each row of the sweep and each target column that the last window's east edge cuts.
pub(crate) struct Rows<S: Statistic> {
    statistic: S,
    columns: usize,
    open: VecDeque<OpenRow<S::Cell>>,
    first: u64,
    /// Parts by row of the sweep, then by target column of `cut`.
    carried: Vec<S::Part>,
    cut: Range<u64>,
    next: Vec<S::Part>,
    next_cut: Range<u64>,
    window: (u64, u64),
    targets: Range<u64>,
}

impl<S: Statistic> Rows<S> {
    /// Rows of `columns` cells, of which `first` is the next to be finished.
    pub(crate) fn new(statistic: S, columns: u64, first: u64) -> Self {
        Self {
            statistic,
            columns: columns as usize,
            open: VecDeque::new(),
            first,
            carried: Vec::new(),
            cut: 0..0,
            next: Vec::new(),
            next_cut: 0..0,
            window: (0, 0),
            targets: 0..0,
        }
    }

    /// The next row to be finished.
    pub(crate) fn first(&self) -> u64 {
        self.first
    }

    /// Begins a sweep that adds to target rows before `last`.
    pub(crate) fn begin_sweep(&mut self, last: u64) {
        self.carried.clear();
        self.cut = 0..0;
        while self.first + (self.open.len() as u64) < last {
            self.open.push_back(self.fresh());
        }
    }

    fn fresh(&self) -> OpenRow<S::Cell> {
        let none = self.statistic.value(&mut S::Cell::default());
        OpenRow {
            cells: vec![S::Cell::default(); self.columns],
            values: vec![none; self.columns],
        }
    }

    /// Begins the window of the sweep with the source columns `west..east` and `rows` rows.
    pub(crate) fn begin_window(&mut self, x: &AxisOverlap, west: u64, east: u64, rows: usize) {
        self.targets = x.targets_of(west, east);
        self.window = (west, east);
        let whole = self
            .targets
            .clone()
            .rev()
            .take_while(|target| x.of(*target).end() > east)
            .count() as u64;
        self.next_cut = self.targets.end - whole..self.targets.end;
        self.next.clear();
        self.next.resize(rows * whole as usize, S::Part::default());
    }

    /// Takes a row of the window, the `at`th of the sweep: the values of the source row `source_row`, NaN for none, for the target rows
    /// `rows` alone.
    pub(crate) fn take(
        &mut self,
        (x, y): (&AxisOverlap, &AxisOverlap),
        source_row: u64,
        at: usize,
        values: &[f64],
        rows: Range<u64>,
    ) {
        let (west, east) = self.window;
        let cut = (self.cut.end - self.cut.start) as usize;
        let next_cut = (self.next_cut.end - self.next_cut.start) as usize;
        for target in self.targets.clone() {
            let shares = x.of(target);
            let here = shares.within(west, east);
            let values = &values[(here.first - west) as usize..(here.end() - west) as usize];
            let mut part = if shares.first < west && self.cut.contains(&target) {
                let carried = at * cut + (target - self.cut.start) as usize;
                std::mem::take(&mut self.carried[carried])
            } else {
                S::Part::default()
            };
            self.statistic.gather(&mut part, values, here);
            if shares.end() > east {
                self.next[at * next_cut + (target - self.next_cut.start) as usize] = part;
            } else {
                self.fold(y, source_row, rows.clone(), target, &part);
            }
        }
    }

    #[inline]
    fn fold(
        &mut self,
        y: &AxisOverlap,
        source_row: u64,
        rows: Range<u64>,
        target: u64,
        part: &S::Part,
    ) {
        for row in rows {
            let shares: Shares<'_> = y.of(row);
            let within = (source_row - shares.first) as usize;
            let cell = &mut self.open[(row - self.first) as usize].cells[target as usize];
            self.statistic.fold(
                cell,
                part,
                shares.overlaps[within],
                shares.of_source[within],
            );
        }
    }

    /// Ends the window: cells that no later window or row can change have their value, and what they held is free.
    /// Of target rows that are not among `rows`, none is touched.
    pub(crate) fn end_window(
        &mut self,
        x: &AxisOverlap,
        y: &AxisOverlap,
        done: u64,
        rows: Range<u64>,
    ) {
        let finished = self.targets.start..self.next_cut.start;
        debug_assert!(
            finished
                .clone()
                .all(|target| x.of(target).end() <= self.window.1)
        );
        for row in rows {
            if y.of(row).end() > done {
                break;
            }
            let open = &mut self.open[(row - self.first) as usize];
            for target in finished.start as usize..finished.end as usize {
                open.values[target] = self.statistic.value(&mut open.cells[target]);
                open.cells[target] = S::Cell::default();
            }
        }
        std::mem::swap(&mut self.carried, &mut self.next);
        self.cut = self.next_cut.clone();
    }

    /// The next row, finished because no source row meets it later.
    pub(crate) fn pop(&mut self) -> Vec<f64> {
        self.first += 1;
        match self.open.pop_front() {
            Some(row) => row.values,
            None => self.fresh().values,
        }
    }

    /// Bytes held now, as far as they grow with the grids.
    pub(crate) fn bytes(&self) -> usize {
        let rows: usize = self
            .open
            .iter()
            .map(|row| row.cells.capacity() * size_of::<S::Cell>() + row.values.capacity() * 8)
            .sum();
        let parts = (self.carried.capacity() + self.next.capacity()) * size_of::<S::Part>();
        rows + parts + self.heap_bytes()
    }

    /// Bytes that cells hold beyond their own size.
    pub(crate) fn heap_bytes(&self) -> usize {
        if !S::HOLDS_VALUES {
            return 0;
        }
        self.open
            .iter()
            .flat_map(|row| &row.cells)
            .map(|cell| self.statistic.heap_bytes(cell))
            .sum()
    }
}
