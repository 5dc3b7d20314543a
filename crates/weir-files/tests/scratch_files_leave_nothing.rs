//! Spilled bytes: read back by their writer, gone with it, swept when it was killed.

#![allow(clippy::unwrap_used)]

use std::{io::Read, sync::Arc};

use weir_files::{Files, FilesError, RealFiles, ScratchFile, is_temporary_name, sweep_temporaries};
use weir_testkit::{Fault, FaultPlan, FaultyFiles, Operation};

#[test]
fn a_reader_sees_what_is_appended_later() {
    let folder = tempfile::tempdir().unwrap();
    let files: Arc<dyn Files> = Arc::new(RealFiles);
    let mut file = ScratchFile::create(files, folder.path(), "sort").unwrap();
    let mut reader = file.open().unwrap();
    file.append(b"one").unwrap();
    file.append(b"two").unwrap();
    let mut back = Vec::new();
    reader.read_to_end(&mut back).unwrap();
    assert_eq!(back, b"onetwo");
    assert_eq!(file.written(), 6);
}

#[test]
fn a_sweep_spares_it_while_it_lives() {
    let folder = tempfile::tempdir().unwrap();
    let files: Arc<dyn Files> = Arc::new(RealFiles);
    let file = ScratchFile::create(files, folder.path(), "sort").unwrap();
    assert!(is_temporary_name(file.path().file_name().unwrap()));
    let swept = sweep_temporaries(&RealFiles, folder.path()).unwrap();
    assert_eq!((swept.removed.len(), swept.kept.len()), (0, 1));

    // As after a kill: the name is there, nobody holds the lock.
    let left = folder.path().join(".sort.weir-tmp-1-0");
    std::fs::write(&left, b"rows").unwrap();
    let swept = sweep_temporaries(&RealFiles, folder.path()).unwrap();
    assert_eq!((swept.removed.len(), swept.bytes), (1, 4));
    drop(file);
    assert_eq!(RealFiles.list(folder.path()).unwrap().len(), 0);
}

#[test]
fn a_full_disk_is_told_again_and_the_file_goes() {
    let folder = tempfile::tempdir().unwrap();
    let plan = FaultPlan::none().fail(Operation::Write, 2, Fault::NoSpace);
    let files = FaultyFiles::new(Arc::new(RealFiles), plan).shared();
    let mut file = ScratchFile::create(files, folder.path(), "sort").unwrap();
    file.append(b"one").unwrap();
    for _ in 0..2 {
        assert!(matches!(file.append(b"two"), Err(FilesError::Full { .. })));
    }
    drop(file);
    assert_eq!(RealFiles.list(folder.path()).unwrap().len(), 0);
}
