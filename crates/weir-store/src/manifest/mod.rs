//! Manifests: one version of a dataset, readable by anyone.

mod body;
mod check;
mod columns;
mod entry;
mod error;
mod seal;
mod settings;
mod small;
mod text;

pub use body::{Manifest, Metadata, Version};
pub use entry::{FileEntry, Place};
pub use error::ManifestError;
pub use settings::{LateRows, RowGroupTarget, Settings};
pub(crate) use small::{MAX_SMALL_BYTES, NameFile, StoreFile};

/// The manifest format that this program writes, and the newest that it reads.
pub const MANIFEST_FORMAT: u32 = 1;

/// The largest manifest in bytes: about a million files.
pub const MAX_MANIFEST_BYTES: u64 = 256 << 20;

/// The most files of a dataset.
pub const MAX_FILES: usize = 1_000_000;

/// The most columns of a dataset, nested ones counted.
pub const MAX_COLUMNS: usize = 10_000;

/// How deep columns may nest.
pub const MAX_DEPTH: usize = 16;

/// The most bytes of user metadata, as JSON.
pub const MAX_METADATA_BYTES: usize = 16 << 20;
