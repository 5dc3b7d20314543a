//! The rows of a part on their way into its file.

use std::{ops::Range, sync::Arc};

use weir_memory::{Adaptive, Bytes, FollowingSize, Holder, Reservation};

use super::{
    chunk::{Chunk, Encoder, Selection},
    layout::Layout,
    number::first_unfit,
    options::ChunkRows,
    sealed::{Bounds, Facts},
};
use crate::{ExportError, Exported, PartWriter};

/// Rows that a chunk begins with, and the fewest that pressure leaves it.
const CHUNK: usize = 5000;
const LEAST_CHUNK: usize = 1000;

/// Gathers rows of the table in chunks and gives them to an encoder.
pub(super) struct TableWriter {
    layout: Arc<Layout>,
    rows: Range<u64>,
    next: u64,
    selection: Selection,
    chunk: Chunk,
    size: ChunkSize,
    encoder: Box<dyn Encoder>,
    written: u64,
    bounds: Option<Bounds>,
    reserved: Reservation,
}

/// How many rows a chunk has.
enum ChunkSize {
    Fixed(usize),
    Following(FollowingSize),
}

impl TableWriter {
    /// The most bytes that it holds beside its encoder.
    pub(super) fn bytes(layout: &Layout) -> u64 {
        let rows = match layout.options.chunk {
            ChunkRows::Adaptive => CHUNK,
            ChunkRows::Fixed(rows) => rows.get(),
        };
        Self::bytes_for(layout, rows)
    }

    fn bytes_for(layout: &Layout, chunk: usize) -> u64 {
        let rows = (chunk as u64).min(layout.group_cells());
        let chunk = rows.saturating_mul(Chunk::row_bytes(layout.layers.len()));
        Selection::bytes(layout.grid.columns()).saturating_add(chunk)
    }

    pub(super) fn new(
        layout: &Arc<Layout>,
        rows: Range<u64>,
        encoder: Box<dyn Encoder>,
        holder: &Holder,
    ) -> Result<Self, ExportError> {
        let size = match layout.options.chunk {
            ChunkRows::Fixed(rows) => ChunkSize::Fixed(rows.get()),
            ChunkRows::Adaptive => {
                let size =
                    Adaptive::new(CHUNK, LEAST_CHUNK, CHUNK).expect("0 < floor ≤ start ≤ ceiling");
                ChunkSize::Following(holder.budget().adaptive(size))
            }
        };
        let mut writer = Self {
            next: rows.start,
            rows,
            selection: Selection::default(),
            chunk: Chunk::new(layout.layers.len()),
            size,
            encoder,
            written: 0,
            bounds: None,
            reserved: holder.reserve(Bytes::new(0))?,
            layout: Arc::clone(layout),
        };
        writer.chunk_rows()?;
        Ok(writer)
    }

    /// How many rows the chunk may have now; its memory is taken or given back. Without memory for more it has its fewest.
    fn chunk_rows(&mut self) -> Result<usize, ExportError> {
        let cells = usize::try_from(self.layout.group_cells()).unwrap_or(usize::MAX);
        let mut reserve = |rows: usize| {
            let bytes = Self::bytes_for(&self.layout, rows);
            self.reserved.resize(Bytes::new(bytes)).map(|()| rows)
        };
        let rows = match &self.size {
            ChunkSize::Fixed(rows) => reserve((*rows).min(cells))?,
            ChunkSize::Following(size) => {
                reserve(size.current().min(cells)).or_else(|_| reserve(LEAST_CHUNK.min(cells)))?
            }
        };
        if self.chunk.rows() == 0 {
            self.chunk.shrink_to(rows);
            self.chunk.reserve(rows);
        }
        Ok(rows)
    }

    fn hand_on(&mut self) -> Result<(), ExportError> {
        if self.chunk.rows() > 0 {
            self.encoder.take(&self.chunk)?;
            self.chunk.clear();
        }
        Ok(())
    }

    fn check(&self, row: u64, columns: &[&[f64]]) -> Result<(), ExportError> {
        if row != self.next || row >= self.rows.end {
            return Err(self.layout.unfit(format!(
                "target row {row} was given where {} of {}..{} is next",
                self.next, self.rows.start, self.rows.end
            )));
        }
        let (layers, cells) = (self.layout.layers.len(), self.layout.grid.columns());
        if columns.len() != layers || columns.iter().any(|column| column.len() as u64 != cells) {
            return Err(self.layout.unfit(format!(
                "target row {row} is not {layers} layers of {cells} cells"
            )));
        }
        for (layer, values) in self.layout.layers.iter().zip(columns) {
            if let Some(column) = first_unfit(layer.pixel, values) {
                let (value, kind) = (values[column], layer.pixel.name());
                return Err(ExportError::Value {
                    name: layer.name.clone(),
                    row,
                    column: column as u64,
                    reason: format!(
                        "{value:?} does not fit into a column of type {kind}; choose a type that reaches it"
                    ),
                });
            }
        }
        Ok(())
    }
}

impl PartWriter for TableWriter {
    fn row(&mut self, row: u64, columns: &[&[f64]]) -> Result<(), ExportError> {
        self.check(row, columns)?;
        let mut kept = self
            .selection
            .select(self.layout.options.rows, columns)
            .len();
        if let (Some(&left), Some(&right)) = self.selection.ends() {
            let here = Bounds {
                top: row,
                bottom: row,
                left: left.into(),
                right: right.into(),
            };
            self.bounds = Some(self.bounds.map_or(here, |bounds| bounds.around(here)));
        }
        self.written += kept as u64;
        let mut done = 0;
        while kept > 0 {
            let rows = self.chunk_rows()?;
            let taken = kept.min(rows.saturating_sub(self.chunk.rows()));
            let here = &self.selection.kept()[done..done + taken];
            self.chunk.push(row, here, columns);
            if self.chunk.rows() >= rows {
                self.hand_on()?;
            }
            (done, kept) = (done + taken, kept - taken);
        }
        self.next = row + 1;
        if self.next.is_multiple_of(self.layout.group_rows) || self.next == self.rows.end {
            self.hand_on()?;
            self.encoder.end_group()?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Exported, ExportError> {
        if self.next != self.rows.end {
            return Err(self.layout.unfit(format!(
                "the part of target rows {}..{} ends at {}",
                self.rows.start, self.rows.end, self.next
            )));
        }
        let facts = Facts {
            table: self.layout.fingerprint(),
            first: self.rows.start,
            end: self.rows.end,
            rows: self.written,
            bounds: self.bounds,
        };
        let bytes = self.encoder.finish(facts)?;
        Ok(Exported {
            rows: self.written,
            bytes,
        })
    }
}
