//! Files that are no catalogue, catalogues of other versions, disks that refuse: an error that
//! says what to do, and the file as it was.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use rusqlite::Connection;
use weir_library::{Filter, Home, Library, LibraryError, NewRun, SCHEMA_VERSION};
use weir_run::{RunKind, RunState};
use weir_testkit::{SmallDisk, skip_unless};

fn refused(file: &Path) -> LibraryError {
    let before = std::fs::read(file).unwrap();
    let error = Library::open(Home::at(file.parent().unwrap())).unwrap_err();
    assert_eq!(
        std::fs::read(file).unwrap(),
        before,
        "the file is untouched"
    );
    error
}

#[test]
fn a_file_that_is_not_sqlite_is_refused_and_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("library.sqlite");
    for content in ["x", "SQLite format 2\0 and more", "a letter to a friend\n"] {
        std::fs::write(&file, content).unwrap();
        let error = refused(&file);
        assert!(
            matches!(error, LibraryError::NotACatalogue { .. }),
            "{error}"
        );
    }
}

#[test]
fn another_programs_database_is_refused_and_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("library.sqlite");
    let connection = Connection::open(&file).unwrap();
    connection
        .execute_batch("CREATE TABLE runs (a); PRAGMA user_version = 1;")
        .unwrap();
    drop(connection);
    let error = refused(&file);
    assert!(error.to_string().contains("another program"), "{error}");
}

#[test]
fn a_newer_catalogue_is_refused_with_both_versions_and_untouched() {
    let folder = tempfile::tempdir().unwrap();
    drop(Library::open(Home::at(folder.path())).unwrap());
    let file = folder.path().join("library.sqlite");
    let connection = Connection::open(&file).unwrap();
    connection
        .pragma_update(None, "user_version", SCHEMA_VERSION + 6)
        .unwrap();
    connection
        .pragma_update(None, "journal_mode", "DELETE")
        .unwrap();
    drop(connection);
    let text = refused(&file).to_string();
    assert!(
        text.contains(&format!("schema version {}", SCHEMA_VERSION + 6))
            && text.contains(&format!("up to {SCHEMA_VERSION}")),
        "{text}"
    );
}

#[test]
fn an_empty_file_and_an_empty_database_become_catalogues() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("library.sqlite");
    std::fs::write(&file, "").unwrap();
    drop(Library::open(Home::at(folder.path())).unwrap());

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("library.sqlite");
    Connection::open(&file)
        .unwrap()
        .execute_batch("VACUUM")
        .unwrap();
    drop(Library::open(Home::at(folder.path())).unwrap());
    let version: u32 = Connection::open(&file)
        .unwrap()
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(version, SCHEMA_VERSION);
}

#[test]
fn a_damaged_catalogue_is_an_error_and_never_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    let library = Library::open(Home::at(folder.path())).unwrap();
    library.register(NewRun::new(RunKind::sim())).unwrap();
    drop(library);
    let file = folder.path().join("library.sqlite");
    let good = std::fs::read(&file).unwrap();
    assert!(good.len() > 8192);
    let mut bytes = good.clone();
    bytes[100..4096].fill(0xA5);
    std::fs::write(&file, &bytes).unwrap();
    let error = Library::open(Home::at(folder.path())).unwrap_err();
    assert!(matches!(error, LibraryError::Damaged { .. }), "{error}");
}

#[test]
fn catalogues_of_every_version_open() {
    for version in 1..=SCHEMA_VERSION {
        let folder = tempfile::tempdir().unwrap();
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(format!("tests/fixtures/library-v{version}.sqlite"));
        std::fs::copy(&fixture, folder.path().join("library.sqlite")).unwrap();
        let library = Library::open(Home::at(folder.path())).unwrap();
        let runs = library.list(&Filter::default()).unwrap();
        assert_eq!(runs.len(), 2);
        let finished = library.find("bold-otter").unwrap();
        assert_eq!(finished.state, RunState::Finished);
        let details = library.show(finished.id).unwrap();
        assert_eq!(details.parameters["patients"], 10);
        assert_eq!(details.stages[0].stage, "simulate");
        assert!(!library.samples(finished.id).unwrap().is_empty());
        assert_eq!(
            library.find("calm-reed").unwrap().state,
            RunState::Resumable
        );
        drop(library);
        let stamp: u32 = Connection::open(folder.path().join("library.sqlite"))
            .unwrap()
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .unwrap();
        assert_eq!(stamp, SCHEMA_VERSION, "from version {version}");
    }
}

