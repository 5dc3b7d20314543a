//! Processes killed at any moment: the catalogue opens, is intact, and says what became of each
//! run.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rusqlite::Connection;
use weir_library::{Filter, Home, Library, NewRun};
use weir_memory::{Budget, Bytes};
use weir_run::{Manifest, Outcome, Run, RunKind, RunState, Total};
use weir_testkit::{Ending, KillWhen, run_and_kill};

const HOME: &str = "WEIR_KILL_TEST_HOME";

/// What the killed process does: registers, works, finishes, resumes and removes for ever.
#[test]
fn child() {
    let Some(home) = std::env::var_os(HOME) else {
        return;
    };
    let library = Library::open(Home::at(home)).unwrap();
    for round in 0u64.. {
        let resumable = library
            .list(&Filter {
                states: vec![RunState::Resumable],
                ..Filter::default()
            })
            .unwrap();
        // Another child may be quicker.
        let taken = resumable
            .first()
            .and_then(|run| library.take_over(run.id).ok());
        let mut registration = match taken {
            Some(registration) => registration,
            None => library.register(NewRun::new(RunKind::sim())).unwrap(),
        };
        let recorder = library.recorder(&registration).unwrap();
        let run = Run::builder(RunKind::sim(), Budget::detached(Bytes::mib(64)))
            .id(registration.id())
            .name(registration.name().clone())
            .observer(recorder.observer())
            .start()
            .unwrap();
        let stage = run.stage("simulate", Total::known(3, "parts"));
        for part in 0..3 {
            stage.progress().add(1);
            run.part_finished(&stage, part);
        }
        stage.finish();
        let report = run.finish(Outcome::Finished);
        recorder.finish(&mut registration, &report).unwrap();
        if round % 3 == 0 {
            library.remove(registration.id()).unwrap();
        }
    }
}

fn check(home: &Path) -> usize {
    let library = Library::open(Home::at(home)).unwrap();
    let verdict: String = Connection::open(library.home().library_path())
        .unwrap()
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(verdict, "ok");
    let runs = library
        .list(&Filter {
            limit: 100_000,
            ..Filter::default()
        })
        .unwrap();
    for run in &runs {
        match run.state {
            RunState::Finished => {
                let details = library.show(run.id).unwrap();
                assert_eq!(details.stages.len(), 1, "totals come with the state");
                assert_eq!(details.stages[0].done, 3);
                let manifest = Manifest::read(&weir_files::RealFiles, &run.folder).unwrap();
                assert_eq!(manifest.state, RunState::Finished);
            }
            RunState::Resumable => assert_eq!(run.pid, None),
            other => panic!("{} is {other} and its process is dead", run.name),
        }
    }
    // No folder without a row: neither a run's nor a removed one's.
    let known: Vec<_> = runs.iter().map(|run| run.folder.clone()).collect();
    for entry in std::fs::read_dir(library.home().runs_folder()).unwrap() {
        let path = entry.unwrap().path();
        assert!(
            known.contains(&path),
            "{} belongs to nobody",
            path.display()
        );
    }
    runs.len()
}

fn kill_at_random_moments(times: u64, children: usize) {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let test = std::env::current_exe().unwrap();
    let mut most = 0;
    for seed in 0..times {
        println!("seed {seed}");
        std::thread::scope(|scope| {
            for child in 0..children {
                let test = &test;
                scope.spawn(move || {
                    let report = run_and_kill(
                        Command::new(test)
                            .args(["child", "--exact", "--nocapture"])
                            .env(HOME, home),
                        KillWhen::After {
                            seed: seed * 100 + child as u64,
                            within: Duration::from_millis(1)..Duration::from_millis(250),
                        },
                        Duration::from_secs(60),
                    )
                    .unwrap();
                    assert_eq!(
                        report.ending,
                        Ending::Killed,
                        "{}{}",
                        report.stdout,
                        report.stderr
                    );
                });
            }
        });
        most = most.max(check(home));
    }
    assert!(most > 0, "no child lived long enough to register a run");
    let library = Library::open(Home::at(home)).unwrap();
    for run in library.list(&Filter::default()).unwrap() {
        if run.state == RunState::Resumable {
            let registration = library.take_over(run.id).unwrap();
            assert!(registration.folder().join("run.json").is_file());
        }
    }
}

#[test]
fn killed_at_random_moments_the_catalogue_is_intact() {
    kill_at_random_moments(12, 1);
}

#[test]
fn two_processes_at_once_both_killed_leave_an_intact_catalogue() {
    kill_at_random_moments(6, 2);
}

#[test]
#[ignore = "long: about two minutes"]
fn killed_at_two_hundred_random_moments_the_catalogue_is_intact() {
    kill_at_random_moments(200, 2);
}
