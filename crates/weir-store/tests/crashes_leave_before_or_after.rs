//! A process that dies, or a machine that loses its power, at every operation of a merge with compaction, a vacuum and a
//! removal: what is reopened is the state before or after each commit, whole and in order, and it goes on from there.
//!
//! The files are made-up text (see `support`); what is tested is the protocol. The power loses any subset of what was not
//! synced: names in folders one by one, and parts of files.
#![allow(clippy::unwrap_used)]

mod support;

use std::{cell::Cell, collections::BTreeSet, path::Path, sync::Arc, time::Duration};

use serde_json::json;
use support::{append, compact, reopen, rows, spec, store_on, write_file};
use tempfile::TempDir;
use weir_files::{Files, RealFiles};
use weir_store::{
    Change, CommitError, Dataset, LocalStorage, OpenError, OrderValue, Place, Store, VacuumOptions,
};
use weir_testkit::{FaultPlan, FaultyFiles, Loss};

/// Where fsync costs nothing, if there is such a place: what is lost is simulated.
fn place() -> TempDir {
    tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .unwrap()
}

fn real() -> Arc<dyn Files> {
    Arc::new(RealFiles)
}

fn all_gone() -> VacuumOptions {
    VacuumOptions {
        keep_versions: 1,
        grace: Duration::ZERO,
        dry_run: false,
    }
}

/// Four files and one beside them, some versions old.
fn prepared() -> TempDir {
    let folder = place();
    let dataset = store_on(real(), folder.path()).unwrap();
    for first in [0, 10, 20, 30] {
        append(&dataset, &[first, first + 5]).unwrap();
    }
    late(&dataset, 12).unwrap();
    folder
}

/// One row beside.
fn late(dataset: &Dataset, row: i64) -> Result<(), CommitError> {
    let writing = dataset.begin().map_err(support::opened)?;
    let mut change = Change::of(writing.base().version);
    change.add = vec![write_file(&writing, &[row], Place::Late)?];
    writing.commit(change).map(|_| ())
}

/// Merges a row into the file that it belongs to and counts it in the metadata; folds the late rows of that file in.
fn merge(dataset: &Dataset, row: i64) -> Result<(), CommitError> {
    let writing = dataset.begin().map_err(support::opened)?;
    let base = writing.base().clone();
    let hit: Vec<_> = base
        .base_files()
        .iter()
        .filter(|file| file.min <= OrderValue::Int(row) && OrderValue::Int(row) <= file.max)
        .chain(base.late_files())
        .cloned()
        .collect();
    let mut inside: Vec<i64> = hit
        .iter()
        .flat_map(|file| support::read_file(&base, file))
        .chain([row])
        .collect();
    inside.sort_unstable();
    let mut change = Change::of(base.version);
    change.remove = hit.into_iter().map(|file| file.name).collect();
    for part in inside.chunks(2) {
        change.add.push(write_file(&writing, part, Place::Base)?);
    }
    change.metadata.insert("rows".to_owned(), Some(json!(10)));
    writing.commit(change).map(|_| ())
}

/// Every state that a commit of [`work`] leaves, in order.
fn states() -> Vec<Vec<i64>> {
    let start = vec![0, 5, 10, 12, 15, 20, 25, 30, 35];
    let merged = [start.clone(), vec![13]].concat();
    let appended = [merged.clone(), vec![40]].concat();
    [start, merged.clone(), merged, appended]
        .into_iter()
        .map(|mut rows| {
            rows.sort_unstable();
            rows
        })
        .collect()
}

/// A merge, a compaction, a vacuum, an append and another vacuum; counts the commits that were acknowledged, and those that may have been made.
fn work(folder: &Path, files: Arc<dyn Files>, acknowledged: &Cell<usize>, begun: &Cell<usize>) {
    let Ok(dataset) = reopen(files, folder) else {
        return;
    };
    let reader = dataset.snapshot();
    let steps: [&dyn Fn() -> bool; 5] = [
        &|| merge(&dataset, 13).is_ok(),
        &|| compact(&dataset, 4).is_ok(),
        &|| dataset.vacuum(&all_gone()).is_ok(),
        &|| append(&dataset, &[40]).is_ok(),
        &|| dataset.vacuum(&all_gone()).is_ok(),
    ];
    for (number, step) in steps.iter().enumerate() {
        let commits = [true, true, false, true, false][number];
        begun.set(begun.get() + usize::from(commits));
        if !step() {
            return;
        }
        acknowledged.set(acknowledged.get() + usize::from(commits));
    }
    drop(reader);
}

