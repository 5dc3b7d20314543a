//! Opening a file and decoding its blocks.

use super::{
    GeoTiffError, Info, Place, ReadAt, Samples,
    block::{Coding, fill_value, pick},
    decoded::Decoded,
    directory::{Directory, Wrong},
    header::Found,
};

/// What reading a file may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadLimits {
    /// The most bytes of one decoded block; 64 MiB unless told otherwise.
    pub block_bytes: u64,
    /// The most bytes of one entry of the directory, the table of blocks among them; 16 MiB (two million blocks) unless told otherwise.
    pub entry_bytes: u64,
}

impl Default for ReadLimits {
    fn default() -> Self {
        Self {
            block_bytes: 64 << 20,
            entry_bytes: 16 << 20,
        }
    }
}

/// A GeoTIFF that is open: its header, and its blocks on request.
///
/// Only the blocks asked for are read and decoded. Overviews in further directories are not read, and a mask of the
/// raster itself is refused, as its cells would count as values.
/// Held: the table of blocks (16 bytes each), and one block, stored and decoded.
#[derive(Debug)]
pub struct GeoTiff<R> {
    file: R,
    info: Info,
    little: bool,
    offsets: Vec<u64>,
    lengths: Vec<u64>,
    limits: ReadLimits,
    stored: Vec<u8>,
    decoded: Vec<u8>,
}

impl<R: ReadAt> GeoTiff<R> {
    /// Reads the header. `name` is for messages.
    ///
    /// # Errors
    /// [`GeoTiffError`]: what is damaged, not read, or larger than `limits`.
    pub fn open(
        name: impl Into<String>,
        mut file: R,
        limits: ReadLimits,
    ) -> Result<Self, GeoTiffError> {
        let name = name.into();
        let wrong =
            |wrong: Wrong| damaged(&name, Place::Directory { offset: wrong.at }, wrong.reason);
        let directory = Directory::read(&mut file, limits.entry_bytes).map_err(wrong)?;
        let mut found = Found {
            name: &name,
            directory: &directory,
            file: &mut file,
        };
        let (info, offsets, lengths) = found.info()?;
        if info.block_bytes() > limits.block_bytes {
            return Err(GeoTiffError::BlockTooLarge {
                columns: info.block_columns,
                rows: info.block_rows,
                bytes: info.block_bytes(),
                limit: limits.block_bytes,
                name,
            });
        }
        Ok(Self {
            file,
            info,
            little: directory.little,
            offsets,
            lengths,
            limits,
            stored: Vec::new(),
            decoded: Vec::new(),
        })
    }

    /// What the header says.
    pub fn info(&self) -> &Info {
        &self.info
    }

    /// Bytes held, as far as they grow with the file.
    pub fn bytes(&self) -> usize {
        (self.offsets.capacity() + self.lengths.capacity()) * 8
            + self.stored.capacity()
            + self.decoded.capacity()
    }

    /// Columns and rows of a block, smaller at the grid's east and south edges.
    pub fn block_shape(&self, across: u64, down: u64) -> (u64, u64) {
        let columns = self.info.grid.columns() - across * self.info.block_columns;
        let rows = self.info.grid.rows() - down * self.info.block_rows;
        (
            columns.min(self.info.block_columns),
            rows.min(self.info.block_rows),
        )
    }

    /// The values of `band` (from 1) in one block, without padding. A block that the file leaves out is nodata, or 0 where there is no nodata.
    ///
    /// # Errors
    /// [`GeoTiffError::NoBand`]; [`GeoTiffError::Damaged`] with the block and its offset.
    ///
    /// # Panics
    /// When there is no such block.
    pub fn block(&mut self, band: u16, across: u64, down: u64) -> Result<Samples, GeoTiffError> {
        let (columns, rows) = self.block_shape(across, down);
        let decoded = self.decode(band, across, down)?;
        Ok(pick(&decoded, columns as usize, rows as usize))
    }

