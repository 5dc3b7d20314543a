//! Bytes reach the disk whole or not at all.
//!
//! Everything that weir keeps is written through this crate: a file appears under its final name when all
//! its bytes are on the disk, and never before. It knows no job and no format.
//!
//! ```
//! use std::{io::Write, sync::Arc};
//! use weir_files::{AtomicFile, Files, RealFiles, sweep_temporaries};
//!
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! let files: Arc<dyn Files> = Arc::new(RealFiles);
//! sweep_temporaries(&*files, folder)?; // what a killed process left behind
//!
//! let mut file = AtomicFile::create(files.clone(), folder.join("visits.parquet"))?;
//! file.write_all(b"rows in order")?;
//! assert!(files.facts(&folder.join("visits.parquet"))?.is_none()); // not yet
//! let written = file.commit()?; // file synced, renamed, folder synced
//! assert_eq!(written, 13);
//! assert_eq!(files.read(&folder.join("visits.parquet"), 1024)?, b"rows in order");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Why a commit is atomic
//!
//! [`AtomicFile`] writes to a temporary name in the folder of the final name, so both are on one file system.
//! [`AtomicFile::commit`] does three things, in this order, and stops at the first that fails:
//!
//! 1. *fsync of the file*: its bytes and its length are on the disk, under the temporary name;
//! 2. *rename*: POSIX makes it atomic, so that every reader sees the old file or the new one;
//! 3. *fsync of the folder*: the new name survives a loss of power.
//!
//! A crash before 2 leaves the old file and a temporary one, which [`sweep_temporaries`] removes. A crash
//! between 2 and 3 leaves, after a restart of the machine, the old file or the new one, each whole, because 1 came
//! before 2. A crash after 3 leaves the new one. No order of these events leaves a part of a file under the final name.
//!
//! # Several files that belong together
//!
//! There is no transaction over several files, and none is needed: write all but one, each with its
//! own commit, then the one that names the others (a manifest). Its rename is the commit point: before it nobody
//! refers to the new files, and a file without a reference is rubbish that the owner of the folder may remove; after
//! it every file referred to is on the disk, since each of their folders was synced before. The names of
//! the files referred to must be new ones; a file that an older manifest refers to is never replaced.
//!
//! # What is not promised
//!
//! A disk that acknowledges an fsync and loses the bytes anyway defeats this, as it defeats every database. After a
//! failed fsync nothing is retried: the kernel may have dropped the pages, and a second fsync would report success
//! for bytes that are gone. The file has to be written again.

mod atomic;
mod error;
mod files;
mod real;
mod scratch;
mod space;
mod sweep;

pub use atomic::{AtomicFile, write_atomically};
pub use error::{Doing, FilesError};
pub use files::{FileFacts, FileKind, FileWriter, Files};
pub use real::RealFiles;
pub use scratch::ScratchFile;
pub use space::{Space, preflight_space};
pub use sweep::{Swept, is_temporary_name, sweep_temporaries, temporary_label};
