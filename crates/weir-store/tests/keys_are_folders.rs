//! Keys: typed, ordered, read back from their text and from their folders.
#![allow(clippy::unwrap_used)]

mod support;

use std::{fs, sync::Arc};

use proptest::prelude::*;
use weir_files::RealFiles;
use weir_store::{Key, KeySchema, KeyValue, LocalStorage, ObjectPath, OpenError, Store};

fn schema() -> KeySchema {
    "quantity, city / sampling".parse().unwrap()
}

#[test]
fn the_example_of_the_documentation() {
    let schema = schema();
    assert_eq!(schema.to_string(), "quantity, city / sampling");
    let key = schema.parse_key("(temperature, berlin / 1D)").unwrap();
    assert_eq!(key.to_string(), "(temperature, berlin / 1D)");
    let folder = schema.folder(&key);
    assert_eq!(
        folder.as_str(),
        "quantity=temperature/city=berlin/sampling=1D"
    );
    assert_eq!(schema.parse_key(folder.as_str()).unwrap(), key);
    assert_eq!(key.levels().len(), 2);
}

#[test]
fn wrong_keys_say_what_is_right() {
    let schema: KeySchema = "station: int, what / by".parse().unwrap();
    for (text, reason) in [
        ("1, a", "has 3 values: (station: int, what / by)"),
        ("1, a / b, c", "has 3 values"),
        ("1 / a / b", "after \"station\" comes ','"),
        ("one, a / b", "\"station\" is a whole number"),
        ("\"1\", a / b", "whole number and no text"),
        ("1, / b", "missing"),
        ("(1, a / b", "parenthesis"),
        ("1, \"a / b", "quote"),
        ("1, \"\" / b", "not empty"),
        ("station=01/what=a/by=b", "the folder of this value is"),
        ("station=1/when=a/by=b", "a folder what=…"),
        ("", "has 3 values"),
    ] {
        let error = schema.parse_key(text).unwrap_err().to_string();
        assert!(error.contains(reason), "{text}: {error}");
    }
    let long = "x".repeat(300);
    assert!(
        schema
            .key([KeyValue::Int(1), long.as_str().into(), "b".into()])
            .is_err()
    );
    for text in ["", "a,,b", "a,a", "1a", "a: float", "a-b", &"a".repeat(65)] {
        assert!(text.parse::<KeySchema>().is_err(), "{text}");
    }
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9]{1,8}",
        ".{1,12}",
        "[ ,/()=\"%\\\\:*?#\\[\\]{}^']{1,6}",
        "[\\x00-\\x20\\x7f]{1,4}",
        Just(".".to_owned()),
        Just("..".to_owned()),
        Just("é/ß".to_owned()),
    ]
}

