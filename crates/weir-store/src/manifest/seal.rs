//! JSON that ends with its own checksum.

use std::io::Write;

use super::{MANIFEST_FORMAT, ManifestError};

/// `"crc32":"xxxxxxxx"}` and a line feed; the checksum covers all bytes before it.
const TRAILER: usize = 20;

/// Ends the JSON object begun in `bytes`, whose last byte is a comma or a space after one.
pub(super) fn seal(bytes: &mut Vec<u8>) {
    let checksum = crc32fast::hash(bytes);
    writeln!(bytes, "\"crc32\":\"{checksum:08x}\"}}").expect("a vector takes all bytes");
}

/// Checks that `bytes` are a sealed object of a format that this program reads. `kind` is the first key, whose value is the format.
pub(super) fn unseal(bytes: &[u8], kind: &str, path: &str) -> Result<(), ManifestError> {
    let damaged = |offset: usize, reason: String| ManifestError::Damaged {
        path: path.to_owned(),
        offset: offset as u64,
        reason,
    };
    let beginning = format!("{{\"{kind}\":");
    let beginning = beginning.as_bytes();
    if !bytes.starts_with(beginning) {
        let same = bytes
            .iter()
            .zip(beginning)
            .take_while(|(a, b)| a == b)
            .count();
        return Err(damaged(same, format!("it does not begin as a {kind} does")));
    }
    let format = format_of(&bytes[beginning.len()..]);
    let newer = format.filter(|found| *found > MANIFEST_FORMAT.into());
    let too_new = |found: u64| ManifestError::TooNew {
        path: path.to_owned(),
        found,
        newest: MANIFEST_FORMAT,
    };
    let Some((body, stored)) = trailer(bytes) else {
        // A newer format may end in another way.
        return Err(newer.map_or_else(
            || {
                damaged(
                    bytes.len(),
                    "it does not end with its checksum: cut short".to_owned(),
                )
            },
            too_new,
        ));
    };
    let computed = crc32fast::hash(body);
    if computed != stored {
        return Err(damaged(
            body.len(),
            format!(
                "the checksum of the bytes before is {computed:08x} and should be {stored:08x}"
            ),
        ));
    }
    match (newer, format) {
        (Some(found), _) => Err(too_new(found)),
        (None, Some(found)) if found == u64::from(MANIFEST_FORMAT) => Ok(()),
        _ => Err(damaged(
            beginning.len(),
            "no format that there is".to_owned(),
        )),
    }
}

/// The number at the start.
fn format_of(bytes: &[u8]) -> Option<u64> {
    let digits: String = bytes
        .iter()
        .take(20)
        .take_while(|byte| byte.is_ascii_digit())
        .map(|byte| char::from(*byte))
        .collect();
    digits.parse().ok()
}

/// The bytes before the trailer, and the checksum in it.
fn trailer(bytes: &[u8]) -> Option<(&[u8], u32)> {
    let (body, end) = bytes.split_at_checked(bytes.len().checked_sub(TRAILER)?)?;
    let digits = end.strip_prefix(b"\"crc32\":\"")?.strip_suffix(b"\"}\n")?;
    let small = digits
        .iter()
        .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    let digits = std::str::from_utf8(digits).ok().filter(|_| small)?;
    Some((body, u32::from_str_radix(digits, 16).ok()?))
}

/// From the line and column of a JSON error.
pub(super) fn offset_of(bytes: &[u8], line: usize, column: usize) -> u64 {
    let start: usize = bytes
        .split_inclusive(|byte| *byte == b'\n')
        .take(line.saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    (start + column.saturating_sub(1)).min(bytes.len()) as u64
}
