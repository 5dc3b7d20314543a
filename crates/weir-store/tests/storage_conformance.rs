//! What every storage must do, of each storage; object stores among them: the feature `object-store-local` is on in tests.
#![allow(clippy::unwrap_used)]

use std::{sync::Arc, time::Duration};

use weir_files::RealFiles;
use weir_store::{
    DatasetSpec, LocalStorage, ObjectPath, ReadCounter, Storage, StorageError, Store, VacuumOptions,
};
use weir_testkit::{FaultPlan, FaultyFiles};

mod support;

fn each(test: impl Fn(Arc<dyn Storage>)) {
    let folders: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    test(Arc::new(LocalStorage::new(
        Arc::new(RealFiles),
        folders[0].path(),
    )));
    let faulty = FaultyFiles::new(Arc::new(RealFiles), FaultPlan::none());
    test(Arc::new(LocalStorage::new(
        faulty.shared(),
        folders[1].path(),
    )));
    #[cfg(feature = "object-store-local")]
    {
        use object_store::{local::LocalFileSystem, memory::InMemory};
        use weir_store::RemoteStorage;
        test(Arc::new(RemoteStorage::new(Arc::new(InMemory::new()))));
        let local = LocalFileSystem::new_with_prefix(folders[2].path()).unwrap();
        test(Arc::new(RemoteStorage::new(Arc::new(local))));
    }
}

fn folder() -> ObjectPath {
    ObjectPath::root().join("a=1").join("b=x%2Fy z")
}

#[test]
fn objects_are_created_once_and_read_whole() {
    each(|storage| {
        let folder = folder();
        storage.make_folder(&folder).unwrap();
        let path = folder.join("one.json");
        assert_eq!(storage.facts(&path).unwrap(), None);
        storage.create(&path, b"first").unwrap();
        storage.settle(&folder).unwrap();
        assert!(matches!(
            storage.create(&path, b"second"),
            Err(StorageError::AlreadyExists { path }) if path.ends_with("one.json")
        ));
        assert_eq!(storage.read(&path, 5).unwrap(), b"first");
        assert!(matches!(
            storage.read(&path, 4),
            Err(StorageError::TooLarge {
                len: 5,
                limit: 4,
                ..
            })
        ));
        let facts = storage.facts(&path).unwrap().unwrap();
        assert_eq!((facts.folder, facts.len), (false, 5));
        assert!(facts.modified.is_some());
        assert!(storage.facts(&folder).unwrap().unwrap().folder);
        storage.delete(&path).unwrap();
        assert!(matches!(
            storage.delete(&path),
            Err(StorageError::NotFound { .. })
        ));
        assert!(matches!(
            storage.read(&path, 9),
            Err(StorageError::NotFound { .. })
        ));
    });
}

#[test]
fn large_objects_appear_when_they_are_finished() {
    each(|storage| {
        let folder = folder();
        storage.make_folder(&folder).unwrap();
        let path = folder.join("rows.parquet");
        let mut dropped = storage.write(&path).unwrap();
        dropped.write_all(b"half").unwrap();
        assert_eq!(storage.facts(&path).unwrap(), None);
        drop(dropped);
        assert_eq!(storage.facts(&path).unwrap(), None);
        let mut one = storage.write(&path).unwrap();
        let mut two = storage.write(&path).unwrap();
        one.write_all(b"0123456789").unwrap();
        two.write_all(b"lost").unwrap();
        assert_eq!(one.finish().unwrap(), 10);
        assert!(matches!(
            two.finish(),
            Err(StorageError::AlreadyExists { .. })
        ));
        assert_eq!(storage.list(&folder).unwrap(), ["rows.parquet"]);

        let counter = ReadCounter::new();
        let object = storage.open(&path, &counter).unwrap();
        assert_eq!(object.len(), 10);
        assert_eq!(&object.read_at(3, 4).unwrap()[..], b"3456");
        assert_eq!(&object.read_at(10, 0).unwrap()[..], b"");
        assert_eq!(&object.read_at(0, 1).unwrap()[..], b"0");
        assert_eq!(counter.bytes(), 5, "only what was asked for");
        for (offset, length) in [(8, 3), (11, 0), (u64::MAX, 2)] {
            assert!(
                matches!(
                    object.read_at(offset, length),
                    Err(StorageError::Short { len: 10, .. })
                ),
                "{offset} {length}"
            );
        }
        assert!(matches!(
            storage.open(&folder.join("none"), &counter),
            Err(StorageError::NotFound { .. })
        ));
    });
}

#[test]
fn folders_are_listed_in_order() {
    each(|storage| {
        let root = ObjectPath::root();
        for name in ["b", "a", "ä", "B"] {
            let inside = root.join(name);
            storage.make_folder(&inside).unwrap();
            storage.create(&inside.join("x"), b"").unwrap();
            storage.create(&inside.join("y"), b"").unwrap();
        }
        storage.create(&root.join("c"), b"").unwrap();
        assert_eq!(storage.list(&root).unwrap(), ["B", "a", "b", "c", "ä"]);
        assert_eq!(storage.list(&root.join("none")).unwrap(), [] as [&str; 0]);
    });
}