/// Makes the fixture of this version: `cargo test -p weir-library --test foreign_files -- --ignored`
/// with `WEIR_WRITE_FIXTURE` set to the file. A released fixture never changes.
#[test]
#[ignore = "writes a fixture"]
fn write_the_fixture_of_this_version() {
    use weir_memory::{Budget, Bytes};
    use weir_run::{Outcome, Run, Total};

    let Some(target) = std::env::var_os("WEIR_WRITE_FIXTURE") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let library = Library::open(Home::at(folder.path())).unwrap();
    let mut new = NewRun::new(RunKind::sim());
    new.name = Some("bold-otter".parse().unwrap());
    new.parameters = serde_json::json!({"patients": 10});
    let mut registration = library.register(new).unwrap();
    let recorder = library.recorder(&registration).unwrap();
    let run = Run::builder(RunKind::sim(), Budget::new(Bytes::mib(256)))
        .id(registration.id())
        .name(registration.name().clone())
        .observer(recorder.observer())
        .start()
        .unwrap();
    let stage = run.stage("simulate", Total::known(10, "patients"));
    drop(stage.operation("engine"));
    stage.finish();
    let report = run.finish(Outcome::Finished);
    recorder.finish(&mut registration, &report).unwrap();
    let mut new = NewRun::new(RunKind::sim());
    new.name = Some("calm-reed".parse().unwrap());
    library.register(new).unwrap();
    drop(library);
    let connection = Connection::open(folder.path().join("library.sqlite")).unwrap();
    connection
        .execute_batch(
            "UPDATE runs SET host_name = 'host';
             UPDATE runs SET owner_boot = 'a former boot' WHERE owner_boot IS NOT NULL;
             PRAGMA journal_mode = DELETE; VACUUM;",
        )
        .unwrap();
    drop(connection);
    std::fs::copy(folder.path().join("library.sqlite"), target).unwrap();
}

#[test]
fn a_full_disk_is_named_with_remedies_and_keeps_what_was_there() {
    let Some(disk) = skip_unless(SmallDisk::mount(768 << 10)) else {
        return;
    };
    let library = Library::open(Home::at(disk.folder())).unwrap();
    let mut registered = 0;
    let error = loop {
        let mut new = NewRun::new(RunKind::sim());
        new.parameters = serde_json::json!({"text": "x".repeat(20_000)});
        match library.register(new) {
            Ok(_) => registered += 1,
            Err(error) => break error,
        }
        assert!(registered < 1000, "the disk does not fill");
    };
    assert!(registered > 0);
    let text = error.to_string();
    assert!(
        text.contains("full") && text.contains("free some space"),
        "{text}"
    );
    drop(library);
    // Reading needs no space beyond what the write-ahead log took already.
    let library = Library::open(Home::at(disk.folder()));
    match library {
        Ok(library) => assert_eq!(library.list(&Filter::default()).unwrap().len(), registered),
        Err(error) => assert!(
            matches!(error, LibraryError::Full { .. } | LibraryError::Home(_)),
            "{error}"
        ),
    }
}

#[test]
fn a_read_only_home_is_named_with_remedies() {
    let Some(disk) = skip_unless(SmallDisk::mount(4 << 20)) else {
        return;
    };
    drop(Library::open(Home::at(disk.folder().join("home"))).unwrap());
    if skip_unless(disk.make_read_only()).is_none() {
        return;
    }
    let error = Library::open(Home::at(disk.folder().join("home"))).unwrap_err();
    assert!(matches!(error, LibraryError::ReadOnly { .. }), "{error:?}");
    assert!(error.to_string().contains("WEIR_HOME"), "{error}");
    let error = Library::open(Home::at(disk.folder().join("other"))).unwrap_err();
    assert!(matches!(error, LibraryError::Home(_)), "{error:?}");
    for part in ["the home for runs", "read-only", "WEIR_HOME"] {
        assert!(error.to_string().contains(part), "{error}");
    }
}
