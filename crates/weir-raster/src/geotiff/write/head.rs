//! The bytes of a file that is laid out.

use super::{
    entry::{Entry, Values},
    layout::FileLayout,
};

/// What GDAL writes behind the header of a COG, and what it then relies on: each tile has its length before it and its last four bytes again
/// behind it. The space at the end makes room for YES.
const PROMISES: &str = "LAYOUT=IFDS_BEFORE_DATA\nBLOCK_ORDER=ROW_MAJOR\nBLOCK_LEADER=SIZE_AS_UINT4\n\
                        BLOCK_TRAILER=LAST_4_BYTES_REPEATED\nKNOWN_INCOMPATIBLE_EDITION=NO\n ";

/// Bytes that a COG has around each tile.
pub(super) const AROUND_TILE: u64 = 8;

impl FileLayout<'_> {
    /// Gives all bytes before the first tile to `write`, in order.
    pub(crate) fn head<E>(&self, mut write: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        let first = self.directories[0].at;
        let mut bytes = b"II".to_vec();
        if self.big {
            bytes.extend([43, 0, 8, 0, 0, 0]);
        } else {
            bytes.extend([42, 0]);
        }
        self.put_offset(&mut bytes, first);
        if self.cog {
            bytes.extend(promises().as_bytes());
        }
        write(&bytes)?;
        let mut head = Head {
            at: bytes.len() as u64,
            write,
        };
        for (index, directory) in self.directories.iter().enumerate() {
            let next = self.directories.get(index + 1).map_or(0, |next| next.at);
            head.put_at(directory.at, &self.directory(index, next))?;
            for (entry, place) in &directory.entries {
                if let (Values::Bytes(bytes), true) = (&entry.values, *place > 0) {
                    head.put_at(*place, bytes)?;
                }
            }
        }
        for (index, directory) in self.directories.iter().enumerate() {
            for (entry, place) in directory.entries.iter().filter(|(_, place)| *place > 0) {
                if !matches!(entry.values, Values::Bytes(_)) {
                    head.put_at(*place, &[])?;
                    self.tile_values(index, entry, |value| head.put(value))?;
                }
            }
        }
        Ok(())
    }

    fn put_offset(&self, bytes: &mut Vec<u8>, offset: u64) {
        if self.big {
            bytes.extend(offset.to_le_bytes());
        } else {
            bytes.extend((offset as u32).to_le_bytes());
        }
    }

    fn directory(&self, index: usize, next: u64) -> Vec<u8> {
        let entries = &self.directories[index].entries;
        let (_, _, inline, _) = self.sizes();
        let mut bytes = Vec::new();
        if self.big {
            bytes.extend((entries.len() as u64).to_le_bytes());
        } else {
            bytes.extend((entries.len() as u16).to_le_bytes());
        }
        for (entry, place) in entries {
            bytes.extend(entry.tag.to_le_bytes());
            bytes.extend(entry.kind.to_le_bytes());
            self.put_offset(&mut bytes, entry.count);
            if *place > 0 {
                self.put_offset(&mut bytes, *place);
                continue;
            }
            let mut within = Vec::with_capacity(8);
            match &entry.values {
                Values::Bytes(values) => within.extend_from_slice(values),
                Values::Offsets | Values::Lengths => {
                    let gathered: Result<(), std::convert::Infallible> =
                        self.tile_values(index, entry, |value| {
                            within.extend_from_slice(value);
                            Ok(())
                        });
                    let Ok(()) = gathered;
                }
            }
            within.resize(inline as usize, 0);
            bytes.extend(within);
        }
        self.put_offset(&mut bytes, next);
        bytes
    }

    /// The offsets or lengths of an image's tiles as bytes.
    fn tile_values<E>(
        &self,
        index: usize,
        entry: &Entry,
        mut each: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut at = self.starts[index];
        for length in self.images[index].lengths {
            if entry.values == Values::Lengths {
                each(&length.to_le_bytes())?;
                continue;
            }
            let (before, around) = if self.cog { (4, AROUND_TILE) } else { (0, 0) };
            let (offset, taken) = match length {
                0 => (0, 0),
                length => (at + before, u64::from(*length) + around),
            };
            at += taken;
            if self.big {
                each(&offset.to_le_bytes())?;
            } else {
                each(&(offset as u32).to_le_bytes())?;
            }
        }
        Ok(())
    }

    /// Gives a tile with what is around it to `write`.
    pub(crate) fn tile<E>(
        &self,
        encoded: &[u8],
        mut write: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        if !self.cog {
            return write(encoded);
        }
        write(&(encoded.len() as u32).to_le_bytes())?;
        write(encoded)?;
        // Of a tile of fewer bytes all of them, and zeros.
        let mut last = [0; 4];
        let from = encoded.len().saturating_sub(4);
        last[..encoded.len() - from].copy_from_slice(&encoded[from..]);
        write(&last)
    }
}

/// Bytes in order, with zeros between those that belong at a multiple of eight.
struct Head<W> {
    at: u64,
    write: W,
}

impl<E, W: FnMut(&[u8]) -> Result<(), E>> Head<W> {
    fn put(&mut self, bytes: &[u8]) -> Result<(), E> {
        self.at += bytes.len() as u64;
        (self.write)(bytes)
    }

    fn put_at(&mut self, place: u64, bytes: &[u8]) -> Result<(), E> {
        let gap = (place - self.at) as usize;
        self.put(&[0; 8][..gap])?;
        self.put(bytes)
    }
}

/// What stands behind the header of a COG.
fn promises() -> String {
    let bytes = PROMISES.len();
    format!("GDAL_STRUCTURAL_METADATA_SIZE={bytes:06} bytes\n{PROMISES}")
}

/// How many bytes these are.
pub(super) fn promises_bytes() -> u64 {
    promises().len() as u64
}
