//! Opening a file and decoding its blocks.

use super::{
    Compression, GeoTiffError, Info, PixelType, Place, ReadAt, Samples,
    block::{Coding, fill_value, pick},
    decoded::Decoded,
    directory::{Directory, Wrong, tag},
    georeference::{Misplaced, Tags},
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
/// Only the blocks asked for are read and decoded. Overviews and masks in further directories are not read.
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
            .decode(&self.stored, &mut self.decoded)
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

fn damaged(name: &str, place: Place, reason: impl Into<String>) -> GeoTiffError {
    GeoTiffError::Damaged {
        name: name.to_owned(),
        place,
        reason: reason.into(),
    }
}

/// A directory whose entries are being made sense of.
struct Found<'a, R> {
    name: &'a str,
    directory: &'a Directory,
    file: &'a mut R,
}

impl<R: ReadAt> Found<'_, R> {
    fn info(&mut self) -> Result<(Info, Vec<u64>, Vec<u64>), GeoTiffError> {
        let (columns, rows) = (self.needed(tag::COLUMNS)?, self.needed(tag::ROWS)?);
        let bands = self.number(tag::BANDS, 1)?;
        let (Ok(bands), false) = (
            u16::try_from(bands),
            columns == 0 || rows == 0 || bands == 0,
        ) else {
            return Err(self.damaged(format!("{columns} × {rows} cells in {bands} bands")));
        };
        let pixel = self.pixel(bands)?;
        let tiled = self.directory.has(tag::TILE_OFFSETS);
        let (block_columns, block_rows) = if tiled {
            (
                self.needed(tag::TILE_COLUMNS)?,
                self.needed(tag::TILE_ROWS)?,
            )
        } else {
            (columns, self.number(tag::ROWS_PER_STRIP, rows)?.min(rows))
        };
        if block_columns == 0
            || block_rows == 0
            || block_columns > u64::from(u32::MAX)
            || block_rows > u64::from(u32::MAX)
        {
            return Err(self.damaged(format!("blocks of {block_columns} × {block_rows} cells")));
        }
        let planar = self.number(tag::PLANAR, 1)? == 2 && bands > 1;
        let compression = self.compression()?;
        let predictor = self.predictor(pixel)?;
        let places = Tags {
            keys: self
                .numbers(tag::GEO_KEYS)?
                .into_iter()
                .map(|key| key as u16)
                .collect(),
            doubles: self.doubles(tag::GEO_DOUBLES)?,
            texts: self.text(tag::GEO_TEXTS)?.unwrap_or_default(),
            scale: self.doubles(tag::MODEL_SCALE)?,
            tiepoint: self.doubles(tag::MODEL_TIEPOINT)?,
            matrix: self.doubles(tag::MODEL_TRANSFORMATION)?,
        };
        let grid = places.grid(columns, rows).map_err(|error| match error {
            Misplaced::Rotated => self.unsupported(
                "a grid that is turned or sheared".into(),
                "turn it first with gdalwarp",
            ),
            Misplaced::Wrong(reason) => self.damaged(reason),
        })?;
        let nodata = self
            .text(tag::GDAL_NODATA)?
            .and_then(|text| text.trim().parse().ok());
        let (scale, offset) = self
            .text(tag::GDAL_METADATA)?
            .map_or((1.0, 0.0), |text| scale_and_offset(&text));
        let info = Info {
            name: self.name.to_owned(),
            grid,
            crs: places.crs(),
            bands,
            pixel,
            nodata,
            scale,
            offset,
            block_columns,
            block_rows,
            tiled,
            planar,
            compression,
            predictor,
            big: self.directory.big,
        };
        let (offsets, lengths) = self.blocks(&info)?;
        Ok((info, offsets, lengths))
    }

    fn blocks(&mut self, info: &Info) -> Result<(Vec<u64>, Vec<u64>), GeoTiffError> {
        let (offsets, lengths) = if info.tiled {
            (tag::TILE_OFFSETS, tag::TILE_LENGTHS)
        } else {
            (tag::STRIP_OFFSETS, tag::STRIP_LENGTHS)
        };
        let (offsets, lengths) = (self.numbers(offsets)?, self.numbers(lengths)?);
        let planes = if info.planar {
            u64::from(info.bands)
        } else {
            1
        };
        let blocks = info
            .blocks_across()
            .saturating_mul(info.blocks_down())
            .saturating_mul(planes);
        if offsets.len() as u64 != blocks || lengths.len() as u64 != blocks {
            let reason = format!(
                "{} offsets and {} lengths for {blocks} blocks",
                offsets.len(),
                lengths.len()
            );
            return Err(self.damaged(reason));
        }
        Ok((offsets, lengths))
    }

    fn pixel(&mut self, bands: u16) -> Result<PixelType, GeoTiffError> {
        let bits = self.numbers(tag::BITS)?;
        let bit = bits.first().copied().unwrap_or(1);
        // 1 unsigned (also when not said), 2 signed, 3 floating point.
        let formats = self.numbers(tag::SAMPLE_FORMAT)?;
        let format = formats.first().copied().unwrap_or(1);
        let same = |values: &[u64], first: u64| {
            values
                .iter()
                .take(usize::from(bands))
                .all(|value| *value == first)
        };
        let remedy = "write the file again with one of GDAL's ordinary types (gdal_translate -ot)";
        if !same(&bits, bit) || !same(&formats, format) {
            return Err(self.unsupported("a file whose bands have several types".into(), remedy));
        }
        // 0 and 1 are grey, 2 is red, green, blue; 3 is a palette whose numbers are classes.
        let photometric = self.number(tag::PHOTOMETRIC, 1)?;
        if photometric > 3 {
            return Err(self.unsupported(format!("colour model {photometric}"), remedy));
        }
        if self.number(tag::FILL_ORDER, 1)? != 1 {
            return Err(self.unsupported("a fill order from the lowest bit".into(), remedy));
        }
        Ok(match (format, bit) {
            (1, 8) => PixelType::UInt8,
            (1, 16) => PixelType::UInt16,
            (1, 32) => PixelType::UInt32,
            (1, 64) => PixelType::UInt64,
            (2, 8) => PixelType::Int8,
            (2, 16) => PixelType::Int16,
            (2, 32) => PixelType::Int32,
            (2, 64) => PixelType::Int64,
            (3, 32) => PixelType::Float32,
            (3, 64) => PixelType::Float64,
            _ => {
                return Err(self.unsupported(
                    format!("a type of {bit} bits in sample format {format}"),
                    remedy,
                ));
            }
        })
    }

    fn compression(&mut self) -> Result<Compression, GeoTiffError> {
        Ok(match self.number(tag::COMPRESSION, 1)? {
            1 => Compression::None,
            5 => Compression::Lzw,
            8 | 32946 => Compression::Deflate,
            50000 => Compression::Zstd,
            32773 => Compression::PackBits,
            other => {
                let remedy = "write the file again with gdal_translate -co COMPRESS=DEFLATE";
                return Err(self.unsupported(format!("compression {other}"), remedy));
            }
        })
    }

    fn predictor(&mut self, pixel: PixelType) -> Result<u16, GeoTiffError> {
        match self.number(tag::PREDICTOR, 1)? {
            predictor @ (1 | 2) => Ok(predictor as u16),
            3 if pixel.is_float() => Ok(3),
            other => Err(self.damaged(format!(
                "predictor {other} of values of type {}",
                pixel.name()
            ))),
        }
    }

    fn needed(&mut self, tag: u16) -> Result<u64, GeoTiffError> {
        let found = self
            .directory
            .number(self.file, tag)
            .map_err(|wrong| self.wrong(wrong))?;
        found.ok_or_else(|| self.damaged(format!("tag {tag} is missing")))
    }

    fn number(&mut self, tag: u16, otherwise: u64) -> Result<u64, GeoTiffError> {
        let found = self
            .directory
            .number(self.file, tag)
            .map_err(|wrong| self.wrong(wrong))?;
        Ok(found.unwrap_or(otherwise))
    }

    fn numbers(&mut self, tag: u16) -> Result<Vec<u64>, GeoTiffError> {
        self.directory
            .numbers(self.file, tag)
            .map_err(|wrong| self.wrong(wrong))
    }

    fn doubles(&mut self, tag: u16) -> Result<Vec<f64>, GeoTiffError> {
        self.directory
            .doubles(self.file, tag)
            .map_err(|wrong| self.wrong(wrong))
    }

    fn text(&mut self, tag: u16) -> Result<Option<String>, GeoTiffError> {
        self.directory
            .text(self.file, tag)
            .map_err(|wrong| self.wrong(wrong))
    }

    fn wrong(&self, wrong: Wrong) -> GeoTiffError {
        damaged(
            self.name,
            Place::Directory { offset: wrong.at },
            wrong.reason,
        )
    }

    fn damaged(&self, reason: String) -> GeoTiffError {
        damaged(self.name, Place::Directory { offset: 0 }, reason)
    }

    fn unsupported(&self, what: String, remedy: &'static str) -> GeoTiffError {
        GeoTiffError::Unsupported {
            name: self.name.to_owned(),
            what,
            remedy,
        }
    }
}

/// The first band's `<Item name="SCALE" …>` and `<Item name="OFFSET" …>`.
fn scale_and_offset(text: &str) -> (f64, f64) {
    let item = |name: &str| {
        let start = text.find(&format!("name=\"{name}\""))?;
        let value = text[start..].split_once('>')?.1.split_once('<')?.0;
        value
            .trim()
            .parse::<f64>()
            .ok()
            .filter(|value| value.is_finite())
    };
    (item("SCALE").unwrap_or(1.0), item("OFFSET").unwrap_or(0.0))
}
