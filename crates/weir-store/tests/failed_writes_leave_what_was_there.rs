//! A full disk, a failing one, no permission, no descriptors: a typed error at any operation of a merge, a write beside or a compaction; the
//! dataset is as it was, the files of the failed write are gone, and the next write succeeds.
#![allow(clippy::unwrap_used)]

mod series;

use std::{collections::BTreeSet, convert::Infallible, path::Path, sync::Arc};

use series::{Row, batch, holder, keys, place, read, row, settings};
use weir_files::{Files, FilesError, RealFiles};
use weir_store::{
    CommitError, CompactOptions, DataError, Dataset, LateRows, LocalStorage, OpenError, Settings,
    StorageError, Store, WriteError, WriteOptions,
};
use weir_testkit::{Fault, FaultPlan, FaultyFiles, Operation};

const OPERATIONS: [Operation; 9] = [
    Operation::Create,
    Operation::Write,
    Operation::Sync,
    Operation::SyncFolder,
    Operation::Rename,
    Operation::Remove,
    Operation::List,
    Operation::Read,
    Operation::Inspect,
];

fn open(files: Arc<dyn Files>, folder: &Path) -> Dataset {
    let store = Store::open_in(Arc::new(LocalStorage::new(files, folder))).unwrap();
    store
        .dataset(&store.key_schema().key(["a"]).unwrap())
        .unwrap()
}

fn data_files(folder: &Path) -> BTreeSet<String> {
    let inside = folder.join("name=a");
    [inside.clone(), inside.join("_weir")]
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| {
            [".parquet", ".late", "weir-tmp"]
                .iter()
                .any(|part| name.contains(part))
        })
        .collect()
}

fn put(dataset: &Dataset, rows: &[Row]) -> Result<(), WriteError> {
    let options = WriteOptions::new(holder(64));
    dataset
        .write([Ok::<_, Infallible>(batch(rows))], options)
        .map(|_| ())
}

fn is_typed(error: &WriteError) -> bool {
    let disk = |error: &StorageError| {
        matches!(
            error,
            StorageError::Files(
                FilesError::Full { .. }
                    | FilesError::SyncFailed { .. }
                    | FilesError::PermissionDenied { .. }
                    | FilesError::TooManyOpenFiles { .. }
                    | FilesError::ReadOnly { .. }
                    | FilesError::Other { .. }
            )
        )
    };
    match error {
        WriteError::Data(DataError::Storage(error))
        | WriteError::Commit(CommitError::Storage(error))
        | WriteError::Open(OpenError::Storage(error)) => disk(error),
        _ => false,
    }
}

#[test]
fn any_operation_fails_in_any_way() {
    let mut failures = 0;
    for late_rows in [LateRows::Merge, LateRows::Beside] {
        for operation in OPERATIONS {
            for fault in Fault::ALL {
                for nth in 0..4 {
                    failures += u32::from(fails(late_rows, operation, nth, fault));
                }
            }
        }
    }
    assert!(failures > 100, "{failures} operations failed");
}

/// Whether something failed.
fn fails(late_rows: LateRows, operation: Operation, nth: u64, fault: Fault) -> bool {
    let folder = place();
    let kept = Settings {
        late_rows,
        duplicates_on: Some(vec!["id".to_owned()]),
        ..settings(8)
    };
    let prepared = series::dataset(folder.path(), kept);
    series::write(&prepared, &keys((0..32).map(|n| n * 2), "old"));
    let before = read(&prepared.snapshot().unwrap());
    let files_before = data_files(folder.path());

    let faulty = FaultyFiles::new(Arc::new(RealFiles), FaultPlan::none());
    let dataset = open(faulty.shared(), folder.path());
    faulty.set_plan(FaultPlan::none().fail(operation, nth, fault));
    let rows = [
        row(5, 5, "new"),
        row(6, 6, "new"),
        row(40, 40, "new"),
        row(99, 99, "new"),
    ];
    let written = put(&dataset, &rows);
    let compacted = match &written {
        Ok(()) => dataset
            .compact(&CompactOptions::new(holder(64)))
            .map(|_| ()),
        Err(_) => Ok(()),
    };
    faulty.set_plan(FaultPlan::none());
    let context = format!("{late_rows:?}, {operation:?} {nth}, {fault:?}");
    let mut failed = false;
    for outcome in [&written, &compacted] {
        match outcome {
            // The version is there; the disk did not confirm that it stays.
            Ok(()) | Err(WriteError::Commit(CommitError::NotDurable { .. })) => {}
            Err(error) => {
                assert!(is_typed(error), "{context}: {error:?}");
                failed = true;
            }
        }
    }
    let there = open(Arc::new(RealFiles), folder.path());
    let found = read(&there.snapshot().unwrap());
    if written.is_err() && failed {
        assert_eq!(found, before, "{context}");
        let left = data_files(folder.path());
        let removal_failed = operation == Operation::Remove;
        assert!(
            removal_failed || left == files_before,
            "{context}: {left:?}"
        );
    } else {
        assert_eq!(found.len(), before.len() + 2, "{context}");
    }
    put(&dataset, &rows).unwrap();
    assert_eq!(
        read(&dataset.snapshot().unwrap()).len(),
        before.len() + 2,
        "{context}"
    );
    assert_eq!(
        dataset.verify(&holder(64)).unwrap().findings,
        [],
        "{context}"
    );
    failed
}