fn key() -> impl Strategy<Value = (KeySchema, Key)> {
    (any::<i64>(), value(), value()).prop_map(|(number, one, two)| {
        let schema: KeySchema = "a / b: int, c".parse().unwrap();
        let key = schema
            .key([
                KeyValue::Str(one),
                KeyValue::Int(number),
                KeyValue::Str(two),
            ])
            .unwrap();
        (schema, key)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_key_is_read_back((schema, key) in key()) {
        prop_assert_eq!(&schema.parse_key(&key.to_string()).unwrap(), &key);
        let folder = schema.folder(&key);
        prop_assert_eq!(folder.as_str().split('/').count(), 3);
        prop_assert!(folder.as_str().split('/').all(ObjectPath::is_name));
        prop_assert_eq!(&schema.parse_key(folder.as_str()).unwrap(), &key);
        prop_assert_eq!(schema.to_string().parse::<KeySchema>().unwrap(), schema);
    }

    #[test]
    fn different_keys_have_different_folders((schema, one) in key(), (_, two) in key()) {
        prop_assert_eq!(one == two, schema.folder(&one) == schema.folder(&two));
        prop_assert_eq!(one == two, one.to_string() == two.to_string());
    }

    #[test]
    fn hostile_texts_never_panic(text in ".{0,40}") {
        let schema = schema();
        let _ = schema.parse_key(&text);
        let _ = schema.parse_prefix(&text);
        let _ = text.parse::<KeySchema>();
    }
}

fn store(folder: &std::path::Path) -> Store {
    let storage = LocalStorage::new(Arc::new(RealFiles), folder);
    Store::create_in(Arc::new(storage), "station: int / what".parse().unwrap()).unwrap()
}

#[test]
fn keys_are_found_in_order_and_foreign_files_are_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    for text in ["10 / a", "9 / b", "-3 / a", "9 / a", "9 / \"x/y\""] {
        let key = store.key_schema().parse_key(text).unwrap();
        store.create_dataset(&key, support::spec()).unwrap();
    }
    for foreign in [
        ".DS_Store",
        "Thumbs.db",
        "station=9/._what=a",
        "station=9/desktop.ini",
        "station=9/what=a/.DS_Store",
        "note.txt",
    ] {
        fs::write(folder.path().join(foreign), "").unwrap();
    }
    fs::create_dir_all(folder.path().join(".Trash/x")).unwrap();
    fs::create_dir_all(folder.path().join("station=7/what=bare")).unwrap();
    let shown = |prefix: &str| -> Vec<String> {
        let prefix = store.key_schema().parse_prefix(prefix).unwrap();
        let found = store.keys(&prefix).unwrap();
        assert_eq!(found.unparsed, []);
        found.keys.iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        shown(""),
        [
            "(-3 / a)",
            "(9 / a)",
            "(9 / b)",
            "(9 / \"x/y\")",
            "(10 / a)"
        ]
    );
    assert_eq!(shown("9"), ["(9 / a)", "(9 / b)", "(9 / \"x/y\")"]);
    assert_eq!(shown("9 / b"), ["(9 / b)"]);
    assert_eq!(shown("11"), [] as [&str; 0]);
}

#[test]
fn folders_that_do_not_parse_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let key = store.key_schema().parse_key("1 / a").unwrap();
    store.create_dataset(&key, support::spec()).unwrap();
    for wrong in [
        "station=x",
        "station=01/what=a",
        "city=berlin",
        "station=1/what=",
        "station=1/what=%zz",
        "station=1/what=%61",
        "station=1/what=%ff",
    ] {
        fs::create_dir_all(folder.path().join(wrong)).unwrap();
    }
    fs::create_dir_all(folder.path().join("station=2/what=b")).unwrap();
    fs::write(folder.path().join("station=2/what=b/rows.parquet"), "x").unwrap();
    let found = store.keys(&Default::default()).unwrap();
    assert_eq!(found.keys, [key]);
    let reported: Vec<(&str, &str)> = found
        .unparsed
        .iter()
        .map(|(path, reason)| (path.as_str(), reason.as_str()))
        .collect();
    assert_eq!(
        reported,
        [
            ("city=berlin", "a folder station=… is expected here"),
            ("station=01", "the folder of this value is \"station=1\""),
            ("station=1/what=", "\"what\" has no value"),
            (
                "station=1/what=%61",
                "the folder of this value is \"what=a\""
            ),
            ("station=1/what=%ff", "it is not UTF-8"),
            ("station=1/what=%zz", "after % come two hexadecimal digits"),
            (
                "station=2/what=b",
                "it has files and no version of a dataset"
            ),
            ("station=x", "\"station\" is a whole number"),
        ]
    );
}

#[test]
fn a_removed_key_takes_its_files_and_emptied_parents_along() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let keys: Vec<Key> = ["1 / a", "1 / b", "2 / c"]
        .map(|text| store.key_schema().parse_key(text).unwrap())
        .into();
    for key in &keys {
        let dataset = store.create_dataset(key, support::spec()).unwrap();
        support::append(&dataset, &[1, 2]).unwrap();
        dataset
            .name_version(&dataset.snapshot().unwrap(), "kept")
            .unwrap();
    }
    let unknown = store.key_schema().parse_key("3 / a").unwrap();
    for error in [
        store.remove(&unknown).unwrap_err(),
        store.dataset(&unknown).unwrap_err(),
    ] {
        assert!(
            matches!(&error, OpenError::NoDataset { key } if key == "(3 / a)"),
            "{error}"
        );
    }
    assert_eq!(store.remove(&keys[2]).unwrap().left, 0);
    assert!(!folder.path().join("station=2").exists());
    assert_eq!(store.remove(&keys[0]).unwrap().left, 0);
    assert!(!folder.path().join("station=1/what=a").exists());
    assert!(folder.path().join("station=1/what=b").exists());
    fs::write(folder.path().join("station=1/what=b/mine.txt"), "x").unwrap();
    store.remove(&keys[1]).unwrap();
    assert!(
        folder.path().join("station=1/what=b/mine.txt").exists(),
        "not weir's"
    );
    assert!(!folder.path().join("station=1/what=b/_weir").exists());
    assert!(matches!(
        store.remove(&keys[1]),
        Err(OpenError::NoDataset { .. })
    ));
    assert_eq!(
        Store::open(folder.path())
            .unwrap()
            .keys(&Default::default())
            .unwrap()
            .keys,
        []
    );
}

#[test]
fn stores_are_made_once() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(
        Store::open(folder.path()),
        Err(OpenError::NoStore { .. })
    ));
    let made = Store::create(folder.path(), schema()).unwrap();
    assert!(matches!(
        Store::create(folder.path(), schema()),
        Err(OpenError::StoreExists { .. })
    ));
    let opened = Store::open(folder.path()).unwrap();
    assert_eq!(opened.key_schema(), made.key_schema());
    fs::write(folder.path().join("_weir/store.json"), "{\"weir_store\":1,").unwrap();
    let error = Store::open(folder.path()).unwrap_err().to_string();
    assert!(
        error.contains("store.json") && error.contains("damaged at byte"),
        "{error}"
    );
}
