//! The small files beside manifests: the store's own, and the names of versions.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    MANIFEST_FORMAT, ManifestError, Version,
    seal::{offset_of, seal, unseal},
};

/// The most bytes of such a file.
pub(crate) const MAX_SMALL_BYTES: u64 = 64 << 10;

/// What a store's `_weir/store.json` says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoreFile {
    weir_store: u32,
    /// The key schema as text.
    pub(crate) keys: String,
    #[serde(default, skip_serializing)]
    #[allow(
        dead_code,
        reason = "checked before; named so that no other field is allowed"
    )]
    crc32: String,
}

/// What a dataset's `_weir/names/NAME.json` says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NameFile {
    weir_name: u32,
    /// The version that has the name.
    pub(crate) version: Version,
    #[serde(default, skip_serializing)]
    #[allow(
        dead_code,
        reason = "checked before; named so that no other field is allowed"
    )]
    crc32: String,
}

impl StoreFile {
    pub(crate) fn new(keys: String) -> Self {
        Self {
            weir_store: MANIFEST_FORMAT,
            keys,
            crc32: String::new(),
        }
    }

    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, ManifestError> {
        to_bytes(self)
    }

    pub(crate) fn from_bytes(bytes: &[u8], path: &str) -> Result<Self, ManifestError> {
        from_bytes(bytes, "weir_store", path)
    }
}

impl NameFile {
    pub(crate) fn new(version: Version) -> Self {
        Self {
            weir_name: MANIFEST_FORMAT,
            version,
            crc32: String::new(),
        }
    }

    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, ManifestError> {
        to_bytes(self)
    }

    pub(crate) fn from_bytes(bytes: &[u8], path: &str) -> Result<Self, ManifestError> {
        from_bytes(bytes, "weir_name", path)
    }
}

fn to_bytes(file: &impl Serialize) -> Result<Vec<u8>, ManifestError> {
    let mut bytes = serde_json::to_vec(file).map_err(|error| ManifestError::Invalid {
        reason: error.to_string(),
    })?;
    bytes.pop();
    bytes.extend_from_slice(b",\n");
    seal(&mut bytes);
    Ok(bytes)
}

fn from_bytes<F: DeserializeOwned>(
    bytes: &[u8],
    kind: &str,
    path: &str,
) -> Result<F, ManifestError> {
    unseal(bytes, kind, path)?;
    serde_json::from_slice(bytes).map_err(|error| ManifestError::Damaged {
        path: path.to_owned(),
        offset: offset_of(bytes, error.line(), error.column()),
        reason: error.to_string(),
    })
}
