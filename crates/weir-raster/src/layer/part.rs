//! The rows of one part, source rows in and target rows out.
//!
//! Two ways, of which the grids decide alone. Where few target rows are open at a time, each row of blocks is one sweep and every block is
//! decoded once and used where it was decoded. Where a row of blocks meets more target rows than [`OPEN_BYTES`] hold (the target
//! is as fine as the source, or finer), the source rows are kept in a strip, and groups of target rows are finished one after the other.

use std::ops::Range;

use weir_memory::{Bytes, Holder, Reservation};
use weir_run::Cancel;

use super::{LayerError, pass::Pass, reading::Reading, strip::Strip};
use crate::{ReadAt, overlap::AxisOverlap};

/// Bytes of open target rows up to which blocks are used where they are decoded.
pub(super) const OPEN_BYTES: u64 = 8 << 20;

/// What a part is made of.
pub(super) struct Plan {
    pub(super) rows: Range<u64>,
    pub(super) x: AxisOverlap,
    pub(super) y: AxisOverlap,
    pub(super) passes: Vec<Box<dyn Pass>>,
}

/// A part under way.
pub(super) struct Part {
    plan: Plan,
    /// Source columns that meet the target.
    columns: Range<u64>,
    /// Source rows that meet the part.
    touched: Range<u64>,
    /// The next target row to give, and the first that is not finished.
    next: u64,
    finished: u64,
    /// The next source row of a sweep over whole rows of blocks.
    source_row: u64,
    strip: Option<Strip>,
    values: Vec<f64>,
    out: Vec<Vec<f64>>,
    /// Most target columns that an east edge of a window cuts.
    cut_columns: u64,
    holds_values: bool,
    /// Bytes that do not change while the part is under way.
    fixed: u64,
    reserved: Reservation,
}

impl Part {
    pub(super) fn new<R: ReadAt>(
        plan: Plan,
        reading: &Reading<R>,
        holder: &Holder,
    ) -> Result<Self, LayerError> {
        let (columns, touched) = (plan.x.touched(), plan.y.touched());
        let width = plan.x.targets();
        let cell = cell_bytes(&plan.passes);
        let mut most = 0;
        let mut row = touched.start;
        while row < touched.end {
            let run = reading.rows.run(row, touched.end).cells;
            let targets = plan.y.targets_of(run.start, run.end);
            most = most.max(targets.end - targets.start);
            row = run.end;
        }
        let direct = most.saturating_mul(width).saturating_mul(cell) <= OPEN_BYTES;
        let strip = (!direct).then(|| Strip::new(reading.raster.info().pixel, columns.clone()));
        let results = plan.passes.len() as u64;
        let fixed = (plan.x.bytes() + plan.y.bytes()) as u64
            + reading.raster.working_bytes()
            + results * width * 16
            + reading.columns.block.min(columns.end - columns.start) * 8;
        let reserved = holder.reserve(Bytes::new(fixed))?;
        Ok(Self {
            columns,
            touched: touched.clone(),
            next: plan.rows.start,
            finished: plan.rows.start,
            source_row: touched.start,
            strip,
            values: Vec::new(),
            out: vec![Vec::new(); results as usize],
            cut_columns: cut_columns(&plan.x),
            holds_values: plan.passes.iter().any(|pass| pass.holds_values()),
            fixed,
            reserved,
            plan,
        })
    }

    /// Makes the next row of every result; false after the last.
    pub(super) fn advance<R: ReadAt>(
        &mut self,
        reading: &mut Reading<R>,
        window: &mut dyn FnMut() -> u64,
        cancel: &Cancel,
    ) -> Result<bool, LayerError> {
        if self.next == self.plan.rows.end {
            return Ok(false);
        }
        while self.next == self.finished {
            match self.strip.take() {
                None => self.sweep_blocks(reading, window, cancel)?,
                Some(mut strip) => {
                    let done = self.sweep_strip(&mut strip, reading, window, cancel);
                    self.strip = Some(strip);
                    done?;
                }
            }
        }
        self.next += 1;
        for (pass, row) in self.plan.passes.iter_mut().zip(&mut self.out) {
            pass.pop(row);
        }
        Ok(true)
    }

    /// The row that was made last.
    pub(super) fn row(&self) -> &[Vec<f64>] {
        &self.out
    }

