//! A damaged newest manifest: going back to the newest sound version, nothing deleted, and removal in spite of it.
#![allow(clippy::unwrap_used)]

mod series;

use std::path::{Path, PathBuf};

use series::{content, dataset, keys, place, settings, stored_keys, write};
use weir_store::{
    ColumnChange, Dataset, LateRows, ManifestError, OpenError, Store, VacuumOptions, Version,
    WriteError,
};

fn manifest(folder: &Path, version: u64) -> PathBuf {
    folder.join(format!("name=a/_weir/{version:020}.json"))
}

/// Flips one bit in the middle.
fn damage(folder: &Path, version: u64) {
    let path = manifest(folder, version);
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    std::fs::write(&path, bytes).unwrap();
}

/// Three versions: none, [0, 10), [0, 20).
fn grown(folder: &Path) -> Dataset {
    let grown = dataset(folder, settings(10));
    write(&grown, &keys(0..10, "a"));
    write(&grown, &keys(10..20, "b"));
    grown
}

fn opened(folder: &Path) -> Dataset {
    let store = Store::open(folder).unwrap();
    let key = store.key_schema().key(["a"]).unwrap();
    store.dataset(&key).unwrap()
}

#[test]
fn a_damaged_newest_version_gives_way_to_the_newest_sound_one() {
    let folder = place();
    let before = grown(folder.path()).latest().unwrap();
    damage(folder.path(), 3);
    let damaged_bytes = std::fs::read(manifest(folder.path(), 3)).unwrap();
    let broken = opened(folder.path());
    assert!(matches!(broken.latest(), Err(OpenError::Manifest(_))));
    let repaired = broken.repair().unwrap();
    assert_eq!(
        (repaired.version, repaired.back_to),
        (Version(4), Some(Version(2)))
    );
    assert_eq!(repaired.set_aside.len(), 1);
    assert_eq!(repaired.set_aside[0].version, Version(3));
    assert!(repaired.set_aside[0].why.contains("damaged at byte"));
    // The damaged manifest is beside, as it was; its rows' file is told and still there.
    let aside = Path::new(&repaired.set_aside[0].path);
    assert_eq!(std::fs::read(aside).unwrap(), damaged_bytes);
    let lost = before.files.last().unwrap();
    assert_eq!(repaired.unnamed.len(), 1);
    assert!(repaired.unnamed[0].path.ends_with(&lost.name));
    assert_eq!(repaired.unnamed[0].bytes, lost.bytes);
    assert!(Path::new(&repaired.unnamed[0].path).exists());
    // It is read, written, compacted and vacuumed again.
    let sound = opened(folder.path());
    assert_eq!(content(&sound), keys(0..10, "a"));
    assert_eq!(sound.latest().unwrap().parent, Version(2));
    write(&sound, &keys(10..15, "c"));
    assert_eq!(stored_keys(&sound), (0..15).collect::<Vec<_>>());
    let options = VacuumOptions {
        keep_versions: 1,
        grace: std::time::Duration::ZERO,
        dry_run: false,
    };
    sound.vacuum(&options).unwrap();
    assert!(aside.exists(), "a vacuum leaves it alone");
    assert_eq!(stored_keys(&sound), (0..15).collect::<Vec<_>>());
    // Again there is nothing to do.
    let again = sound.repair().unwrap();
    assert_eq!((again.version, again.back_to), (Version(5), None));
    assert!(again.set_aside.is_empty() && again.unnamed.is_empty());
}

#[test]
fn a_damaged_version_in_the_middle_is_set_aside_and_nothing_else_changes() {
    let folder = place();
    let all = content(&grown(folder.path()));
    damage(folder.path(), 2);
    let broken = opened(folder.path());
    assert!(
        broken.vacuum(&VacuumOptions::default()).is_err(),
        "its files are not known"
    );
    let repaired = broken.repair().unwrap();
    assert_eq!((repaired.version, repaired.back_to), (Version(3), None));
    assert_eq!(repaired.set_aside[0].version, Version(2));
    assert!(repaired.unnamed.is_empty(), "version 3 names all files");
    broken.vacuum(&VacuumOptions::default()).unwrap();
    assert_eq!(content(&opened(folder.path())), all);
}

