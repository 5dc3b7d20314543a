//! An error passes through `io::Error` and through other crates' errors unchanged.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::{error::Error, fmt, io, path::Path};

use proptest::prelude::*;
use rustix::io::Errno;
use weir_files::{Doing, FilesError};

/// As `parquet` wraps what a writer returns.
#[derive(Debug)]
enum Foreign {
    External(Box<dyn Error + Send + Sync>),
    Sourced(io::Error),
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("foreign")
    }
}

impl Error for Foreign {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::External(inner) => Some(&**inner),
            Self::Sourced(inner) => Some(inner),
        }
    }
}

fn full() -> FilesError {
    FilesError::Full {
        doing: Doing::Write,
        path: "/data/run/visits.parquet".into(),
        needed: Some(412 << 20),
        available: Some(12 << 20),
    }
}

#[test]
fn found_again_behind_foreign_errors() {
    let wrapped = Foreign::External(Box::new(io::Error::from(full())));
    assert_eq!(FilesError::find_in(&wrapped), Some(&full()));
    let twice = Foreign::Sourced(io::Error::other(wrapped));
    assert_eq!(FilesError::find_in(&twice), Some(&full()));
    let again = FilesError::from_io(io::Error::other(twice), Path::new("elsewhere"), Doing::Sync);
    assert_eq!(again, full());
    let none = Foreign::Sourced(io::Error::from(Errno::IO));
    assert_eq!(FilesError::find_in(&none), None);
}

#[test]
fn messages_have_numbers_then_the_path_then_what_to_do() {
    assert_eq!(
        full().to_string(),
        "cannot write: the disk or quota is full (needs 412 MiB, 12 MiB available): /data/run/visits.parquet; \
         free some space, or choose a folder on another disk"
    );
    assert!(full().summary().ends_with(": /data/run/visits.parquet"));
}

#[test]
fn numbers_of_the_system_have_their_variants() {
    let path = Path::new("/");
    let from = |errno: Errno, doing| FilesError::from_io(io::Error::from(errno), path, doing);
    assert!(
        matches!(from(Errno::NOSPC, Doing::Sync), FilesError::Full { .. }),
        "a late ENOSPC"
    );
    assert!(matches!(
        from(Errno::PERM, Doing::Rename),
        FilesError::PermissionDenied { .. }
    ));
    assert!(matches!(
        from(Errno::NFILE, Doing::Read),
        FilesError::TooManyOpenFiles { limit: None, .. }
    ));
    assert!(matches!(
        from(Errno::IO, Doing::SyncFolder),
        FilesError::SyncFailed { .. }
    ));
    assert!(matches!(
        from(Errno::IO, Doing::Write),
        FilesError::Other { .. }
    ));
    assert!(matches!(
        from(Errno::XDEV, Doing::Rename),
        FilesError::Other { .. }
    ));
}

proptest! {
    #[test]
    fn any_error_of_the_system_becomes_one_with_path_and_survives(
        number in 1..200_i32,
        doing in prop::sample::select(vec![
            Doing::Create, Doing::Write, Doing::Sync, Doing::SyncFolder, Doing::Rename, Doing::Remove,
            Doing::CreateFolder, Doing::List, Doing::Read, Doing::Inspect,
        ]),
    ) {
        let path = Path::new("/some/where/file");
        let system = io::Error::from_raw_os_error(number);
        let kind = system.kind();
        let error = FilesError::from_io(system, path, doing);
        prop_assert_eq!(error.path(), path);
        prop_assert!(error.summary().ends_with(": /some/where/file"));
        prop_assert!(!error.to_string().ends_with('.'));
        prop_assert!(!error.remedies().is_empty());
        if let FilesError::Other { kind: kept, .. } = &error {
            prop_assert_eq!(*kept, kind);
        }
        let back = FilesError::from_io(io::Error::from(error.clone()), Path::new("x"), Doing::List);
        prop_assert_eq!(back, error);
    }
}
