//! A manifest as bytes.

use std::{io::Write, sync::Arc};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    FileEntry, MANIFEST_FORMAT, MAX_MANIFEST_BYTES, Manifest, ManifestError, Metadata, Settings,
    Version,
    check::{Broken, check},
    columns::Columns,
};

/// How every manifest begins, of this format and of all to come.
const BEGINNING: &[u8] = b"{\"weir_manifest\":";

/// `"crc32":"xxxxxxxx"}` and a line feed; the checksum covers all before it.
const TRAILER: usize = 20;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    weir_manifest: u64,
    version: Version,
    parent: Version,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    removed: bool,
    writer: String,
    written: String,
    order_column: String,
    settings: Settings,
    schema: Columns,
    metadata: Metadata,
    #[serde(skip_serializing)]
    files: Vec<FileEntry>,
    #[serde(skip_serializing)]
    #[allow(
        dead_code,
        reason = "checked before; named so that no other field is allowed"
    )]
    crc32: String,
}

impl Manifest {
    /// The bytes of its object: JSON, a line for each file, its own checksum at the end.
    ///
    /// # Errors
    /// [`ManifestError::Invalid`] when it breaks a rule or a limit.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ManifestError> {
        check(self).map_err(|broken| invalid(broken.reason))?;
        let written = Timestamp::from_millisecond(self.written_ms)
            .map_err(|error| invalid(error.to_string()))?;
        let header = Header {
            weir_manifest: MANIFEST_FORMAT.into(),
            version: self.version,
            parent: self.parent,
            removed: self.removed,
            writer: self.writer.clone(),
            written: written.to_string(),
            order_column: self.order_column.clone(),
            settings: self.settings.clone(),
            schema: Columns::of(&self.schema).map_err(invalid)?,
            metadata: self.metadata.clone(),
            files: Vec::new(),
            crc32: String::new(),
        };
        let unwritable = |error: serde_json::Error| invalid(error.to_string());
        let mut bytes = serde_json::to_vec(&header).map_err(unwritable)?;
        bytes.pop();
        bytes.extend_from_slice(b",\n\"files\":[");
        for (position, file) in self.files.iter().enumerate() {
            bytes.extend_from_slice(if position == 0 { b"\n" } else { b",\n" });
            serde_json::to_writer(&mut bytes, file).map_err(unwritable)?;
        }
        bytes.extend_from_slice(b"\n],\n");
        let checksum = crc32fast::hash(&bytes);
        writeln!(bytes, "\"crc32\":\"{checksum:08x}\"}}").expect("a vector takes all bytes");
        if bytes.len() as u64 > MAX_MANIFEST_BYTES {
            return Err(invalid(format!(
                "a manifest of {} bytes, at most {MAX_MANIFEST_BYTES} are allowed; compact the dataset",
                bytes.len()
            )));
        }
        Ok(bytes)
    }

    /// Reads the bytes of the object `path` (for messages), which should be version `expected`.
    ///
    /// # Errors
    /// [`ManifestError::Damaged`] with the offset, [`ManifestError::TooNew`]. Never a panic, whatever the bytes are.
    pub fn from_bytes(bytes: &[u8], expected: Version, path: &str) -> Result<Self, ManifestError> {
        let damaged = |offset: usize, reason: String| ManifestError::Damaged {
            path: path.to_owned(),
            offset: offset as u64,
            reason,
        };
        if !bytes.starts_with(BEGINNING) {
            let same = bytes
                .iter()
                .zip(BEGINNING)
                .take_while(|(a, b)| a == b)
                .count();
            return Err(damaged(
                same,
                "it does not begin as a manifest does".to_owned(),
            ));
        }
        let format = format_of(bytes);
        let too_new = |found: u64| ManifestError::TooNew {
            path: path.to_owned(),
            found,
            newest: MANIFEST_FORMAT,
        };
        let Some((body, stored)) = trailer(bytes) else {
            // A newer format may end in another way.
            return Err(match format {
                Some(found) if found > MANIFEST_FORMAT.into() => too_new(found),
                _ => damaged(
                    bytes.len(),
                    "it does not end with its checksum: cut short".to_owned(),
                ),
            });
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
        match format {
            Some(found) if found > MANIFEST_FORMAT.into() => return Err(too_new(found)),
            Some(found) if found == u64::from(MANIFEST_FORMAT) => {}
            _ => {
                return Err(damaged(
                    BEGINNING.len(),
                    "no format that there is".to_owned(),
                ));
            }
        }
        let header: Header = serde_json::from_slice(bytes).map_err(|error| {
            damaged(
                offset_of(bytes, error.line(), error.column()),
                error.to_string(),
            )
        })?;
        let manifest = header.manifest().map_err(|reason| damaged(0, reason))?;
        if manifest.version != expected {
            return Err(damaged(
                0,
                format!(
                    "it says version {} in the place of {expected}",
                    manifest.version
                ),
            ));
        }
        check(&manifest).map_err(|Broken { reason, file }| {
            let offset = file.and_then(|name| position_of(bytes, &name));
            damaged(offset.unwrap_or(0), reason)
        })?;
        Ok(manifest)
    }
}

impl Header {
    fn manifest(self) -> Result<Manifest, String> {
        let written: Timestamp = self
            .written
            .parse()
            .map_err(|_| "the time of writing is none".to_owned())?;
        Ok(Manifest {
            version: self.version,
            parent: self.parent,
            removed: self.removed,
            writer: self.writer,
            written_ms: written.as_millisecond(),
            schema: Arc::new(self.schema.schema()?),
            order_column: self.order_column,
            settings: self.settings,
            metadata: self.metadata,
            files: self.files,
        })
    }
}

fn invalid(reason: String) -> ManifestError {
    ManifestError::Invalid { reason }
}

/// The number after the beginning.
fn format_of(bytes: &[u8]) -> Option<u64> {
    let digits: String = bytes[BEGINNING.len()..]
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
fn offset_of(bytes: &[u8], line: usize, column: usize) -> usize {
    let start: usize = bytes
        .split_inclusive(|byte| *byte == b'\n')
        .take(line.saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    (start + column.saturating_sub(1)).min(bytes.len())
}

/// Where a file is named.
fn position_of(bytes: &[u8], name: &str) -> Option<usize> {
    let quoted = serde_json::to_vec(name).ok()?;
    bytes
        .windows(quoted.len())
        .position(|window| window == quoted)
}
