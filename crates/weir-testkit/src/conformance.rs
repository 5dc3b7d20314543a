//! What every `Files` must do.

use std::{ffi::OsString, io::Read, path::Path};

use weir_files::{FileKind, Files, FilesError};

/// Checks that `files` behaves as the documentation of [`Files`] says, in the existing folder `folder`, which should be
/// empty and is left empty.
///
/// # Panics
/// When it does not, naming what differs.
pub fn files_conformance(files: &dyn Files, folder: &Path) {
    creating_and_reading(files, folder);
    renaming(files, folder);
    folders(files, folder);
    missing_things(files, folder);
    space(files, folder);
    assert_eq!(
        ok(files.list(folder), "list the folder at the end"),
        Vec::<OsString>::new()
    );
}

fn creating_and_reading(files: &dyn Files, folder: &Path) {
    let path = folder.join("created");
    let mut writer = ok(files.create_new(&path), "create a file");
    ok(writer.write_all(b"first, "), "write");
    ok(writer.write_all(b""), "write nothing");
    ok(writer.write_all(b"second"), "write again");
    ok(writer.sync(), "sync");
    drop(writer);
    assert_eq!(
        ok(files.read(&path, 13), "read at the bound"),
        b"first, second"
    );
    match files.read(&path, 12) {
        Err(FilesError::TooLarge {
            len: 13,
            limit: 12,
            path: named,
        }) if named == path => {}
        other => panic!("a file over the bound must be refused with its length: {other:?}"),
    }
    let mut text = String::new();
    let mut file = ok(files.open(&path), "open");
    assert_eq!(
        file.read_to_string(&mut text).ok(),
        Some(13),
        "an opened file reads whole"
    );
    assert_eq!(text, "first, second");
    let facts = ok(files.facts(&path), "facts").unwrap_or_else(|| panic!("a file is there"));
    assert_eq!((facts.kind, facts.len), (FileKind::File, 13));
    match files.create_new(&path) {
        Err(FilesError::AlreadyExists { path: named, .. }) if named == path => {}
        other => panic!("an existing file must not be opened for writing: {other:?}"),
    }
    assert_eq!(
        ok(files.read(&path, 100), "read"),
        b"first, second",
        "the refused creation changed it"
    );
    ok(files.remove_file(&path), "remove");
    assert!(!ok(files.exists(&path), "ask"), "a removed file is gone");
}

fn renaming(files: &dyn Files, folder: &Path) {
    let (from, to) = (folder.join("from"), folder.join("to"));
    for (path, content) in [(&from, b"new"), (&to, b"old")] {
        ok(
            ok(files.create_new(path), "create").write_all(content),
            "write",
        );
    }
    ok(files.rename(&from, &to), "rename over a file");
    ok(files.sync_folder(folder), "sync the folder");
    assert_eq!(ok(files.read(&to, 3), "read"), b"new");
    assert!(
        !ok(files.exists(&from), "ask"),
        "the old name is gone after a rename"
    );
    ok(
        ok(files.create_new(&from), "create").write_all(b"newer"),
        "write",
    );
    match files.rename_new(&from, &to) {
        Err(FilesError::AlreadyExists { path: named, .. }) if named == to => {}
        other => {
            panic!("a rename must not replace what is there when it is told not to: {other:?}")
        }
    }
    assert_eq!(
        ok(files.read(&to, 3), "read"),
        b"new",
        "it replaced the file"
    );
    assert_eq!(
        ok(files.read(&from, 5), "read"),
        b"newer",
        "it moved the file"
    );
    ok(files.remove_file(&to), "remove");
    ok(files.rename_new(&from, &to), "rename to a free name");
    assert_eq!(ok(files.read(&to, 5), "read"), b"newer");
    assert!(!ok(files.exists(&from), "ask"), "the old name is gone");
    ok(files.remove_file(&to), "remove");
}

fn folders(files: &dyn Files, folder: &Path) {
    let deep = folder.join("a").join("b").join("c");
    ok(files.create_folder_all(&deep), "create folders");
    ok(
        files.create_folder_all(&deep),
        "create folders that are there",
    );
    let facts = ok(files.facts(&deep), "facts").unwrap_or_else(|| panic!("a folder is there"));
    assert_eq!(facts.kind, FileKind::Folder);
    for name in ["ä", "b", "B", "a", ".hidden", "10", "9"] {
        drop(ok(files.create_new(&deep.join(name)), "create"));
    }
    let expected = [".hidden", "10", "9", "B", "a", "b", "ä"].map(OsString::from);
    assert_eq!(
        ok(files.list(&deep), "list"),
        expected,
        "sorted by bytes, nothing left out"
    );
    match files.create_folder_all(&deep.join("a")) {
        Err(FilesError::AlreadyExists { .. }) => {}
        other => panic!("a file is in the way of a folder: {other:?}"),
    }
    assert!(
        !ok(files.remove_empty_folder(&deep), "remove an empty folder"),
        "a folder that is not empty must stay"
    );
    let bare = deep.join("bare");
    ok(files.create_folder_all(&bare), "create a folder");
    assert!(ok(
        files.remove_empty_folder(&bare),
        "remove an empty folder"
    ));
    assert!(
        !ok(files.remove_empty_folder(&bare), "remove a missing folder"),
        "what is not there cannot be removed"
    );
    ok(files.remove_folder_all(&folder.join("a")), "remove folders");
    assert!(
        !ok(files.exists(&folder.join("a")), "ask"),
        "a removed folder is gone"
    );
}

fn missing_things(files: &dyn Files, folder: &Path) {
    let missing = folder.join("missing");
    let inside = missing.join("inside");
    assert_eq!(ok(files.facts(&missing), "facts of nothing"), None);
    let refused = [
        ("read", files.read(&missing, 1).map(drop)),
        ("open", files.open(&missing).map(drop)),
        ("list", files.list(&missing).map(drop)),
        ("remove_file", files.remove_file(&missing)),
        ("remove_folder_all", files.remove_folder_all(&missing)),
        ("rename", files.rename(&missing, &folder.join("target"))),
        (
            "rename_new",
            files.rename_new(&missing, &folder.join("target")),
        ),
        ("sync_folder", files.sync_folder(&missing)),
        ("free_space", files.free_space(&missing).map(drop)),
        ("create_new", files.create_new(&inside).map(drop)),
    ];
    for (operation, result) in refused {
        match result {
            Err(FilesError::NotFound { .. }) => {}
            other => panic!("{operation} of what is not there must be NotFound: {other:?}"),
        }
    }
}

fn space(files: &dyn Files, folder: &Path) {
    let space = ok(files.free_space(folder), "free space");
    assert!(
        space.available <= space.total,
        "more available than there is: {space:?}"
    );
}

fn ok<T>(result: Result<T, FilesError>, what: &str) -> T {
    result.unwrap_or_else(|error| panic!("{what}: {error}"))
}
