//! A full disk, a failed sync, a denied permission, exhausted descriptors, a read-only disk: a typed error with
//! path, numbers and remedies; the old file intact; the temporary file gone.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::{io::Write, path::Path, sync::Arc};

use weir_files::{
    AtomicFile, Doing, Files, FilesError, RealFiles, preflight_space, sweep_temporaries,
    write_atomically,
};
use weir_testkit::{Fault, FaultPlan, FaultyFiles, Operation, SmallDisk, skip_unless};

const OLD: &[u8] = b"what was there";

fn only_the_old_file(folder: &Path) {
    assert_eq!(
        RealFiles.list(folder).unwrap(),
        ["file"],
        "nothing else is left"
    );
    assert_eq!(std::fs::read(folder.join("file")).unwrap(), OLD);
}

#[test]
fn every_fault_at_every_operation_before_the_rename() {
    let operations = [
        Operation::Create,
        Operation::Write,
        Operation::Sync,
        Operation::Rename,
    ];
    for operation in operations {
        for fault in Fault::ALL {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("file");
            std::fs::write(&path, OLD).unwrap();
            let plan = FaultPlan::none().fail(operation, 1, fault);
            let files = FaultyFiles::new(Arc::new(RealFiles), plan).shared();
            let error = write_atomically(&files, &path, b"new").unwrap_err();
            only_the_old_file(folder.path());

            let case = format!("{operation:?} {fault:?}: {error:?}");
            let typed = match fault {
                Fault::NoSpace | Fault::Quota => matches!(error, FilesError::Full { .. }),
                Fault::Io if operation == Operation::Sync => {
                    matches!(
                        error,
                        FilesError::SyncFailed {
                            doing: Doing::Sync,
                            ..
                        }
                    )
                }
                Fault::Io => matches!(error, FilesError::Other { .. }),
                Fault::Denied => matches!(error, FilesError::PermissionDenied { .. }),
                Fault::TooManyOpenFiles => matches!(error, FilesError::TooManyOpenFiles { .. }),
                Fault::ReadOnly => matches!(error, FilesError::ReadOnly { .. }),
            };
            assert!(typed, "{case}");
            let text = error.to_string();
            assert!(
                text.contains(folder.path().to_str().unwrap()),
                "{case}: {text}"
            );
            assert!(
                !error.remedies().is_empty() && text.ends_with(error.remedies().last().unwrap())
            );
        }
    }
}

#[test]
fn a_folder_that_cannot_be_synced_leaves_the_new_file_and_says_so() {
    for fault in Fault::ALL {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, OLD).unwrap();
        let plan = FaultPlan::none().fail(Operation::SyncFolder, 1, fault);
        let files = FaultyFiles::new(Arc::new(RealFiles), plan).shared();
        let error = write_atomically(&files, &path, b"new").unwrap_err();
        assert!(
            matches!(&error, FilesError::RenamedNotSynced { path: named, .. } if *named == path),
            "{error:?}"
        );
        assert!(error.to_string().contains("loss of power"), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(RealFiles.list(folder.path()).unwrap(), ["file"]);
    }
}

#[test]
fn a_file_with_a_hole_cannot_be_committed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let plan = FaultPlan::none().fail(Operation::Write, 2, Fault::NoSpace);
    let files = FaultyFiles::new(Arc::new(RealFiles), plan).shared();
    let mut file = AtomicFile::create(files, &path).unwrap();
    file.write_all(b"one").unwrap();
    let _ignored = file.write_all(b"two");
    assert!(
        file.write_all(b"three").is_err(),
        "as before, although the disk would take it"
    );
    assert!(file.flush().is_err());
    assert_eq!(file.written(), 3);
    assert!(matches!(file.commit(), Err(FilesError::Full { .. })));
    assert!(!path.exists());
}

#[test]
fn a_dropped_file_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), OLD).unwrap();
    let mut file = AtomicFile::create(Arc::new(RealFiles), folder.path().join("file")).unwrap();
    file.write_all(b"never mind").unwrap();
    assert_eq!(RealFiles.list(folder.path()).unwrap().len(), 2);
    drop(file);
    only_the_old_file(folder.path());
}

