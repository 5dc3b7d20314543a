//! Rows of cells become tiles.

use std::{fs::File, path::PathBuf, sync::Arc};

use weir_files::{Doing, Files, FilesError, ScratchFile};

use super::plan::Level;
use crate::{ReadAt, geotiff::write::TileCoding};

/// The most bytes of cells that are held of a level within a part; a row of tiles that has more goes through a scratch file. Half of it for
/// the next level, and so on. It is no matter of the budget, but the bytes written would be the same.
const BAND_BYTES: u64 = 8 << 20;

/// Gathers the rows of one level until a row of tiles is complete.
///
/// Rows are kept tile after tile. What does not fit is appended to a scratch file as it is (a band: some rows of every tile) and gathered again
/// when the tile is encoded.
#[derive(Debug)]
pub(super) struct TileRows {
    files: Arc<dyn Files>,
    folder: PathBuf,
    /// Bytes of a row within a tile.
    row_bytes: usize,
    side: usize,
    across: usize,
    /// Bytes of a row of the level.
    level_row_bytes: usize,
    /// Rows of the level that are still to come.
    rows_left: u64,
    band_rows: usize,
    band: Vec<u8>,
    in_band: usize,
    empty: Vec<u8>,
    spilled: Option<Spilled>,
    tile: Vec<u8>,
}

#[derive(Debug)]
struct Spilled {
    bands: usize,
    /// Before the file, so that it is closed before that is removed.
    read: File,
    file: ScratchFile,
}

/// How many rows of a level are held.
fn band_rows(coding: &TileCoding, level: Level, number: usize) -> u64 {
    let row = (level.across * coding.side as u64).saturating_mul(coding.pixel.bytes());
    ((BAND_BYTES >> number.min(3)) / row).clamp(1, coding.side as u64)
}

impl TileRows {
    /// For `rows` rows of level number `number`; `empty` is a cell of no value.
    pub(super) fn new(
        files: Arc<dyn Files>,
        folder: PathBuf,
        coding: &TileCoding,
        (number, level, rows): (usize, Level, u64),
        empty: Vec<u8>,
    ) -> Self {
        let width = empty.len();
        let band_rows = band_rows(coding, level, number) as usize;
        let (side, across) = (coding.side, level.across as usize);
        let mut band = Vec::with_capacity(across * band_rows * side * width);
        // East of the last column the tiles have no value, once and for all.
        (0..across * band_rows * side).for_each(|_| band.extend_from_slice(&empty));
        Self {
            files,
            folder,
            row_bytes: side * width,
            side,
            across,
            level_row_bytes: level.columns as usize * width,
            rows_left: rows,
            band_rows,
            band,
            in_band: 0,
            tile: vec![0; coding.tile_bytes()],
            empty,
            spilled: None,
        }
    }

    /// Bytes that it holds.
    pub(super) fn bytes(coding: &TileCoding, level: Level, number: usize) -> u64 {
        let row = (level.across * coding.side as u64).saturating_mul(coding.pixel.bytes());
        row.saturating_mul(band_rows(coding, level, number))
            .saturating_add(coding.tile_bytes() as u64)
    }

    /// Takes the next row; whether a row of tiles is complete, which [`TileRows::tiles`] gives then.
    pub(super) fn push(&mut self, row: &[u8]) -> Result<bool, FilesError> {
        debug_assert!(row.len() == self.level_row_bytes && self.rows_left > 0);
        if self.in_band == self.band_rows {
            self.spill()?;
        }
        let tile_bytes = self.band_rows * self.row_bytes;
        for (tile, cells) in row.chunks(self.row_bytes).enumerate() {
            let at = tile * tile_bytes + self.in_band * self.row_bytes;
            self.band[at..at + cells.len()].copy_from_slice(cells);
        }
        self.in_band += 1;
        self.rows_left -= 1;
        Ok(self.rows_left == 0 || self.rows_held() == self.side)
    }

    fn rows_held(&self) -> usize {
        self.in_band + self.spilled.as_ref().map_or(0, |spilled| spilled.bands) * self.band_rows
    }

    fn spill(&mut self) -> Result<(), FilesError> {
        let spilled = match &mut self.spilled {
            Some(spilled) => spilled,
            empty => {
                let file = ScratchFile::create(self.files.clone(), &self.folder, "tile-rows")?;
                let read = file.open()?;
                empty.insert(Spilled {
                    bands: 0,
                    read,
                    file,
                })
            }
        };
        spilled.file.append(&self.band)?;
        spilled.bands += 1;
        self.in_band = 0;
        Ok(())
    }

    /// Gives the cells of each tile of the complete row of tiles from the west, and begins the next.
    pub(super) fn tiles<E: From<FilesError>>(
        &mut self,
        mut each: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let band_tile = self.band_rows * self.row_bytes;
        let mut spilled = self.spilled.take();
        let whole = spilled.is_none() && self.in_band == self.side;
        for tile in 0..self.across {
            let held = &self.band[tile * band_tile..][..self.in_band * self.row_bytes];
            if whole {
                each(held)?;
                continue;
            }
            let mut at = 0;
            if let Some(spilled) = &mut spilled {
                for band in 0..spilled.bands {
                    let from = ((band * self.across + tile) * band_tile) as u64;
                    let into = &mut self.tile[at..at + band_tile];
                    spilled.read.read_at(from, into).map_err(|error| {
                        FilesError::from_io(error, spilled.file.path(), Doing::Read)
                    })?;
                    at += band_tile;
                }
            }
            self.tile[at..at + held.len()].copy_from_slice(held);
            let below = self.tile[at + held.len()..].chunks_exact_mut(self.empty.len());
            below.for_each(|cell| cell.copy_from_slice(&self.empty));
            each(&self.tile)?;
        }
        self.in_band = 0;
        Ok(())
    }
}
