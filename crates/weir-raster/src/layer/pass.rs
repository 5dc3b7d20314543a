//! One result's statistic, whatever it is.

use std::ops::Range;

use super::{LayerOptions, Method};
use crate::{
    area::{
        Average, Count, Coverage, Deviation, Maximum, Minimum, Mode, Quantile, Rows, Statistic,
        Sum, Thresholded,
    },
    overlap::AxisOverlap,
    sample::Interpolated,
};

/// A statistic under way over the rows of a part; see [`Rows`].
pub(super) trait Pass: Send {
    fn begin_sweep(&mut self, last: u64);
    fn begin_window(&mut self, x: &AxisOverlap, west: u64, east: u64, rows: usize);
    fn take(
        &mut self,
        overlaps: (&AxisOverlap, &AxisOverlap),
        source_row: u64,
        at: usize,
        values: &[f64],
        rows: Range<u64>,
    );
    fn end_window(&mut self, x: &AxisOverlap, y: &AxisOverlap, done: u64, rows: Range<u64>);
    /// The next row, its values in `row`.
    fn pop(&mut self, row: &mut Vec<f64>);
    /// Bytes that cells hold beyond their own size, now.
    fn heap_bytes(&self) -> usize;
    /// Bytes of one target cell that is open, and of one part, beside what is on the heap.
    fn sizes(&self) -> (usize, usize);
    /// Whether cells hold values beyond their own size.
    fn holds_values(&self) -> bool;
}

impl<S: Statistic> Pass for Rows<S> {
    fn begin_sweep(&mut self, last: u64) {
        self.begin_sweep(last);
    }

    fn begin_window(&mut self, x: &AxisOverlap, west: u64, east: u64, rows: usize) {
        self.begin_window(x, west, east, rows);
    }

    fn take(
        &mut self,
        overlaps: (&AxisOverlap, &AxisOverlap),
        source_row: u64,
        at: usize,
        values: &[f64],
        rows: Range<u64>,
    ) {
        self.take(overlaps, source_row, at, values, rows);
    }

    fn end_window(&mut self, x: &AxisOverlap, y: &AxisOverlap, done: u64, rows: Range<u64>) {
        self.end_window(x, y, done, rows);
    }

    fn pop(&mut self, row: &mut Vec<f64>) {
        *row = self.pop();
    }

    fn heap_bytes(&self) -> usize {
        self.heap_bytes()
    }

    fn sizes(&self) -> (usize, usize) {
        (size_of::<S::Cell>() + 8, size_of::<S::Part>())
    }

    fn holds_values(&self) -> bool {
        S::HOLDS_VALUES
    }
}

/// The pass of a result. Where the grids are the same, whatever keeps the values of equal cells takes them as they are.
pub(super) fn pass(options: &LayerOptions, same: bool, columns: u64, first: u64) -> Box<dyn Pass> {
    if same && options.method.keeps_equal_cells() {
        return Box::new(Rows::new(Minimum, columns, first));
    }
    let making = Making {
        coverage: options.coverage,
        columns,
        first,
    };
    make(options.method, &making)
}

/// Makes something of a statistic, whichever it is.
pub(super) trait Make {
    /// What is made.
    type Made;
    /// Makes it.
    fn of<S: Statistic + 'static>(&self, statistic: S) -> Self::Made;
}

/// What is made of a method's statistic.
pub(super) fn make<M: Make>(method: Method, making: &M) -> M::Made {
    match method {
        Method::Nearest | Method::Bilinear | Method::Cubic => making.of(Interpolated),
        Method::Average => making.of(Average),
        Method::Sum => making.of(Sum),
        Method::Mode => making.of(Mode),
        Method::Minimum => making.of(Minimum),
        Method::Maximum => making.of(Maximum),
        Method::Median => making.of(Quantile { share: 0.5 }),
        Method::Quantile(share) => making.of(Quantile { share }),
        Method::Deviation => making.of(Deviation),
        Method::Count => making.of(Count),
        Method::Coverage => making.of(Coverage),
    }
}

struct Making {
    coverage: Option<f64>,
    columns: u64,
    first: u64,
}

impl Make for Making {
    type Made = Box<dyn Pass>;

    fn of<S: Statistic + 'static>(&self, statistic: S) -> Box<dyn Pass> {
        match self.coverage {
            Some(coverage) => Box::new(Rows::new(
                Thresholded {
                    statistic,
                    coverage,
                },
                self.columns,
                self.first,
            )),
            None => Box::new(Rows::new(statistic, self.columns, self.first)),
        }
    }
}
