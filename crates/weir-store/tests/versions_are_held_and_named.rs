//! Versions: by number, by name, held by readers, taken away by vacuum when nobody needs them.
#![allow(clippy::unwrap_used)]

mod support;

use std::{sync::Arc, time::Duration};

use serde_json::json;
use support::{append, compact, rows, store_on, write_file};
use weir_files::{Files, RealFiles};
use weir_store::{
    Change, CommitError, Conflict, LocalStorage, OpenError, Place, Store, VacuumOptions, Version,
    VersionRef,
};

fn all_gone() -> VacuumOptions {
    VacuumOptions {
        keep_versions: 1,
        grace: Duration::ZERO,
        dry_run: false,
    }
}

fn parquet_files(folder: &std::path::Path) -> usize {
    let inside = folder.join("quantity=temperature/city=berlin");
    RealFiles
        .list(&inside)
        .unwrap()
        .iter()
        .filter(|name| name.to_string_lossy().ends_with(".parquet"))
        .count()
}

#[test]
fn a_version_stays_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = store_on(Arc::new(RealFiles), folder.path()).unwrap();
    let empty = dataset.snapshot().unwrap();
    assert_eq!((empty.version, rows(&empty)), (Version(1), vec![]));
    append(&dataset, &[1, 2]).unwrap();
    let two = dataset.snapshot().unwrap();
    append(&dataset, &[3]).unwrap();
    compact(&dataset, 10).unwrap();
    assert_eq!(rows(&two), [1, 2]);
    assert_eq!(rows(&dataset.snapshot().unwrap()), [1, 2, 3]);
    assert_eq!(
        rows(&dataset.snapshot_at(Version(3)).unwrap()),
        [1, 2, 3],
        "before the compaction"
    );
    assert_eq!(
        dataset.snapshot_at(VersionRef::Latest).unwrap().version,
        Version(4)
    );
    assert_eq!(dataset.versions().unwrap(), [1, 2, 3, 4].map(Version));
    let error = dataset.snapshot_at(Version(9)).unwrap_err();
    assert!(
        matches!(&error, OpenError::NoVersion { version, latest: Version(4) } if version == "9"),
        "{error}"
    );
}

#[test]
fn a_damaged_newest_version_is_told_and_older_ones_open() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = store_on(Arc::new(RealFiles), folder.path()).unwrap();
    append(&dataset, &[1]).unwrap();
    append(&dataset, &[2]).unwrap();
    let path = folder
        .path()
        .join("quantity=temperature/city=berlin/_weir/00000000000000000003.json");
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.len() / 2;
    bytes[at] ^= 4;
    std::fs::write(&path, bytes).unwrap();
    let again = support::reopen(Arc::new(RealFiles), folder.path()).unwrap();
    let error = again.snapshot().unwrap_err();
    let told = error.to_string();
    assert!(
        told.contains("00000000000000000003.json is damaged at byte"),
        "{told}"
    );
    assert_eq!(rows(&again.snapshot_at(Version(2)).unwrap()), [1]);
    assert!(
        dataset.vacuum(&all_gone()).is_err(),
        "what it names is unknown"
    );
    assert!(append(&dataset, &[3]).is_err());
    assert_eq!(parquet_files(folder.path()), 2, "nothing of it was touched");
}

/// A creation whose answer is lost: the version is there, and the writer learns it.
#[test]
fn a_published_version_whose_answer_was_an_error_is_not_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = store_on(Arc::new(RealFiles), folder.path()).unwrap();
    append(&dataset, &[1]).unwrap();
    let mut published = 0;
    for nth in 1..12 {
        let disk = weir_testkit::FaultyFiles::new(
            Arc::new(RealFiles),
            weir_testkit::FaultPlan::none().fail(
                weir_testkit::Operation::SyncFolder,
                nth,
                weir_testkit::Fault::Io,
            ),
        );
        let faulty = support::reopen(disk.shared(), folder.path()).unwrap();
        let before = rows(&dataset.snapshot().unwrap());
        let row = before.len() as i64 + 1;
        let result = append(&faulty, &[row]);
        let after = rows(&dataset.snapshot().unwrap());
        match result {
            Ok(_) => assert_eq!(after.last(), Some(&row)),
            Err(CommitError::NotDurable { .. }) => {
                published += 1;
                assert_eq!(after.last(), Some(&row), "it says that it is published");
            }
            Err(_) => assert_eq!(after, before),
        }
    }
    assert_eq!(published, 1, "the sync after the creation");
}

