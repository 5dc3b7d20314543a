//! The enumeration of crash points finds the classic mistakes of replacing a file, so a pass means something.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::{cell::Cell, path::Path, sync::Arc};

use tempfile::TempDir;
use weir_files::{Files, FilesError};
use weir_testkit::{Loss, at_every_crash_point};

const OLD: &[u8] = b"old content";
const NEW: &[u8] = b"new content, longer";

/// How many crash points leave neither the old nor the new content.
fn torn(replace: fn(&dyn Files, &Path) -> Result<(), FilesError>, losses: fn(Loss) -> bool) -> u64 {
    let torn = Cell::new(0);
    at_every_crash_point(
        || {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("file"), OLD).unwrap();
            folder
        },
        |folder: &TempDir, files: Arc<dyn Files>| {
            let _ = replace(&*files, &folder.path().join("file"));
        },
        |folder, point| {
            let content = std::fs::read(folder.path().join("file")).unwrap_or_default();
            if losses(point.loss) && content != OLD && content != NEW {
                torn.set(torn.get() + 1);
            }
        },
    );
    torn.get()
}

#[test]
fn writing_in_place_tears_the_file() {
    let in_place = |files: &dyn Files, path: &Path| {
        files.remove_file(path)?;
        let mut writer = files.create_new(path)?;
        writer.write_all(NEW)?;
        writer.sync()?;
        drop(writer);
        files.sync_folder(path.parent().unwrap())
    };
    assert!(torn(in_place, |loss| loss == Loss::Process) > 0);
}

#[test]
fn renaming_before_the_sync_tears_the_file_when_the_power_goes() {
    let unsynced = |files: &dyn Files, path: &Path| {
        let temporary = path.with_extension("new");
        files.create_new(&temporary)?.write_all(NEW)?;
        files.rename(&temporary, path)?;
        files.sync_folder(path.parent().unwrap())
    };
    assert_eq!(torn(unsynced, |loss| loss == Loss::Process), 0);
    assert!(torn(unsynced, |loss| loss == Loss::Power) > 0);
}

#[test]
fn without_the_sync_of_the_folder_a_finished_commit_is_taken_back() {
    let undone = Cell::new(false);
    at_every_crash_point(
        || tempfile::tempdir().unwrap(),
        |folder, files| {
            let path = folder.path().join("file");
            let _ = (|| {
                let temporary = path.with_extension("new");
                let mut writer = files.create_new(&temporary)?;
                writer.write_all(NEW)?;
                writer.sync()?;
                drop(writer);
                files.rename(&temporary, &path)
            })();
        },
        |folder, point| {
            let gone = !folder.path().join("file").exists();
            undone.set(undone.get() || (gone && !point.interrupted && point.loss == Loss::Power));
        },
    );
    assert!(undone.get());
}