#[test]
fn a_real_full_disk_gives_numbers_and_keeps_the_old_file() {
    let Some(disk) = skip_unless(SmallDisk::mount(256 << 10)) else {
        return;
    };
    let path = disk.folder().join("file");
    std::fs::write(&path, OLD).unwrap();
    let files: Arc<dyn Files> = Arc::new(RealFiles);
    let mut file = AtomicFile::create(Arc::clone(&files), &path).unwrap();
    let chunk = vec![7; 48 << 10];
    let error = loop {
        if let Err(error) = file.write_all(&chunk) {
            break FilesError::from_io(error, &path, Doing::Write);
        }
        assert!(
            file.written() <= 256 << 10,
            "the disk took more than it has"
        );
    };
    match &error {
        FilesError::Full {
            doing: Doing::Write,
            needed,
            available,
            ..
        } => {
            assert_eq!(*needed, Some(48 << 10));
            assert!(available.unwrap() < 48 << 10, "{available:?}");
        }
        other => panic!("{other:?}"),
    }
    assert!(error.to_string().contains("needs 48 KiB"), "{error}");
    drop(file);
    only_the_old_file(disk.folder());
    assert!(
        files.free_space(disk.folder()).unwrap().available >= 200 << 10,
        "its space is free again"
    );
    write_atomically(&files, &path, b"smaller").unwrap();
}

#[test]
fn a_preflight_refuses_what_does_not_fit_with_both_numbers() {
    let Some(disk) = skip_unless(SmallDisk::mount(256 << 10)) else {
        return;
    };
    let folder = disk.folder().join("not").join("there").join("yet");
    let space = preflight_space(&RealFiles, &folder, 100 << 10, 100 << 10).unwrap();
    assert_eq!(space.total, 256 << 10);
    match preflight_space(&RealFiles, &folder, 200 << 10, 100 << 10) {
        Err(FilesError::Full {
            needed,
            available,
            path,
            ..
        }) => {
            assert_eq!(
                (needed, available),
                (Some(300 << 10), Some(space.available))
            );
            assert_eq!(path, folder);
        }
        other => panic!("{other:?}"),
    }
    assert!(
        preflight_space(&RealFiles, &folder, u64::MAX, u64::MAX).is_err(),
        "no overflow"
    );
    assert!(preflight_space(&RealFiles, Path::new("relative/and/missing"), 0, 0).is_ok());
}

#[test]
fn a_real_read_only_disk_is_named_as_such() {
    let Some(disk) = skip_unless(SmallDisk::mount(256 << 10)) else {
        return;
    };
    let path = disk.folder().join("file");
    std::fs::write(&path, OLD).unwrap();
    if skip_unless(disk.make_read_only()).is_none() {
        return;
    }
    let files: Arc<dyn Files> = Arc::new(RealFiles);
    let error = write_atomically(&files, &path, b"new").unwrap_err();
    assert!(
        matches!(
            error,
            FilesError::ReadOnly {
                doing: Doing::Create,
                ..
            }
        ),
        "{error:?}"
    );
    let error = files
        .create_folder_all(&disk.folder().join("a/b"))
        .unwrap_err();
    assert!(
        matches!(
            error,
            FilesError::ReadOnly {
                doing: Doing::CreateFolder,
                ..
            }
        ),
        "{error:?}"
    );
    only_the_old_file(disk.folder());
}

#[test]
fn a_missing_folder_and_a_path_without_a_name_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let files: Arc<dyn Files> = Arc::new(RealFiles);
    let missing = write_atomically(&files, folder.path().join("no/file"), b"x").unwrap_err();
    assert!(
        matches!(
            missing,
            FilesError::NotFound {
                doing: Doing::Create,
                ..
            }
        ),
        "{missing:?}"
    );
    let nameless = write_atomically(&files, "/", b"x").unwrap_err();
    assert!(matches!(nameless, FilesError::Other { .. }), "{nameless:?}");
}

#[test]
fn many_commits_on_a_disk_that_fails_at_random() {
    let mut failures = 0;
    for seed in 0..150 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, OLD).unwrap();
        let disk = FaultyFiles::new(Arc::new(RealFiles), FaultPlan::none().seeded(seed, 150));
        let files = disk.shared();
        let mut expected = OLD.to_vec();
        for number in 0..20_usize {
            let new = number.to_string().repeat(number * 7);
            match write_atomically(&files, &path, new.as_bytes()) {
                Ok(()) | Err(FilesError::RenamedNotSynced { .. }) => expected = new.into_bytes(),
                Err(_) => failures += 1,
            }
            let found = std::fs::read(&path).unwrap();
            assert_eq!(
                found,
                expected,
                "seed {seed}, commit {number}, log {:?}",
                disk.log()
            );
        }
        // Where the removal failed too, the sweep has something to do.
        sweep_temporaries(&RealFiles, folder.path()).unwrap();
        assert_eq!(
            RealFiles.list(folder.path()).unwrap(),
            ["file"],
            "seed {seed}"
        );
    }
    assert!(failures > 300, "{failures} of 3,000 commits failed");
}