    /// The same, where it was decoded.
    ///
    /// # Errors
    /// As [`GeoTiff::block`].
    pub(crate) fn decode(
        &mut self,
        band: u16,
        across: u64,
        down: u64,
    ) -> Result<Decoded<'_>, GeoTiffError> {
        let info = &self.info;
        assert!(
            across < info.blocks_across() && down < info.blocks_down(),
            "no block {across}, {down}"
        );
        self.check_band(band)?;
        let plane = if info.planar { u64::from(band - 1) } else { 0 };
        let block = (plane * info.blocks_down() + down) * info.blocks_across() + across;
        let (_, rows) = self.block_shape(across, down);
        let (offset, length) = (self.offsets[block as usize], self.lengths[block as usize]);
        let width = info.pixel.bytes() as usize;
        if offset == 0 && length == 0 {
            let count = (info.block_columns * rows) as usize;
            fill_value(
                info.pixel,
                info.nodata.unwrap_or(0.0),
                count,
                &mut self.decoded,
            );
            return Ok(Decoded {
                pixel: info.pixel,
                bytes: &self.decoded,
                row_bytes: info.block_columns as usize * width,
                skip: 0,
                step: width,
            });
        }
        let coding = Coding {
            compression: info.compression,
            predictor: info.predictor,
            pixel: info.pixel,
            little: self.little,
            columns: info.block_columns as usize,
            // The last strip is stored without padding, a tile with it.
            rows: if info.tiled { info.block_rows } else { rows } as usize,
            bands: if info.planar {
                1
            } else {
                usize::from(info.bands)
            },
        };
        let place = Place::Block { block, offset };
        if length > self.most_stored()
            || offset
                .checked_add(length)
                .is_none_or(|end| end > self.file.length())
        {
            let reason = format!(
                "{length} bytes belong to it, and the file has {}",
                self.file.length()
            );
            return Err(damaged(&info.name, place, reason));
        }
        self.stored.resize(length as usize, 0);
        self.file
            .read_at(offset, &mut self.stored)
            .map_err(|source| GeoTiffError::Io {
                name: info.name.clone(),
                source,
            })?;
        coding
            .decode(&self.stored, info.block_bytes(), &mut self.decoded)
            .map_err(|reason| damaged(&info.name, place, reason))?;
        let band = if info.planar {
            0
        } else {
            usize::from(band - 1)
        };
        Ok(Decoded {
            pixel: info.pixel,
            bytes: &self.decoded,
            row_bytes: coding.columns * coding.bands * width,
            skip: band * width,
            step: coding.bands * width,
        })
    }

    /// Whether there is such a band.
    ///
    /// # Errors
    /// [`GeoTiffError::NoBand`].
    pub(crate) fn check_band(&self, band: u16) -> Result<(), GeoTiffError> {
        if band == 0 || band > self.info.bands {
            return Err(GeoTiffError::NoBand {
                name: self.info.name.clone(),
                band,
                bands: self.info.bands,
            });
        }
        Ok(())
    }

    /// Bytes that reading blocks needs at the most: the table of blocks, a block as it is stored and as it is decoded.
    pub fn working_bytes(&self) -> u64 {
        let most = self.most_stored();
        let stored = self.lengths.iter().map(|length| *length.min(&most)).max();
        (self.offsets.capacity() + self.lengths.capacity()) as u64 * 8
            + stored.unwrap_or(0)
            + self.info.block_bytes()
    }

    /// Gives back what the last block was decoded in.
    pub(crate) fn forget(&mut self) {
        self.stored = Vec::new();
        self.decoded = Vec::new();
    }

    /// Compressed values may be somewhat larger than plain ones, and not by more than this.
    fn most_stored(&self) -> u64 {
        self.limits
            .block_bytes
            .saturating_add(self.limits.block_bytes / 8)
            .saturating_add(1024)
    }
}

pub(super) fn damaged(name: &str, place: Place, reason: impl Into<String>) -> GeoTiffError {
    GeoTiffError::Damaged {
        name: name.to_owned(),
        place,
        reason: reason.into(),
    }
}
