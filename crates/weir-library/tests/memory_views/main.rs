//! The catalogue's views of memory: every one answers, with the columns that are documented and the right values,
//! also to other programs, also after an earlier version, a kill, a rebuilding.
#![allow(clippy::unwrap_used)]

mod known_run;
mod other_programs;

use std::path::Path;

use rusqlite::Connection;
use weir_library::{Home, Library, NewRun};
use weir_memory::{Budget, Bytes, Pressure};
use weir_run::{Event, EventKind, Manifest, Observer, Outcome, Run, RunKind, Timestamp, Total};

use known_run::{MB, VIEWS, database, known_run, library, rows, sample};

fn columns_of(statement: &rusqlite::Statement<'_>) -> String {
    statement.column_names().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_view_answers_with_the_documented_columns() {
    let (_folder, library) = library();
    let database = database(&library);
    let installed = rows(
        &database,
        "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name",
    );
    let mut expected: Vec<&str> = VIEWS.iter().map(|(view, _)| *view).collect();
    expected.sort_unstable();
    assert_eq!(installed, expected);
    for (view, columns) in VIEWS {
        let statement = database.prepare(&format!("SELECT * FROM {view}")).unwrap();
        assert_eq!(columns_of(&statement), columns, "{view}");
        assert!(
            rows(&database, &format!("SELECT * FROM {view}")).is_empty(),
            "{view}"
        );
    }
}

fn check_stages(database: &Connection) {
    assert_eq!(
        rows(
            database,
            "SELECT name, stage, average, peak, minimum, sd, samples, start, end, seconds FROM memory_by_stage
             ORDER BY start",
        ),
        [
            "bold-otter|load|300000000|400000000|200000000|141421356|2|2026-01-02T03:04:05.500000Z|\
             2026-01-02T03:04:07.500000Z|2.0",
            "bold-otter|merge|700000000|950000000|300000000|350000000|3|2026-01-02T03:04:07.500000Z|\
             2026-01-02T03:04:10.500000Z|3.0",
        ]
    );
    assert_eq!(
        rows(
            database,
            "SELECT name, stage, operation, average, peak, minimum, sd, samples, count, seconds
             FROM memory_by_operation ORDER BY stage",
        ),
        [
            "bold-otter|load|decode|300000000|400000000|200000000|141421356|2|3|1.0",
            "bold-otter|merge|decode|700000000|950000000|300000000|350000000|3|3|1.5",
        ]
    );
    assert_eq!(
        rows(
            database,
            "SELECT name, stage, seconds, average, peak, round(gb_minutes, 9) FROM stage_memory_efficiency ORDER BY stage",
        ),
        [
            "bold-otter|load|2.0|300000000|400000000|0.01",
            "bold-otter|merge|3.0|700000000|950000000|0.035",
        ]
    );
}

fn check_samples(database: &Connection) {
    assert_eq!(
        rows(
            database,
            "SELECT time, bytes / 1000000, stage, operation, system_percent, available / 1000000, peak / 1000000
             FROM memory_timeline ORDER BY time",
        ),
        [
            "2026-01-02T03:04:05.000000Z|100|||25.0|3000|100",
            "2026-01-02T03:04:06.000000Z|200|load|decode|25.0|3000|200",
            "2026-01-02T03:04:07.000000Z|400|load|decode|25.0|3000|400",
            "2026-01-02T03:04:08.000000Z|850|merge|decode|25.0|3000|850",
            "2026-01-02T03:04:09.000000Z|950|merge|decode|25.0|3000|950",
            "2026-01-02T03:04:10.000000Z|300|merge|decode|25.0|3000|950",
        ]
    );
    assert_eq!(
        rows(
            database,
            "SELECT rank, time, bytes / 1000000, stage, operation, limit_percent FROM memory_peaks ORDER BY rank",
        ),
        [
            "1|2026-01-02T03:04:09.000000Z|950|merge|decode|95.0",
            "2|2026-01-02T03:04:07.000000Z|400|load|decode|40.0",
            "3|2026-01-02T03:04:05.000000Z|100|||10.0",
        ]
    );
    assert_eq!(
        rows(
            database,
            "SELECT time, level, bytes / 1000000, limit_percent, system_percent, stage, operation
             FROM memory_pressure_events ORDER BY time",
        ),
        [
            "2026-01-02T03:04:08.000000Z|warning|850|85.0|25.0|merge|decode",
            "2026-01-02T03:04:09.000000Z|critical|950|95.0|25.0|merge|decode",
        ]
    );
    assert_eq!(
        rows(
            database,
            "SELECT name, state, average, peak / 1000000, minimum / 1000000, sd, samples, memory_limit / 1000000,
                 peak_stage, warnings, criticals, start, end, seconds FROM memory_summary",
        ),
        [
            "bold-otter|finished|466666666|950|100|351662717|6|1000|merge|1|1|2026-01-02T03:04:05.000000Z|\
             2026-01-02T03:04:11.000000Z|6.0"
        ]
    );
}

#[test]
fn the_views_tell_what_a_run_took() {
    let (_folder, library) = library();
    known_run(&library, "bold-otter");
    let database = database(&library);
    check_stages(&database);
    check_samples(&database);
}

#[test]
fn a_catalogue_made_again_from_the_folders_has_the_same_memory() {
    let (folder, library) = library();
    known_run(&library, "bold-otter");
    let path = library.home().library_path();
    drop(library);
    for name in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{name}", path.display()));
    }
    let library = Library::open(Home::at(folder.path())).unwrap();
    check_stages(&database(&library));
    check_samples(&database(&library));
}

