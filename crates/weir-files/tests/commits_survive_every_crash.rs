//! A crash at any step of writing a file, with any loss, leaves the old file or the new one under its name and, after
//! the next sweep, nothing else.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::{io::Write, path::PathBuf, sync::Arc};

use tempfile::TempDir;
use weir_files::{AtomicFile, Files, FilesError, RealFiles, sweep_temporaries, write_atomically};
use weir_testkit::{CrashPoint, at_every_crash_point};

const OLD: &[u8] = b"what was there";
const NEW: [&[u8]; 3] = [b"first row, ", b"second row, ", b"third row"];

fn new() -> Vec<u8> {
    NEW.concat()
}

fn write_new(files: &Arc<dyn Files>, path: PathBuf) -> Result<(), FilesError> {
    let mut file = AtomicFile::create(Arc::clone(files), path.clone())?;
    for part in NEW {
        file.write_all(part)
            .map_err(|error| FilesError::from_io(error, &path, weir_files::Doing::Write))?;
    }
    file.commit()?;
    Ok(())
}

/// A folder with a file that will be replaced and none where another will be.
fn setup() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("replaced"), OLD).unwrap();
    folder
}

fn names_after_sweep(folder: &TempDir) -> Vec<String> {
    let swept = sweep_temporaries(&RealFiles, folder.path()).unwrap();
    assert!(
        swept.kept.is_empty(),
        "a dead writer's file was kept: {swept:?}"
    );
    RealFiles
        .list(folder.path())
        .unwrap()
        .into_iter()
        .map(|name| name.into_string().unwrap())
        .collect()
}

#[test]
fn one_file_is_old_or_new_at_every_step() {
    let mut finished = 0;
    let mut seen_old = 0;
    let mut seen_new_after_crash = 0;
    let points = at_every_crash_point(
        setup,
        |folder, files| {
            let _ = write_new(&files, folder.path().join("replaced"));
        },
        |folder, point| {
            let content = std::fs::read(folder.path().join("replaced")).unwrap();
            if point.interrupted {
                assert!(content == OLD || content == new(), "{point:?}: {content:?}");
                seen_old += u64::from(content == OLD);
                seen_new_after_crash += u64::from(content == new());
            } else {
                assert_eq!(content, new(), "a finished commit was lost: {point:?}");
                finished += 1;
            }
            assert_eq!(names_after_sweep(folder), ["replaced"], "{point:?}");
        },
    );
    // create, three writes, sync, rename, sync of the folder
    assert_eq!(points, finished * (7 + 1));
    assert!(
        seen_old > 0 && seen_new_after_crash > 0,
        "both sides of the rename were seen"
    );
}

#[test]
fn a_new_file_is_there_whole_or_not_at_all() {
    at_every_crash_point(
        setup,
        |folder, files| {
            let _ = write_new(&files, folder.path().join("added"));
        },
        |folder, point| {
            let names = names_after_sweep(folder);
            match std::fs::read(folder.path().join("added")) {
                Ok(content) => {
                    assert_eq!(content, new(), "{point:?}");
                    assert_eq!(names, ["added", "replaced"], "{point:?}");
                }
                Err(_) => {
                    assert!(point.interrupted, "a finished commit was lost: {point:?}");
                    assert_eq!(names, ["replaced"], "{point:?}");
                }
            }
        },
    );
}

/// The argument of the crate's documentation: the manifest's rename is the commit point of all.
#[test]
fn a_manifest_never_names_a_file_that_is_not_there_whole() {
    let work = |folder: &TempDir, files: &Arc<dyn Files>| -> Result<(), FilesError> {
        let path = |name: &str| folder.path().join(name);
        write_atomically(files, path("part-1"), b"one")?;
        write_atomically(files, path("part-2"), b"two")?;
        write_atomically(files, path("manifest"), b"part-1=one part-2=two")?;
        write_atomically(files, path("part-3"), b"three")?;
        write_atomically(
            files,
            path("manifest"),
            b"part-1=one part-2=two part-3=three",
        )
    };
    let check = |folder: &TempDir, point: CrashPoint| {
        let manifest = std::fs::read_to_string(folder.path().join("manifest")).unwrap_or_default();
        for entry in manifest.split_whitespace() {
            let (name, content) = entry.split_once('=').unwrap();
            let found = std::fs::read_to_string(folder.path().join(name)).unwrap();
            assert_eq!(found, content, "{point:?}");
        }
        let parts = manifest.split_whitespace().count();
        assert!(
            matches!(parts, 0 | 2 | 3) && (point.interrupted || parts == 3),
            "{point:?}"
        );
    };
    at_every_crash_point(setup, |folder, files| drop(work(folder, &files)), check);
}
