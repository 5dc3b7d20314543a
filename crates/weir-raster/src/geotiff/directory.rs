//! The header and the directories of a TIFF (TIFF 6.0; BigTIFF design of 2007).

use std::collections::{BTreeMap, BTreeSet};

use super::bytes::ReadAt;

/// The most entries of a directory; files in use have about thirty.
const MAX_ENTRIES: u64 = 4096;

/// The most directories that are looked through for a mask; a file with overviews and their masks has about thirty.
const MAX_DIRECTORIES: usize = 64;

/// Bits of the kind of a directory (tag 254): it is an overview, it is a mask.
const OVERVIEW: u64 = 1;
const MASK: u64 = 4;

/// The tags that are read.
pub(super) mod tag {
    pub(crate) const KIND: u16 = 254;
    pub(crate) const COLUMNS: u16 = 256;
    pub(crate) const ROWS: u16 = 257;
    pub(crate) const BITS: u16 = 258;
    pub(crate) const COMPRESSION: u16 = 259;
    pub(crate) const PHOTOMETRIC: u16 = 262;
    pub(crate) const FILL_ORDER: u16 = 266;
    pub(crate) const STRIP_OFFSETS: u16 = 273;
    pub(crate) const BANDS: u16 = 277;
    pub(crate) const ROWS_PER_STRIP: u16 = 278;
    pub(crate) const STRIP_LENGTHS: u16 = 279;
    pub(crate) const PLANAR: u16 = 284;
    pub(crate) const PREDICTOR: u16 = 317;
    pub(crate) const TILE_COLUMNS: u16 = 322;
    pub(crate) const TILE_ROWS: u16 = 323;
    pub(crate) const TILE_OFFSETS: u16 = 324;
    pub(crate) const TILE_LENGTHS: u16 = 325;
    pub(crate) const EXTRA_SAMPLES: u16 = 338;
    pub(crate) const SAMPLE_FORMAT: u16 = 339;
    pub(crate) const MODEL_SCALE: u16 = 33550;
    pub(crate) const MODEL_TIEPOINT: u16 = 33922;
    pub(crate) const MODEL_TRANSFORMATION: u16 = 34264;
    pub(crate) const GEO_KEYS: u16 = 34735;
    pub(crate) const GEO_DOUBLES: u16 = 34736;
    pub(crate) const GEO_TEXTS: u16 = 34737;
    pub(crate) const GDAL_METADATA: u16 = 42112;
    pub(crate) const GDAL_NODATA: u16 = 42113;
}

/// One entry: a type, how many values, and where they are.
#[derive(Debug, Clone, Copy)]
struct Entry {
    kind: u16,
    count: u64,
    /// Where the values start in the file.
    at: u64,
}

/// What is wrong, and at which byte.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) at: u64,
    pub(super) reason: String,
}

/// A directory of a file: the first, as it is read here.
#[derive(Debug)]
pub(super) struct Directory {
    entries: BTreeMap<u16, Entry>,
    /// Where the next one starts; 0 where there is none.
    next: u64,
    pub(super) little: bool,
    pub(super) big: bool,
    /// The most bytes that the values of one entry may have.
    limit: u64,
}

impl Directory {
    pub(super) fn read(file: &mut impl ReadAt, limit: u64) -> Result<Self, Wrong> {
        let mut head = [0u8; 8];
        fill(file, 0, &mut head)?;
        let little = match &head[..2] {
            b"II" => true,
            b"MM" => false,
            _ => {
                return Err(wrong(
                    0,
                    "this is no TIFF: it starts with neither II nor MM",
                ));
            }
        };
        let mut directory = Self {
            entries: BTreeMap::new(),
            next: 0,
            little,
            big: false,
            limit,
        };
        let first = match directory.short(&head[2..]) {
            42 => u64::from(directory.long(&head[4..])),
            43 if directory.short(&head[4..]) == 8 && directory.short(&head[6..]) == 0 => {
                directory.big = true;
                let mut offset = [0u8; 8];
                fill(file, 8, &mut offset)?;
                directory.long8(&offset)
            }
            version => {
                return Err(wrong(
                    2,
                    format!("this is no TIFF: version {version} instead of 42 or 43"),
                ));
            }
        };
        directory.read_entries(file, first)?;
        Ok(directory)
    }

