//! What is written in a format is read back as itself, from any place in it, from a file and from a stream.
#![allow(clippy::unwrap_used)]

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{
    ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, TimestampNanosecondArray,
};
use arrow_select::concat::concat_batches;
use weir_flow::{CsvOptions, CsvSource, IpcSource, RowFormat, RowWriter, Source};

fn rows(count: i64) -> RecordBatch {
    let ts: ArrayRef = Arc::new(
        TimestampNanosecondArray::from_iter_values(
            (0..count).map(|i| 1_700_000_000_000_000_000 + i * 500_000_000),
        )
        .with_timezone("UTC"),
    );
    let price: ArrayRef = Arc::new(Float64Array::from_iter(
        (0..count).map(|i| (i % 7 != 3).then_some(i as f64 / 8.0)),
    ));
    let size: ArrayRef = Arc::new(Int64Array::from_iter_values(0..count));
    let word: ArrayRef = Arc::new(StringArray::from_iter_values(
        (0..count).map(|i| format!("a, \"{i}\"\nb")),
    ));
    RecordBatch::try_from_iter_with_nullable([
        ("ts", ts, true),
        ("price", price, true),
        ("size", size, true),
        ("word", word, true),
    ])
    .unwrap()
}

fn write(path: &Path, format: RowFormat, rows: &RecordBatch) -> Vec<u8> {
    let mut writer = RowWriter::new(format, &rows.schema(), Vec::new()).unwrap();
    for start in (0..rows.num_rows()).step_by(300) {
        writer
            .write(&rows.slice(start, 300.min(rows.num_rows() - start)))
            .unwrap();
    }
    let bytes = writer.finish().unwrap();
    std::fs::write(path, &bytes).unwrap();
    bytes
}

fn all(source: &mut dyn Source) -> RecordBatch {
    let mut batches = Vec::new();
    while let Some(rows) = source.next().unwrap() {
        batches.push(rows);
    }
    concat_batches(source.stream().schema(), &batches).unwrap()
}

fn options(rows: &RecordBatch) -> CsvOptions {
    CsvOptions {
        types: rows
            .schema()
            .fields()
            .iter()
            .map(|f| (f.name().clone(), f.data_type().clone()))
            .collect(),
        order_by: Some("ts".to_owned()),
        batch_rows: 128,
        ..CsvOptions::default()
    }
}

fn check_places(open: &dyn Fn() -> Box<dyn Source>, rows: &RecordBatch) {
    assert_eq!(all(&mut *open()), *rows);
    let mut source = open();
    let mut seen = 0;
    while let Some(batch) = source.next().unwrap() {
        seen += batch.num_rows();
        let position = source.position();
        assert_eq!(position.rows, seen as u64);
        let mut other = open();
        other.seek(&position).unwrap();
        assert_eq!(all(&mut *other), rows.slice(seen, rows.num_rows() - seen));
    }
    let mut again = open();
    again.next().unwrap();
    again.seek(&Default::default()).unwrap();
    assert_eq!(all(&mut *again), *rows);
}

#[test]
fn csv_from_every_place() {
    let folder = tempfile::tempdir().unwrap();
    let (path, rows) = (folder.path().join("t.csv"), rows(1000));
    let bytes = write(&path, RowFormat::Csv, &rows);
    check_places(
        &|| Box::new(CsvSource::open(&path, options(&rows)).unwrap()),
        &rows,
    );
    let mut once =
        CsvSource::from_reader("<stdin>", Box::new(Cursor::new(bytes)), options(&rows)).unwrap();
    assert_eq!(all(&mut once), rows);
}

#[test]
fn both_arrow_formats_from_every_place() {
    let folder = tempfile::tempdir().unwrap();
    let rows = rows(1000);
    for format in [RowFormat::ArrowFile, RowFormat::ArrowStream] {
        let path = folder.path().join(format!("t.{format}"));
        let bytes = write(&path, format, &rows);
        check_places(
            &|| Box::new(IpcSource::open(&path, Some("ts")).unwrap()),
            &rows,
        );
        let once = IpcSource::from_reader("<stdin>", Box::new(Cursor::new(bytes)), Some("ts"));
        match format {
            RowFormat::ArrowStream => assert_eq!(all(&mut once.unwrap()), rows),
            _ => assert!(once.err().unwrap().to_string().contains("file format")),
        }
    }
}

