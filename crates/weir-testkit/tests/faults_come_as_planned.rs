//! A faulty disk fails when and how its plan says, and logs it.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::{path::Path, sync::Arc};

use weir_files::{Doing, Files, FilesError, RealFiles};
use weir_testkit::{Fault, FaultPlan, FaultyFiles, Loss, Operation, Outcome};

fn faulty(plan: FaultPlan) -> FaultyFiles {
    FaultyFiles::new(Arc::new(RealFiles), plan)
}

fn write(files: &dyn Files, path: &Path, bytes: &[u8]) -> Result<(), FilesError> {
    files.create_new(path)?.write_all(bytes)
}

#[test]
fn the_nth_operation_of_a_sort_fails_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let disk = faulty(FaultPlan::none().fail(Operation::Write, 2, Fault::NoSpace));
    let mut writer = disk.create_new(&folder.path().join("a")).unwrap();
    writer.write_all(b"one").unwrap();
    assert!(matches!(
        writer.write_all(b"two!"),
        Err(FilesError::Full {
            doing: Doing::Write,
            ..
        })
    ));
    writer.write_all(b"three").unwrap();
    let content = std::fs::read(folder.path().join("a")).unwrap();
    assert_eq!(
        content, b"onetwthree",
        "a write that fails has written half"
    );

    let outcomes: Vec<_> = disk
        .log()
        .iter()
        .map(|entry| (entry.operation, entry.outcome))
        .collect();
    assert_eq!(
        outcomes,
        [
            (Operation::Create, Outcome::Passed),
            (Operation::Write, Outcome::Passed),
            (Operation::Write, Outcome::Failed(Fault::NoSpace)),
            (Operation::Write, Outcome::Passed),
        ]
    );
}

#[test]
fn every_fault_reaches_the_caller_as_its_own_variant() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    for fault in Fault::ALL {
        let disk = faulty(FaultPlan::none().fail(Operation::Create, 1, fault));
        let error = disk.create_new(&path).unwrap_err();
        let right = match fault {
            Fault::NoSpace => matches!(
                error,
                FilesError::Full {
                    available: Some(_),
                    ..
                }
            ),
            Fault::Quota => matches!(
                error,
                FilesError::Full {
                    available: None,
                    ..
                }
            ),
            Fault::Io => matches!(error, FilesError::Other { .. }),
            Fault::Denied => matches!(error, FilesError::PermissionDenied { .. }),
            Fault::TooManyOpenFiles => {
                matches!(error, FilesError::TooManyOpenFiles { limit: Some(_), .. })
            }
            Fault::ReadOnly => matches!(error, FilesError::ReadOnly { .. }),
        };
        assert!(right, "{fault:?} came as {error:?}");
        assert!(!path.exists());
    }
}

#[test]
fn reading_fails_by_plan_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let plan = FaultPlan::none()
        .fail(Operation::Read, 2, Fault::TooManyOpenFiles)
        .fail(Operation::List, 1, Fault::Denied)
        .fail(Operation::Inspect, 1, Fault::Io);
    let disk = faulty(plan);
    write(&disk, &path, b"x").unwrap();
    assert_eq!(disk.read(&path, 1).unwrap(), b"x");
    assert!(matches!(
        disk.open(&path),
        Err(FilesError::TooManyOpenFiles { .. })
    ));
    assert!(matches!(
        disk.list(folder.path()),
        Err(FilesError::PermissionDenied { .. })
    ));
    assert!(matches!(disk.facts(&path), Err(FilesError::Other { .. })));
    assert_eq!(disk.steps(), 2, "reading is no step of a crash simulation");
}

#[test]
fn a_disk_takes_its_capacity_and_not_a_byte_more() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (folder.path().join("a"), folder.path().join("b"));
    let disk = faulty(FaultPlan::none().capacity(10));
    write(&disk, &a, b"123456").unwrap();
    assert_eq!(disk.free_space(folder.path()).unwrap().available, 4);
    match write(&disk, &b, b"12345") {
        Err(FilesError::Full {
            needed: Some(5),
            available: Some(4),
            ..
        }) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(std::fs::read(&b).unwrap(), b"1234");
    disk.rename(&b, &a).unwrap();
    assert_eq!(disk.used(), 4, "the replaced file's bytes are free again");
    disk.remove_file(&a).unwrap();
    write(&disk, &b, b"0123456789").unwrap();
}

#[test]
fn a_seed_gives_the_same_faults_again() {
    let outcomes = |seed| {
        let folder = tempfile::tempdir().unwrap();
        let disk = faulty(FaultPlan::none().seeded(seed, 300));
        for number in 0..200 {
            let _ = write(&disk, &folder.path().join(number.to_string()), b"x");
        }
        disk.log()
            .into_iter()
            .map(|entry| entry.outcome)
            .collect::<Vec<_>>()
    };
    let first = outcomes(7);
    assert_eq!(first, outcomes(7));
    assert_ne!(first, outcomes(8));
    let failed = first
        .iter()
        .filter(|outcome| matches!(outcome, Outcome::Failed(_)))
        .count();
    assert!(
        (60..180).contains(&failed),
        "{failed} of {} at 30 %",
        first.len()
    );
}

