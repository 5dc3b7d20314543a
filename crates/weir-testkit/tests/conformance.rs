//! The real disk, and the faulty one without faults, do what `Files` says.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::sync::Arc;

use weir_files::RealFiles;
use weir_testkit::{FaultPlan, FaultyFiles, SmallDisk, files_conformance, skip_unless};

#[test]
fn the_real_disk_conforms() {
    let folder = tempfile::tempdir().unwrap();
    files_conformance(&RealFiles, folder.path());
}

#[test]
fn the_real_disk_conforms_on_a_tmpfs() {
    let Some(disk) = skip_unless(SmallDisk::mount(1 << 20)) else {
        return;
    };
    files_conformance(&RealFiles, disk.folder());
}

#[test]
fn a_faulty_disk_without_faults_conforms() {
    let folder = tempfile::tempdir().unwrap();
    let disk = FaultyFiles::new(Arc::new(RealFiles), FaultPlan::none());
    files_conformance(&disk, folder.path());
    assert!(!disk.crashed());
    assert_eq!(
        disk.used(),
        0,
        "every file that was created was removed again"
    );
    assert!(disk.steps() > 20);
}

#[test]
fn a_faulty_disk_in_front_of_a_faulty_disk_conforms() {
    let folder = tempfile::tempdir().unwrap();
    let inner = FaultyFiles::new(Arc::new(RealFiles), FaultPlan::none().capacity(1 << 20));
    let disk = FaultyFiles::new(inner.shared(), FaultPlan::none());
    files_conformance(&disk, folder.path());
    assert_eq!(inner.steps(), disk.steps());
}

#[test]
#[should_panic(expected = "create")]
fn a_disk_that_fails_does_not_conform() {
    let folder = tempfile::tempdir().unwrap();
    let plan = FaultPlan::none().fail(weir_testkit::Operation::Create, 2, weir_testkit::Fault::Io);
    files_conformance(&FaultyFiles::new(Arc::new(RealFiles), plan), folder.path());
}