#[test]
fn a_version_without_its_files_is_passed_over() {
    let folder = place();
    let grown = grown(folder.path());
    write(&grown, &keys(20..30, "c"));
    let gone = grown.manifest(Version(3)).unwrap();
    let gone = gone.files.last().unwrap();
    std::fs::remove_file(folder.path().join("name=a").join(&gone.name)).unwrap();
    damage(folder.path(), 4);
    let repaired = opened(folder.path()).repair().unwrap();
    assert_eq!(repaired.back_to, Some(Version(2)));
    assert_eq!(repaired.without_files, [Version(3)]);
    assert_eq!(content(&opened(folder.path())), keys(0..10, "a"));
}

#[test]
fn where_nothing_is_sound_it_is_said_and_the_dataset_can_be_removed() {
    let folder = place();
    grown(folder.path());
    for version in 1..=3 {
        damage(folder.path(), version);
    }
    let error = opened(folder.path()).repair().unwrap_err();
    assert!(
        matches!(error, OpenError::NoSoundVersion { damaged: 3, .. }),
        "{error}"
    );
    let store = Store::open(folder.path()).unwrap();
    let key = store.key_schema().key(["a"]).unwrap();
    store.remove(&key).unwrap();
    assert!(!folder.path().join("name=a").exists());
    assert!(matches!(
        store.dataset(&key),
        Err(OpenError::NoDataset { .. })
    ));
}

#[test]
fn a_damaged_dataset_can_be_removed_with_what_was_set_aside() {
    for repaired in [false, true] {
        let folder = place();
        grown(folder.path());
        damage(folder.path(), 3);
        if repaired {
            opened(folder.path()).repair().unwrap();
        }
        let store = Store::open(folder.path()).unwrap();
        let key = store.key_schema().key(["a"]).unwrap();
        store.remove(&key).unwrap();
        assert!(!folder.path().join("name=a").exists(), "{repaired}");
    }
}

#[test]
fn a_manifest_of_a_newer_program_is_no_damage() {
    let folder = place();
    grown(folder.path());
    let path = manifest(folder.path(), 3);
    let text = std::fs::read_to_string(&path).unwrap();
    let newer = text.replacen("{\"weir_manifest\":1,", "{\"weir_manifest\":2,", 1);
    let body = &newer[..newer.len() - 20];
    let newer = format!(
        "{body}\"crc32\":\"{:08x}\"}}\n",
        crc32fast::hash(body.as_bytes())
    );
    std::fs::write(&path, &newer).unwrap();
    let error = opened(folder.path()).repair().unwrap_err();
    assert!(
        matches!(&error, OpenError::Manifest(ManifestError::TooNew { .. })),
        "{error}"
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap(), newer);
}

#[test]
fn columns_and_settings_change_together_or_not_at_all() {
    let folder = place();
    let grown = grown(folder.path());
    let note = arrow_schema::Field::new("note", arrow_schema::DataType::Utf8, true);
    let add = ColumnChange::Add(note.into());
    let refused = grown.alter(std::slice::from_ref(&add), |settings| {
        settings.duplicates_on = Some(vec!["nothing".to_owned()]);
    });
    assert!(
        matches!(refused, Err(WriteError::Settings { .. })),
        "{refused:?}"
    );
    assert_eq!(grown.latest().unwrap().version, Version(3));
    // A column that comes with the same change can tell duplicates.
    let report = grown
        .alter(&[add], |settings| {
            settings.duplicates_on = Some(vec!["note".to_owned()]);
            settings.late_rows = LateRows::Beside;
        })
        .unwrap();
    assert_eq!(report.version, Version(4));
    let now = grown.latest().unwrap();
    assert_eq!(now.schema.fields().len(), 4);
    assert_eq!(now.settings.late_rows, LateRows::Beside);
    let same = grown
        .alter(&[], |settings| settings.late_rows = LateRows::Beside)
        .unwrap();
    assert!(!same.published);
}
