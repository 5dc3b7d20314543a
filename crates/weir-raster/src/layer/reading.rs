//! The blocks of a raster as the axes of a fit see them.

use super::along::{Along, Run};
use crate::{
    GeoTiff, GeoTiffError, ReadAt,
    geotiff::{Decoded, Meaning},
};

/// One band of a file that is open, turned and moved as its fit says.
#[derive(Debug)]
pub(super) struct Reading<R> {
    pub(super) raster: GeoTiff<R>,
    pub(super) band: u16,
    pub(super) meaning: Meaning,
    pub(super) columns: Along,
    pub(super) rows: Along,
}

/// A decoded block with the rows and columns of two runs.
pub(super) struct Piece<'a> {
    decoded: Decoded<'a>,
    meaning: &'a Meaning,
    /// Rows and columns in the block, in the file's order.
    rows: std::ops::Range<usize>,
    columns: std::ops::Range<usize>,
    backwards: bool,
    upwards: bool,
}

impl<R: ReadAt> Reading<R> {
    /// Decodes the block of two runs; none where the columns are void.
    pub(super) fn piece(
        &mut self,
        across: &Run,
        down: &Run,
    ) -> Result<Option<Piece<'_>>, GeoTiffError> {
        let (Some((column_block, columns)), Some((row_block, rows))) = (&across.block, &down.block)
        else {
            return Ok(None);
        };
        let decoded = self.raster.decode(self.band, *column_block, *row_block)?;
        Ok(Some(Piece {
            decoded,
            meaning: &self.meaning,
            rows: rows.start as usize..rows.end as usize,
            columns: columns.start as usize..columns.end as usize,
            backwards: self.columns.backwards,
            upwards: self.rows.backwards,
        }))
    }

    /// The stored values of two runs, a place for each row from the top. Void columns are left as they are: they have no weight.
    pub(super) fn bytes_into<'a>(
        &mut self,
        across: &Run,
        down: &Run,
        places: impl Iterator<Item = &'a mut [u8]>,
    ) -> Result<(), GeoTiffError> {
        if let Some(piece) = self.piece(across, down)? {
            for (at, place) in places.take(piece.rows.len()).enumerate() {
                piece.bytes_into(at, place);
            }
        }
        Ok(())
    }
}

impl Piece<'_> {
    fn row(&self, at: usize) -> usize {
        if self.upwards {
            self.rows.end - 1 - at
        } else {
            self.rows.start + at
        }
    }

    /// The values of row `at` from the top, in columns `from..from + out.len()` of the run.
    pub(super) fn values_into(&self, at: usize, from: usize, out: &mut [f64]) {
        let columns = if self.backwards {
            self.columns.end - from - out.len()..self.columns.end - from
        } else {
            self.columns.start + from..self.columns.start + from + out.len()
        };
        self.decoded
            .values_into(self.row(at), columns, self.meaning, out);
        if self.backwards {
            out.reverse();
        }
    }

    fn bytes_into(&self, at: usize, out: &mut [u8]) {
        self.decoded
            .bytes_into(self.row(at), self.columns.clone(), out);
        if self.backwards {
            let width = self.decoded.pixel.bytes() as usize;
            out.reverse();
            out.chunks_exact_mut(width).for_each(<[u8]>::reverse);
        }
    }
}