#[test]
fn a_removed_run_leaves_nothing() {
    let (_folder, library) = library();
    let registration = known_run(&library, "bold-otter");
    library.remove(registration.id()).unwrap();
    let database = database(&library);
    for (view, _) in VIEWS {
        assert!(
            rows(&database, &format!("SELECT * FROM {view}")).is_empty(),
            "{view}"
        );
    }
    assert_eq!(
        rows(&database, "SELECT count(*) FROM memory_samples"),
        ["0"]
    );
}

/// A run at work: its stage has a row from the samples so far, and its process's end makes that a stage's totals.
#[test]
fn a_run_at_work_is_seen_and_a_dead_one_keeps_its_samples() {
    let (folder, library) = library();
    let registration = library.register(NewRun::new(RunKind::sim())).unwrap();
    let recorder = library.recorder(&registration).unwrap();
    let run = Run::builder(RunKind::sim(), Budget::new(Bytes::gib(8)))
        .id(registration.id())
        .observer(recorder.observer())
        .without_sampling()
        .start()
        .unwrap();
    run.stage("load", Total::unknown("parts")).finish();
    let observer = recorder.observer();
    for (number, size) in [100, 200, 400].into_iter().enumerate() {
        let seconds = number as f64;
        observer.on_event(&Event {
            run: registration.id(),
            sequence: 100 + number as u64,
            at: Timestamp::now(),
            kind: EventKind::MemorySample(sample(seconds, Some("merge"), size, Pressure::Calm)),
        });
    }
    // Dropping it writes what it has heard and leaves the run as it is.
    drop(recorder);
    let connection = database(&library);
    let columns =
        "stage, average / 1000000, peak / 1000000, minimum / 1000000, sd, samples, seconds";
    let merge = format!("SELECT {columns} FROM memory_by_stage WHERE stage = 'merge'");
    assert_eq!(rows(&connection, &merge), ["merge|233|400|100||3|2.0"]);
    let seen = library.memory_by_stage(registration.id()).unwrap();
    let merging = seen.last().unwrap();
    assert_eq!(
        (merging.stage.as_str(), merging.memory.peak_resident),
        ("merge", 400 * MB)
    );
    assert_eq!(merging.memory.sd_resident, 152_752_523);
    assert_eq!(
        rows(&connection, "SELECT state FROM memory_summary"),
        ["running"]
    );

    // The owner is gone: one that had another boot is.
    connection
        .execute("UPDATE runs SET owner_boot = 'a former boot'", [])
        .unwrap();
    drop((run, library));
    let library = Library::open(Home::at(folder.path())).unwrap();
    let connection = database(&library);
    assert_eq!(
        rows(&connection, &merge),
        ["merge|233|400|100|152752523|3|2.0"]
    );
    assert_eq!(
        rows(
            &connection,
            "SELECT count(*) FROM memory_by_stage WHERE stage = 'load' AND start IS NOT NULL"
        ),
        ["1"]
    );
    assert_eq!(
        rows(
            &connection,
            "SELECT state, peak_stage FROM memory_summary WHERE samples >= 3"
        ),
        ["resumable|merge"]
    );
}

