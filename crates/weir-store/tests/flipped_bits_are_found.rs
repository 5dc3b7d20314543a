//! A flipped bit anywhere in data files and manifests is found, with file and offset, or changes nothing that is read.
#![allow(clippy::unwrap_used)]

mod series;

use std::{fs, path::PathBuf};

use series::{Row, dataset, holder, row, settings, write};
use weir_store::{Dataset, LateRows, ScanOptions, Settings, Store};

/// A dataset with base files and late ones, and its rows.
fn damaged_later(folder: &std::path::Path) -> (Vec<Row>, Vec<PathBuf>) {
    let dataset = dataset(
        folder,
        Settings {
            late_rows: LateRows::Beside,
            ..settings(400)
        },
    );
    let rows: Vec<Row> = (0..1_000)
        .map(|n| row(n * 10, n % 7, &format!("value {n}")))
        .collect();
    write(&dataset, &rows);
    write(
        &dataset,
        &(0..50)
            .map(|n| row(n * 100 + 1, n, "late"))
            .collect::<Vec<_>>(),
    );
    let snapshot = dataset.snapshot().unwrap();
    let mut paths: Vec<PathBuf> = snapshot
        .files
        .iter()
        .map(|file| PathBuf::from(snapshot.describe_file(file)))
        .collect();
    assert_eq!(paths.len(), 4);
    let inside = folder.join("name=a/_weir");
    let manifest = format!("{:020}.json", snapshot.version.0);
    paths.push(inside.join(manifest));
    assert!(paths.iter().all(|path| path.is_file()), "{paths:?}");
    (series::read(&snapshot), paths)
}

fn reopen(folder: &std::path::Path) -> Result<Dataset, String> {
    let store = Store::open(folder).map_err(|error| error.to_string())?;
    let key = store.key_schema().key(["a"]).unwrap();
    store.dataset(&key).map_err(|error| error.to_string())
}

/// All rows, or the words of the error.
fn read(folder: &std::path::Path, columns: Option<&[&str]>) -> Result<usize, String> {
    let snapshot = reopen(folder)?
        .snapshot()
        .map_err(|error| error.to_string())?;
    let mut options = ScanOptions::new(holder(64));
    if let Some(columns) = columns {
        options = options.columns(columns.iter().copied());
    }
    let mut rows = 0;
    for batch in snapshot.scan(options).map_err(|error| error.to_string())? {
        rows += batch.map_err(|error| error.to_string())?.num_rows();
    }
    Ok(rows)
}

fn full(folder: &std::path::Path) -> Result<Vec<Row>, String> {
    let snapshot = reopen(folder)?
        .snapshot()
        .map_err(|error| error.to_string())?;
    let mut rows = Vec::new();
    for batch in snapshot
        .scan(ScanOptions::new(holder(64)))
        .map_err(|error| error.to_string())?
    {
        rows.extend(series::rows_of(&batch.map_err(|error| error.to_string())?));
    }
    Ok(rows)
}

fn flips(count: u64) {
    let folder = series::place();
    let (rows, paths) = damaged_later(folder.path());
    let (mut found, mut unused) = (0, 0);
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    for flip in 0..count {
        let path = &paths[usize::try_from(flip).unwrap() % paths.len()];
        let whole = fs::read(path).unwrap();
        let length = whole.len() as u64;
        // Every third in the last part: footers and the ends of manifests are small.
        let tail = length.min(600);
        let byte = if flip % 3 == 0 {
            length - 1 - random(tail)
        } else {
            random(length)
        };
        let bit = random(8);
        let mut bytes = whole.clone();
        bytes[usize::try_from(byte).unwrap()] ^= 1 << bit;
        fs::write(path, &bytes).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        match full(folder.path()) {
            Err(error) => {
                assert!(
                    error.contains(&name),
                    "bit {bit} of byte {byte} of {name}: {error}"
                );
                assert!(
                    error.contains("byte "),
                    "bit {bit} of byte {byte} of {name}: {error}"
                );
                found += 1;
            }
            Ok(read) => {
                assert_eq!(
                    read, rows,
                    "bit {bit} of byte {byte} of {name} changed the answer"
                );
                unused += 1;
            }
        }
        // Verification finds it whatever readers use, and goes on behind it.
        if let Ok(dataset) = reopen(folder.path())
            && let Ok(verified) = dataset.verify(&holder(64))
        {
            assert_eq!(verified.files, 4);
            assert!(
                verified
                    .findings
                    .iter()
                    .any(|finding| finding.path.contains(&name) && finding.offset.is_some()),
                "bit {bit} of byte {byte} of {name}: {:?}",
                verified.findings
            );
        }
        fs::write(path, &whole).unwrap();
    }
    assert_eq!(full(folder.path()).unwrap(), rows);
    assert!(found > count * 9 / 10, "{found} found, {unused} unused");
}

#[test]
fn five_hundred_flipped_bits() {
    flips(500);
}

#[test]
#[ignore = "long: every place many times"]
fn twenty_thousand_flipped_bits() {
    flips(20_000);
}

#[test]
fn damage_in_a_column_that_is_not_read_does_no_harm() {
    let folder = series::place();
    let (rows, paths) = damaged_later(folder.path());
    // The first chunk of a file is the order column's, the last before the footer that of `value`.
    let whole = fs::read(&paths[0]).unwrap();
    let dataset = reopen(folder.path()).unwrap();
    let footer = dataset.latest().unwrap().files[0].footer_bytes as usize;
    let mut bytes = whole.clone();
    let last = bytes.len() - footer - 1;
    bytes[last] ^= 1;
    fs::write(&paths[0], &bytes).unwrap();
    assert_eq!(read(folder.path(), Some(&["ts"])).unwrap(), rows.len());
    assert!(
        read(folder.path(), Some(&["value"]))
            .unwrap_err()
            .contains("column value")
    );
}

#[test]
fn files_cut_short_missing_or_swapped_are_found() {
    let folder = series::place();
    let (_, paths) = damaged_later(folder.path());
    let (first, second) = (fs::read(&paths[0]).unwrap(), fs::read(&paths[1]).unwrap());
    for length in [0, 1, 7, first.len() / 2, first.len() - 1] {
        fs::write(&paths[0], &first[..length]).unwrap();
        assert!(full(folder.path()).unwrap_err().contains("damaged at byte"));
    }
    fs::write(&paths[0], &second).unwrap();
    assert!(full(folder.path()).is_err());
    fs::remove_file(&paths[0]).unwrap();
    assert!(
        full(folder.path())
            .unwrap_err()
            .contains("nothing is there")
    );
    let verified = reopen(folder.path()).unwrap().verify(&holder(64)).unwrap();
    assert_eq!(verified.findings.len(), 1);
    assert!(verified.rows > 0, "the other files were read");
}
