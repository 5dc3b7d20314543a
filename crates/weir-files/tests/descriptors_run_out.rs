//! With no descriptor left, the error says so with the limit, and what was there is intact.
//!
//! Alone in its file: the limit is the whole process's.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::{fs::File, sync::Arc};

use rustix::process::{Resource, getrlimit, setrlimit};
use weir_files::{Doing, Files, FilesError, RealFiles, sweep_temporaries, write_atomically};

#[test]
fn a_real_shortage_of_descriptors_is_named_with_its_limit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let files: Arc<dyn Files> = Arc::new(RealFiles);
    write_atomically(&files, &path, b"what was there").unwrap();

    let before = getrlimit(Resource::Nofile);
    let mut few = before;
    few.current = Some(64);
    setrlimit(Resource::Nofile, few).unwrap();
    let mut held = Vec::new();
    while let Ok(file) = File::open(&path) {
        held.push(file);
    }
    let created = write_atomically(&files, &path, b"new").unwrap_err();
    let listed = files.list(folder.path()).unwrap_err();
    // One is enough: the file's is given back before the folder is opened for its sync.
    held.pop();
    write_atomically(&files, &path, b"newer").unwrap();
    drop(held);
    setrlimit(Resource::Nofile, before).unwrap();

    for (error, expected) in [(created, Doing::Create), (listed, Doing::List)] {
        match &error {
            FilesError::TooManyOpenFiles {
                doing,
                limit: Some(64),
                ..
            } if *doing == expected => {}
            other => panic!("{other:?}"),
        }
        assert!(error.to_string().contains("limit 64"), "{error}");
    }
    assert_eq!(files.read(&path, 100).unwrap(), b"newer");
    assert_eq!(
        sweep_temporaries(&*files, folder.path()).unwrap(),
        weir_files::Swept::default()
    );
}
