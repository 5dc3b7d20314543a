//! Any sequence of writes, in any strategy, target, chunking and budget, holds what a list of rows would hold; compacted, its files are
//! the same bytes.
#![allow(clippy::unwrap_used)]

mod series;

use std::{convert::Infallible, path::Path};

use proptest::prelude::*;
use series::{Model, Row, batch, dataset, holder, read, row, rows_of, sizes};
use weir_store::{
    CompactOptions, Dataset, LateRows, OrderRange, OrderValue, RowGroupTarget, ScanOptions,
    Settings, WriteOptions,
};

fn write_in(dataset: &Dataset, rows: &[Row], chunk: usize, mib: u64) {
    let batches: Vec<_> = rows.chunks(chunk.max(1)).map(batch).collect();
    dataset
        .write(
            batches.into_iter().map(Ok::<_, Infallible>),
            WriteOptions::new(holder(mib)),
        )
        .unwrap();
}

fn settings() -> impl Strategy<Value = Settings> {
    (
        1_u64..12,
        prop::option::of(0_u32..4),
        prop::option::of(prop_oneof![
            Just(vec!["id".to_owned()]),
            Just(vec!["ts".to_owned()]),
            Just(vec!["id".to_owned(), "value".to_owned()]),
        ]),
        any::<bool>(),
    )
        .prop_map(|(target, max_off_target, duplicates_on, beside)| Settings {
            row_group: RowGroupTarget::Rows(target),
            duplicates_on,
            max_off_target,
            late_rows: if beside {
                LateRows::Beside
            } else {
                LateRows::Merge
            },
            ..Settings::default()
        })
}

fn writes() -> impl Strategy<Value = Vec<Vec<Row>>> {
    let one = (-15_i64..15, 0_i64..3);
    prop::collection::vec(prop::collection::vec(one, 0..20), 1..14).prop_map(|writes| {
        let mut count = 0;
        writes
            .into_iter()
            .enumerate()
            .map(|(at, rows)| {
                // Later writes are a little later in time, as they are in life.
                let drift = i64::try_from(at).unwrap() * 3;
                rows.into_iter()
                    .map(|(ts, id)| {
                        count += 1;
                        let value = if count % 5 == 0 {
                            "same".to_owned()
                        } else {
                            count.to_string()
                        };
                        (ts + drift, id, value)
                    })
                    .collect()
            })
            .collect()
    })
}

type KeyOf = Box<dyn Fn(&Row) -> Row>;

fn key_of(settings: &Settings) -> Option<KeyOf> {
    let names = settings.duplicates_on.clone()?;
    Some(Box::new(move |stored: &Row| {
        let has = |name: &str| names.iter().any(|own| own == name);
        row(
            stored.0,
            if has("id") { stored.1 } else { 0 },
            if has("value") { &stored.2 } else { "" },
        )
    }))
}

fn files(dataset: &Dataset, folder: &Path) -> Vec<Vec<u8>> {
    let manifest = dataset.latest().unwrap();
    assert!(manifest.late_files().is_empty());
    manifest
        .base_files()
        .iter()
        .map(|file| std::fs::read(folder.join("name=a").join(&file.name)).unwrap())
        .collect()
}

