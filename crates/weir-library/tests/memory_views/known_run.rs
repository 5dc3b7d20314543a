//! A run whose figures are known, and what the views should say about it.

use rusqlite::Connection;
use rusqlite::types::Value;
use weir_library::{Home, Library, NewRun, Registration};
use weir_memory::Pressure;
use weir_run::{
    MemorySample, MemoryUsage, OperationReport, Outcome, RunKind, RunReport, StageEnd, StageReport,
};

/// Every view and its columns, as `docs/memory.md` has them.
pub(crate) const VIEWS: [(&str, &str); 7] = [
    (
        "memory_by_stage",
        "run stage average peak minimum sd samples start end seconds name",
    ),
    (
        "memory_by_operation",
        "run stage operation average peak minimum sd samples count seconds name",
    ),
    (
        "memory_timeline",
        "run time bytes stage operation system_percent available peak seconds reserved memory_limit pressure name",
    ),
    (
        "memory_peaks",
        "run rank time bytes stage operation limit_percent system_percent available name",
    ),
    (
        "memory_pressure_events",
        "run time level bytes memory_limit limit_percent system_percent available stage operation seconds name",
    ),
    (
        "memory_summary",
        "run state average peak minimum sd samples memory_limit peak_stage warnings criticals start end seconds name",
    ),
    (
        "stage_memory_efficiency",
        "run stage seconds average peak gb_minutes name",
    ),
];

pub(crate) const MB: u64 = 1_000_000;
pub(crate) const STARTED: &str = "2026-01-02T03:04:05.000000Z";

pub(crate) fn sample(
    seconds: f64,
    stage: Option<&str>,
    resident: u64,
    pressure: Pressure,
) -> MemorySample {
    MemorySample {
        seconds,
        stage: stage.map(str::to_owned),
        operation: stage.map(|_| "decode".to_owned()),
        resident: resident * MB,
        reserved: 50 * MB,
        limit: 1_000 * MB,
        pressure: pressure.into(),
        system_available: Some(3_000 * MB),
        system_total: Some(4_000 * MB),
    }
}

pub(crate) fn timeline() -> Vec<MemorySample> {
    vec![
        sample(0.0, None, 100, Pressure::Calm),
        sample(1.0, Some("load"), 200, Pressure::Calm),
        sample(2.0, Some("load"), 400, Pressure::Calm),
        sample(3.0, Some("merge"), 850, Pressure::Warning),
        sample(4.0, Some("merge"), 950, Pressure::Critical),
        sample(5.0, Some("merge"), 300, Pressure::Calm),
    ]
}

pub(crate) fn stage(name: &str, began: f64, seconds: f64, sizes: &[u64]) -> StageReport {
    let memory = MemoryUsage::of(sizes.iter().map(|size| (size * MB, 50 * MB)));
    StageReport {
        stage: name.to_owned(),
        end: StageEnd::Finished,
        began,
        seconds,
        done: 1,
        total: Some(1),
        unit: "parts".into(),
        memory,
        operations: vec![OperationReport {
            operation: "decode".to_owned(),
            count: 3,
            seconds: seconds / 2.0,
            memory,
        }],
    }
}

/// A finished run whose figures are known.
pub(crate) fn known_run(library: &Library, name: &str) -> Registration {
    let mut new = NewRun::new(RunKind::sim());
    new.name = Some(name.parse().unwrap());
    new.limit = Some(1_000 * MB);
    let mut registration = library.register(new).unwrap();
    let recorder = library.recorder(&registration).unwrap();
    let report = RunReport {
        id: registration.id(),
        name: registration.name().clone(),
        kind: RunKind::sim(),
        outcome: Some(Outcome::Finished),
        started: STARTED.parse().unwrap(),
        seconds: 6.0,
        limit: 1_000 * MB,
        memory: MemoryUsage::of(
            timeline()
                .iter()
                .map(|sample| (sample.resident, sample.reserved)),
        ),
        stages: vec![
            stage("load", 0.5, 2.0, &[200, 400]),
            stage("merge", 2.5, 3.0, &[850, 950, 300]),
        ],
        timeline: timeline(),
    };
    recorder.finish(&mut registration, &report).unwrap();
    registration
}

pub(crate) fn library() -> (tempfile::TempDir, Library) {
    let folder = tempfile::tempdir().unwrap();
    let library = Library::open(Home::at(folder.path())).unwrap();
    (folder, library)
}

pub(crate) fn database(library: &Library) -> Connection {
    Connection::open(library.home().library_path()).unwrap()
}

/// Rows as text, columns separated by a bar, as the `sqlite3` shell prints them.
pub(crate) fn rows(database: &Connection, sql: &str) -> Vec<String> {
    let mut statement = database.prepare(sql).unwrap();
    let columns = statement.column_count();
    statement
        .query_map([], |row| {
            let cells = (0..columns).map(|column| match row.get_unwrap(column) {
                Value::Null => String::new(),
                Value::Integer(number) => number.to_string(),
                Value::Real(number) => format!("{number:?}"),
                Value::Text(text) => text,
                Value::Blob(_) => "blob".to_owned(),
            });
            Ok(cells.collect::<Vec<_>>().join("|"))
        })
        .unwrap()
        .map(Result::unwrap)
        .collect()
}
