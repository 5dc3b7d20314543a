//! How large the pages of a column chunk are, from their headers alone: known before memory is taken for one.

use parquet::file::metadata::ColumnChunkMetaData;

use super::file::PlacedFile;

/// What reading a column chunk page by page takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pages {
    /// Bytes of the largest page as stored.
    pub(super) stored: u64,
    /// Bytes of the largest data page decoded.
    pub(super) data: u64,
    /// Bytes of the dictionary decoded.
    pub(super) dictionary: u64,
    /// Values in all data pages.
    pub(super) values: u64,
}

/// The header is not one, or leads out of the chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BadHeader {
    pub(super) offset: u64,
    pub(super) what: &'static str,
}

/// Looks at the headers of all pages of a chunk.
pub(super) fn look(file: &PlacedFile, chunk: &ColumnChunkMetaData) -> Result<Pages, BadHeader> {
    let (start, length) = chunk_range(chunk).ok_or(BadHeader {
        offset: 0,
        what: "the column chunk lies nowhere in the file",
    })?;
    let end = start
        .checked_add(length)
        .filter(|end| *end <= file.length());
    let end = end.ok_or(BadHeader {
        offset: start,
        what: "the column chunk ends beyond the file",
    })?;
    let mut pages = Pages::default();
    let mut at = start;
    while at < end {
        let bad = |what| BadHeader { offset: at, what };
        // Headers carry statistics, which may hold long strings.
        let mut ahead = 256;
        let (header, header_length) = loop {
            let bytes = file
                .some(at, ahead)
                .map_err(|_| bad("the page header cannot be read"))?;
            match header(&bytes) {
                Ok(found) => break found,
                Err(Thrift::Short) if ahead < 1 << 20 && bytes.len() == ahead => ahead *= 8,
                Err(_) => return Err(bad("this is no page header")),
            }
        };
        let stored =
            u64::try_from(header.compressed).map_err(|_| bad("a page has a negative size"))?;
        let decoded =
            u64::try_from(header.uncompressed).map_err(|_| bad("a page has a negative size"))?;
        pages.stored = pages.stored.max(stored);
        if header.kind == DICTIONARY {
            pages.dictionary = pages.dictionary.max(decoded);
        } else {
            pages.data = pages.data.max(decoded);
        }
        pages.values = pages
            .values
            .saturating_add(u64::try_from(header.values).unwrap_or(0));
        let next = at
            .checked_add(header_length as u64)
            .and_then(|next| next.checked_add(stored));
        at = next
            .filter(|next| *next <= end)
            .ok_or_else(|| bad("a page ends beyond its column chunk"))?;
    }
    Ok(pages)
}

/// Where a chunk begins and how long it is; `None` where its metadata say nothing sensible.
fn chunk_range(chunk: &ColumnChunkMetaData) -> Option<(u64, u64)> {
    // Some writers give 0 for "none".
    let dictionary = chunk
        .dictionary_page_offset()
        .filter(|offset| *offset > 0 && *offset < chunk.data_page_offset());
    let start = u64::try_from(dictionary.unwrap_or(chunk.data_page_offset())).ok()?;
    let length = u64::try_from(chunk.compressed_size()).ok()?;
    Some((start, length))
}

const DICTIONARY: i64 = 2;

#[derive(Debug, Default, PartialEq, Eq)]
struct Header {
    kind: i64,
    uncompressed: i64,
    compressed: i64,
    values: i64,
}

#[derive(Debug, PartialEq, Eq)]
enum Thrift {
    /// The bytes end within the header.
    Short,
    Bad,
}

/// A page header (Thrift's compact protocol), and how long it is.
fn header(bytes: &[u8]) -> Result<(Header, usize), Thrift> {
    let mut input = Compact { bytes, at: 0 };
    let mut header = Header::default();
    let mut field = 0i64;
    loop {
        let (id, kind) = match input.field(field)? {
            None => break,
            Some(found) => found,
        };
        field = id;
        match (id, kind) {
            (1, INT) => header.kind = input.zigzag()?,
            (2, INT) => header.uncompressed = input.zigzag()?,
            (3, INT) => header.compressed = input.zigzag()?,
            // Data pages of both versions begin with the number of values; a dictionary's are none of the column's.
            (5 | 8, STRUCT) => header.values = input.first_of_struct()?,
            _ => input.skip(kind, 0)?,
        }
    }
    Ok((header, input.at))
}

const INT: u8 = 5;
const STRUCT: u8 = 12;

struct Compact<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Compact<'_> {
    fn byte(&mut self) -> Result<u8, Thrift> {
        let byte = *self.bytes.get(self.at).ok_or(Thrift::Short)?;
        self.at += 1;
        Ok(byte)
    }

    fn varint(&mut self) -> Result<u64, Thrift> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Thrift::Bad)
    }

    fn zigzag(&mut self) -> Result<i64, Thrift> {
        let value = self.varint()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// The next field's number and type; `None` at the struct's end.
    fn field(&mut self, before: i64) -> Result<Option<(i64, u8)>, Thrift> {
        let byte = self.byte()?;
        if byte == 0 {
            return Ok(None);
        }
        let step = i64::from(byte >> 4);
        let id = if step == 0 {
            self.zigzag()?
        } else {
            before + step
        };
        Ok(Some((id, byte & 0x0f)))
    }

    /// The first field of a struct, an integer numbered 1; skips the rest.
    fn first_of_struct(&mut self) -> Result<i64, Thrift> {
        let (mut value, mut before) = (0, 0);
        while let Some((id, kind)) = self.field(before)? {
            before = id;
            if id == 1 && kind == INT {
                value = self.zigzag()?
            } else {
                self.skip(kind, 1)?
            }
        }
        Ok(value)
    }

    fn over(&mut self, length: u64) -> Result<(), Thrift> {
        let length = usize::try_from(length).map_err(|_| Thrift::Bad)?;
        let next = self.at.checked_add(length).ok_or(Thrift::Bad)?;
        if next > self.bytes.len() {
            return Err(Thrift::Short);
        }
        self.at = next;
        Ok(())
    }

    fn skip(&mut self, kind: u8, depth: u8) -> Result<(), Thrift> {
        if depth > 8 {
            return Err(Thrift::Bad);
        }
        match kind {
            1 | 2 => Ok(()),
            3 => self.over(1),
            4..=6 => self.varint().map(|_| ()),
            7 => self.over(8),
            8 => {
                let length = self.varint()?;
                self.over(length)
            }
            9 | 10 => {
                let head = self.byte()?;
                let count = if head >> 4 == 15 {
                    self.varint()?
                } else {
                    u64::from(head >> 4)
                };
                for _ in 0..count {
                    // A boolean in a list takes a byte.
                    if matches!(head & 0x0f, 1 | 2) {
                        self.over(1)?
                    } else {
                        self.skip(head & 0x0f, depth + 1)?
                    }
                }
                Ok(())
            }
            STRUCT => {
                let mut before = 0;
                while let Some((id, kind)) = self.field(before)? {
                    before = id;
                    self.skip(kind, depth + 1)?;
                }
                Ok(())
            }
            _ => Err(Thrift::Bad),
        }
    }
}
