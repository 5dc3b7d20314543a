//! One line: `{"crc":"1a2b3c4d","len":"0000001f","record":{…}}` and a line feed.
//!
//! `len` is the length of the record's JSON in bytes, `crc` is the CRC-32 of the checksum of the
//! line before (four bytes, little-endian; zeros before the first), the length (the same way) and the
//! record's JSON. Chained like this, a line that was lost, doubled or moved shows.

/// What stands before the record, with eight hexadecimal digits at each `x`.
const BEFORE_CRC: &[u8] = b"{\"crc\":\"";
const BEFORE_LENGTH: &[u8] = b"\",\"len\":\"";
const BEFORE_RECORD: &[u8] = b"\",\"record\":";
const AFTER_RECORD: &[u8] = b"}\n";
const CRC_AT: usize = BEFORE_CRC.len();
const LENGTH_AT: usize = CRC_AT + 8 + BEFORE_LENGTH.len();
const RECORD_AT: usize = LENGTH_AT + 8 + BEFORE_RECORD.len();

/// The longest record, in bytes of JSON.
pub(super) const MAX_RECORD: usize = 1 << 20;

/// A line for this record, and its checksum for the next one.
pub(super) fn encode(before: u32, record: &[u8]) -> (Vec<u8>, u32) {
    // The caller has checked the length against MAX_RECORD.
    let length = u32::try_from(record.len()).unwrap_or(u32::MAX);
    let crc = checksum(before, length, record);
    let mut line = Vec::with_capacity(RECORD_AT + record.len() + AFTER_RECORD.len());
    line.extend_from_slice(BEFORE_CRC);
    line.extend_from_slice(format!("{crc:08x}").as_bytes());
    line.extend_from_slice(BEFORE_LENGTH);
    line.extend_from_slice(format!("{length:08x}").as_bytes());
    line.extend_from_slice(BEFORE_RECORD);
    line.extend_from_slice(record);
    line.extend_from_slice(AFTER_RECORD);
    (line, crc)
}

/// A good line at the start of some bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub(super) record: &'a [u8],
    pub(super) crc: u32,
    /// The line's length with its line feed.
    pub(super) length: usize,
}

/// What is wrong with the start of some bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Bad {
    /// The bytes end before the line does.
    Short,
    /// The line is not what was written.
    Wrong(&'static str),
}

/// Reads the line at the start of `bytes`, which are not empty.
pub(super) fn decode(before: u32, bytes: &[u8]) -> Result<Line<'_>, Bad> {
    expect(bytes, 0, BEFORE_CRC)?;
    let crc = hexadecimal(bytes, CRC_AT)?;
    expect(bytes, CRC_AT + 8, BEFORE_LENGTH)?;
    let length = hexadecimal(bytes, LENGTH_AT)?;
    expect(bytes, LENGTH_AT + 8, BEFORE_RECORD)?;
    let record_length = length as usize;
    if record_length > MAX_RECORD {
        return Err(Bad::Wrong("the record's length is impossible"));
    }
    let end = RECORD_AT + record_length;
    if bytes.len() < end + AFTER_RECORD.len() {
        return Err(Bad::Short);
    }
    let record = &bytes[RECORD_AT..end];
    if checksum(before, length, record) != crc {
        return Err(Bad::Wrong("the checksum does not fit"));
    }
    expect(bytes, end, AFTER_RECORD)?;
    Ok(Line {
        record,
        crc,
        length: end + AFTER_RECORD.len(),
    })
}

/// How long the line at the start of `bytes` says it is, if it says so.
pub(super) fn declared_length(bytes: &[u8]) -> Option<usize> {
    let record = hexadecimal(bytes, LENGTH_AT).ok()? as usize;
    (record <= MAX_RECORD).then_some(RECORD_AT + record + AFTER_RECORD.len())
}

fn checksum(before: u32, length: u32, record: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&before.to_le_bytes());
    hasher.update(&length.to_le_bytes());
    hasher.update(record);
    hasher.finalize()
}

fn expect(bytes: &[u8], at: usize, wanted: &[u8]) -> Result<(), Bad> {
    let there = bytes.get(at..).unwrap_or_default();
    let common = there.len().min(wanted.len());
    if there[..common] != wanted[..common] {
        Err(Bad::Wrong("the line's frame is not a journal's"))
    } else if common < wanted.len() {
        Err(Bad::Short)
    } else {
        Ok(())
    }
}

fn hexadecimal(bytes: &[u8], at: usize) -> Result<u32, Bad> {
    let there = bytes.get(at..).unwrap_or_default();
    let digits = &there[..there.len().min(8)];
    let good = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if !digits.iter().all(good) {
        return Err(Bad::Wrong("the line's frame is not a journal's"));
    }
    if digits.len() < 8 {
        return Err(Bad::Short);
    }
    let text = std::str::from_utf8(digits).map_err(|_| Bad::Wrong("not a number"))?;
    u32::from_str_radix(text, 16).map_err(|_| Bad::Wrong("not a number"))
}