#[test]
fn vacuum_takes_what_nobody_needs() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = store_on(Arc::new(RealFiles), folder.path()).unwrap();
    for row in 0..5 {
        append(&dataset, &[row]).unwrap();
    }
    let named = dataset.snapshot_at(Version(3)).unwrap();
    dataset.name_version(&named, "audit").unwrap();
    drop(named);
    let reader = dataset.snapshot_at(Version(4)).unwrap();
    compact(&dataset, 10).unwrap();
    assert_eq!(parquet_files(folder.path()), 6);

    let would = dataset
        .vacuum(&VacuumOptions {
            dry_run: true,
            ..all_gone()
        })
        .unwrap();
    assert_eq!(parquet_files(folder.path()), 6, "only told");
    let report = dataset.vacuum(&all_gone()).unwrap();
    assert_eq!(would, report);
    assert_eq!(report.versions, [1, 2, 5, 6].map(Version));
    assert_eq!(report.files, 2, "rows 3 and 4 of versions 5 and 6");
    assert_eq!(rows(&reader), [0, 1, 2]);
    assert_eq!(rows(&dataset.snapshot_at("audit").unwrap()), [0, 1]);

    drop(reader);
    dataset.remove_name("audit").unwrap();
    assert!(matches!(
        dataset.snapshot_at("audit").unwrap_err(),
        OpenError::NoVersion { .. }
    ));
    let report = dataset.vacuum(&all_gone()).unwrap();
    assert_eq!(report.versions, [3, 4].map(Version));
    assert_eq!(parquet_files(folder.path()), 1);
    assert_eq!(rows(&dataset.snapshot().unwrap()), [0, 1, 2, 3, 4]);
    assert_eq!(dataset.vacuum(&all_gone()).unwrap(), Default::default());
}

#[test]
fn vacuum_leaves_what_is_young() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = store_on(Arc::new(RealFiles), folder.path()).unwrap();
    for row in 0..20 {
        append(&dataset, &[row]).unwrap();
    }
    assert_eq!(
        dataset.vacuum(&VacuumOptions::default()).unwrap(),
        Default::default()
    );
    let report = dataset
        .vacuum(&VacuumOptions {
            keep_versions: 5,
            ..all_gone()
        })
        .unwrap();
    assert_eq!(report.versions.len(), 16);
    assert_eq!(dataset.versions().unwrap().len(), 5);
}

#[test]
fn vacuum_takes_unpublished_files_of_dead_writers_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = store_on(Arc::new(RealFiles), folder.path()).unwrap();
    let working = dataset.begin().unwrap();
    write_file(&working, &[1], Place::Base).unwrap();
    write_file(&working, &[2], Place::Late).unwrap();
    let foreign = folder
        .path()
        .join("quantity=temperature/city=berlin/mine.parquet");
    std::fs::write(&foreign, "not weir's").unwrap();
    assert_eq!(dataset.vacuum(&all_gone()).unwrap().files, 0, "at work");
    drop(working);
    let young = VacuumOptions {
        grace: Duration::from_secs(3600),
        ..all_gone()
    };
    assert_eq!(dataset.vacuum(&young).unwrap().files, 0, "not old enough");
    assert_eq!(dataset.vacuum(&all_gone()).unwrap().files, 2);
    assert!(foreign.exists());
}

