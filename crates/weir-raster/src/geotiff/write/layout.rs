//! Where everything lies in a tiled TIFF whose tiles' lengths are known: the head first, then the tiles.
//!
//! ```text
//! header | what a COG promises | directory and its values, once an image | offsets and lengths of tiles, image by image | tiles
//! ```
//!
//! The tiles of the smallest image come first, so that whoever looks at a part of a COG over a network reads from the front.

use super::{
    TileCoding,
    entry::{Entry, LONG, LONG8, Values},
    head::{AROUND_TILE, promises_bytes},
};
use crate::{Compression, PixelType, geotiff::directory::tag};

/// One image of the file: the raster itself, or an overview.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Image<'a> {
    pub(crate) columns: u64,
    pub(crate) rows: u64,
    /// Bytes of each encoded tile in rows from the top; 0 for a tile that is left out.
    pub(crate) lengths: &'a [u32],
}

/// A file whose bytes are determined.
#[derive(Debug)]
pub(crate) struct FileLayout<'a> {
    /// The raster, then its overviews from the largest.
    pub(super) images: &'a [Image<'a>],
    pub(super) cog: bool,
    pub(super) big: bool,
    pub(super) directories: Vec<Placed>,
    /// Where each image's first tile lies, with what is around it.
    pub(super) starts: Vec<u64>,
    end: u64,
}

#[derive(Debug)]
pub(super) struct Placed {
    pub(super) at: u64,
    /// Entries, and where values lie that do not fit into the entry.
    pub(super) entries: Vec<(Entry, u64)>,
}

