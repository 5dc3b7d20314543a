//! A manifest as bytes.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    FileEntry, MANIFEST_FORMAT, MAX_MANIFEST_BYTES, Manifest, ManifestError, Metadata, Settings,
    Version,
    check::{Broken, check},
    columns::Columns,
    seal::{offset_of, seal, unseal},
};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    weir_manifest: u64,
    dataset: String,
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
            dataset: self.id.clone(),
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
        seal(&mut bytes);
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
        unseal(bytes, "weir_manifest", path)?;
        let damaged = |offset: u64, reason: String| ManifestError::Damaged {
            path: path.to_owned(),
            offset,
            reason,
        };
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
            id: self.dataset,
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

/// Where a file is named.
fn position_of(bytes: &[u8], name: &str) -> Option<u64> {
    let quoted = serde_json::to_vec(name).ok()?;
    bytes
        .windows(quoted.len())
        .position(|window| window == quoted)
        .map(|position| position as u64)
}
