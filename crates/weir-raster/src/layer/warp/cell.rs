//! One result's statistic in one cell.

use crate::{area::Statistic, layer::LayerOptions, overlap::Shares};

/// A statistic of the cell that is under way.
pub(super) trait CellStatistic: Send {
    /// Takes values of one source row (NaN: none) with their shares of the cell; `area` is the measure of a cell of the row, `shares.1`
    /// is for kernels.
    fn row(&mut self, values: &[f64], shares: (&[f64], &[f64]), area: (f64, f64));
    /// The value; what was taken is forgotten.
    fn value(&mut self) -> f64;
    /// Bytes held beyond its own size.
    fn heap_bytes(&self) -> usize;
}

struct One<S: Statistic> {
    statistic: S,
    cell: S::Cell,
}

impl<S: Statistic> CellStatistic for One<S> {
    fn row(&mut self, values: &[f64], shares: (&[f64], &[f64]), area: (f64, f64)) {
        let mut part = S::Part::default();
        let shares = Shares {
            first: 0,
            overlaps: shares.0,
            of_source: shares.1,
        };
        self.statistic.gather(&mut part, values, shares);
        self.statistic.fold(&mut self.cell, &part, area.0, area.1);
    }

    fn value(&mut self) -> f64 {
        let mut cell = std::mem::take(&mut self.cell);
        self.statistic.value(&mut cell)
    }

    fn heap_bytes(&self) -> usize {
        self.statistic.heap_bytes(&self.cell)
    }
}

/// The statistic of a result.
pub(super) fn statistic(options: &LayerOptions) -> Box<dyn CellStatistic> {
    struct Making(Option<f64>);
    impl crate::layer::pass::Make for Making {
        type Made = Box<dyn CellStatistic>;
        fn of<S: Statistic + 'static>(&self, statistic: S) -> Self::Made {
            match self.0 {
                Some(coverage) => {
                    let statistic = crate::area::Thresholded {
                        statistic,
                        coverage,
                    };
                    Box::new(One {
                        statistic,
                        cell: Default::default(),
                    })
                }
                None => Box::new(One {
                    statistic,
                    cell: S::Cell::default(),
                }),
            }
        }
    }
    crate::layer::pass::make(options.method, &Making(options.coverage))
}
