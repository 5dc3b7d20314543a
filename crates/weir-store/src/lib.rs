//! Rows in order, committed whole or not at all.

mod commit;
mod compact;
mod data;
mod dataset;
mod evolve;
mod intersections;
mod key;
mod layout;
mod manifest;
mod merge;
pub mod order;
mod scan;
mod snapshot;
pub mod sort;
mod storage;
mod store;
mod vacuum;
mod verify;
mod write;

pub use commit::{Change, CommitError, Conflict, MetadataPatch, Writing};
pub use compact::CompactOptions;
pub use data::{Compression, DataError, widens};
pub use dataset::{Dataset, DatasetSpec};
pub use intersections::{Intersection, Intersections, intersections};
pub use key::{Key, KeyError, KeyField, KeyPrefix, KeySchema, KeyType, KeyValue};
pub use manifest::{
    FileEntry, LateRows, MANIFEST_FORMAT, MAX_COLUMNS, MAX_DEPTH, MAX_FILES, MAX_MANIFEST_BYTES,
    MAX_METADATA_BYTES, Manifest, ManifestError, Metadata, Place, RowGroupTarget, Settings,
    Version,
};
pub use merge::{Period, PeriodError};
pub use order::{OrderColumn, OrderError, OrderType, OrderValue, ParseOrderValueError, TotalF64};
pub use scan::{Comparison, OrderRange, Predicate, Scan, ScanError, ScanOptions};
pub use snapshot::{OpenError, Snapshot, VersionRef};
#[cfg(feature = "object-store")]
pub use storage::RemoteStorage;
pub use storage::{
    Hold, LocalStorage, ObjectFacts, ObjectPath, ObjectRead, ObjectWrite, ReadCounter, Storage,
    StorageError,
};
pub use store::{Found, Removed, Store};
pub use vacuum::{VacuumOptions, VacuumReport};
pub use verify::{Finding, Verified};
pub use write::{DatasetWriter, WriteError, WriteOptions, WriteReport};
