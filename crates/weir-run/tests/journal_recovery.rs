//! A journal that was cut short or damaged at any byte: the records that were confirmed come
//! back, or an error names the place; never anything else.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use std::sync::Arc;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use weir_files::{Files, FilesError, RealFiles};
use weir_run::{Journal, JournalError, RunId, Timestamp, recover};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct PartFinished {
    part: u32,
    files: Vec<String>,
}

fn record(part: u32) -> PartFinished {
    PartFinished {
        part,
        files: vec![format!("patients-{part:05}.parquet"), "\n\0\"{}".to_owned()],
    }
}

fn run() -> RunId {
    RunId::from_parts(Timestamp::from_micros(1_000_000), [7; 10])
}

fn files() -> Arc<dyn Files> {
    Arc::new(RealFiles)
}

struct Fixture {
    _folder: tempfile::TempDir,
    path: PathBuf,
    bytes: Vec<u8>,
    /// Where each line ends, the header's first.
    ends: Vec<usize>,
}

fn journal(parts: u32) -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    let mut journal = Journal::create(files(), &path, run()).unwrap();
    let mut ends = vec![journal.length() as usize];
    for part in 0..parts {
        journal.append(&record(part)).unwrap();
        ends.push(journal.length() as usize);
    }
    drop(journal);
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(bytes.len(), *ends.last().unwrap());
    Fixture {
        _folder: folder,
        path,
        bytes,
        ends,
    }
}

#[test]
fn cut_at_every_byte_it_keeps_what_was_confirmed_and_goes_on() {
    let fixture = journal(3);
    for cut in 0..=fixture.bytes.len() {
        std::fs::write(&fixture.path, &fixture.bytes[..cut]).unwrap();
        let whole_lines = fixture.ends.iter().filter(|end| **end <= cut).count();
        let confirmed: Vec<_> = (0..whole_lines.saturating_sub(1) as u32)
            .map(record)
            .collect();

        let mut opened = Journal::open::<PartFinished>(files(), &fixture.path, run()).unwrap();
        assert_eq!(opened.records, confirmed, "cut at {cut}");
        let torn = cut > 0 && !fixture.ends.contains(&cut);
        assert_eq!(opened.dropped.is_some(), torn, "cut at {cut}");

        opened.journal.append(&record(99)).unwrap();
        drop(opened);
        let again = Journal::open::<PartFinished>(files(), &fixture.path, run()).unwrap();
        assert_eq!(again.records.last(), Some(&record(99)));
        assert_eq!(again.records.len(), confirmed.len() + 1);
        assert!(again.dropped.is_none());
    }
    let left: Vec<_> = RealFiles.list(fixture.path.parent().unwrap()).unwrap();
    assert_eq!(left, ["journal.jsonl"], "no temporary file stays");
}

#[test]
fn cut_and_padded_with_zeros_is_an_interrupted_write() {
    let fixture = journal(2);
    let last = fixture.ends[1];
    for cut in last..fixture.bytes.len() {
        let mut bytes = fixture.bytes.clone();
        bytes[cut..].fill(0);
        let found = recover(&bytes).unwrap();
        assert_eq!(
            found.records.len(),
            2,
            "header and first record, cut at {cut}"
        );
        assert_eq!(found.dropped.unwrap().offset, last as u64);
    }
}

#[test]
fn every_flipped_byte_is_found_and_its_line_named() {
    let fixture = journal(3);
    let good = recover(&fixture.bytes).unwrap().records;
    for at in 0..fixture.bytes.len() {
        for flip in [0x01, 0x20, 0x80, fixture.bytes[at]] {
            let mut bytes = fixture.bytes.clone();
            bytes[at] ^= flip;
            let line = fixture.ends.iter().filter(|end| **end <= at).count();
            let begins = if line == 0 { 0 } else { fixture.ends[line - 1] };
            match recover(&bytes) {
                Err((offset, _)) => assert_eq!(offset, begins as u64, "flipped {at}"),
                Ok(found) => {
                    // A zero byte in the last line is what an interrupted write leaves.
                    assert_eq!(line, fixture.ends.len() - 1, "flipped {at}");
                    assert_eq!(bytes[at], 0, "flipped {at}");
                    assert_eq!(found.records, good[..line]);
                    assert_eq!(found.dropped.unwrap().offset, begins as u64);
                }
            }
        }
    }
}