#[test]
fn objects_get_names_that_are_free() {
    each(|storage| {
        let root = ObjectPath::root();
        let (from, to) = (root.join("from"), root.join("to"));
        storage.make_folder(&root).unwrap();
        assert!(matches!(
            storage.rename(&from, &to),
            Err(StorageError::NotFound { .. })
        ));
        storage.create(&from, b"1").unwrap();
        storage.rename(&from, &to).unwrap();
        storage.create(&from, b"2").unwrap();
        assert!(matches!(
            storage.rename(&from, &to),
            Err(StorageError::AlreadyExists { .. })
        ));
        assert_eq!(storage.read(&to, 1).unwrap(), b"1");
        assert_eq!(storage.read(&from, 1).unwrap(), b"2");
    });
}

#[test]
fn holds_are_seen_until_they_are_dropped() {
    each(|storage| {
        let folder = ObjectPath::root().join("holds");
        assert_eq!(
            storage.holds(&folder, Duration::ZERO).unwrap(),
            [] as [&str; 0]
        );
        storage.make_folder(&folder).unwrap();
        let one = storage.hold(&folder, "r1").unwrap();
        let two = storage.hold(&folder, "w2-x").unwrap();
        let again = storage.hold(&folder, "r1").unwrap();
        let seen = || storage.holds(&folder, Duration::ZERO).unwrap();
        assert_eq!(seen(), ["r1", "r1", "w2-x"]);
        drop(one);
        assert_eq!(seen(), ["r1", "w2-x"]);
        drop((two, again));
        assert_eq!(seen(), [] as [&str; 0]);
    });
}

#[test]
fn a_lock_has_one_holder() {
    each(|storage| {
        let root = ObjectPath::root();
        storage.make_folder(&root).unwrap();
        let path = root.join("writers.lock");
        let lock = storage.lock(&path, Duration::ZERO).unwrap();
        assert!(lock.is_some());
        let refused = storage.lock(&path, Duration::from_millis(20)).unwrap();
        assert!(refused.is_none());
        drop(lock);
        assert!(storage.lock(&path, Duration::ZERO).unwrap().is_some());
    });
}

#[test]
fn of_many_creators_one_wins() {
    each(|storage| {
        let root = ObjectPath::root();
        storage.make_folder(&root).unwrap();
        let path = root.join("00000000000000000002.json");
        let start = std::sync::Barrier::new(8);
        let won: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8_u8)
                .map(|number| {
                    let (storage, path, start) = (&storage, &path, &start);
                    scope.spawn(move || {
                        start.wait();
                        usize::from(storage.create(path, &[number]).is_ok())
                    })
                })
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .sum()
        });
        assert_eq!(won, 1);
        assert_eq!(storage.read(&path, 1).unwrap().len(), 1);
    });
}

/// The whole of it, on every storage.
#[test]
fn a_dataset_lives_in_every_storage() {
    each(|storage| {
        let schema: weir_store::KeySchema = "station: int / what".parse().unwrap();
        let store = Store::create_in(Arc::clone(&storage), schema).unwrap();
        let key = store.key_schema().parse_key("7 / a=b, c").unwrap_err();
        assert!(key.to_string().contains("station: int / what"), "{key}");
        let key = store.key_schema().parse_key("7 / \"a=b, c\"").unwrap();
        let spec: DatasetSpec = support::spec();
        let dataset = store.create_dataset(&key, spec.clone()).unwrap();
        assert!(store.create_dataset(&key, spec).is_err());
        for row in 0..4 {
            support::append(&dataset, &[row * 2]).unwrap();
        }
        let reader = dataset.snapshot().unwrap();
        dataset.name_version(&reader, "even").unwrap();
        support::compact(&dataset, 3).unwrap();
        let report = dataset
            .vacuum(&VacuumOptions {
                keep_versions: 1,
                grace: Duration::ZERO,
                dry_run: false,
            })
            .unwrap();
        assert_eq!(report.versions.len(), 4);
        assert_eq!(support::rows(&reader), [0, 2, 4, 6]);
        drop(reader);
        let store = Store::open_in(storage).unwrap();
        assert_eq!(
            store.keys(&Default::default()).unwrap().keys,
            std::slice::from_ref(&key)
        );
        let again = store.dataset(&key).unwrap();
        assert_eq!(
            support::rows(&again.snapshot_at("even").unwrap()),
            [0, 2, 4, 6]
        );
        assert_eq!(again.snapshot().unwrap().files.len(), 2);
        let removed = store.remove(&key).unwrap();
        assert_eq!(removed.left, 0);
        assert!(store.keys(&Default::default()).unwrap().keys.is_empty());
        assert!(store.remove(&key).is_err());
    });
}
