//! A change that only adds late files fits on any rows: also where others removed, meanwhile, all rows that they lay beside. They must
//! be neither lost nor taken for newer than what is written later.
#![allow(clippy::unwrap_used)]

mod series;

use std::io::Write;

use series::{content, dataset, holder, keys, read, row, settings, stored_keys, try_write, write};
use weir_store::{
    Change, CompactOptions, Dataset, FileEntry, LateRows, OrderValue, Place, Settings,
    WriteOptions, Writing,
};

fn beside(duplicates: bool) -> Settings {
    Settings {
        late_rows: LateRows::Beside,
        duplicates_on: duplicates.then(|| vec!["ts".to_owned()]),
        ..settings(10)
    }
}

/// The late file of a writer that began before what follows: the bytes are those of the same rows written to a twin.
fn late_file(writing: &Writing, twin: &Dataset) -> FileEntry {
    let snapshot = twin.snapshot().unwrap();
    let entry = &snapshot.late_files()[0];
    let path = twin.file_path(&entry.name, Place::Late);
    let bytes = twin.storage().read(&path, 1 << 20).unwrap();
    let name = writing.new_name("0", Place::Late);
    let mut file = writing.create_file(&name, Place::Late).unwrap();
    file.write_all(&bytes).unwrap();
    file.finish().unwrap();
    FileEntry {
        name,
        ..entry.clone()
    }
}

/// Rows 0 to 99; a writer of a late row 90 is overtaken by one that removes the rows from `gone` on.
fn overtaken(folder: &std::path::Path, settings: Settings, gone: i64) -> Dataset {
    let (real, twin) = (
        dataset(&folder.join("real"), settings.clone()),
        dataset(&folder.join("twin"), settings),
    );
    for dataset in [&real, &twin] {
        write(dataset, &keys(0..100, "old"));
    }
    write(&twin, &[row(90, 90, "late")]);
    let writing = real.begin().unwrap();
    let mut change = Change::of(writing.base().version);
    change.add = vec![late_file(&writing, &twin)];
    let options = WriteOptions::new(holder(64));
    let options = options.replacing(OrderValue::Int(gone), OrderValue::Int(99));
    try_write(&real, &[], options).unwrap();
    writing.commit(change).unwrap();
    assert_eq!(real.latest().unwrap().late_files().len(), 1);
    real
}

#[test]
fn late_rows_without_any_base_row_survive_a_compaction() {
    for duplicates in [false, true] {
        let folder = series::place();
        let dataset = overtaken(folder.path(), beside(duplicates), 0);
        assert_eq!(content(&dataset), [row(90, 90, "late")]);
        dataset.compact(&CompactOptions::new(holder(64))).unwrap();
        assert_eq!(content(&dataset), [row(90, 90, "late")]);
        assert!(dataset.latest().unwrap().late_files().is_empty());
    }
}

#[test]
fn rows_written_after_late_ones_beyond_the_last_base_row_come_after_them() {
    for duplicates in [false, true] {
        let folder = series::place();
        let dataset = overtaken(folder.path(), beside(duplicates), 50);
        write(&dataset, &[row(90, 90, "newer"), row(95, 95, "newer")]);
        let mut expected = keys(0..50, "old");
        if !duplicates {
            expected.push(row(90, 90, "late"));
        }
        expected.extend([row(90, 90, "newer"), row(95, 95, "newer")]);
        assert_eq!(content(&dataset), expected);
        let before = dataset.snapshot().unwrap();
        dataset.compact(&CompactOptions::new(holder(64))).unwrap();
        assert_eq!(read(&before), expected);
        assert_eq!(content(&dataset), expected);
        assert!(stored_keys(&dataset).is_sorted());
    }
}
