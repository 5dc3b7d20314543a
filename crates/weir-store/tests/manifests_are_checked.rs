//! Manifests: JSON that anyone reads, and nothing that a hostile or damaged one can do.
#![allow(clippy::unwrap_used)]

use std::{collections::HashMap, sync::Arc};

use arrow_schema::{DataType, Field, Fields, Schema, TimeUnit};
use proptest::prelude::*;
use serde_json::json;
use weir_store::{
    FileEntry, LateRows, Manifest, ManifestError, OrderValue, Place, RowGroupTarget, Settings,
    Version,
};

fn entry(number: i64, place: Place) -> FileEntry {
    FileEntry {
        name: format!(
            "{number:03}.{}",
            if place == Place::Base {
                "parquet"
            } else {
                "late"
            }
        ),
        place,
        rows: 10,
        min: OrderValue::Int(number * 10),
        max: OrderValue::Int(number * 10 + 9),
        bytes: 1000,
        footer_bytes: 200,
        footer_crc32: 0xdead_beef,
        commit: 2,
    }
}

fn manifest() -> Manifest {
    let item = Field::new("item", DataType::Float32, true)
        .with_metadata(HashMap::from([("deep".to_owned(), "yes".to_owned())]));
    let schema = Schema::new_with_metadata(
        vec![
            Field::new(
                "time",
                DataType::Timestamp(TimeUnit::Microsecond, Some("Europe/Berlin".into())),
                false,
            )
            .with_metadata(HashMap::from([
                ("unit".to_owned(), "µs".to_owned()),
                ("about".to_owned(), "\"quoted\"\n".to_owned()),
            ])),
            Field::new("price", DataType::Decimal128(38, -3), true),
            Field::new(
                "side",
                DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8)),
                true,
            ),
            Field::new("raw", DataType::FixedSizeBinary(16), true),
            Field::new("list", DataType::List(Arc::new(item.clone())), true),
            Field::new("vector", DataType::FixedSizeList(Arc::new(item), 3), true),
            Field::new(
                "both",
                DataType::Struct(Fields::from(vec![
                    Field::new("a", DataType::Int8, false),
                    Field::new("b", DataType::LargeUtf8, true),
                ])),
                true,
            ),
            Field::new_map(
                "map",
                "entries",
                Field::new("key", DataType::Utf8, false),
                Field::new("value", DataType::Int64, true),
                true,
                true,
            ),
        ],
        HashMap::from([("made".to_owned(), "here".to_owned())]),
    );
    Manifest {
        id: "0011223344556677".to_owned(),
        version: Version(3),
        parent: Version(2),
        removed: false,
        writer: "0123456789abcdef.0".to_owned(),
        written_ms: 1_700_000_000_123,
        schema: Arc::new(schema),
        order_column: "time".to_owned(),
        settings: Settings {
            row_group: RowGroupTarget::Period("1D".to_owned()),
            duplicates_on: Some(vec!["side".to_owned()]),
            max_off_target: Some(3),
            late_rows: LateRows::Beside,
            ..Settings::default()
        },
        metadata: [
            (
                "source".to_owned(),
                json!({"feed": "x", "seq": 18_446_744_073_709_551_615_u64}),
            ),
            ("ratio".to_owned(), json!(0.1 + 0.2)),
            ("none".to_owned(), json!(null)),
        ]
        .into(),
        files: vec![
            entry(0, Place::Base),
            entry(1, Place::Base),
            entry(0, Place::Late),
        ],
    }
}

#[test]
fn a_manifest_is_read_back_as_it_was() {
    let manifest = manifest();
    let bytes = manifest.to_bytes().unwrap();
    assert_eq!(
        Manifest::from_bytes(&bytes, Version(3), "m").unwrap(),
        manifest
    );
    assert_eq!(
        bytes,
        manifest.to_bytes().unwrap(),
        "the same bytes every time"
    );
}

