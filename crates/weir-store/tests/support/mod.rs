//! Stores of made-up files: whole numbers as lines of text, which the commit protocol takes as it takes Parquet.
#![allow(dead_code, clippy::unwrap_used)]

use std::{io::Write, path::Path, sync::Arc};

use arrow_schema::{DataType, Field, Schema};
use weir_files::Files;
use weir_store::{
    Change, CommitError, Dataset, DatasetSpec, FileEntry, Key, LocalStorage, OrderValue, Place,
    ReadCounter, Snapshot, Storage, Store, Writing,
};

/// The one key of these stores.
pub(crate) fn key(store: &Store) -> Key {
    store.key_schema().key(["temperature", "berlin"]).unwrap()
}

/// A time column and a value.
pub(crate) fn spec() -> DatasetSpec {
    let schema = Schema::new(vec![
        Field::new("time", DataType::Int64, false),
        Field::new("value", DataType::Int64, true),
    ]);
    DatasetSpec::new(Arc::new(schema), "time")
}

/// A store on a disk, with one dataset.
pub(crate) fn store_on(
    files: Arc<dyn Files>,
    folder: &Path,
) -> Result<Dataset, weir_store::OpenError> {
    let storage: Arc<dyn Storage> = Arc::new(LocalStorage::new(files, folder));
    let store = Store::create_in(storage, "quantity / city".parse().unwrap())?;
    let key = key(&store);
    store.create_dataset(&key, spec())
}

/// The dataset of [`store_on`], opened.
pub(crate) fn reopen(
    files: Arc<dyn Files>,
    folder: &Path,
) -> Result<Dataset, weir_store::OpenError> {
    let storage: Arc<dyn Storage> = Arc::new(LocalStorage::new(files, folder));
    let store = Store::open_in(storage)?;
    store.dataset(&key(&store))
}

/// Writes a file of these rows, which are in order.
pub(crate) fn write_file(
    writing: &Writing,
    rows: &[i64],
    place: Place,
) -> Result<FileEntry, weir_store::StorageError> {
    let name = writing.new_name(&format!("{:019}", rows[0]), place);
    let mut file = writing.create_file(&name, place)?;
    let text: String = rows.iter().map(|row| format!("{row}\n")).collect();
    let write = |file: &mut dyn Write, part: &[u8]| {
        file.write_all(part).map_err(|error| {
            weir_store::StorageError::Files(weir_files::FilesError::from_io(
                error,
                Path::new("made-up"),
                weir_files::Doing::Write,
            ))
        })
    };
    write(&mut *file, text.as_bytes())?;
    let footer = [b'='; 12];
    write(&mut *file, &footer)?;
    let bytes = file.finish()?;
    Ok(FileEntry {
        name,
        place,
        rows: rows.len() as u64,
        min: OrderValue::Int(rows[0]),
        max: OrderValue::Int(*rows.last().unwrap()),
        bytes,
        footer_bytes: 12,
        footer_crc32: 7,
        commit: 0,
    })
}

/// Reads a file of [`write_file`].
pub(crate) fn read_file(snapshot: &Snapshot, file: &FileEntry) -> Vec<i64> {
    let counter = ReadCounter::new();
    let object = snapshot.open_file(file, &counter).unwrap();
    assert_eq!(object.len(), file.bytes, "the length of {}", file.name);
    let bytes = object.read_at(0, file.bytes as usize).unwrap();
    let text = bytes.strip_suffix(&[b'='; 12]).expect("a whole file");
    let rows: Vec<i64> = std::str::from_utf8(text)
        .unwrap()
        .lines()
        .map(|line| line.parse().unwrap())
        .collect();
    assert_eq!(rows.len() as u64, file.rows, "the rows of {}", file.name);
    assert_eq!(file.min, OrderValue::Int(rows[0]));
    assert_eq!(file.max, OrderValue::Int(*rows.last().unwrap()));
    rows
}

/// All rows of a version, base and late merged; checks that every file is whole and the base files are in order.
pub(crate) fn rows(snapshot: &Snapshot) -> Vec<i64> {
    let base: Vec<i64> = snapshot
        .base_files()
        .iter()
        .flat_map(|file| read_file(snapshot, file))
        .collect();
    assert!(base.is_sorted(), "base files in order");
    let mut all = base;
    for file in snapshot.late_files() {
        all.extend(read_file(snapshot, file));
    }
    all.sort_unstable();
    all
}

/// One file appended, on top of whatever others publish.
pub(crate) fn append(
    dataset: &Dataset,
    rows: &[i64],
) -> Result<Arc<weir_store::Manifest>, CommitError> {
    let mut writing = dataset.begin().map_err(opened)?;
    loop {
        let file = write_file(&writing, rows, Place::Base)?;
        let name = file.name.clone();
        let mut change = Change::of(writing.base().version);
        change.add = vec![file];
        match writing.commit(change) {
            Err(CommitError::Conflict { .. }) => {
                writing.abandon([(name.as_str(), Place::Base)]);
                writing = writing.redo()?;
            }
            done => return done,
        }
    }
}

/// All base and late files become base files of at most `target` rows.
pub(crate) fn compact(dataset: &Dataset, target: usize) -> Result<(), CommitError> {
    let mut writing = dataset.begin().map_err(opened)?;
    loop {
        let base = writing.base().clone();
        let all = rows(&base);
        let mut change = Change::of(base.version);
        change.same_rows = true;
        change.remove = base.files.iter().map(|file| file.name.clone()).collect();
        for part in all.chunks(target) {
            change.add.push(write_file(&writing, part, Place::Base)?);
        }
        let names: Vec<String> = change.add.iter().map(|file| file.name.clone()).collect();
        match writing.commit(change) {
            Err(CommitError::Conflict { .. }) => {
                writing.abandon(names.iter().map(|name| (name.as_str(), Place::Base)));
                writing = writing.redo()?;
            }
            done => return done.map(|_| ()),
        }
    }
}

/// What a writer says when it cannot begin.
pub(crate) fn opened(error: weir_store::OpenError) -> CommitError {
    match error {
        weir_store::OpenError::Storage(error) => CommitError::Storage(error),
        weir_store::OpenError::Manifest(error) => CommitError::Manifest(error),
        other => CommitError::Removed {
            dataset: other.to_string(),
        },
    }
}
