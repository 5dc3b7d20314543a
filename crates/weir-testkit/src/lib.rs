//! For tests alone: files that fail, small disks, kills, checksums, cgroups, conformance suites.
//!
//! Knows no job; a crate under test has it among its `dev-dependencies`.
//!
//! ```
//! use std::sync::Arc;
//! use weir_files::{Files, FilesError, RealFiles, write_atomically};
//! use weir_testkit::{Fault, FaultPlan, FaultyFiles, Operation};
//!
//! # let folder = tempfile::tempdir().unwrap();
//! let path = folder.path().join("manifest.json");
//! let disk = FaultyFiles::new(Arc::new(RealFiles), FaultPlan::none().fail(Operation::Sync, 2, Fault::Io));
//! let files: Arc<dyn Files> = disk.shared();
//!
//! write_atomically(&files, &path, b"old").unwrap();
//! let error = write_atomically(&files, &path, b"new").unwrap_err();
//! assert!(matches!(error, FilesError::SyncFailed { .. }));
//! assert_eq!(files.read(&path, 10).unwrap(), b"old");
//! ```

mod binary;
pub mod cgroup;
mod checksums;
mod conformance;
mod faulty;
mod kill;
mod seed;
mod small_disk;
pub mod ticks;
mod unavailable;

pub use binary::find_binary;
pub use checksums::{checksum, checksum_tree};
pub use conformance::files_conformance;
pub use faulty::{
    CrashPoint, Fault, FaultPlan, FaultyFiles, Logged, Loss, Operation, Outcome,
    at_every_crash_point,
};
pub use kill::{Ending, KillReport, KillWhen, run_and_kill};
pub use seed::Seeded;
pub use small_disk::SmallDisk;
pub use unavailable::{Unavailable, skip_unless};