#[test]
fn no_rows_have_columns() {
    let folder = tempfile::tempdir().unwrap();
    let rows = rows(0);
    for (format, name) in RowFormat::ALL {
        let path = folder.path().join(format!("t.{name}"));
        let bytes = write(&path, format, &rows);
        match format {
            RowFormat::Csv => {
                assert_eq!(bytes, b"ts,price,size,word\n");
                assert_eq!(
                    all(&mut CsvSource::open(&path, options(&rows)).unwrap()),
                    rows
                );
            }
            RowFormat::Parquet => assert!(bytes.ends_with(b"PAR1")),
            _ => assert_eq!(all(&mut IpcSource::open(&path, None).unwrap()), rows),
        }
    }
}

#[test]
fn types_of_csv_are_inferred_and_that_is_told() {
    let text = "\u{feff}ts,price,size,flag,note\n2024-01-01T00:00:00Z,1.5,1,true,\n2024-01-01T00:00:01Z,2,2,false,x\n";
    let source = CsvSource::from_reader(
        "<stdin>",
        Box::new(Cursor::new(text.as_bytes().to_vec())),
        CsvOptions::default(),
    )
    .unwrap();
    assert_eq!(
        source.inferred(),
        [
            "ts timestamp[s, UTC]",
            "price float64",
            "size int64",
            "flag bool",
            "note text"
        ]
    );
}

#[test]
fn what_csv_has_wrong_is_an_error_with_its_line() {
    let types = vec![("size".to_owned(), arrow_schema::DataType::Int64)];
    let cases = [
        ("a,a\n1,2\n", "twice"),
        ("", "no line with the columns' names"),
        ("size\n1\nx\n", "line 2"),
        ("size\n1\n2,3\n", "line 3"),
        ("price\n1\n", "there is no column `size`"),
    ];
    for (text, said) in cases {
        let options = CsvOptions {
            types: if text.starts_with('a') {
                Vec::new()
            } else {
                types.clone()
            },
            ..CsvOptions::default()
        };
        let error = CsvSource::from_reader(
            "t.csv",
            Box::new(Cursor::new(text.as_bytes().to_vec())),
            options,
        )
        .and_then(|mut source| {
            while source.next()?.is_some() {}
            Ok(())
        })
        .expect_err(text);
        assert!(error.to_string().contains(said), "{error}");
    }
    let known = CsvOptions {
        types,
        known_only: true,
        ..CsvOptions::default()
    };
    let error = CsvSource::from_reader(
        "t.csv",
        Box::new(Cursor::new(b"size,extra\n1,2\n".to_vec())),
        known,
    )
    .err()
    .unwrap();
    assert!(error.to_string().contains("`extra`"), "{error}");
}

fn inferred(text: &str) -> Result<Vec<String>, String> {
    let bytes = Box::new(Cursor::new(text.as_bytes().to_vec()));
    CsvSource::from_reader("t.csv", bytes, CsvOptions::default())
        .map(|source| source.inferred().to_vec())
        .map_err(|error| error.to_string())
}

#[test]
fn instants_with_offsets_are_in_utc_and_others_have_no_zone() {
    for (values, data_type) in [
        (
            "2024-01-01T00:00:00Z\n2024-06-01T00:00:00Z",
            "timestamp[s, UTC]",
        ),
        ("2024-01-01T00:00:00.5+02:00\n\"\"\n", "timestamp[ms, UTC]"),
        ("2024-01-01T00:00:00\n2024-06-01T00:00:00", "timestamp[s]"),
        ("2024-01-01T00:00:00Z\n2024-06-01T00:00:00", "timestamp[s]"),
        ("2024-01-01\n2024-06-01", "date"),
    ] {
        let found = inferred(&format!("ts\n{values}\n")).unwrap();
        assert_eq!(found, [format!("ts {data_type}")], "{values}");
    }
}

