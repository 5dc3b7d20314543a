//! Registering, following, listing, finding, taking over, removing, making again.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use serde_json::json;
use weir_library::{Filter, Home, Library, LibraryError, NewRun, Registration};
use weir_memory::{Budget, Bytes};
use weir_run::{CancelReason, InputHash, Manifest, Outcome, Run, RunKind, RunState, Total};

fn library() -> (tempfile::TempDir, Library) {
    let folder = tempfile::tempdir().unwrap();
    let library = Library::open(Home::at(folder.path())).unwrap();
    (folder, library)
}

fn named(library: &Library, name: &str) -> Registration {
    let mut new = NewRun::new(RunKind::sim());
    new.name = Some(name.parse().unwrap());
    library.register(new).unwrap()
}

fn work(library: &Library, registration: &mut Registration, outcome: Outcome) {
    let recorder = library.recorder(registration).unwrap();
    let run = Run::builder(RunKind::sim(), Budget::new(Bytes::mib(256)))
        .id(registration.id())
        .name(registration.name().clone())
        .observer(recorder.observer())
        .start()
        .unwrap();
    let stage = run.stage("simulate", Total::known(10, "patients"));
    for part in 0..2 {
        let _operation = stage.operation("engine");
        stage.progress().add(5);
        run.part_finished(&stage, part);
    }
    stage.finish();
    run.warn("something to look at");
    let report = run.finish(outcome);
    recorder.finish(registration, &report).unwrap();
}

#[test]
fn a_run_is_remembered_with_all_that_belongs_to_it() {
    let (_folder, library) = library();
    let mut new = NewRun::new(RunKind::sim());
    new.parameters = json!({"patients": 10, "protocol": {"name": "tae"}, "years": [1, 2]});
    new.seed = Some(u64::MAX);
    new.tags = vec!["baseline".to_owned()];
    new.inputs = vec![InputHash {
        name: "protocol".to_owned(),
        source: "tae.yaml".to_owned(),
        bytes: 12,
        sha256: "0".repeat(64),
    }];
    let mut registration = library.register(new.clone()).unwrap();
    let before = library.find("last").unwrap();
    assert_eq!(before.state, RunState::Registered);
    assert_eq!(before.pid, Some(std::process::id()));

    work(&library, &mut registration, Outcome::Finished);
    library.note(registration.id(), "look at year two").unwrap();

    let details = library.show(registration.id()).unwrap();
    assert_eq!(details.row.state, RunState::Finished);
    assert_eq!(details.row.pid, None);
    assert_eq!((details.row.done, details.row.total), (Some(10), Some(10)));
    assert_eq!(details.parameters, new.parameters);
    assert_eq!(details.seed, Some(u64::MAX));
    assert_eq!(details.inputs, new.inputs);
    assert_eq!(details.tags, ["baseline"]);
    assert_eq!(details.notes, ["look at year two"]);
    let manifest = Manifest::read(&weir_files::RealFiles, registration.folder()).unwrap();
    assert_eq!(details.stages, manifest.stages);
    assert_eq!(details.stages[0].operations[0].count, 2);
    assert_eq!(manifest.state, RunState::Finished);
    assert_eq!(manifest.seed, Some(u64::MAX));
    let words: Vec<&str> = details
        .events
        .iter()
        .map(|event| event.event.as_str())
        .collect();
    assert_eq!(
        words,
        [
            "started",
            "stage_started",
            "part_finished",
            "part_finished",
            "stage_ended",
            "warning",
            "finished"
        ]
    );

    let memory = library.memory_by_stage(registration.id()).unwrap();
    let names: Vec<_> = memory
        .iter()
        .map(|row| (row.stage.as_str(), row.operation.as_deref()))
        .collect();
    assert_eq!(names, [("simulate", None), ("simulate", Some("engine"))]);
    assert!(memory[0].memory.peak_resident > 0);
    let samples = library.samples(registration.id()).unwrap();
    assert!(
        samples
            .iter()
            .any(|sample| sample.stage.as_deref() == Some("simulate"))
    );
}