#[test]
fn anyone_reads_it() {
    let bytes = manifest().to_bytes().unwrap();
    let read: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(read["weir_manifest"], 1);
    assert_eq!(read["metadata"]["source"]["feed"], "x");
    assert_eq!(
        read["schema"]["fields"][0]["type"],
        "Timestamp(µs, \"Europe/Berlin\")"
    );
    assert_eq!(read["files"][1]["name"], "001.parquet");
    assert_eq!(read["written"], "2023-11-14T22:13:20.123Z");
    let text = String::from_utf8(bytes.clone()).unwrap();
    let (body, trailer) = text.split_at(text.len() - 20);
    assert_eq!(
        trailer,
        format!("\"crc32\":\"{:08x}\"}}\n", crc32fast::hash(body.as_bytes()))
    );
    assert_eq!(text.lines().count(), 7, "a line for each file: {text}");
}

/// Ends any text as a manifest ends.
fn sealed(body: &str) -> Vec<u8> {
    format!(
        "{body}\"crc32\":\"{:08x}\"}}\n",
        crc32fast::hash(body.as_bytes())
    )
    .into_bytes()
}

fn replaced(from: &str, to: &str) -> Result<Manifest, ManifestError> {
    let text = String::from_utf8(manifest().to_bytes().unwrap()).unwrap();
    assert!(text.contains(from), "{from} in {text}");
    let body = text[..text.len() - 20].replacen(from, to, 1);
    Manifest::from_bytes(&sealed(&body), Version(3), "store/_weir/3.json")
}

#[test]
fn a_newer_format_is_refused_with_a_sentence() {
    let error = replaced("\"weir_manifest\":1", "\"weir_manifest\":2").unwrap_err();
    assert_eq!(
        error.to_string(),
        "store/_weir/3.json has format 2, and this program reads formats up to 1; use a newer weir"
    );
    let other_ending = b"{\"weir_manifest\":7,\"quite\":\"different\"}";
    assert!(matches!(
        Manifest::from_bytes(other_ending, Version(3), "m"),
        Err(ManifestError::TooNew { found: 7, .. })
    ));
    assert!(matches!(
        replaced("\"weir_manifest\":1", "\"weir_manifest\":0"),
        Err(ManifestError::Damaged { offset: 17, .. })
    ));
}

#[test]
fn broken_rules_are_told_with_their_place() {
    let cases = [
        (
            "\"name\":\"001.parquet\"",
            "\"name\":\"../1.parquet\"",
            "no name of a file",
        ),
        (
            "\"name\":\"001.parquet\"",
            "\"name\":\"001.late\"",
            "no name of a file",
        ),
        (
            "\"name\":\"001.parquet\"",
            "\"name\":\"000.parquet\"",
            "is named twice",
        ),
        ("\"rows\":10", "\"rows\":0", "has no rows"),
        ("\"rows\":10", "\"rows\":18446744073709551615", "more rows"),
        ("\"min\":\"int:10\"", "\"min\":\"int:5\"", "begins before"),
        (
            "\"min\":\"int:10\"",
            "\"min\":\"int:99\"",
            "above its greatest",
        ),
        (
            "\"min\":\"int:0\"",
            "\"min\":\"text:a\"",
            "of type Timestamp",
        ),
        (
            "\"min\":\"int:0\"",
            "\"min\":\"float:NaN\"",
            "is not an order value",
        ),
        ("\"footer_bytes\":200", "\"footer_bytes\":1000", "footer"),
        ("\"commit\":2", "\"commit\":4", "comes with version 4"),
        (
            "\"order_column\":\"time\"",
            "\"order_column\":\"when\"",
            "no order column \"when\"",
        ),
        (
            "\"order_column\":\"time\"",
            "\"order_column\":\"list\"",
            "cannot order rows",
        ),
        ("\"version\":3", "\"version\":4", "says version 4"),
        ("\"parent\":2", "\"parent\":3", "cannot come from"),
        (
            "\"max_off_target\":3",
            "\"max_off_target\":3,\"new\":1",
            "unknown field",
        ),
        (
            "\"nullable\":false",
            "\"nullable\":false,\"nullable\":true",
            "duplicate field",
        ),
        (
            "Dictionary(Int8, Utf8)",
            "Dictionary(Utf8, Int8)",
            "no type of a column",
        ),
        (
            "FixedSizeBinary(16)",
            "FixedSizeBinary(-1)",
            "no type of a column",
        ),
        ("Decimal128(38, -3)", "Union(x)", "no type of a column"),
        ("\"type\":\"List\"", "\"type\":\"Int8\"", "has children"),
        (
            "\"written\":\"2023",
            "\"written\":\"x023",
            "time of writing",
        ),
    ];
    for (from, to, reason) in cases {
        let error = replaced(from, to).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(reason), "{from} → {to}: {text}");
        assert!(text.contains("store/_weir/3.json"), "{text}");
        if to.starts_with("\"name\"") || reason.starts_with("comes") {
            assert!(
                matches!(error, ManifestError::Damaged { offset, .. } if offset > 100),
                "the file's place: {text}"
            );
        }
    }
}