impl<'a> FileLayout<'a> {
    /// Lays out a file. `entries` are those of the raster beside its shape and tiles; `nodata` is said of every image.
    /// `big` chooses offsets of 64 bits, or of 32; none chooses 32 where the file is short enough.
    ///
    /// Answers nothing where offsets of 32 bits were chosen and do not reach.
    pub(crate) fn new(
        images: &'a [Image<'a>],
        coding: &TileCoding,
        entries: &[Entry],
        texts: (Option<&str>, Option<&str>),
        cog: bool,
        big: Option<bool>,
    ) -> Option<Self> {
        let of = |big| {
            let mut layout = Self {
                images,
                cog,
                big,
                directories: Vec::new(),
                starts: vec![0; images.len()],
                end: 0,
            };
            layout.place(coding, entries, texts);
            layout
        };
        match big {
            Some(true) => Some(of(true)),
            Some(false) => Some(of(false)).filter(|layout| layout.end <= u64::from(u32::MAX)),
            None => Some(of(false))
                .filter(|layout| layout.end <= u64::from(u32::MAX))
                .or_else(|| Some(of(true))),
        }
    }

    fn place(&mut self, coding: &TileCoding, own: &[Entry], texts: (Option<&str>, Option<&str>)) {
        let mut at = if self.big { 16 } else { 8 };
        if self.cog {
            at += promises_bytes();
        }
        let (count_bytes, entry_bytes, inline, next_bytes) = self.sizes();
        for (index, image) in self.images.iter().enumerate() {
            at = at.next_multiple_of(8);
            let own = if index == 0 { own } else { &[] };
            let entries = self.entries(image, index > 0, coding, own, texts);
            let start = at;
            at += count_bytes + entries.len() as u64 * entry_bytes + next_bytes;
            let mut placed = Vec::with_capacity(entries.len());
            for entry in entries {
                let apart = matches!(entry.values, Values::Bytes(_)) && entry.bytes() > inline;
                if apart {
                    at = at.next_multiple_of(8);
                    let bytes = entry.bytes();
                    placed.push((entry, at));
                    at += bytes;
                } else {
                    placed.push((entry, 0));
                }
            }
            self.directories.push(Placed {
                at: start,
                entries: placed,
            });
        }
        for directory in &mut self.directories {
            for (entry, place) in &mut directory.entries {
                if !matches!(entry.values, Values::Bytes(_)) && entry.bytes() > inline {
                    at = at.next_multiple_of(8);
                    *place = at;
                    at += entry.bytes();
                }
            }
        }
        for (index, image) in self.images.iter().enumerate().rev() {
            self.starts[index] = at;
            let tiles = image.lengths.iter().filter(|length| **length > 0);
            at += tiles
                .map(|length| u64::from(*length) + if self.cog { AROUND_TILE } else { 0 })
                .sum::<u64>();
        }
        self.end = at;
    }

    fn entries(
        &self,
        image: &Image<'_>,
        overview: bool,
        coding: &TileCoding,
        own: &[Entry],
        (metadata, nodata): (Option<&str>, Option<&str>),
    ) -> Vec<Entry> {
        let compression = match coding.compression {
            Compression::None => 1,
            Compression::Lzw => 5,
            Compression::Deflate => 8,
            Compression::Zstd => 50000,
            Compression::PackBits => 32773,
        };
        let format = match coding.pixel {
            PixelType::UInt8 | PixelType::UInt16 | PixelType::UInt32 | PixelType::UInt64 => 1,
            PixelType::Int8 | PixelType::Int16 | PixelType::Int32 | PixelType::Int64 => 2,
            PixelType::Float32 | PixelType::Float64 => 3,
        };
        let tiles = |tag, kind, values| Entry {
            tag,
            kind,
            count: image.lengths.len() as u64,
            values,
        };
        let mut entries = Vec::with_capacity(24);
        if overview {
            entries.push(Entry::long(254, 1));
        }
        entries.extend([
            Entry::long(tag::COLUMNS, image.columns as u32),
            Entry::long(tag::ROWS, image.rows as u32),
            Entry::shorts(tag::BITS, &[coding.pixel.bytes() as u16 * 8]),
            Entry::shorts(tag::COMPRESSION, &[compression]),
            // Grey from black.
            Entry::shorts(tag::PHOTOMETRIC, &[1]),
            Entry::shorts(tag::BANDS, &[1]),
            Entry::shorts(tag::PLANAR, &[1]),
        ]);
        if coding.predictor != 1 {
            entries.push(Entry::shorts(tag::PREDICTOR, &[coding.predictor]));
        }
        let offsets = if self.big { LONG8 } else { LONG };
        entries.extend([
            Entry::shorts(tag::TILE_COLUMNS, &[coding.side as u16]),
            Entry::shorts(tag::TILE_ROWS, &[coding.side as u16]),
            tiles(tag::TILE_OFFSETS, offsets, Values::Offsets),
            tiles(tag::TILE_LENGTHS, LONG, Values::Lengths),
            Entry::shorts(tag::SAMPLE_FORMAT, &[format]),
        ]);
        entries.extend_from_slice(own);
        if let (Some(text), false) = (metadata, overview) {
            entries.push(Entry::text(tag::GDAL_METADATA, text));
        }
        if let Some(text) = nodata {
            entries.push(Entry::text(tag::GDAL_NODATA, text));
        }
        entries.sort_by_key(|entry| entry.tag);
        entries
    }

    /// Bytes of a directory's count, of an entry, of the values within an entry, of the next directory's offset.
    pub(super) fn sizes(&self) -> (u64, u64, u64, u64) {
        if self.big {
            (8, 20, 8, 8)
        } else {
            (2, 12, 4, 4)
        }
    }

    /// The file's length in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.end
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const CODING: TileCoding = TileCoding {
        compression: Compression::None,
        level: 0,
        predictor: 1,
        pixel: PixelType::UInt8,
        side: 1024,
    };

    fn layout<'a>(images: &'a [Image<'a>], big: Option<bool>) -> Option<FileLayout<'a>> {
        FileLayout::new(images, &CODING, &[], (None, None), true, big)
    }

    #[test]
    fn offsets_are_as_wide_as_the_file_is_long() {
        // A classic file has bytes 0 to 2^32 − 1; the head of this one is the same for any lengths.
        let lengths = vec![1 << 20; 4095];
        fn image(lengths: &[u32]) -> Image<'_> {
            Image {
                columns: 4095 << 10,
                rows: 1,
                lengths,
            }
        }
        let images = [image(&lengths)];
        let left = u64::from(u32::MAX) - layout(&images, None).unwrap().bytes();
        for (more, big) in [(left, false), (left + 1, true)] {
            let mut lengths = lengths.clone();
            lengths[0] += more as u32;
            let images = [image(&lengths)];
            let found = layout(&images, None).unwrap();
            assert_eq!(found.big, big);
            assert_eq!(layout(&images, Some(false)).is_none(), big);
            assert!(layout(&images, Some(true)).unwrap().big);
        }
    }

    #[test]
    fn the_head_is_as_long_as_it_was_laid_out() {
        let (first, second) = (vec![10, 0, 300], vec![7]);
        let images = [
            Image {
                columns: 3000,
                rows: 5,
                lengths: &first,
            },
            Image {
                columns: 1500,
                rows: 3,
                lengths: &second,
            },
        ];
        for big in [false, true] {
            let layout = layout(&images, Some(big)).unwrap();
            let mut bytes = 0;
            let gathered: Result<(), std::convert::Infallible> = layout.head(|some| {
                bytes += some.len() as u64;
                Ok(())
            });
            let Ok(()) = gathered;
            // The smaller image's tile comes first.
            assert_eq!((layout.starts[1], layout.starts[0]), (bytes, bytes + 15));
            assert_eq!(layout.bytes(), bytes + 15 + 18 + 308);
        }
    }
}
