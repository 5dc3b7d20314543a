//! Rows of the table between the target's rows and the encoder.

use crate::ExportError;

use super::options::Rows;

/// Which cells of a target row become rows of the table; keeps its buffers from one row to the next.
#[derive(Debug, Default)]
pub(super) struct Selection {
    mask: Vec<bool>,
    kept: Vec<u32>,
}

impl Selection {
    /// Bytes for a target of so many columns.
    pub(super) fn bytes(columns: u64) -> u64 {
        columns.saturating_mul(1 + 4)
    }

    /// The columns of the cells that are kept, rising.
    pub(super) fn select(&mut self, rows: Rows, layers: &[&[f64]]) -> &[u32] {
        let cells = layers.first().map_or(0, |layer| layer.len());
        self.kept.clear();
        self.kept.reserve(cells);
        self.mask.clear();
        self.mask.resize(cells, rows != Rows::Any);
        for layer in layers {
            let cells = self.mask.iter_mut().zip(*layer);
            match rows {
                Rows::Any => cells.for_each(|(keep, value)| *keep |= !value.is_nan()),
                Rows::All => cells.for_each(|(keep, value)| *keep &= !value.is_nan()),
                Rows::Every => {}
            }
        }
        let kept = self.mask.iter().zip(0_u32..).filter(|(keep, _)| **keep);
        self.kept.extend(kept.map(|(_, column)| column));
        &self.kept
    }

    /// What was selected last.
    pub(super) fn kept(&self) -> &[u32] {
        &self.kept
    }

    /// The first and the last column of it.
    pub(super) fn ends(&self) -> (Option<&u32>, Option<&u32>) {
        (self.kept.first(), self.kept.last())
    }
}

/// Rows of the table in columns: where they are, and every layer's value, NaN for none.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    /// Target rows, rising, and how many rows of the table each has here.
    pub(super) runs: Vec<(u64, usize)>,
    /// The target's column of each.
    pub(super) columns: Vec<u32>,
    /// A layer each.
    pub(super) values: Vec<Vec<f64>>,
}

impl Chunk {
    pub(super) fn new(layers: usize) -> Self {
        Self {
            values: vec![Vec::new(); layers],
            ..Self::default()
        }
    }

    /// Bytes of a row, with its share of the runs at the worst.
    pub(super) fn row_bytes(layers: usize) -> u64 {
        16 + 4 + 8 * layers as u64
    }

    pub(super) fn rows(&self) -> usize {
        self.columns.len()
    }

    /// Appends cells of one target row.
    pub(super) fn push(&mut self, row: u64, columns: &[u32], layers: &[&[f64]]) {
        match self.runs.last_mut() {
            Some((last, count)) if *last == row => *count += columns.len(),
            _ => self.runs.push((row, columns.len())),
        }
        self.columns.extend_from_slice(columns);
        for (values, layer) in self.values.iter_mut().zip(layers) {
            values.extend(columns.iter().map(|&column| layer[column as usize]));
        }
    }

    pub(super) fn clear(&mut self) {
        self.runs.clear();
        self.columns.clear();
        self.values.iter_mut().for_each(Vec::clear);
    }

    /// Gives memory beyond `rows` rows back.
    pub(super) fn shrink_to(&mut self, rows: usize) {
        self.runs.shrink_to(rows);
        self.columns.shrink_to(rows);
        self.values
            .iter_mut()
            .for_each(|values| values.shrink_to(rows));
    }

    /// Takes memory for `rows` rows, so that nothing grows by doubling.
    pub(super) fn reserve(&mut self, rows: usize) {
        let more = |length: usize| rows.saturating_sub(length);
        self.runs.reserve_exact(more(self.runs.len()));
        self.columns.reserve_exact(more(self.columns.len()));
        for values in &mut self.values {
            values.reserve_exact(more(values.len()));
        }
    }
}

/// Writes chunks in a format.
pub(super) trait Encoder: Send {
    /// Takes rows of the group that is under way.
    fn take(&mut self, chunk: &Chunk) -> Result<(), ExportError>;

    /// Ends the group: what follows begins at a multiple of the group's rows.
    fn end_group(&mut self) -> Result<(), ExportError>;

    /// Completes the part's file; the bytes on the disk.
    fn finish(self: Box<Self>, facts: super::sealed::Facts) -> Result<u64, ExportError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_where_any_all_or_no_layer_has_a_value() {
        let none = f64::NAN;
        let a = [1.0, none, none, 4.0];
        let b = [none, 2.0, none, 0.0];
        let layers: [&[f64]; 2] = [&a, &b];
        let mut selection = Selection::default();
        assert_eq!(selection.select(Rows::Any, &layers), [0, 1, 3]);
        assert_eq!(selection.select(Rows::All, &layers), [3]);
        assert_eq!(selection.select(Rows::Every, &layers), [0, 1, 2, 3]);
    }
}