#[test]
fn after_the_crash_nothing_works() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (folder.path().join("a"), folder.path().join("b"));
    let disk = faulty(FaultPlan::none().crash_after(3));
    write(&disk, &a, b"whole").unwrap();
    let mut writer = disk.create_new(&b).unwrap();
    assert!(!disk.crashed());
    assert!(writer.write_all(b"torn").is_err(), "the fourth step");
    assert!(disk.crashed());
    assert!(writer.write_all(b"more").is_err());
    assert!(writer.sync().is_err());
    assert!(disk.remove_file(&a).is_err());
    assert!(disk.read(&a, 10).is_err());
    assert_eq!(std::fs::read(&a).unwrap(), b"whole");
    assert_eq!(
        std::fs::read(&b).unwrap(),
        b"to",
        "the write that was cut short, and nothing after it"
    );
}

#[test]
fn a_loss_of_power_takes_what_was_not_synced() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for name in ["kept", "replaced", "removed"] {
        std::fs::write(path(name), "old").unwrap();
    }
    let disk = faulty(FaultPlan::none());
    let mut writer = disk.create_new(&path("synced half")).unwrap();
    writer.write_all(b"safe").unwrap();
    writer.sync().unwrap();
    disk.sync_folder(folder.path()).unwrap();
    writer.write_all(b" and not").unwrap();
    drop(writer);
    write(&disk, &path("new"), b"new").unwrap();
    disk.rename(&path("new"), &path("replaced")).unwrap();
    disk.remove_file(&path("removed")).unwrap();
    disk.crash(Loss::Power).unwrap();

    let found: Vec<_> = RealFiles
        .list(folder.path())
        .unwrap()
        .into_iter()
        .map(|name| {
            (
                name.to_string_lossy().into_owned(),
                std::fs::read(path(name.to_str().unwrap())).unwrap(),
            )
        })
        .collect();
    let expected = [
        ("kept", "old"),
        ("removed", "old"),
        ("replaced", "old"),
        ("synced half", "safe"),
    ];
    let expected = expected.map(|(name, content)| (name.to_owned(), content.as_bytes().to_vec()));
    assert_eq!(found, expected);
}

#[test]
fn a_killed_process_loses_nothing_that_it_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let disk = faulty(FaultPlan::none());
    write(&disk, &folder.path().join("a"), b"unsynced").unwrap();
    disk.crash(Loss::Process).unwrap();
    assert_eq!(std::fs::read(folder.path().join("a")).unwrap(), b"unsynced");
}

#[test]
fn some_of_the_power_loss_differs_by_seed() {
    let left = |seed| {
        let folder = tempfile::tempdir().unwrap();
        let disk = faulty(FaultPlan::none());
        for number in 0..8 {
            write(&disk, &folder.path().join(number.to_string()), &[0; 1000]).unwrap();
        }
        disk.crash(Loss::SomePower(seed)).unwrap();
        RealFiles
            .list(folder.path())
            .unwrap()
            .into_iter()
            .map(|name| std::fs::metadata(folder.path().join(name)).unwrap().len())
            .collect::<Vec<_>>()
    };
    let all: std::collections::BTreeSet<_> = (0..20).map(left).collect();
    assert!(all.len() > 10, "{all:?}");
    assert!(
        all.iter().flatten().any(|len| (1..1000).contains(len)),
        "some are torn"
    );
}

#[test]
fn any_power_loses_any_subset_of_what_was_not_synced() {
    let mut seen = std::collections::BTreeSet::new();
    let mut contents = std::collections::BTreeSet::new();
    for seed in 0..200 {
        let folder = tempfile::tempdir().unwrap();
        let disk = faulty(FaultPlan::none());
        for name in ["a", "b"] {
            write(&disk, &folder.path().join(name), b"12").unwrap();
        }
        disk.rename_new(&folder.path().join("b"), &folder.path().join("c"))
            .unwrap();
        disk.crash(Loss::AnyPower(seed)).unwrap();
        seen.insert(RealFiles.list(folder.path()).unwrap());
        if let Ok(bytes) = RealFiles.read(&folder.path().join("a"), 9) {
            contents.insert(bytes);
        }
    }
    let names = |names: &[&str]| names.iter().map(Into::into).collect::<Vec<_>>();
    for expected in [
        names(&[]),
        names(&["a"]),
        names(&["b"]),
        names(&["c"]),
        names(&["a", "b"]),
        names(&["a", "c"]),
    ] {
        assert!(seen.contains(&expected), "{expected:?} in {seen:?}");
    }
    let expected = [&b""[..], b"\0\0", b"1", b"1\0", b"12"].map(<[u8]>::to_vec);
    assert_eq!(contents.into_iter().collect::<Vec<_>>(), expected);
}