    fn read_entries(&mut self, file: &mut impl ReadAt, first: u64) -> Result<(), Wrong> {
        let (count_bytes, entry_bytes, inline) = if self.big { (8, 20, 8) } else { (2, 12, 4) };
        let mut head = [0u8; 8];
        fill(file, first, &mut head[..count_bytes])?;
        let count = if self.big {
            self.long8(&head)
        } else {
            u64::from(self.short(&head))
        };
        if count == 0 || count > MAX_ENTRIES {
            return Err(wrong(
                first,
                format!("a directory of {count} entries; 1 to {MAX_ENTRIES} are read"),
            ));
        }
        let start = first + count_bytes as u64;
        let mut bytes = vec![0u8; count as usize * entry_bytes];
        fill(file, start, &mut bytes)?;
        for (index, entry) in bytes.chunks_exact(entry_bytes).enumerate() {
            let at = start + (index * entry_bytes) as u64;
            let kind = self.short(&entry[2..]);
            let (count, place) = if self.big {
                (self.long8(&entry[4..]), self.long8(&entry[12..]))
            } else {
                (
                    u64::from(self.long(&entry[4..])),
                    u64::from(self.long(&entry[8..])),
                )
            };
            let length = u64::from(size_of(kind)).saturating_mul(count);
            let in_entry = at + entry_bytes as u64 - inline;
            let values = if length <= inline { in_entry } else { place };
            // Of a tag that is there twice the first counts.
            self.entries.entry(self.short(entry)).or_insert(Entry {
                kind,
                count,
                at: values,
            });
        }
        // A file that ends here is readable: what its first directory names is there.
        let mut next = [0u8; 8];
        let end = start + bytes.len() as u64;
        self.next = match fill(file, end, &mut next[..inline as usize]) {
            Ok(()) if self.big => self.long8(&next),
            Ok(()) => u64::from(self.long(&next)),
            Err(_) => 0,
        };
        Ok(())
    }

    /// Whether one of the directories behind this one is a mask of the raster itself, and not of an overview. A chain that is damaged or
    /// runs in a circle is followed as far as it goes.
    pub(super) fn has_mask(&self, file: &mut impl ReadAt) -> bool {
        let mut seen = BTreeSet::new();
        let mut next = self.next;
        while next != 0 && seen.len() < MAX_DIRECTORIES && seen.insert(next) {
            let mut directory = Self {
                entries: BTreeMap::new(),
                next: 0,
                ..*self
            };
            if directory.read_entries(file, next).is_err() {
                break;
            }
            if let Ok(Some(kind)) = directory.number(file, tag::KIND)
                && kind & (MASK | OVERVIEW) == MASK
            {
                return true;
            }
            next = directory.next;
        }
        false
    }

    /// The bytes of an entry's values, in the file's order.
    fn values(&self, file: &mut impl ReadAt, tag: u16) -> Result<Option<(Entry, Vec<u8>)>, Wrong> {
        let Some(entry) = self.entries.get(&tag).copied() else {
            return Ok(None);
        };
        let length = u64::from(size_of(entry.kind)).saturating_mul(entry.count);
        let end = entry
            .at
            .checked_add(length)
            .filter(|end| *end <= file.length());
        if length == 0 || end.is_none() {
            let reason = format!(
                "tag {tag} has {} values of type {} and they are not in the file",
                entry.count, entry.kind
            );
            return Err(wrong(entry.at, reason));
        }
        if length > self.limit {
            return Err(wrong(
                entry.at,
                format!(
                    "tag {tag} has {length} bytes, and {} may be held",
                    self.limit
                ),
            ));
        }
        let mut bytes = vec![0u8; length as usize];
        fill(file, entry.at, &mut bytes)?;
        Ok(Some((entry, bytes)))
    }

