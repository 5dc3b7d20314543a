//! Eight writers, a compaction, a vacuum and four readers, each a process of its own: every row once, every reader sees whole
//! versions, nobody waits for a reader and no reader for anybody.
//!
//! The processes are this test's own program, told by a variable what to be.
#![allow(clippy::unwrap_used)]

mod series;
mod support;

use std::{
    collections::BTreeMap,
    convert::Infallible,
    path::{Path, PathBuf},
    process::{Child, Command},
    sync::Arc,
    time::{Duration, Instant},
};

use support::{append, reopen, store_on, write_file};
use weir_files::RealFiles;
use weir_store::{
    Change, CommitError, CompactOptions, Dataset, LateRows, OpenError, OrderValue, Place, Settings,
    Snapshot, Store, VacuumOptions, Version, WriteOptions,
};

const WRITERS: i64 = 8;
const APPENDS: i64 = 100;
const READERS: i64 = 4;

/// More than any machine needs; then something hangs.
const TIME_OUT: Duration = Duration::from_secs(300);

/// Lines of text, which are fast, so that processes meet often; or Parquet through the whole of the write path.
#[derive(Clone, Copy)]
enum Rows {
    Text,
    Parquet,
}

impl Rows {
    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Parquet => "parquet",
        }
    }

    fn create(self, folder: &Path) {
        match self {
            Self::Text => drop(store_on(Arc::new(RealFiles), folder).unwrap()),
            Self::Parquet => {
                let store = Store::create(folder, "quantity / city".parse().unwrap()).unwrap();
                let mut spec = weir_store::DatasetSpec::new(series::schema(), "ts");
                spec.settings = series::settings(16);
                store.create_dataset(&support::key(&store), spec).unwrap();
            }
        }
    }

    fn insert(self, dataset: &Dataset, row: i64) {
        match self {
            Self::Text => insert(dataset, row).unwrap(),
            Self::Parquet => {
                let late_rows = match row % 5 {
                    0 => LateRows::Beside,
                    _ => LateRows::Merge,
                };
                let options = WriteOptions::new(series::holder(64)).settings(Settings {
                    late_rows,
                    ..series::settings(16)
                });
                let batch = series::batch(&series::keys([row], "x"));
                dataset
                    .write([Ok::<_, Infallible>(batch)], options)
                    .unwrap();
            }
        }
    }

    fn compact(self, dataset: &Dataset, target: usize) {
        match self {
            Self::Text => match support::compact(dataset, target) {
                Ok(()) | Err(CommitError::Contended { .. }) => {}
                Err(error) => panic!("{error}"),
            },
            Self::Parquet => {
                let mut options = CompactOptions::new(series::holder(64));
                options.settings = Some(series::settings(target as u64));
                dataset.compact(&options).unwrap();
            }
        }
    }

    fn read(self, snapshot: &Snapshot) -> Vec<i64> {
        match self {
            Self::Text => support::rows(snapshot),
            Self::Parquet => series::read(snapshot).iter().map(|row| row.0).collect(),
        }
    }
}

fn rows(snapshot: &Snapshot) -> Vec<i64> {
    Rows::Text.read(snapshot)
}

fn dataset(folder: &Path) -> Dataset {
    reopen(Arc::new(RealFiles), folder).unwrap()
}

/// Puts a row where it belongs: into the file that spans it, behind all files that end before it, or now and then beside.
fn insert(dataset: &Dataset, row: i64) -> Result<(), CommitError> {
    let mut writing = dataset.begin().map_err(support::opened)?;
    loop {
        let base = writing.base().clone();
        let value = OrderValue::Int(row);
        let mut change = Change::of(base.version);
        let hit = base
            .base_files()
            .iter()
            .find(|file| file.min <= value && value <= file.max);
        let (mut inside, place) = match hit {
            _ if row % 5 == 0 => (vec![], Place::Late),
            Some(file) => {
                change.remove.push(file.name.clone());
                (support::read_file(&base, file), Place::Base)
            }
            None => (vec![], Place::Base),
        };
        inside.push(row);
        inside.sort_unstable();
        let file = write_file(&writing, &inside, place)?;
        let name = file.name.clone();
        change.add = vec![file];
        match writing.commit(change) {
            Err(CommitError::Conflict { .. }) => {
                writing.abandon([(name.as_str(), place)]);
                writing = writing.redo()?;
            }
            done => return done.map(|_| ()),
        }
    }
}

