//! What the entries of a directory mean.

use super::{
    Compression, GeoTiffError, Info, PixelType, Place, ReadAt,
    directory::{Directory, Wrong, tag},
    georeference::{Misplaced, Tags},
    reader::damaged,
};

/// A directory whose entries are being made sense of.
pub(super) struct Found<'a, R> {
    pub(super) name: &'a str,
    pub(super) directory: &'a Directory,
    pub(super) file: &'a mut R,
}

impl<R: ReadAt> Found<'_, R> {
    /// The raster, and where its blocks lie and how long they are.
    pub(super) fn info(&mut self) -> Result<(Info, Vec<u64>, Vec<u64>), GeoTiffError> {
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
        if self.directory.has_mask(self.file) {
            return Err(self.unsupported(
                "a mask within the file".into(),
                "make what it hides nodata (gdalwarp -dstnodata VALUE), or leave it out (gdal_translate -mask none)",
            ));
        }
        let alpha = self.alpha(bands)?;
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
            alpha,
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

    /// The first of the bands beyond the colours that holds opacity (tag 338: 1 is with colours multiplied by it, 2 without).
    fn alpha(&mut self, bands: u16) -> Result<Option<u16>, GeoTiffError> {
        let extra = self.numbers(tag::EXTRA_SAMPLES)?;
        let colours = usize::from(bands).saturating_sub(extra.len());
        let alpha = extra.iter().position(|kind| matches!(kind, 1 | 2));
        let band = alpha.and_then(|alpha| u16::try_from(colours + alpha + 1).ok());
        Ok(band.filter(|band| *band <= bands))
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
