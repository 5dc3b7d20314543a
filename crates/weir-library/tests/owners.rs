//! A run whose owner is gone becomes resumable; a process id used again fools nobody; the end that a
//! dead owner wrote into the manifest counts.
#![allow(clippy::unwrap_used)]

use rusqlite::Connection;
use weir_library::{Home, Library, LibraryError, NewRun, Registration};
use weir_memory::{Budget, Bytes};
use weir_run::{Manifest, Outcome, Run, RunKind, RunState, Total};

fn registered() -> (tempfile::TempDir, Library, Registration) {
    let folder = tempfile::tempdir().unwrap();
    let library = Library::open(Home::at(folder.path())).unwrap();
    let registration = library.register(NewRun::new(RunKind::sim())).unwrap();
    (folder, library, registration)
}

fn change(library: &Library, sql: &str) {
    let connection = Connection::open(library.home().library_path()).unwrap();
    assert_eq!(connection.execute(sql, []).unwrap(), 1);
}

#[test]
fn another_process_with_the_same_id_is_not_the_owner() {
    for sql in [
        "UPDATE runs SET owner_start = owner_start - 1",
        "UPDATE runs SET owner_boot = 'before the restart'",
        "UPDATE runs SET owner_pid = 4000000000",
        "UPDATE runs SET owner_pid = NULL",
        "UPDATE runs SET state = 'running', owner_start = owner_start - 1",
    ] {
        let (_folder, library, registration) = registered();
        assert_eq!(library.find("last").unwrap().state, RunState::Registered);
        change(&library, sql);
        let row = library.find("last").unwrap();
        assert_eq!((row.state, row.pid), (RunState::Resumable, None), "{sql}");
        library.take_over(registration.id()).unwrap();
    }
}

#[test]
fn an_owner_in_another_container_counts_as_alive_until_it_falls_silent() {
    let (_folder, library, registration) = registered();
    change(&library, "UPDATE runs SET owner_space = 'pid:[1]'");
    assert_eq!(library.find("last").unwrap().state, RunState::Registered);
    let error = library.take_over(registration.id()).unwrap_err();
    assert!(matches!(error, LibraryError::InUse { .. }), "{error}");
    change(
        &library,
        "UPDATE runs SET owner_seen = '2001-01-01T00:00:00.000000Z'",
    );
    assert_eq!(library.find("last").unwrap().state, RunState::Resumable);
}

#[test]
fn the_end_in_a_dead_owners_manifest_counts() {
    let (_folder, library, registration) = registered();
    let mut manifest = registration.manifest().clone();
    let run = Run::builder(RunKind::sim(), Budget::detached(Bytes::mib(64)))
        .id(manifest.id)
        .start()
        .unwrap();
    run.stage("simulate", Total::unknown("parts")).finish();
    manifest.take_report(&run.finish(Outcome::Finished));
    let files: std::sync::Arc<dyn weir_files::Files> = std::sync::Arc::new(weir_files::RealFiles);
    manifest.write(&files, registration.folder()).unwrap();
    change(&library, "UPDATE runs SET owner_start = owner_start - 1");
    let details = library.show(manifest.id).unwrap();
    assert_eq!(details.row.state, RunState::Finished);
    assert_eq!(details.stages, manifest.stages);
}

#[test]
fn a_former_owner_cannot_record_its_end() {
    let (_folder, library, mut registration) = registered();
    let recorder = library.recorder(&registration).unwrap();
    let run = Run::builder(RunKind::sim(), Budget::detached(Bytes::mib(64)))
        .id(registration.id())
        .start()
        .unwrap();
    change(&library, "UPDATE runs SET owner_start = owner_start + 1");
    let report = run.finish(Outcome::Finished);
    let error = recorder.finish(&mut registration, &report).unwrap_err();
    assert!(matches!(error, LibraryError::TakenOver { .. }), "{error}");
    let manifest = Manifest::read(&weir_files::RealFiles, registration.folder()).unwrap();
    assert_eq!(
        manifest.state,
        RunState::Registered,
        "the new owner's manifest stays"
    );
}

#[test]
fn the_audit_log_of_a_run_is_bounded_and_keeps_the_newest() {
    let (_folder, library, mut registration) = registered();
    let recorder = library.recorder(&registration).unwrap();
    let run = Run::builder(RunKind::sim(), Budget::detached(Bytes::mib(64)))
        .id(registration.id())
        .observer(recorder.observer())
        .start()
        .unwrap();
    for n in 0..3000 {
        run.note(format!("note {n}"));
    }
    let report = run.finish(Outcome::Finished);
    recorder.finish(&mut registration, &report).unwrap();
    let events = library.show(registration.id()).unwrap().events;
    assert_eq!(events.len(), 2000);
    assert_eq!(events.last().unwrap().event, "finished");
    assert_eq!(events[1998].detail["text"], "note 2999");
    assert!(
        events
            .windows(2)
            .all(|pair| pair[0].sequence < pair[1].sequence)
    );
}