/// Reopens, compares with the states that are allowed, and goes on.
fn check(folder: &Path, acknowledged: usize, begun: usize, at: &str) {
    let dataset = reopen(real(), folder).unwrap_or_else(|error| panic!("{at}: {error}"));
    let snapshot = dataset
        .snapshot()
        .unwrap_or_else(|error| panic!("{at}: {error}"));
    let found = rows(&snapshot);
    let states = states();
    assert!(
        states[acknowledged..=begun].contains(&found),
        "{at}: {found:?} is none of {:?}",
        &states[acknowledged..=begun]
    );
    let counted = snapshot.metadata.contains_key("rows");
    assert_eq!(counted, found.contains(&13), "{at}: metadata with its rows");
    // Every version that can be opened is whole.
    for version in dataset.versions().unwrap() {
        rows(&dataset.snapshot_at(version).unwrap());
    }
    drop(snapshot);
    append(&dataset, &[50]).unwrap_or_else(|error| panic!("{at}: {error}"));
    dataset
        .vacuum(&all_gone())
        .unwrap_or_else(|error| panic!("{at}: {error}"));
    let snapshot = dataset.snapshot().unwrap();
    assert_eq!(rows(&snapshot), [found, vec![50]].concat(), "{at}");
    let needed: BTreeSet<String> = snapshot
        .files
        .iter()
        .map(|file| file.name.clone())
        .collect();
    let inside = folder.join("quantity=temperature/city=berlin");
    let mut left = BTreeSet::new();
    for folder in [inside.clone(), inside.join("_weir")] {
        for name in RealFiles.list(&folder).unwrap() {
            let name = name.into_string().unwrap();
            let data = name.ends_with(".parquet") || name.ends_with(".late");
            assert!(
                data || name.ends_with(".json")
                    || name.ends_with(".lock")
                    || ["_weir", "holds", "names"].contains(&name.as_str()),
                "{at}: {name} is left"
            );
            if data {
                left.insert(name);
            }
        }
    }
    assert_eq!(left, needed, "{at}: nothing left and nothing missing");
}

/// Crashes after each step until the work gets through; `losses` for each. Returns the number of images.
fn at_every_step(
    setup: impl Fn() -> TempDir,
    work: impl Fn(&Path, Arc<dyn Files>, &Cell<usize>, &Cell<usize>),
    check: impl Fn(&Path, usize, usize, &str),
    losses: &[Loss],
    images: usize,
) -> usize {
    let mut done = 0;
    let mut round = 0;
    while done < images.max(1) {
        for step in 0.. {
            let mut interrupted = true;
            for loss in losses {
                let loss = match loss {
                    Loss::AnyPower(seed) => Loss::AnyPower(seed + 1000 * round + 7919 * step),
                    Loss::SomePower(seed) => Loss::SomePower(seed + 1000 * round + 7919 * step),
                    other => *other,
                };
                let folder = setup();
                let disk = FaultyFiles::new(real(), FaultPlan::none().crash_after(step));
                let (acknowledged, begun) = (Cell::new(0), Cell::new(0));
                work(folder.path(), disk.shared(), &acknowledged, &begun);
                interrupted = disk.crashed();
                disk.crash(loss).unwrap();
                let at = format!("step {step}, {loss:?}");
                check(folder.path(), acknowledged.get(), begun.get(), &at);
                done += 1;
            }
            if !interrupted {
                break;
            }
        }
        round += 1;
    }
    done
}

#[test]
fn of_the_process_at_every_operation() {
    let images = at_every_step(prepared, work, check, &[Loss::Process], 1);
    assert!(images > 60, "{images} operations were tried");
}