#[test]
fn failed_and_cancelled_runs_say_so_and_can_be_resumed_once() {
    let (_folder, library) = library();
    let mut failed = named(&library, "bold-otter");
    work(
        &library,
        &mut failed,
        Outcome::Failed {
            error: "no space".to_owned(),
        },
    );
    let mut cancelled = named(&library, "calm-reed");
    work(
        &library,
        &mut cancelled,
        Outcome::Cancelled {
            reason: CancelReason::Signal,
        },
    );
    let mut finished = named(&library, "fast-tern");
    work(&library, &mut finished, Outcome::Finished);

    let row = library.find("bold-otter").unwrap();
    assert_eq!(
        (row.state, row.error.as_deref()),
        (RunState::Failed, Some("no space"))
    );
    let states = vec![RunState::Cancelled];
    let listed = library
        .list(&Filter {
            states,
            ..Filter::default()
        })
        .unwrap();
    assert_eq!(listed.len(), 1);

    let mut again = library.take_over(cancelled.id()).unwrap();
    assert!(again.is_resumed());
    assert_eq!(again.folder(), cancelled.folder());
    let error = library.take_over(cancelled.id()).unwrap_err();
    assert!(
        matches!(error, LibraryError::InUse { pid, .. } if pid == std::process::id()),
        "{error}"
    );
    let error = library.take_over(finished.id()).unwrap_err();
    assert!(
        matches!(error, LibraryError::NotResumable { .. }),
        "{error}"
    );

    work(&library, &mut again, Outcome::Finished);
    let details = library.show(cancelled.id()).unwrap();
    assert_eq!(details.row.state, RunState::Finished);
    assert_eq!(
        details.stages.len(),
        1,
        "the last attempt's stages, not both"
    );
    assert_eq!(details.events.len(), 14, "the log keeps both attempts");
}

#[test]
fn names_are_unique_and_numbered_or_refused() {
    let (_folder, library) = library();
    let first = named(&library, "bold-otter");
    let mut new = NewRun::new(RunKind::sim());
    new.name = Some("bold-otter".parse().unwrap());
    let error = library.register(new).unwrap_err();
    assert!(matches!(error, LibraryError::NameTaken { .. }), "{error}");
    assert!(
        first
            .folder()
            .ends_with(format!("runs/bold-otter-{}", first.id().suffix()))
    );
    assert_eq!(library.list(&Filter::default()).unwrap().len(), 1);
}