#[test]
fn a_line_lost_doubled_or_moved_is_damage() {
    let fixture = journal(3);
    let line = |n: usize| &fixture.bytes[fixture.ends[n - 1]..fixture.ends[n]];
    let header = &fixture.bytes[..fixture.ends[0]];
    for lines in [
        [header, line(2), line(3)].concat(),
        [header, line(1), line(1), line(2)].concat(),
        [header, line(2), line(1), line(3)].concat(),
        [line(1), line(2), line(3)].concat(),
    ] {
        assert!(recover(&lines).is_err());
    }
}

#[test]
fn damage_leaves_the_file_alone_and_names_path_and_offset() {
    let fixture = journal(3);
    let mut bytes = fixture.bytes.clone();
    bytes[fixture.ends[1] + 60] ^= 1;
    std::fs::write(&fixture.path, &bytes).unwrap();
    let error = Journal::open::<PartFinished>(files(), &fixture.path, run()).unwrap_err();
    match &error {
        JournalError::Damaged { path, offset, .. } => {
            assert_eq!(path, &fixture.path);
            assert_eq!(*offset, fixture.ends[1] as u64);
        }
        other => panic!("{other}"),
    }
    assert_eq!(std::fs::read(&fixture.path).unwrap(), bytes);
}

#[test]
fn another_runs_journal_and_a_newer_one_are_refused() {
    let fixture = journal(1);
    let other = RunId::from_parts(Timestamp::from_micros(0), [1; 10]);
    let error = Journal::open::<PartFinished>(files(), &fixture.path, other).unwrap_err();
    assert!(matches!(error, JournalError::OtherRun { .. }), "{error}");

    let record = br#"{"weir_journal":2,"run":"new"}"#;
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&0u32.to_le_bytes());
    hasher.update(&(record.len() as u32).to_le_bytes());
    hasher.update(record);
    let line = format!(
        "{{\"crc\":\"{:08x}\",\"len\":\"{:08x}\",\"record\":{}}}\n",
        hasher.finalize(),
        record.len(),
        String::from_utf8_lossy(record)
    );
    std::fs::write(&fixture.path, line).unwrap();
    let error = Journal::open::<PartFinished>(files(), &fixture.path, run()).unwrap_err();
    assert!(
        matches!(
            error,
            JournalError::Newer {
                found: 2,
                known: 1,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_record_too_long_changes_nothing_and_an_existing_file_is_not_overwritten() {
    let fixture = journal(1);
    let mut opened = Journal::open::<PartFinished>(files(), &fixture.path, run()).unwrap();
    let long = PartFinished {
        part: 1,
        files: vec!["x".repeat(2 << 20)],
    };
    let error = opened.journal.append(&long).unwrap_err();
    assert!(matches!(error, JournalError::Record { .. }), "{error}");
    opened.journal.append(&record(1)).unwrap();
    drop(opened);
    let read = Journal::read::<PartFinished>(&RealFiles, &fixture.path).unwrap();
    assert_eq!(read, [record(0), record(1)]);

    let error = Journal::create(files(), &fixture.path, run()).unwrap_err();
    assert!(
        matches!(error, JournalError::Files(FilesError::AlreadyExists { .. })),
        "{error}"
    );
}

proptest! {
    #[test]
    fn any_bytes_never_panic_and_never_invent_records(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(found) = recover(&bytes) {
            prop_assert!(found.records.is_empty());
        }
    }

    #[test]
    fn any_two_changes_are_found(
        first in any::<(prop::sample::Index, u8)>(),
        second in any::<(prop::sample::Index, u8)>(),
    ) {
        let fixture = journal(2);
        let mut bytes = fixture.bytes.clone();
        for (index, value) in [first, second] {
            let at = index.index(bytes.len());
            bytes[at] = value;
        }
        let good = recover(&fixture.bytes).unwrap().records;
        if let Ok(found) = recover(&bytes) {
            prop_assert_eq!(&found.records[..], &good[..found.records.len()]);
            if bytes != fixture.bytes {
                prop_assert!(found.records.len() < good.len());
            }
        }
    }
}