#[test]
fn of_the_power_in_two_thousand_images() {
    let losses = [
        Loss::Power,
        Loss::SomePower(1),
        Loss::AnyPower(2),
        Loss::AnyPower(3),
        Loss::AnyPower(4),
        Loss::AnyPower(5),
    ];
    let images = at_every_step(prepared, work, check, &losses, 2000);
    assert!(images >= 2000, "{images} images");
}

#[test]
#[ignore = "long: 20,000 images"]
fn of_the_power_in_twenty_thousand_images() {
    let losses: Vec<Loss> = (0..8).map(Loss::AnyPower).collect();
    at_every_step(prepared, work, check, &losses, 20_000);
}

/// Removal: after any crash the dataset is there whole or it is gone, and removing it again ends it.
#[test]
fn of_a_removal_at_every_operation() {
    let remove = |folder: &Path, files: Arc<dyn Files>, done: &Cell<usize>, begun: &Cell<usize>| {
        let Ok(store) = Store::open_in(Arc::new(LocalStorage::new(files, folder))) else {
            return;
        };
        begun.set(1);
        if store.remove(&support::key(&store)).is_ok() {
            done.set(1);
        }
    };
    let check = |folder: &Path, done: usize, _begun: usize, at: &str| {
        let store = Store::open(folder).unwrap();
        let key = support::key(&store);
        match store.dataset(&key) {
            Ok(dataset) => {
                assert_eq!(done, 0, "{at}: removed and there again");
                assert_eq!(rows(&dataset.snapshot().unwrap()), states()[0], "{at}");
                assert_eq!(store.keys(&Default::default()).unwrap().keys.len(), 1);
            }
            Err(OpenError::NoDataset { .. }) => {
                assert!(
                    store.keys(&Default::default()).unwrap().keys.is_empty(),
                    "{at}"
                );
            }
            Err(error) => panic!("{at}: {error}"),
        }
        match store.remove(&key) {
            Ok(removed) => assert_eq!(removed.left, 0, "{at}"),
            Err(OpenError::NoDataset { .. }) => {}
            Err(error) => panic!("{at}: {error}"),
        }
        let again = store
            .create_dataset(&key, spec())
            .unwrap_or_else(|error| panic!("{at}: {error}"));
        append(&again, &[1]).unwrap();
        assert_eq!(rows(&again.snapshot().unwrap()), [1], "{at}");
    };
    let losses = [
        Loss::Process,
        Loss::Power,
        Loss::AnyPower(1),
        Loss::AnyPower(2),
    ];
    let images = at_every_step(prepared, remove, check, &losses, 300);
    assert!(images >= 300, "{images} images");
}

/// Creation: after any crash there is a dataset without rows or none, and creating goes on.
#[test]
fn of_a_creation_at_every_operation() {
    let create = |folder: &Path, files: Arc<dyn Files>, done: &Cell<usize>, _: &Cell<usize>| {
        if store_on(files, folder).is_ok() {
            done.set(1);
        }
    };
    let check = |folder: &Path, done: usize, _: usize, at: &str| {
        let schema: weir_store::KeySchema = "quantity / city".parse().unwrap();
        let store = match Store::open(folder) {
            Err(OpenError::NoStore { .. }) if done == 0 => Store::create(folder, schema),
            opened => opened,
        }
        .unwrap_or_else(|error| panic!("{at}: {error}"));
        let key = support::key(&store);
        let dataset = match store.dataset(&key) {
            Err(OpenError::NoDataset { .. }) if done == 0 => store.create_dataset(&key, spec()),
            opened => opened,
        }
        .unwrap_or_else(|error| panic!("{at}: {error}"));
        append(&dataset, &[1]).unwrap();
        assert_eq!(rows(&dataset.snapshot().unwrap()), [1], "{at}");
    };
    let losses = [
        Loss::Process,
        Loss::Power,
        Loss::AnyPower(1),
        Loss::AnyPower(2),
    ];
    at_every_step(place, create, check, &losses, 100);
}
