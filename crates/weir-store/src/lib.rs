//! Rows in order, committed whole or not at all.
//!
//! A [`Store`] is a folder (or a part of an object store) of datasets under typed, hierarchical keys. A [`Dataset`] is ordered by one column
//! and lies in immutable Parquet files that any reader opens, and numbered manifests that say which of them are the newest version. Late and
//! corrected rows go to where they belong; a write is all or nothing; a reader sees one version until it lets go of it and never waits.
//!
//! ```
//! use std::sync::Arc;
//!
//! use arrow_array::{Float64Array, Int64Array, RecordBatch};
//! use arrow_schema::{DataType, Field, Schema};
//! use weir_memory::{Budget, HolderName};
//! use weir_store::{DatasetSpec, OrderValue, ScanOptions, Store, WriteOptions};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! let memory = Budget::detached("128MiB".parse()?).holder(HolderName::new("run-1", "store", "rows"));
//! let schema = Arc::new(Schema::new(vec![
//!     Field::new("day", DataType::Int64, false),
//!     Field::new("celsius", DataType::Float64, true),
//! ]));
//! let rows = |days: Vec<i64>, celsius: Vec<f64>| {
//!     let columns = (Int64Array::from(days), Float64Array::from(celsius));
//!     RecordBatch::try_new(schema.clone(), vec![Arc::new(columns.0), Arc::new(columns.1)])
//! };
//!
//! let store = Store::create(folder.path(), "quantity, city / sampling".parse()?)?;
//! let key = store.key_schema().parse_key("temperature, berlin / 1D")?;
//! let dataset = store.create_dataset(&key, DatasetSpec::new(schema.clone(), "day"))?;
//! dataset.write([rows(vec![1, 2, 4], vec![3.5, 4.0, 2.0])], WriteOptions::new(memory.clone()))?;
//!
//! let reader = dataset.snapshot()?;
//! dataset.write([rows(vec![3], vec![5.0])], WriteOptions::new(memory.clone()))?; // a late row
//! assert_eq!(reader.rows(), 3); // the reader's version is as it was
//!
//! let from = OrderValue::Int(3);
//! let scan = dataset.snapshot()?.scan(ScanOptions::new(memory).range(from..))?;
//! let found: Vec<RecordBatch> = scan.collect::<Result<_, _>>()?;
//! assert_eq!(found.iter().map(RecordBatch::num_rows).sum::<usize>(), 2); // days 3 and 4
//! # Ok(())
//! # }
//! ```
//!
//! # What is promised
//!
//! Committed means on the disk. A process that dies, or a machine that loses its power, leaves the version before or the one after. Writers
//! in any number of processes lose nothing: what fits on what others published is published, else it is done again. [`Dataset::vacuum`]
//! takes nothing that a living reader or writer, a kept or a named version needs. Damage is reported with file and offset and never returned as
//! rows. The format, to the byte, and the arguments for these promises are in `docs/store-format.md`.
//!
//! # What it is not
//!
//! A database: there is no transaction over two datasets. Suited to millions of tiny writes: a commit syncs files and writes a manifest of about
//! 200 bytes for each file of the dataset.

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
mod repair;
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
pub use evolve::ColumnChange;
pub use intersections::{Intersection, Intersections, intersections};
pub use key::{Key, KeyError, KeyField, KeyPrefix, KeySchema, KeyType, KeyValue};
pub use manifest::{
    FileEntry, LateRows, MANIFEST_FORMAT, MAX_COLUMNS, MAX_DEPTH, MAX_FILES, MAX_MANIFEST_BYTES,
    MAX_METADATA_BYTES, Manifest, ManifestError, Metadata, Place, RowGroupTarget, Settings,
    Version,
};
pub use merge::{Period, PeriodError};
pub use order::{OrderColumn, OrderError, OrderType, OrderValue, ParseOrderValueError, TotalF64};
pub use repair::{LostFile, Repaired, SetAside};
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