#[test]
fn names_are_given_once_and_are_no_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = store_on(Arc::new(RealFiles), folder.path()).unwrap();
    let snapshot = dataset.snapshot().unwrap();
    dataset.name_version(&snapshot, "q3-report").unwrap();
    append(&dataset, &[1]).unwrap();
    let later = dataset.snapshot().unwrap();
    assert!(matches!(
        dataset.name_version(&later, "q3-report").unwrap_err(),
        OpenError::NameTaken {
            version: Version(1),
            ..
        }
    ));
    for wrong in ["", "7", "a/b", ".hidden", "ä", "-x", &"n".repeat(65)] {
        assert!(
            matches!(
                dataset.name_version(&later, wrong),
                Err(OpenError::Invalid { .. })
            ),
            "{wrong:?}"
        );
        assert!(matches!(
            dataset.snapshot_at(wrong),
            Err(OpenError::NoVersion { .. })
        ));
    }
    assert_eq!(
        dataset.names().unwrap(),
        [("q3-report".to_owned(), Version(1))]
    );
}

#[test]
fn metadata_is_set_replaced_removed_and_kept_with_the_rows() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = store_on(Arc::new(RealFiles), folder.path()).unwrap();
    let patch = |pairs: Vec<(&str, Option<serde_json::Value>)>| {
        let mut change = Change::of(dataset.latest().unwrap().version);
        change.metadata = pairs
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect();
        dataset.commit(change).unwrap().metadata.clone()
    };
    patch(vec![
        ("unit", Some(json!("°C"))),
        ("zero", Some(json!(0))),
        ("no", Some(json!(false))),
        ("nothing", Some(json!(null))),
        ("third", Some(json!(0.1 + 0.2))),
    ]);
    let after = patch(vec![
        ("unit", Some(json!("K"))),
        ("zero", None),
        ("absent", None),
    ]);
    let expected = json!({"unit": "K", "no": false, "nothing": null, "third": 0.1 + 0.2});
    assert_eq!(serde_json::to_value(&after).unwrap(), expected);
    append(&dataset, &[1]).unwrap();
    let read = Store::open(folder.path()).unwrap();
    let read = read.dataset(dataset.key()).unwrap().latest().unwrap();
    assert_eq!(serde_json::to_value(&read.metadata).unwrap(), expected);
}

#[test]
fn metadata_of_two_writers_is_kept_unless_both_set_one_key() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = store_on(Arc::new(RealFiles), folder.path()).unwrap();
    let patch = |key: &str, value: i64| {
        let mut change = Change::of(Version(1));
        change.metadata = [(key.to_owned(), Some(json!(value)))].into();
        dataset.commit(change)
    };
    patch("a", 1).unwrap();
    patch("b", 2).unwrap();
    let error = patch("a", 1).unwrap_err();
    assert!(
        matches!(&error, CommitError::Conflict { conflict: Conflict::MetadataChanged { key }, .. } if key == "a"),
        "{error}"
    );
    let metadata = dataset.latest().unwrap().metadata.clone();
    assert_eq!(
        serde_json::to_value(&metadata).unwrap(),
        json!({"a": 1, "b": 2})
    );
    dataset.vacuum(&all_gone()).unwrap();
    assert!(matches!(
        patch("c", 1).unwrap_err(),
        CommitError::Conflict {
            conflict: Conflict::BaseGone,
            ..
        }
    ));
}

#[test]
fn two_handles_on_one_key_are_one_dataset() {
    let folder = tempfile::tempdir().unwrap();
    let one = store_on(Arc::new(RealFiles), folder.path()).unwrap();
    let two = support::reopen(Arc::new(RealFiles), folder.path()).unwrap();
    let reading = two.snapshot().unwrap();
    append(&one, &[1, 2]).unwrap();
    append(&two, &[3]).unwrap();
    append(&one, &[4]).unwrap();
    assert_eq!(rows(&one.snapshot().unwrap()), [1, 2, 3, 4]);
    assert_eq!(rows(&two.snapshot().unwrap()), [1, 2, 3, 4]);
    assert_eq!(
        rows(&reading),
        [] as [i64; 0],
        "a reader that was there before"
    );
}

