//! Removing and registering on a disk that fails after every possible number of steps.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use weir_library::{Filter, Home, Library, NewRun};
use weir_memory::{Budget, Bytes};
use weir_run::{Manifest, Outcome, Run, RunKind, RunState};
use weir_testkit::at_every_crash_point;

fn home_with_a_finished_run() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let library = Library::open(Home::at(folder.path())).unwrap();
    let mut new = NewRun::new(RunKind::sim());
    new.name = Some("bold-otter".parse().unwrap());
    let mut registration = library.register(new).unwrap();
    std::fs::write(registration.folder().join("visits.parquet"), "rows").unwrap();
    let recorder = library.recorder(&registration).unwrap();
    let run = Run::builder(RunKind::sim(), Budget::detached(Bytes::mib(64)))
        .id(registration.id())
        .name(registration.name().clone())
        .observer(recorder.observer())
        .start()
        .unwrap();
    let report = run.finish(Outcome::Finished);
    recorder.finish(&mut registration, &report).unwrap();
    folder
}

fn folders(home: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(home.join("runs")).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn a_removal_leaves_all_or_nothing_after_the_next_opening() {
    let points = at_every_crash_point(
        home_with_a_finished_run,
        |home, files| {
            // Errors are the crash.
            if let Ok(library) = Library::open_with(Home::at(home.path()), files)
                && let Ok(row) = library.find("bold-otter")
            {
                let _ = library.remove(row.id);
            }
        },
        |home, point| {
            let library = Library::open(Home::at(home.path())).unwrap();
            match library.find("bold-otter") {
                Ok(row) => {
                    assert!(point.interrupted, "{point:?}");
                    Manifest::read(&weir_files::RealFiles, &row.folder).unwrap();
                    assert!(row.folder.join("visits.parquet").is_file(), "{point:?}");
                }
                Err(_) => assert!(folders(home.path()).is_empty(), "{point:?}"),
            }
        },
    );
    assert!(points > 20, "{points}");
}

#[test]
fn a_registration_that_failed_leaves_no_run_at_work() {
    let points = at_every_crash_point(
        || tempfile::tempdir().unwrap(),
        |home, files| {
            if let Ok(library) = Library::open_with(Home::at(home.path()), files) {
                let _ = library.register(NewRun::new(RunKind::sim()));
            }
        },
        |home, point| {
            let library = Library::open(Home::at(home.path())).unwrap();
            let runs = library.list(&Filter::default()).unwrap();
            assert_eq!(runs.len(), usize::from(!point.interrupted), "{point:?}");
            for run in runs {
                assert_eq!(run.state, RunState::Registered, "this process lives");
                Manifest::read(&weir_files::RealFiles, &run.folder).unwrap();
            }
        },
    );
    assert!(points > 10, "{points}");
}
