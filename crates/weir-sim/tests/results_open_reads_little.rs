//! Opening a run reads its journal and its histograms, however many patients it has; one patient reads one row
//! group. Counted in bytes that the process read, so this file has one test.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod simulation;

use std::fs;

use simulation::{Place, job, real};
use weir_run::Journal;
use weir_sim::job::ResultsChoice;
use weir_sim::results::{BLOCK, FileRecord, JournalRecord, Layout, PART, PartRecord, Results};

/// Bytes this process has asked the system for.
fn bytes_read() -> u64 {
    let text = fs::read_to_string("/proc/self/io").unwrap();
    let line = text
        .lines()
        .find(|line| line.starts_with("rchar:"))
        .unwrap();
    line["rchar:".len()..].trim().parse().unwrap()
}

#[test]
fn opening_reads_no_patients_and_one_patient_reads_one_row_group() {
    if !std::path::Path::new("/proc/self/io").exists() {
        eprintln!("skipped: this system does not count what a process reads");
        return;
    }
    let small = job(2 * PART, 2.0, ResultsChoice::Parquet);
    let place = Place::new();
    place.run(&small, &real()).unwrap();
    let size = |name: &str| fs::metadata(place.folder().join(name)).unwrap().len();
    let reading_slack = 4_096;

    let before = bytes_read();
    let stored = small.open(&real(), &place.folder()).unwrap();
    let opened = bytes_read() - before;
    let allowed = size("journal.jsonl") + size("histograms.parquet") + reading_slack;
    assert!(opened <= allowed, "{opened} of {allowed}");

    let visits = size("visits/part-00001.parquet");
    let read = |patient: u32| {
        let before = bytes_read();
        let rows: usize = stored
            .visits(patient..patient + 1)
            .unwrap()
            .map(|batch| batch.unwrap().num_rows())
            .sum();
        assert!(rows > 0);
        bytes_read() - before
    };
    // The first one checks its part's file, and no other; then a patient costs one of its row groups.
    let first = read(PART + 5);
    assert!(
        first <= visits + visits / 2 + 4 * reading_slack,
        "{first} of {visits}"
    );
    for patient in [PART + 6, PART + BLOCK, 2 * PART - 1] {
        let later = read(patient);
        let groups = u64::from(PART / BLOCK);
        assert!(
            later <= visits / groups + visits / 10 + 4 * reading_slack,
            "{later} of {visits}"
        );
    }

    // The same run, if its journal had the 611 parts of 10 million patients.
    let large = job(10_000_000, 2.0, ResultsChoice::Parquet);
    let layout = Layout::new(place.folder());
    let histograms = stored.whole().to_vec();
    fs::remove_file(layout.journal()).unwrap();
    let mut journal = Journal::create(real(), &layout.journal(), place.id).unwrap();
    for part in 0..611 {
        let file = |table: &str| FileRecord {
            name: format!("{table}/part-{part:05}.parquet"),
            bytes: 4_000_000,
            crc32: part,
            rows: 300_000,
        };
        let files = vec![file("patients"), file("visits"), file("counts")];
        journal
            .append(&JournalRecord::Part(PartRecord {
                part,
                patients: PART.min(10_000_000 - part * PART),
                files,
            }))
            .unwrap();
    }
    journal
        .append(&JournalRecord::Whole { files: histograms })
        .unwrap();
    // Nothing else may be opened: it is not there.
    for table in ["patients", "visits"] {
        fs::remove_dir_all(layout.table(table)).unwrap();
    }
    let before = bytes_read();
    let stored = large.open(&real(), &place.folder()).unwrap();
    let opened = bytes_read() - before;
    let allowed = size("journal.jsonl") + size("histograms.parquet") + reading_slack;
    assert!(opened <= allowed, "{opened} of {allowed}");
    assert_eq!(stored.patients_done(), (10_000_000, 10_000_000));
    assert!(stored.is_whole() && !stored.is_partial());
}
