//! Decoded blocks in any order, some of them kept.

use std::ops::Range;

use weir_memory::{Bytes, Holder, Reservation};

use crate::{
    GeoTiff, GeoTiffError, PixelType, ReadAt,
    geotiff::{Meaning, values_into},
};

/// Blocks that were decoded last. What is kept changes how often a block is decoded, never a value.
pub(super) struct Blocks {
    pixel: PixelType,
    meaning: Meaning,
    band: u16,
    block: (u64, u64),
    kept: Vec<Kept>,
    /// Bytes of one block, and how many there is room for.
    size: u64,
    room: usize,
    clock: u64,
    reserved: Reservation,
}

struct Kept {
    across: u64,
    down: u64,
    columns: u64,
    used: u64,
    bytes: Vec<u8>,
}

impl Blocks {
    /// No block yet, and room for one at least.
    pub(super) fn new<R>(
        raster: &GeoTiff<R>,
        band: u16,
        meaning: Meaning,
        holder: &Holder,
    ) -> Result<Self, weir_memory::Refusal>
    where
        R: ReadAt,
    {
        let info = raster.info();
        let size = info.block_columns * info.block_rows * info.pixel.bytes();
        Ok(Self {
            pixel: info.pixel,
            meaning,
            band,
            block: (info.block_columns, info.block_rows),
            kept: Vec::new(),
            size,
            room: 1,
            clock: 0,
            reserved: holder.reserve(Bytes::new(size))?,
        })
    }

    /// Keeps blocks of up to `window × window` cells, as far as a third of what is left allows, and one at least.
    pub(super) fn resize(&mut self, window: u64) -> Result<(), weir_memory::Refusal> {
        let cells = (self.block.0 * self.block.1).max(1);
        let wanted = (window.saturating_mul(window) / cells).clamp(1, 4096);
        let spare = self.reserved.holder().available().as_u64() / 3 / self.size.max(1);
        let room = wanted.min(self.room as u64 + spare).max(1);
        self.room = room as usize;
        while self.kept.len() > self.room {
            self.drop_oldest();
        }
        self.reserved.resize(Bytes::new(room * self.size))
    }

    fn drop_oldest(&mut self) {
        let oldest = (0..self.kept.len()).min_by_key(|at| self.kept[*at].used);
        if let Some(at) = oldest {
            self.kept.swap_remove(at);
        }
    }

    /// The values of the source row `row` in `columns`, NaN for none.
    pub(super) fn values_into<R: ReadAt>(
        &mut self,
        raster: &mut GeoTiff<R>,
        row: u64,
        columns: Range<u64>,
        out: &mut [f64],
    ) -> Result<(), GeoTiffError> {
        let width = self.pixel.bytes();
        let down = row / self.block.1;
        let mut column = columns.start;
        while column < columns.end {
            let across = column / self.block.0;
            let west = across * self.block.0;
            let end = columns.end.min(west + self.block.0);
            let (pixel, meaning, high) = (self.pixel, self.meaning, self.block.1);
            let kept = self.get(raster, across, down)?;
            let start = ((row - down * high) * kept.columns + (column - west)) * width;
            let length = (end - column) * width;
            let bytes = &kept.bytes[start as usize..(start + length) as usize];
            let places = (column - columns.start) as usize..(end - columns.start) as usize;
            values_into(pixel, bytes, width as usize, &meaning, &mut out[places]);
            column = end;
        }
        Ok(())
    }

    fn get<R: ReadAt>(
        &mut self,
        raster: &mut GeoTiff<R>,
        across: u64,
        down: u64,
    ) -> Result<&Kept, GeoTiffError> {
        self.clock += 1;
        let found = self
            .kept
            .iter()
            .position(|kept| kept.across == across && kept.down == down);
        let at = match found {
            Some(at) => at,
            None => {
                while self.kept.len() >= self.room {
                    self.drop_oldest();
                }
                let (columns, rows) = raster.block_shape(across, down);
                let decoded = raster.decode(self.band, across, down)?;
                let row_bytes = (columns * self.pixel.bytes()) as usize;
                let mut bytes = vec![0; row_bytes * rows as usize];
                for (row, out) in bytes.chunks_exact_mut(row_bytes).enumerate() {
                    decoded.bytes_into(row, 0..columns as usize, out);
                }
                self.kept.push(Kept {
                    across,
                    down,
                    columns,
                    used: 0,
                    bytes,
                });
                self.kept.len() - 1
            }
        };
        self.kept[at].used = self.clock;
        Ok(&self.kept[at])
    }
}