/// Rows of a version, each once, of each writer the first so many.
fn consistent(found: &[i64]) {
    assert!(
        found.windows(2).all(|pair| pair[0] < pair[1]),
        "a row twice"
    );
    let mut of_writer: BTreeMap<i64, i64> = BTreeMap::new();
    for row in found {
        let (count, writer) = (row / WRITERS, row % WRITERS);
        let before = of_writer.entry(writer).or_default();
        assert_eq!(
            count, *before,
            "writer {writer} lost a row or they came out of order"
        );
        *before += 1;
    }
}

/// What a process started by these tests does; nothing when it is run as a test.
#[test]
fn a_process() {
    let Ok(role) = std::env::var("WEIR_STORE_PROCESS") else {
        return;
    };
    let folder = PathBuf::from(std::env::var_os("WEIR_STORE_FOLDER").unwrap());
    let kind = match std::env::var("WEIR_STORE_ROWS").as_deref() {
        Ok("parquet") => Rows::Parquet,
        _ => Rows::Text,
    };
    let (role, number) = role.split_once(' ').unwrap();
    let number: i64 = number.parse().unwrap();
    let stopped = || folder.join("stop").exists();
    let dataset = dataset(&folder);
    match role {
        "write" => {
            for count in 0..APPENDS {
                kind.insert(&dataset, count * WRITERS + number);
            }
        }
        "compact" => {
            while !stopped() {
                kind.compact(&dataset, 16);
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        "vacuum" => {
            let options = VacuumOptions {
                keep_versions: 1,
                grace: Duration::ZERO,
                dry_run: false,
            };
            while !stopped() {
                dataset.vacuum(&options).unwrap();
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        "read" => {
            let (mut reads, mut last) = (0, 0);
            while !stopped() {
                let snapshot = dataset.snapshot().unwrap();
                let found = kind.read(&snapshot);
                consistent(&found);
                assert!(found.len() >= last, "a later version with fewer rows");
                last = found.len();
                std::thread::sleep(Duration::from_millis(5));
                assert_eq!(kind.read(&snapshot), found, "a version that changed");
                let old = Version(snapshot.version.0.saturating_sub(3).max(1));
                match dataset.snapshot_at(old) {
                    Ok(old) => consistent(&kind.read(&old)),
                    Err(OpenError::NoVersion { .. }) => {}
                    Err(error) => panic!("{error}"),
                }
                reads += 1;
            }
            assert!(reads > 0, "a reader that never read");
        }
        other => panic!("{other}"),
    }
}

fn start(kind: Rows, folder: &Path, role: &str, number: i64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_process", "--nocapture", "--test-threads", "1"])
        .env("WEIR_STORE_PROCESS", format!("{role} {number}"))
        .env("WEIR_STORE_FOLDER", folder)
        .env("WEIR_STORE_ROWS", kind.name())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap()
}

fn wait(mut children: Vec<Child>, started: Instant) {
    let mut failed = false;
    for child in &mut children {
        loop {
            match child.try_wait().unwrap() {
                Some(status) => {
                    failed |= !status.success();
                    break;
                }
                None if started.elapsed() > TIME_OUT => {
                    child.kill().unwrap();
                    child.wait().unwrap();
                    failed = true;
                    break;
                }
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        }
    }
    assert!(!failed, "a process failed or hung: see above");
}

fn round(kind: Rows, folder: &Path) {
    kind.create(folder);
    let started = Instant::now();
    let mut others = vec![
        start(kind, folder, "compact", 0),
        start(kind, folder, "vacuum", 0),
    ];
    others.extend((0..READERS).map(|number| start(kind, folder, "read", number)));
    let writers = (0..WRITERS).map(|number| start(kind, folder, "write", number));
    wait(writers.collect(), started);
    std::fs::write(folder.join("stop"), "").unwrap();
    wait(others, started);
    let dataset = dataset(folder);
    let found = kind.read(&dataset.snapshot().unwrap());
    assert_eq!(found, (0..WRITERS * APPENDS).collect::<Vec<_>>());
    kind.compact(&dataset, 100);
    let options = VacuumOptions {
        keep_versions: 1,
        grace: Duration::ZERO,
        dry_run: false,
    };
    dataset.vacuum(&options).unwrap();
    let left = std::fs::read_dir(dataset_folder(folder))
        .unwrap()
        .filter(|entry| {
            let name = entry.as_ref().unwrap().file_name();
            name.to_string_lossy().ends_with(".parquet")
        })
        .count();
    assert_eq!(left, 8, "nobody's files are left");
}

fn dataset_folder(folder: &Path) -> PathBuf {
    folder.join("quantity=temperature/city=berlin")
}

fn place() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .unwrap()
}

#[test]
fn two_rounds() {
    round(Rows::Text, place().path());
    round(Rows::Parquet, place().path());
}

#[test]
#[ignore = "long: twenty rounds, on the disk"]
fn twenty_rounds() {
    for number in 0..20 {
        let folder = if number % 2 == 0 {
            tempfile::tempdir().unwrap()
        } else {
            place()
        };
        let kind = if number % 4 < 2 {
            Rows::Text
        } else {
            Rows::Parquet
        };
        round(kind, folder.path());
    }
}

/// Readers take no lock: somebody who holds every lock there is, for ever, does not stop them.
#[test]
fn nobody_blocks_a_reader() {
    let folder = place();
    let dataset = store_on(Arc::new(RealFiles), folder.path()).unwrap();
    append(&dataset, &[1]).unwrap();
    let own = dataset_folder(folder.path()).join("_weir");
    for name in ["writers.lock", "vacuum.lock"] {
        std::fs::write(own.join(name), "").unwrap();
    }
    let locks = ["writers.lock", "vacuum.lock"].map(|name| {
        let lock = std::fs::File::open(own.join(name)).unwrap();
        lock.lock().unwrap();
        lock
    });
    let _writer = dataset.begin().unwrap();
    assert_eq!(rows(&dataset.snapshot().unwrap()), [1]);
    drop(locks);
}

/// Many handles in many threads of one process are as many processes.
#[test]
fn many_handles_in_one_process() {
    let folder = place();
    store_on(Arc::new(RealFiles), folder.path()).unwrap();
    std::thread::scope(|scope| {
        for number in 0..WRITERS {
            let folder = folder.path();
            scope.spawn(move || {
                let dataset = dataset(folder);
                for count in 0..10 {
                    insert(&dataset, count * WRITERS + number).unwrap();
                    consistent(&rows(&dataset.snapshot().unwrap()));
                }
            });
        }
    });
    let found = rows(&dataset(folder.path()).snapshot().unwrap());
    assert_eq!(found, (0..WRITERS * 10).collect::<Vec<_>>());
}

/// A writer that is killed at any moment leaves rows that were published and nothing else.
#[test]
fn killed_writers_leave_nothing_behind() {
    let folder = place();
    let dataset = store_on(Arc::new(RealFiles), folder.path()).unwrap();
    for seed in 0..6 {
        let mut writer = start(Rows::Text, folder.path(), "write", 0);
        std::thread::sleep(Duration::from_millis(20 + seed * 17));
        writer.kill().unwrap();
        writer.wait().unwrap();
        let store = weir_store::Store::open(folder.path()).unwrap();
        let found = rows(&dataset.snapshot().unwrap());
        consistent(&found);
        let options = VacuumOptions {
            keep_versions: 1,
            grace: Duration::ZERO,
            dry_run: false,
        };
        dataset.vacuum(&options).unwrap();
        assert_eq!(rows(&dataset.snapshot().unwrap()), found);
        let held = std::fs::read_dir(dataset_folder(folder.path()).join("_weir/holds")).unwrap();
        assert_eq!(held.count(), 0, "holds of the dead are gone");
        assert_eq!(store.remove(dataset.key()).unwrap().left, 0);
        store
            .create_dataset(dataset.key(), support::spec())
            .unwrap();
    }
}