#[test]
fn a_run_is_found_by_name_id_and_beginning_and_errors_help() {
    let (_folder, library) = library();
    let heron = named(&library, "quiet-heron");
    let reed = named(&library, "quiet-reed");
    assert_eq!(library.find("quiet-heron").unwrap().id, heron.id());
    assert_eq!(library.find("Quiet-H").unwrap().id, heron.id());
    assert_eq!(
        library
            .find(&reed.id().to_string().to_lowercase())
            .unwrap()
            .id,
        reed.id()
    );
    assert_eq!(library.find("last").unwrap().id, reed.id());

    let error = library.find("quiet").unwrap_err();
    let LibraryError::AmbiguousRun { candidates, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(candidates.len(), 2);
    assert!(error.to_string().contains("quiet-reed ("), "{error}");

    let error = library.find("quiet-hern").unwrap_err();
    assert_eq!(
        error.to_string(),
        "no run is called \"quiet-hern\", did you mean quiet-heron or quiet-reed; `weir runs ls` lists them"
    );
    for nothing in ["", "%", "'", "zzz"] {
        let error = library.find(nothing).unwrap_err();
        assert!(matches!(error, LibraryError::UnknownRun { .. }), "{error}");
    }
}

#[test]
fn an_exact_name_wins_over_longer_names_that_begin_with_it() {
    let (_folder, library) = library();
    let short = named(&library, "bold-otter");
    named(&library, "bold-otter-2");
    assert_eq!(library.find("bold-otter").unwrap().id, short.id());
}

#[test]
fn removing_takes_folder_and_rows_and_refuses_a_run_at_work() {
    let (_folder, library) = library();
    let mut registration = named(&library, "bold-otter");
    let error = library.remove(registration.id()).unwrap_err();
    assert!(
        matches!(error, LibraryError::InUse { pid, .. } if pid == std::process::id()),
        "{error}"
    );
    assert!(registration.folder().is_dir());

    work(&library, &mut registration, Outcome::Finished);
    library.remove(registration.id()).unwrap();
    assert!(library.find("bold-otter").is_err());
    let left = std::fs::read_dir(library.home().runs_folder())
        .unwrap()
        .count();
    assert_eq!(left, 0);
}

#[test]
fn a_folder_that_is_not_the_runs_own_is_never_removed_or_taken() {
    let (folder, library) = library();
    let outside = folder.path().join("mine");
    let mut new = NewRun::new(RunKind::sim());
    new.folder = Some(outside.clone());
    let mut registration = library.register(new.clone()).unwrap();
    let error = library.register(new).unwrap_err();
    assert!(matches!(error, LibraryError::Files(_)), "{error}");
    work(&library, &mut registration, Outcome::Finished);

    std::fs::remove_file(outside.join("run.json")).unwrap();
    std::fs::write(outside.join("thesis.txt"), "years of work").unwrap();
    library.remove(registration.id()).unwrap();
    assert!(outside.join("thesis.txt").is_file());
    assert!(library.list(&Filter::default()).unwrap().is_empty());
}

#[test]
fn a_lost_catalogue_is_made_again_from_the_folders() {
    let (folder, library) = library();
    let mut finished = named(&library, "bold-otter");
    work(&library, &mut finished, Outcome::Finished);
    let interrupted = named(&library, "calm-reed");
    let damaged = named(&library, "fast-tern");
    std::fs::write(damaged.folder().join("run.json"), "{\n  \"format\": oops").unwrap();
    let before = library.show(finished.id()).unwrap();
    drop(library);
    for file in ["library.sqlite", "library.sqlite-wal", "library.sqlite-shm"] {
        let _ = std::fs::remove_file(folder.path().join(file));
    }

    let library = Library::open(Home::at(folder.path())).unwrap();
    let after = library.show(finished.id()).unwrap();
    assert_eq!(after.stages, before.stages);
    assert_eq!(after.row.state, RunState::Finished);
    assert_eq!(after.row.ended, before.row.ended);
    assert_eq!(
        library.find("calm-reed").unwrap().state,
        RunState::Resumable
    );
    let rebuilt = library.rebuild().unwrap();
    assert_eq!((rebuilt.added.len(), rebuilt.known), (0, 2));
    let text = rebuilt.unreadable[0].to_string();
    assert!(text.contains("line 2, column"), "{text}");
    library.take_over(interrupted.id()).unwrap();
}

#[test]
fn a_home_can_be_moved() {
    let (folder, library) = library();
    let mut registration = named(&library, "bold-otter");
    work(&library, &mut registration, Outcome::Finished);
    drop(library);
    let elsewhere = tempfile::tempdir().unwrap();
    let moved = elsewhere.path().join("home");
    std::fs::rename(folder.path(), &moved).unwrap();
    let library = Library::open(Home::at(&moved)).unwrap();
    assert!(
        library
            .find("last")
            .unwrap()
            .folder
            .join("run.json")
            .is_file()
    );
}

#[test]
fn many_threads_and_connections_at_once_lose_nothing() {
    let (folder, library) = library();
    let library = Arc::new(library);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let own = Library::open(Home::at(folder.path())).unwrap();
            scope.spawn(move || {
                for _ in 0..3 {
                    let mut registration = own.register(NewRun::new(RunKind::sim())).unwrap();
                    work(&own, &mut registration, Outcome::Finished);
                }
            });
        }
    });
    let runs = library.list(&Filter::default()).unwrap();
    assert_eq!(runs.len(), 12);
    assert!(runs.iter().all(|run| run.state == RunState::Finished));
}

/// `--out thesis/` and later `runs rm` once took the thesis along.
#[test]
fn a_folder_with_anything_in_it_is_refused_and_left_alone() {
    let (home, library) = library();
    let folder = home.path().join("thesis");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("thesis.tex"), "years of work").unwrap();
    let mut new = NewRun::new(RunKind::sim());
    new.folder = Some(folder.clone());
    let error = library.register(new.clone()).unwrap_err();
    assert!(
        matches!(error, LibraryError::FolderNotEmpty { .. }),
        "{error}"
    );
    assert!(error.to_string().contains("--out"), "{error}");
    assert!(library.list(&Filter::default()).unwrap().is_empty());
    assert_eq!(
        std::fs::read(folder.join("thesis.tex")).unwrap(),
        b"years of work"
    );

    // An empty one is as good as a new one.
    std::fs::remove_file(folder.join("thesis.tex")).unwrap();
    library.register(new).unwrap();
}