#[test]
fn columns_without_values_and_other_separators_are_told() {
    assert_eq!(
        inferred("ts,price\n").unwrap(),
        ["ts text, having no values", "price text, having no values"]
    );
    for (text, said) in [
        (
            "ts;price\n1;2\n",
            "separated by `;`; say so (--delimiter ';'",
        ),
        ("ts;price\n1;2,5\n", "separated by `;`"),
        (
            "ts\tprice\n1\t2\n",
            "separated by a tab; say so (--delimiter tab",
        ),
        ("ts|price\n1|2\n", "separated by `|`"),
    ] {
        let refused = inferred(text).unwrap_err();
        assert!(refused.contains(said), "{text:?}: {refused}");
    }
    assert_eq!(inferred("a b\n1\n").unwrap(), ["a b int64"]);
    // A name is a name where somebody says so.
    let options = CsvOptions {
        types: vec![("a;b".to_owned(), arrow_schema::DataType::Int64)],
        ..CsvOptions::default()
    };
    let bytes = Box::new(Cursor::new(b"a;b\n1\n".to_vec()));
    assert!(CsvSource::from_reader("t.csv", bytes, options).is_ok());
}

#[test]
fn a_csv_file_that_grew_is_gone_on_with_and_any_other_change_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    let lines = |rows: std::ops::Range<i64>| rows.map(|n| format!("{n},{}\n", n * n));
    let head = |rows: i64| format!("n,v\n{}", lines(0..rows).collect::<String>());
    let options = || CsvOptions {
        types: ["n", "v"]
            .map(|name| (name.to_owned(), arrow_schema::DataType::Int64))
            .to_vec(),
        batch_rows: 100,
        ..CsvOptions::default()
    };
    // Larger than what types are inferred from, so that positions lie within the file too.
    for (rows, batches) in [(250, 1), (250, 3), (30_000, 2), (30_000, 300)] {
        std::fs::write(&path, head(rows)).unwrap();
        let mut source = CsvSource::open(&path, options()).unwrap();
        for _ in 0..batches {
            source.next().unwrap().unwrap();
        }
        let position = source.position();
        let resumed = |text: &str| {
            std::fs::write(&path, text).unwrap();
            let mut source = CsvSource::open(&path, options()).unwrap();
            source.seek(&position).map(|()| all(&mut source))
        };
        let more = head(rows + 170);
        let left = resumed(&more).unwrap();
        let from = position.rows as i64;
        let expected: Vec<i64> = (from..rows + 170).collect();
        let found = left
            .column(0)
            .as_primitive::<arrow_array::types::Int64Type>();
        assert_eq!(
            found.values(),
            &expected[..],
            "{rows} rows, {batches} batches"
        );
        assert_eq!(resumed(&head(rows)).unwrap().num_rows() as i64, rows - from);
        for (other, said) in [
            (more.replacen("3,9", "3,8", 1), "no longer what they were"),
            (format!("n,v\n{}", &more[..40]), "now it has"),
        ] {
            let refused = resumed(&other).unwrap_err().to_string();
            assert!(refused.contains(said), "{refused}");
        }
    }
    // A last line without its end is whole only if nothing is added to it.
    std::fs::write(&path, "n,v\n1,2\n3,4").unwrap();
    let mut source = CsvSource::open(&path, options()).unwrap();
    assert_eq!(source.next().unwrap().unwrap().num_rows(), 2);
    let position = source.position();
    for (added, rows) in [("", Some(0)), ("\n5,6\n", Some(1)), ("5\n5,6\n", None)] {
        std::fs::write(&path, format!("n,v\n1,2\n3,4{added}")).unwrap();
        let mut source = CsvSource::open(&path, options()).unwrap();
        let left = source.seek(&position).map(|()| all(&mut source).num_rows());
        assert_eq!(left.ok(), rows, "{added:?}");
    }
}

#[test]
fn a_file_that_changed_is_not_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let (path, rows) = (folder.path().join("t.csv"), rows(10));
    write(&path, RowFormat::Csv, &rows);
    let mut source = CsvSource::open(&path, options(&rows)).unwrap();
    source.next().unwrap();
    let position = source.position();
    std::fs::write(&path, "ts,price,size,word\n").unwrap();
    let mut changed = CsvSource::open(&path, options(&rows)).unwrap();
    assert!(
        changed
            .seek(&position)
            .err()
            .unwrap()
            .to_string()
            .contains("has changed")
    );
}