#[test]
fn what_cannot_be_written_is_refused() {
    type Spoil = fn(&mut Manifest);
    let cases: [(Spoil, &str); 6] = [
        (|m| m.files.reverse(), "comes after late files"),
        (|m| m.settings.row_group = RowGroupTarget::Rows(0), "0 rows"),
        (
            |m| m.settings.duplicates_on = Some(vec!["x".to_owned()]),
            "a column \"x\"",
        ),
        (|m| m.removed = true, "removed dataset with files"),
        (|m| m.version = Version(0), "is no version"),
        (
            |m| {
                let union = DataType::Union(
                    arrow_schema::UnionFields::empty(),
                    arrow_schema::UnionMode::Sparse,
                );
                let time = m.schema.field(0).clone();
                m.schema = Arc::new(Schema::new(vec![time, Field::new("u", union, true)]));
            },
            "cannot hold",
        ),
    ];
    for (spoil, reason) in cases {
        let mut manifest = manifest();
        manifest.settings.duplicates_on = None;
        spoil(&mut manifest);
        let error = manifest.to_bytes().unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn every_flipped_bit_is_found() {
    let bytes = manifest().to_bytes().unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let error = Manifest::from_bytes(&flipped, Version(3), "m").expect_err("a flipped bit");
        assert!(matches!(
            error,
            ManifestError::Damaged { .. } | ManifestError::TooNew { .. }
        ));
    }
    for len in 0..bytes.len() {
        assert!(
            Manifest::from_bytes(&bytes[..len], Version(3), "m").is_err(),
            "cut at {len}"
        );
    }
}

#[test]
fn deep_and_wide_schemas_are_bounded() {
    let mut field = Field::new("x", DataType::Int8, true);
    for _ in 0..20 {
        field = Field::new("x", DataType::List(Arc::new(field)), true);
    }
    let mut manifest = manifest();
    manifest.settings.duplicates_on = None;
    let time = manifest.schema.field(0).clone();
    manifest.schema = Arc::new(Schema::new(vec![time.clone(), field]));
    assert!(
        manifest
            .to_bytes()
            .unwrap_err()
            .to_string()
            .contains("16 levels")
    );
    let many = (0..10_001).map(|n| Field::new(format!("c{n}"), DataType::Int8, true));
    manifest.schema = Arc::new(Schema::new(
        std::iter::once(time).chain(many).collect::<Vec<_>>(),
    ));
    assert!(
        manifest
            .to_bytes()
            .unwrap_err()
            .to_string()
            .contains("10000 columns")
    );

    let nested =
        "{\"name\":\"x\",\"type\":\"List\",\"nullable\":true,\"children\":[".repeat(100_000);
    let text = String::from_utf8(manifest_text()).unwrap();
    let at = text.find("\"fields\":[").unwrap() + 10;
    let body = format!("{}{nested}", &text[..at]);
    assert!(Manifest::from_bytes(&sealed(&body), Version(3), "m").is_err());
}

fn manifest_text() -> Vec<u8> {
    manifest().to_bytes().unwrap()
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|v| json!(v)),
        any::<i64>().prop_map(|v| json!(v)),
        any::<f64>().prop_map(|v| json!(v)),
        ".{0,12}".prop_map(|v| json!(v)),
        "(List|Struct|Map|FixedSizeList\\([0-9-]{0,12}\\)|Decimal(32|64|128|256)\\([0-9-]{0,4}, ?[0-9-]{0,4}\\)|Dictionary\\(Int8, .{0,8}\\)|Timestamp\\((s|ms|µs|ns), \".{0,8}\"\\))"
            .prop_map(|v| json!(v)),
    ];
    leaf.prop_recursive(4, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::Array),
            prop::collection::btree_map("[a-z]{1,6}", inner, 0..6)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

