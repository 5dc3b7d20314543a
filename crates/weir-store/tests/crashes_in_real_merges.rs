//! The same as `crashes_leave_before_or_after`, of rows in Parquet: late rows merged with keep-last, late rows beside, a compaction
//! and a vacuum, crashed at every operation.
#![allow(clippy::unwrap_used)]

mod series;

use std::{cell::Cell, convert::Infallible, path::Path, sync::Arc, time::Duration};

use serde_json::json;
use series::{Row, batch, holder, keys, read, row, settings};
use tempfile::TempDir;
use weir_files::{Files, RealFiles};
use weir_store::{
    CompactOptions, Dataset, LateRows, LocalStorage, OpenError, Settings, Store, VacuumOptions,
    WriteOptions,
};
use weir_testkit::{FaultPlan, FaultyFiles, Loss};

fn place() -> TempDir {
    tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .unwrap()
}

fn kept() -> Settings {
    Settings {
        duplicates_on: Some(vec!["id".to_owned()]),
        ..settings(4)
    }
}

fn open(files: Arc<dyn Files>, folder: &Path) -> Result<Dataset, OpenError> {
    let store = Store::open_in(Arc::new(LocalStorage::new(files, folder)))?;
    store.dataset(&store.key_schema().key(["a"]).unwrap())
}

fn prepared() -> TempDir {
    let folder = place();
    let dataset = series::dataset(folder.path(), kept());
    series::write(&dataset, &keys((0..16).map(|n| n * 2), "old"));
    folder
}

/// Late rows in the middle of three files, two of them corrections.
fn late() -> Vec<Row> {
    vec![
        row(5, 5, "new"),
        row(6, 6, "new"),
        row(13, 13, "new"),
        row(30, 30, "new"),
    ]
}

fn beside() -> Vec<Row> {
    vec![row(1, 1, "beside"), row(20, 20, "beside")]
}

fn vacuum(dataset: &Dataset) -> bool {
    let options = VacuumOptions {
        keep_versions: 1,
        grace: Duration::ZERO,
        dry_run: false,
    };
    dataset.vacuum(&options).is_ok()
}

fn write(dataset: &Dataset, rows: &[Row], late_rows: LateRows) -> bool {
    let mut options = WriteOptions::new(holder(64)).settings(Settings {
        late_rows,
        ..kept()
    });
    options
        .metadata
        .insert("position".to_owned(), Some(json!(rows[0].0)));
    dataset
        .write([Ok::<_, Infallible>(batch(rows))], options)
        .is_ok()
}

fn states() -> Vec<Vec<Row>> {
    let mut model = series::Model::default();
    let same = |row: &Row| (row.0, row.1, String::new());
    model.write(&keys((0..16).map(|n| n * 2), "old"), Some(&same));
    let mut states = vec![model.rows.clone()];
    for rows in [late(), beside()] {
        model.write(&rows, Some(&same));
        states.push(model.rows.clone());
    }
    // The compaction.
    states.push(model.rows.clone());
    states
}

fn work(folder: &Path, files: Arc<dyn Files>, done: &Cell<usize>, begun: &Cell<usize>) {
    let Ok(dataset) = open(files, folder) else {
        return;
    };
    let steps: [(usize, &dyn Fn() -> bool); 4] = [
        (1, &|| write(&dataset, &late(), LateRows::Merge)),
        (1, &|| write(&dataset, &beside(), LateRows::Beside)),
        (1, &|| {
            dataset.compact(&CompactOptions::new(holder(64))).is_ok()
        }),
        (0, &|| vacuum(&dataset)),
    ];
    for (commits, step) in steps {
        begun.set(begun.get() + commits);
        if !step() {
            return;
        }
        done.set(done.get() + commits);
    }
}

fn check(folder: &Path, done: usize, begun: usize, at: &str) {
    let real: Arc<dyn Files> = Arc::new(RealFiles);
    let dataset = open(real, folder).unwrap_or_else(|error| panic!("{at}: {error}"));
    let snapshot = dataset.snapshot().unwrap();
    let found = read(&snapshot);
    let states = states();
    let allowed = &states[done..=begun];
    assert!(
        allowed.contains(&found),
        "{at}: {found:?} is none of {allowed:?}"
    );
    let position = snapshot.metadata.get("position").cloned();
    let expected = match states.iter().position(|state| *state == found) {
        Some(0) => None,
        Some(1) => Some(json!(5)),
        _ => Some(json!(1)),
    };
    assert_eq!(position, expected, "{at}: metadata with its rows");
    assert_eq!(snapshot.verify(&holder(64)).unwrap().findings, [], "{at}");
    drop(snapshot);
    assert!(
        write(&dataset, &[row(50, 50, "after")], LateRows::Merge),
        "{at}"
    );
    assert!(vacuum(&dataset), "{at}");
    let after = dataset.snapshot().unwrap();
    assert_eq!(
        read(&after),
        [found, vec![row(50, 50, "after")]].concat(),
        "{at}"
    );
    let left = RealFiles.list(&folder.join("name=a")).unwrap();
    let left: Vec<_> = left.iter().filter(|name| *name != "_weir").collect();
    assert_eq!(left.len(), after.base_files().len(), "{at}: {left:?}");
}

#[test]
fn every_operation() {
    let losses = [
        Loss::Process,
        Loss::Power,
        Loss::AnyPower(1),
        Loss::AnyPower(2),
    ];
    let mut images = 0;
    for step in 0.. {
        let mut interrupted = true;
        for loss in losses {
            let loss = match loss {
                Loss::AnyPower(seed) => Loss::AnyPower(seed + 7919 * step),
                other => other,
            };
            let folder = prepared();
            let disk = FaultyFiles::new(Arc::new(RealFiles), FaultPlan::none().crash_after(step));
            let (done, begun) = (Cell::new(0), Cell::new(0));
            work(folder.path(), disk.shared(), &done, &begun);
            interrupted = disk.crashed();
            disk.crash(loss).unwrap();
            check(
                folder.path(),
                done.get(),
                begun.get(),
                &format!("step {step}, {loss:?}"),
            );
            images += 1;
        }
        if !interrupted {
            break;
        }
    }
    assert!(images > 200, "{images} crashes");
}
