//! From the cells of an axis as the target sees it to the blocks of a file.

use std::ops::Range;

use crate::Info;

/// How the cells of an axis lie in a file: forwards or backwards, once or, round the globe, again after a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Along {
    /// Cells in the file.
    pub(super) cells: u64,
    /// Cells of a block.
    pub(super) block: u64,
    /// After so many cells of the axis the file's first comes again; those between its last and that are void.
    pub(super) period: Option<u64>,
    /// Whether the axis' first cell is the file's last.
    pub(super) backwards: bool,
}

/// Neighbouring cells of an axis that lie in one block, or are void.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    /// The cells on the axis.
    pub(super) cells: Range<u64>,
    /// The block, and the cells in it, in the file's order; none for void.
    pub(super) block: Option<(u64, Range<u64>)>,
}

impl Along {
    /// Columns and rows as they lie in the file.
    pub(super) fn of(info: &Info) -> (Self, Self) {
        let along = |cells, block| Self {
            cells,
            block,
            period: None,
            backwards: false,
        };
        (
            along(info.grid.columns(), info.block_columns),
            along(info.grid.rows(), info.block_rows),
        )
    }

    /// Whether a cell of the axis is not in the file.
    pub(super) fn is_void(&self, cell: u64) -> bool {
        self.period
            .is_some_and(|period| cell % period >= self.cells)
    }

    /// The longest run from `cell` on that ends before `end`.
    pub(super) fn run(&self, cell: u64, end: u64) -> Run {
        let place = self.period.map_or(cell, |period| cell % period);
        if place >= self.cells {
            let again = self.period.unwrap_or(u64::MAX) - place;
            return Run {
                cells: cell..end.min(cell + again),
                block: None,
            };
        }
        let index = if self.backwards {
            self.cells - 1 - place
        } else {
            place
        };
        let block = index / self.block;
        let start = block * self.block;
        let reach = if self.backwards {
            index - start + 1
        } else {
            (start + self.block).min(self.cells) - index
        };
        let length = reach.min(end - cell);
        let within = if self.backwards {
            index + 1 - length - start..index + 1 - start
        } else {
            index - start..index - start + length
        };
        Run {
            cells: cell..cell + length,
            block: Some((block, within)),
        }
    }
}