#[test]
fn disjoint_writes_rebase_and_overlapping_ones_are_done_again() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = store_on(Arc::new(RealFiles), folder.path()).unwrap();
    let (first, second, third) = (
        dataset.begin().unwrap(),
        dataset.begin().unwrap(),
        dataset.begin().unwrap(),
    );
    let publish = |writing: &weir_store::Writing, rows: &[i64]| {
        let mut change = Change::of(writing.base().version);
        change.add = vec![write_file(writing, rows, Place::Base).unwrap()];
        writing.commit(change)
    };
    assert_eq!(publish(&first, &[10, 11]).unwrap().version, Version(2));
    assert_eq!(
        publish(&second, &[1, 2]).unwrap().version,
        Version(3),
        "rebased"
    );
    let error = publish(&third, &[2, 3]).unwrap_err();
    assert!(
        matches!(
            &error,
            CommitError::Conflict {
                base: Version(1),
                latest: Version(3),
                conflict: Conflict::RowsWritten { .. }
            }
        ),
        "{error}"
    );
    let third = third.redo().unwrap();
    assert_eq!(publish(&third, &[2, 3]).unwrap().version, Version(4));
    assert_eq!(rows(&dataset.snapshot().unwrap()), [1, 2, 2, 3, 10, 11]);
}

#[test]
fn a_dataset_created_again_is_another_one() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = store_on(Arc::new(RealFiles), folder.path()).unwrap();
    append(&dataset, &[1]).unwrap();
    let store = Store::open(folder.path()).unwrap();
    let working = dataset.begin().unwrap();
    let removed = store.remove(dataset.key()).unwrap();
    assert!(removed.left > 0, "a writer holds it");
    assert!(matches!(
        store.dataset(dataset.key()),
        Err(OpenError::NoDataset { .. })
    ));
    assert!(matches!(
        dataset.snapshot(),
        Err(OpenError::NoDataset { .. })
    ));
    assert_eq!(store.keys(&Default::default()).unwrap().unparsed.len(), 1);
    let again = store
        .create_dataset(dataset.key(), support::spec())
        .unwrap();
    assert_eq!(rows(&again.snapshot().unwrap()), [] as [i64; 0]);
    let mut change = Change::of(working.base().version);
    change.add = vec![write_file(&working, &[5], Place::Base).unwrap()];
    assert!(matches!(
        working.commit(change),
        Err(CommitError::Removed { .. })
    ));
    assert!(matches!(
        again.snapshot_at(Version(2)),
        Err(OpenError::NoVersion { .. })
    ));
    append(&again, &[7]).unwrap();
    assert_eq!(
        rows(&dataset.snapshot().unwrap()),
        [7],
        "an old handle sees the new dataset"
    );
}

#[test]
fn a_read_only_folder_is_read_without_a_hold() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = store_on(Arc::new(RealFiles), folder.path()).unwrap();
    append(&dataset, &[1, 2]).unwrap();
    let disk = weir_testkit::FaultyFiles::new(
        Arc::new(RealFiles),
        (1..50).fold(weir_testkit::FaultPlan::none(), |plan, nth| {
            plan.fail(
                weir_testkit::Operation::Create,
                nth,
                weir_testkit::Fault::ReadOnly,
            )
            .fail(
                weir_testkit::Operation::CreateFolder,
                nth,
                weir_testkit::Fault::ReadOnly,
            )
        }),
    );
    let store = Store::open_in(Arc::new(LocalStorage::new(disk.shared(), folder.path()))).unwrap();
    assert_eq!(store.keys(&Default::default()).unwrap().keys.len(), 1);
    let read_only = store.dataset(dataset.key()).unwrap();
    let snapshot = read_only.snapshot().unwrap();
    assert!(!snapshot.is_held());
    assert_eq!(rows(&snapshot), [1, 2]);
    assert!(matches!(
        read_only.name_version(&snapshot, "x"),
        Err(OpenError::Invalid { .. })
    ));
    assert!(read_only.begin().is_err());
}