    /// One sweep over a row of blocks, or what is left when there is none.
    fn sweep_blocks<R: ReadAt>(
        &mut self,
        reading: &mut Reading<R>,
        window: &mut dyn FnMut() -> u64,
        cancel: &Cancel,
    ) -> Result<(), LayerError> {
        let down = (self.source_row < self.touched.end)
            .then(|| reading.rows.run(self.source_row, self.touched.end));
        let Some(down) = down else {
            self.finished = self.plan.rows.end;
            return Ok(());
        };
        let rows = down.cells.clone();
        let targets = self.plan.y.targets_of(rows.start, rows.end);
        self.begin_sweep(rows.clone(), targets.clone(), 0)?;
        let mut column = self.columns.start;
        while column < self.columns.end {
            cancel.check()?;
            let across = reading.columns.run(column, self.columns.end);
            let piece = reading.piece(&across, &down)?;
            let mut from = 0;
            while column < across.cells.end {
                cancel.check()?;
                let wide = window_columns(window(), &rows).min(across.cells.end - column);
                self.window(
                    column..column + wide,
                    rows.clone(),
                    targets.clone(),
                    |at, out| match &piece {
                        Some(piece) => piece.values_into(at, from, out),
                        None => out.fill(f64::NAN),
                    },
                )?;
                column += wide;
                from += wide as usize;
            }
        }
        self.source_row = rows.end;
        while self.finished < self.plan.rows.end
            && self.plan.y.of(self.finished).end() <= self.source_row
            && self.source_row < self.touched.end
        {
            self.finished += 1;
        }
        Ok(())
    }

    /// The next group of target rows, from a strip.
    fn sweep_strip<R: ReadAt>(
        &mut self,
        strip: &mut Strip,
        reading: &mut Reading<R>,
        window: &mut dyn FnMut() -> u64,
        cancel: &Cancel,
    ) -> Result<(), LayerError> {
        cancel.check()?;
        let covered = self.plan.y.covered();
        if !covered.contains(&self.next) {
            // Rows beside the source have no values.
            self.finished = if self.next < covered.start {
                covered.start.min(self.plan.rows.end)
            } else {
                self.plan.rows.end
            };
            return Ok(());
        }
        let size = window();
        let shares = self.plan.y.of(self.next);
        let (first, least) = (shares.first, shares.end());
        if first < strip.rows().start || least > strip.rows().end {
            self.fill(strip, first, least, size, reading)?;
        }
        let open = (size.saturating_mul(size) / 4 / self.plan.x.targets()).max(1);
        let mut last = self.next + 1;
        while last < covered.end
            && last - self.next < open
            && self.plan.y.of(last).end() <= strip.rows().end
        {
            last += 1;
        }
        let targets = self.next..last;
        let rows = first..self.plan.y.of(last - 1).end();
        self.begin_sweep(
            rows.clone(),
            targets.clone(),
            strip.row_bytes() * (strip.rows().end - strip.rows().start),
        )?;
        let meaning = reading.meaning;
        let mut column = self.columns.start;
        while column < self.columns.end {
            cancel.check()?;
            let across = reading.columns.run(column, self.columns.end);
            let wide = window_columns(window(), &rows).min(across.cells.end - column);
            let columns = column..column + wide;
            let void = across.block.is_none();
            self.window(columns.clone(), rows.clone(), targets.clone(), |at, out| {
                if void {
                    out.fill(f64::NAN);
                } else {
                    strip.values_into(rows.start + at as u64, columns.clone(), &meaning, out);
                }
            })?;
            column += wide;
        }
        self.finished = last;
        Ok(())
    }

    /// Reads source rows into the strip, from `first` to `least` or up to a whole row of blocks beyond, if there is room.
    fn fill<R: ReadAt>(
        &mut self,
        strip: &mut Strip,
        first: u64,
        least: u64,
        size: u64,
        reading: &mut Reading<R>,
    ) -> Result<(), LayerError> {
        // Rows of the part only, and of blocks that are decoded anyway; in low strips some more.
        let block_end = reading.rows.run(least - 1, self.touched.end).cells.end;
        let wanted = block_end.max((first + size.min(64)).min(self.touched.end));
        let row = strip.row_bytes();
        let held = self.fixed + row * (least - first);
        self.reserve(held)?;
        // A third of what there is: other layers and the outputs need some too.
        let spare = self.reserved.holder().available().as_u64() / 3 / row;
        let rows = first..wanted.min(least + spare);
        self.reserve(self.fixed + row * (rows.end - rows.start))?;
        strip.hold(rows, reading)?;
        Ok(())
    }