    /// Whole numbers; none when the tag is not there.
    pub(super) fn numbers(&self, file: &mut impl ReadAt, tag: u16) -> Result<Vec<u64>, Wrong> {
        let Some((entry, bytes)) = self.values(file, tag)? else {
            return Ok(Vec::new());
        };
        Ok(match entry.kind {
            1 | 6 | 7 => bytes.into_iter().map(u64::from).collect(),
            3 => bytes
                .chunks_exact(2)
                .map(|value| u64::from(self.short(value)))
                .collect(),
            4 | 13 => bytes
                .chunks_exact(4)
                .map(|value| u64::from(self.long(value)))
                .collect(),
            16 | 18 => bytes
                .chunks_exact(8)
                .map(|value| self.long8(value))
                .collect(),
            kind => {
                return Err(wrong(
                    entry.at,
                    format!("tag {tag} has values of type {kind} and not whole numbers"),
                ));
            }
        })
    }

    /// The first whole number of a tag.
    pub(super) fn number(&self, file: &mut impl ReadAt, tag: u16) -> Result<Option<u64>, Wrong> {
        Ok(self.numbers(file, tag)?.first().copied())
    }

    /// Doubles; none when the tag is not there.
    pub(super) fn doubles(&self, file: &mut impl ReadAt, tag: u16) -> Result<Vec<f64>, Wrong> {
        let Some((entry, bytes)) = self.values(file, tag)? else {
            return Ok(Vec::new());
        };
        if entry.kind != 12 {
            return Err(wrong(
                entry.at,
                format!(
                    "tag {tag} has values of type {} and not doubles",
                    entry.kind
                ),
            ));
        }
        Ok(bytes
            .chunks_exact(8)
            .map(|value| f64::from_bits(self.long8(value)))
            .collect())
    }

    /// Text, up to its first NUL.
    pub(super) fn text(&self, file: &mut impl ReadAt, tag: u16) -> Result<Option<String>, Wrong> {
        Ok(self.values(file, tag)?.map(|(_, bytes)| {
            let end = bytes
                .iter()
                .position(|byte| *byte == 0)
                .unwrap_or(bytes.len());
            String::from_utf8_lossy(&bytes[..end]).into_owned()
        }))
    }

    /// Whether the tag is there.
    pub(super) fn has(&self, tag: u16) -> bool {
        self.entries.contains_key(&tag)
    }

    fn short(&self, bytes: &[u8]) -> u16 {
        let bytes = [bytes[0], bytes[1]];
        if self.little {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        }
    }

    fn long(&self, bytes: &[u8]) -> u32 {
        let bytes = [bytes[0], bytes[1], bytes[2], bytes[3]];
        if self.little {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        }
    }

    fn long8(&self, bytes: &[u8]) -> u64 {
        let (first, second) = (
            u64::from(self.long(bytes)),
            u64::from(self.long(&bytes[4..])),
        );
        if self.little {
            first | second << 32
        } else {
            first << 32 | second
        }
    }
}

/// Bytes of one value of a type; 0 for a type that there is not.
fn size_of(kind: u16) -> u8 {
    match kind {
        1 | 2 | 6 | 7 => 1,
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16 | 17 | 18 => 8,
        _ => 0,
    }
}

fn fill(file: &mut impl ReadAt, at: u64, bytes: &mut [u8]) -> Result<(), Wrong> {
    file.read_at(at, bytes).map_err(|error| {
        let reason = if error.kind() == std::io::ErrorKind::UnexpectedEof {
            format!(
                "the file ends at byte {}, before {} bytes that belong here",
                file.length(),
                bytes.len()
            )
        } else {
            error.to_string()
        };
        wrong(at, reason)
    })
}

fn wrong(at: u64, reason: impl Into<String>) -> Wrong {
    Wrong {
        at,
        reason: reason.into(),
    }
}
