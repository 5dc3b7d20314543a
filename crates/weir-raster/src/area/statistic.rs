//! What a statistic is made of.

use crate::overlap::Shares;

/// A statistic of a target cell, built up source row by source row from the top.
///
/// A [`Statistic::Part`] collects one source row's cells from west to east, over as many windows as they lie in;
/// finished parts are folded into the [`Statistic::Cell`] from north to south. That order depends on the grids alone,
/// so a result does not depend on windows, not even in its last bit.
pub trait Statistic: Send {
    /// Whether cells hold values beyond their own size, see [`Statistic::heap_bytes`].
    const HOLDS_VALUES: bool = false;

    /// What one source row adds to one target cell.
    type Part: Clone + Default + Send;
    /// What is known of a target cell.
    type Cell: Clone + Default + Send;

    /// Adds neighbouring values (NaN: none) with their shares of the target cell along the row.
    fn gather(&self, part: &mut Self::Part, values: &[f64], shares: Shares<'_>);

    /// Adds a finished row, of which `overlap` (measure of the rows' overlap) and `of_source` (the same in source rows) lie in the cell.
    fn fold(&self, cell: &mut Self::Cell, part: &Self::Part, overlap: f64, of_source: f64);

    /// The value of the cell; NaN when no source cell has a value, never 0.
    fn value(&self, cell: &mut Self::Cell) -> f64;

    /// Bytes that parts and cells hold beyond their own size, now.
    fn heap_bytes(&self, _cell: &Self::Cell) -> usize {
        0
    }
}
