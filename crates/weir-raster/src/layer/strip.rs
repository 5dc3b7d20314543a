//! Source rows kept as they are stored, because more target rows than may be open meet them.

use std::ops::Range;

use super::reading::Reading;
use crate::{
    GeoTiffError, PixelType, ReadAt,
    geotiff::{Meaning, values_into},
};

/// Neighbouring source rows of a range of columns, in the type of the band.
#[derive(Debug)]
pub(super) struct Strip {
    pixel: PixelType,
    columns: Range<u64>,
    rows: Range<u64>,
    bytes: Vec<u8>,
}

impl Strip {
    /// No rows yet.
    pub(super) fn new(pixel: PixelType, columns: Range<u64>) -> Self {
        Self {
            pixel,
            columns,
            rows: 0..0,
            bytes: Vec::new(),
        }
    }

    /// The rows that are here.
    pub(super) fn rows(&self) -> Range<u64> {
        self.rows.clone()
    }

    /// Bytes of one row.
    pub(super) fn row_bytes(&self) -> u64 {
        (self.columns.end - self.columns.start) * self.pixel.bytes()
    }

    /// Has the rows `rows` and no others; those that were here already are not read again.
    pub(super) fn hold<R: ReadAt>(
        &mut self,
        rows: Range<u64>,
        reading: &mut Reading<R>,
    ) -> Result<(), GeoTiffError> {
        let row_bytes = self.row_bytes() as usize;
        let kept = rows.start.max(self.rows.start)..rows.end.min(self.rows.end);
        let kept = if kept.start == rows.start && !kept.is_empty() {
            let from = (kept.start - self.rows.start) as usize * row_bytes;
            let length = (kept.end - kept.start) as usize * row_bytes;
            self.bytes.copy_within(from..from + length, 0);
            kept
        } else {
            rows.start..rows.start
        };
        // If reading fails nothing is here.
        self.rows = rows.start..rows.start;
        self.bytes
            .resize((rows.end - rows.start) as usize * row_bytes, 0);
        let mut row = kept.end;
        while row < rows.end {
            let down = reading.rows.run(row, rows.end);
            let mut column = self.columns.start;
            while column < self.columns.end {
                let across = reading.columns.run(column, self.columns.end);
                let first = (down.cells.start - rows.start) as usize * row_bytes;
                let skip =
                    ((across.cells.start - self.columns.start) * self.pixel.bytes()) as usize;
                let length =
                    ((across.cells.end - across.cells.start) * self.pixel.bytes()) as usize;
                let places = self.bytes[first..]
                    .chunks_exact_mut(row_bytes)
                    .map(|row| &mut row[skip..skip + length]);
                reading.bytes_into(&across, &down, places)?;
                column = across.cells.end;
            }
            row = down.cells.end;
        }
        self.rows = rows;
        Ok(())
    }

    /// The values of a row in `columns`.
    pub(super) fn values_into(
        &self,
        row: u64,
        columns: Range<u64>,
        meaning: &Meaning,
        out: &mut [f64],
    ) {
        let width = self.pixel.bytes();
        let start = (row - self.rows.start) * self.row_bytes()
            + (columns.start - self.columns.start) * width;
        let length = (columns.end - columns.start) * width;
        let bytes = &self.bytes[start as usize..(start + length) as usize];
        values_into(self.pixel, bytes, width as usize, meaning, out);
    }
}