fn check(settings: &Settings, writes: &[Vec<Row>], from: i64, length: i64) {
    let key = key_of(settings);
    let mut model = Model::default();
    let folder = series::place();
    let mut datasets = Vec::new();
    for (chunk, mib) in [(usize::MAX, 64), (3, 32)] {
        let folder = folder.path().join(chunk.to_string());
        datasets.push((dataset(&folder, settings.clone()), folder, chunk, mib));
    }
    for rows in writes {
        model.write(rows, key.as_deref());
        for (dataset, _, chunk, mib) in &datasets {
            write_in(dataset, rows, *chunk, *mib);
            let snapshot = dataset.snapshot().unwrap();
            assert_eq!(read(&snapshot), model.rows.clone());
            let range = OrderRange::from(OrderValue::Int(from)..OrderValue::Int(from + length));
            let scan = snapshot
                .scan(ScanOptions::new(holder(64)).range(range))
                .unwrap();
            let found: Vec<Row> = scan.flat_map(|batch| rows_of(&batch.unwrap())).collect();
            let expected: Vec<Row> = model
                .rows
                .iter()
                .filter(|row| (from..from + length).contains(&row.0))
                .cloned()
                .collect();
            assert_eq!(found, expected);
        }
    }
    let mut bytes = Vec::new();
    for (dataset, folder, _, _) in &datasets {
        let found = dataset.verify(&holder(64)).unwrap();
        assert_eq!(found.findings, vec![]);
        dataset.compact(&CompactOptions::new(holder(64))).unwrap();
        assert_eq!(read(&dataset.snapshot().unwrap()), model.rows.clone());
        let again = dataset.compact(&CompactOptions::new(holder(64))).unwrap();
        assert!(!again.published, "compacting twice is compacting once");
        bytes.push(files(dataset, folder));
    }
    // The same rows written at once.
    let at_once = folder.path().join("once");
    let plain = Settings {
        duplicates_on: None,
        ..settings.clone()
    };
    let once = dataset(&at_once, plain);
    write_in(&once, &model.rows, usize::MAX, 64);
    bytes.push(files(&once, &at_once));
    assert_eq!(&bytes[0], &bytes[1]);
    assert_eq!(&bytes[0], &bytes[2]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn any_writes(settings in settings(), writes in writes(), from in -20_i64..60, length in 0_i64..30) {
        check(&settings, &writes, from, length);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    #[ignore = "long: the same many times"]
    fn any_writes_many_times(settings in settings(), writes in writes(), from in -20_i64..60, length in 0_i64..30) {
        check(&settings, &writes, from, length);
    }
}

#[test]
fn late_files_stay_few_and_are_folded_in() {
    let folder = series::place();
    let settings = Settings {
        row_group: RowGroupTarget::Rows(1_000),
        late_rows: LateRows::Beside,
        duplicates_on: Some(vec!["id".to_owned()]),
        ..Settings::default()
    };
    let dataset = dataset(folder.path(), settings);
    let mut model = Model::default();
    let mut written = 0;
    let by_key = |stored: &Row| row(stored.0, stored.1, "");
    for commit in 0..60_i64 {
        let mut rows: Vec<Row> = (commit * 100..commit * 100 + 100)
            .map(|ts| row(ts, ts, "first"))
            .collect();
        // Five corrections of earlier rows, and one row of a time that had none.
        rows.extend((0..5).map(|n| {
            let ts = (commit * 37 + n * 11) % (commit * 100).max(1);
            row(ts, ts, &format!("late {commit}"))
        }));
        model.write(&rows, Some(&by_key));
        written += series::write(&dataset, &rows).rows_written;
        assert!(dataset.latest().unwrap().late_files().len() <= 8);
        if commit % 10 == 9 {
            assert_eq!(series::content(&dataset), model.rows);
        }
    }
    assert!(
        !dataset.latest().unwrap().late_files().is_empty(),
        "late rows are beside"
    );
    let sent = 60 * 105;
    assert!(written < sent * 2, "{written} rows written for {sent}");
    let report = dataset.compact(&CompactOptions::new(holder(64))).unwrap();
    assert!(report.published);
    assert!(dataset.latest().unwrap().late_files().is_empty());
    assert_eq!(series::content(&dataset), model.rows);
    assert_eq!(sizes(&dataset), [1_000; 6]);
    // Half of all rows corrected at once: folded in by the write itself.
    let many: Vec<Row> = (0..3_000).map(|n| row(n * 2, n * 2, "many")).collect();
    model.write(&many, Some(&by_key));
    series::write(&dataset, &many);
    assert!(dataset.latest().unwrap().late_files().is_empty());
    assert_eq!(series::content(&dataset), model.rows);
}