    /// Begins a sweep of the source rows `rows` into the target rows `targets`, with their memory and `beside` bytes for a strip.
    fn begin_sweep(
        &mut self,
        rows: Range<u64>,
        targets: Range<u64>,
        beside: u64,
    ) -> Result<(), LayerError> {
        let open = targets.end.saturating_sub(self.next) * self.plan.x.targets();
        let parts = 2 * (rows.end - rows.start) * self.cut_columns;
        let part: u64 = self
            .plan
            .passes
            .iter()
            .map(|pass| pass.sizes().1 as u64)
            .sum();
        let cells = open * cell_bytes(&self.plan.passes) + parts * part;
        self.reserve(self.fixed + beside + cells + self.heap_bytes())?;
        for pass in &mut self.plan.passes {
            pass.begin_sweep(targets.end);
        }
        Ok(())
    }

    /// Gives a window of source columns and rows to every pass.
    fn window(
        &mut self,
        columns: Range<u64>,
        rows: Range<u64>,
        targets: Range<u64>,
        mut values_into: impl FnMut(usize, &mut [f64]),
    ) -> Result<(), LayerError> {
        let count = (rows.end - rows.start) as usize;
        let wide = (columns.end - columns.start) as usize;
        let before = self.reserved.size();
        let heap = self.heap_bytes();
        if self.holds_values {
            // What cells may take in at the most, and as much again while they grow.
            let taken = count as u64 * wide as u64 * 32 * self.plan.passes.len() as u64;
            self.reserved.grow(Bytes::new(taken))?;
        }
        let (x, y) = (&self.plan.x, &self.plan.y);
        for pass in &mut self.plan.passes {
            pass.begin_window(x, columns.start, columns.end, count);
        }
        self.values.resize(wide, 0.0);
        for at in 0..count {
            let source_row = rows.start + at as u64;
            let met = y.targets_of(source_row, source_row + 1);
            let met = met.start.max(targets.start)..met.end.min(targets.end);
            if met.is_empty() {
                continue;
            }
            values_into(at, &mut self.values);
            for pass in &mut self.plan.passes {
                pass.take((x, y), source_row, at, &self.values, met.clone());
            }
        }
        for pass in &mut self.plan.passes {
            pass.end_window(x, y, rows.end, targets.clone());
        }
        if self.holds_values {
            let now = self.heap_bytes();
            let size = before.as_u64().saturating_sub(heap) + now;
            self.reserved.resize(Bytes::new(size))?;
        }
        Ok(())
    }

    fn heap_bytes(&self) -> u64 {
        if !self.holds_values {
            return 0;
        }
        let passes = self.plan.passes.iter();
        passes.map(|pass| pass.heap_bytes() as u64).sum()
    }

    fn reserve(&mut self, bytes: u64) -> Result<(), LayerError> {
        Ok(self.reserved.resize(Bytes::new(bytes))?)
    }
}

/// Columns of a window of `rows`, of which there may be `size` a side.
fn window_columns(size: u64, rows: &Range<u64>) -> u64 {
    let rows = (rows.end - rows.start).max(1);
    (size.saturating_mul(size) / rows).clamp(1, size.max(1))
}

/// Bytes of an open target cell in all passes together.
pub(super) fn cell_bytes(passes: &[Box<dyn Pass>]) -> u64 {
    passes.iter().map(|pass| pass.sizes().0 as u64).sum()
}

/// The most target columns that have source columns on both sides of an edge between two of them.
fn cut_columns(x: &AxisOverlap) -> u64 {
    let mut most = 0;
    let mut last = x.covered().start;
    for target in x.covered() {
        // Those before this one that reach beyond its first source column.
        let first = x.of(target).first;
        while x.of(last).end() <= first + 1 && last < target {
            last += 1;
        }
        most = most.max(target - last + 1);
    }
    most
}