/// The places in a manifest's JSON, as pointers.
fn pointers(value: &serde_json::Value, here: &str, all: &mut Vec<String>) {
    all.push(here.to_owned());
    match value {
        serde_json::Value::Object(map) => {
            for (key, inside) in map {
                pointers(inside, &format!("{here}/{key}"), all);
            }
        }
        serde_json::Value::Array(list) => {
            for (number, inside) in list.iter().enumerate() {
                pointers(inside, &format!("{here}/{number}"), all);
            }
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn hostile_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Manifest::from_bytes(&bytes, Version(3), "m");
        let mut begun = b"{\"weir_manifest\":1".to_vec();
        begun.extend(&bytes);
        let _ = Manifest::from_bytes(&sealed(&String::from_utf8_lossy(&begun)), Version(3), "m");
    }

    /// With a right checksum, so that all else is looked at.
    #[test]
    fn hostile_values_in_any_place_never_panic(place in any::<prop::sample::Index>(), value in any_json()) {
        let mut json: serde_json::Value = serde_json::from_slice(&manifest_text()).unwrap();
        json.as_object_mut().unwrap().remove("crc32");
        let mut all = Vec::new();
        pointers(&json, "", &mut all);
        let pointer = &all[place.index(all.len())];
        *json.pointer_mut(pointer).unwrap() = value;
        let mut body = json.to_string();
        if let Some(format) = json.get("weir_manifest") {
            // The format comes first in the file.
            let rest = body.replacen(&format!("\"weir_manifest\":{format}"), "", 1);
            body = format!("{{\"weir_manifest\":{format},{}", &rest[1..]);
            body = body.replace(",,", ",").replace("{,", "{");
        }
        body.pop();
        body.push_str(",\n");
        if let Ok(read) = Manifest::from_bytes(&sealed(&body), Version(3), "m") {
            // What is accepted can be written again and is the same.
            let again = read.to_bytes().unwrap();
            prop_assert_eq!(Manifest::from_bytes(&again, Version(3), "m").unwrap(), read);
        }
    }

    #[test]
    fn hostile_text_edits_never_panic(at in any::<prop::sample::Index>(), len in 0..40_usize, text in ".{0,20}") {
        let bytes = manifest_text();
        let body = String::from_utf8(bytes[..bytes.len() - 20].to_vec()).unwrap();
        let mut from = at.index(body.len());
        while !body.is_char_boundary(from) { from -= 1; }
        let mut to = (from + len).min(body.len());
        while !body.is_char_boundary(to) { to += 1; }
        let edited = format!("{}{text}{}", &body[..from], &body[to..]);
        if let Ok(read) = Manifest::from_bytes(&sealed(&edited), Version(3), "m") {
            read.to_bytes().unwrap();
        }
    }
}
