//! A small disk is full when it is full, and read-only when it is read-only, for root too.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::fs;

use weir_testkit::{SmallDisk, skip_unless};

#[test]
fn it_holds_its_bytes_and_goes_when_dropped() {
    let Some(disk) = skip_unless(SmallDisk::mount(256 << 10)) else {
        return;
    };
    let folder = disk.folder().to_path_buf();
    fs::write(folder.join("half"), vec![1; 128 << 10]).unwrap();
    let error = fs::write(folder.join("more"), vec![1; 200 << 10]).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
    let held = fs::File::open(folder.join("half")).unwrap();
    drop(disk);
    assert!(
        !folder.exists(),
        "unmounted and removed although a file is open"
    );
    drop(held);
}

#[test]
fn it_can_be_made_read_only_and_writable_again() {
    let Some(disk) = skip_unless(SmallDisk::mount(1 << 20)) else {
        return;
    };
    let path = disk.folder().join("a");
    fs::write(&path, "before").unwrap();
    if skip_unless(disk.make_read_only()).is_none() {
        return;
    }
    assert_eq!(
        fs::write(&path, "x").unwrap_err().kind(),
        std::io::ErrorKind::ReadOnlyFilesystem
    );
    assert_eq!(fs::read(&path).unwrap(), b"before");
    if skip_unless(disk.make_writable()).is_none() {
        return;
    }
    fs::write(&path, "after").unwrap();
}
