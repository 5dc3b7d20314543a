//! A journal on a disk that fails after every possible number of steps: what was confirmed is there.
#![allow(clippy::unwrap_used)]

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;

use weir_files::{Files, RealFiles};
use weir_run::{Journal, JournalError, RunId, Timestamp};
use weir_testkit::{FaultPlan, FaultyFiles, at_every_crash_point};

fn run() -> RunId {
    RunId::from_parts(Timestamp::from_micros(0), [1; 10])
}

/// Two attempts of a job; counts what was confirmed.
fn two_attempts(
    files: Arc<dyn Files>,
    path: &Path,
    confirmed: &Cell<Option<u32>>,
) -> Result<(), JournalError> {
    let mut journal = Journal::create(Arc::clone(&files), path, run())?;
    confirmed.set(Some(0));
    for part in 0..3u32 {
        journal.append(&part)?;
        confirmed.set(Some(part + 1));
    }
    drop(journal);
    let mut opened = Journal::open::<u32>(files, path, run())?;
    for part in 3..5u32 {
        opened.journal.append(&part)?;
        confirmed.set(Some(part + 1));
    }
    Ok(())
}

#[test]
fn at_every_crash_point_confirmed_records_are_there_in_order() {
    let confirmed = Cell::new(None);
    let points = at_every_crash_point(
        || {
            confirmed.set(None);
            tempfile::tempdir().unwrap()
        },
        |folder, files| {
            // The error is the crash.
            let _ = two_attempts(files, &folder.path().join("journal.jsonl"), &confirmed);
        },
        |folder, point| {
            let path = folder.path().join("journal.jsonl");
            let files: Arc<dyn Files> = Arc::new(RealFiles);
            if !path.exists() {
                assert_eq!(confirmed.get(), None, "{point:?}");
                return;
            }
            let opened = Journal::open::<u32>(files, &path, run()).unwrap();
            let found = opened.records.len() as u32;
            assert_eq!(opened.records, (0..found).collect::<Vec<_>>(), "{point:?}");
            let least = confirmed.get().unwrap_or(0);
            assert!(
                found == least || found == least + 1,
                "{point:?}: {found} of {least}"
            );
            if !point.interrupted {
                assert_eq!(found, 5);
            }
        },
    );
    assert!(points > 50, "{points}");
}

#[test]
fn after_a_refused_append_the_journal_takes_no_more_until_it_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    let disk = FaultyFiles::new(Arc::new(RealFiles), FaultPlan::none());
    let mut journal = Journal::create(disk.shared(), &path, run()).unwrap();
    journal.append(&0u32).unwrap();
    // Room for a part of the next line.
    disk.set_plan(FaultPlan::none().capacity(disk.used() + 10));
    let full = journal.append(&1u32).unwrap_err().to_string();
    assert!(full.contains("full"), "{full}");
    disk.set_plan(FaultPlan::none());
    assert_eq!(journal.append(&1u32).unwrap_err().to_string(), full);
    drop(journal);

    let mut opened = Journal::open::<u32>(disk.shared(), &path, run()).unwrap();
    assert_eq!(opened.records, [0]);
    opened.journal.append(&1u32).unwrap();
    drop(opened);
    assert_eq!(Journal::read::<u32>(&RealFiles, &path).unwrap(), [0, 1]);
}