#[test]
fn a_catalogue_of_version_1_gets_the_views_with_what_it_knows() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/library-v1.sqlite");
    std::fs::copy(fixture, folder.path().join("library.sqlite")).unwrap();
    let before = Connection::open(folder.path().join("library.sqlite")).unwrap();
    let kept = "SELECT count(*), min(resident), max(resident) FROM memory_samples";
    let told = rows(&before, kept);
    drop(before);
    let library = Library::open(Home::at(folder.path())).unwrap();
    let database = database(&library);
    assert_eq!(rows(&database, kept), told);
    for (view, columns) in VIEWS {
        let statement = database.prepare(&format!("SELECT * FROM {view}")).unwrap();
        assert_eq!(columns_of(&statement), columns, "{view}");
    }
    // Moments follow from the run's beginning; the deviation of all samples is lost, the machine's memory was not kept.
    assert_eq!(
        rows(
            &database,
            "SELECT stage, minimum <= average AND average <= peak, sd, substr(start, 1, 4), length(start), length(\"end\"),
                 start <= \"end\" FROM memory_by_stage",
        ),
        ["simulate|1||2026|27|27|1"]
    );
    assert_eq!(
        rows(
            &database,
            "SELECT count(*) > 0, min(length(time)), max(length(time)), max(system_percent),
                 min(time) >= (SELECT started FROM runs WHERE name = 'bold-otter') FROM memory_timeline",
        ),
        ["1|27|27||1"]
    );
    assert_eq!(
        rows(
            &database,
            "SELECT state, peak_stage, warnings FROM memory_summary WHERE name = 'bold-otter'"
        ),
        ["finished|simulate|0"]
    );
}

/// However long a run is, the catalogue and the run's folder keep a bounded number of samples, the greatest among them.
#[test]
fn samples_of_a_long_run_stay_bounded() {
    let (_folder, library) = library();
    let mut registration = library.register(NewRun::new(RunKind::sim())).unwrap();
    let recorder = library.recorder(&registration).unwrap();
    let budget = Budget::detached(Bytes::gib(8));
    let run = Run::builder(RunKind::sim(), budget.clone())
        .id(registration.id())
        .observer(recorder.observer())
        .without_sampling()
        .start()
        .unwrap();
    for number in 0..6_000_u64 {
        budget.observe(Bytes::mib(100 + number % 997));
        // A stage samples where it begins and where it ends.
        run.stage("short", Total::unknown("parts")).finish();
    }
    let report = run.finish(Outcome::Finished);
    assert!(report.memory.samples >= 12_000);
    recorder.finish(&mut registration, &report).unwrap();
    let samples = library.samples(registration.id()).unwrap();
    assert!(
        (1_024..=4_096).contains(&samples.len()),
        "{}",
        samples.len()
    );
    let peak = samples.iter().map(|sample| sample.resident).max();
    assert_eq!(peak, Some(report.memory.peak_resident));
    let manifest = Manifest::read(&weir_files::RealFiles, registration.folder()).unwrap();
    assert!((64..=Manifest::MAX_TIMELINE).contains(&manifest.timeline.len()));
    let peak = manifest.timeline.iter().map(|sample| sample.resident).max();
    assert_eq!(peak, Some(report.memory.peak_resident));
}
