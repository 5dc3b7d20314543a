//! Damaged, swapped and foreign files are told with their path, never returned as data, never a panic, and
//! computed again by resuming.
#![allow(clippy::unwrap_used)]

mod simulation;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use proptest::prelude::*;
use simulation::{Place, job, real, reference};
use weir_run::Journal;
use weir_sim::job::{Job, ResultsChoice};
use weir_sim::results::{
    FileRecord, JournalRecord, Layout, PART, PartRecord, Results, ResultsError, Stored, read_counts,
};

fn small() -> Job {
    job(2 * PART, 0.5, ResultsChoice::Parquet)
}

/// One finished run, copied by every test: its id and its files.
type Finished = (weir_run::RunId, Vec<(PathBuf, Vec<u8>)>);

fn finished() -> &'static Finished {
    static FINISHED: OnceLock<Finished> = OnceLock::new();
    FINISHED.get_or_init(|| {
        let place = Place::new();
        place.run(&small(), &real()).unwrap();
        let names = weir_testkit::checksum_tree(&place.folder(), |_| true).unwrap();
        let read = |name: PathBuf| {
            let bytes = std::fs::read(place.folder().join(&name)).unwrap();
            (name, bytes)
        };
        (place.id, names.into_keys().map(read).collect())
    })
}

fn copy() -> Place {
    let mut place = Place::new();
    place.id = finished().0;
    for (name, bytes) in &finished().1 {
        let path = place.folder().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    place
}

fn journal_bytes() -> &'static [u8] {
    let is_journal = |file: &&(PathBuf, Vec<u8>)| file.0.ends_with("journal.jsonl");
    &finished().1.iter().find(is_journal).unwrap().1
}

/// Reads everything there is to read.
fn read_all(job: &Job, folder: &Path) -> Result<u64, ResultsError> {
    let stored = job.open(&real(), folder)?;
    let all = 0..job.spec().patients;
    let mut rows = 0;
    for batch in stored.patients(all.clone())?.chain(stored.visits(all)?) {
        rows += batch?.num_rows() as u64;
    }
    stored.verify()?;
    Ok(rows)
}

fn flip(path: &Path, at: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    let at = at % bytes.len();
    bytes[at] ^= 0x10;
    std::fs::write(path, bytes).unwrap();
}

const DATA: [&str; 6] = [
    "patients/part-00000.parquet",
    "patients/part-00001.parquet",
    "visits/part-00000.parquet",
    "visits/part-00001.parquet",
    "histograms.parquet",
    "summary.parquet",
];

type Harm = (&'static str, fn(&Path));

#[test]
fn harm_to_any_file_is_told_with_the_file_and_mended_by_resuming() {
    let job = small();
    let expected = reference(&job);
    let harms: [Harm; 6] = [
        ("first byte", |path| flip(path, 0)),
        ("a byte inside", |path| flip(path, 777)),
        ("shorter", |path| {
            let bytes = std::fs::read(path).unwrap();
            std::fs::write(path, &bytes[..bytes.len() - 3]).unwrap();
        }),
        ("longer", |path| {
            let mut bytes = std::fs::read(path).unwrap();
            bytes.push(0);
            std::fs::write(path, bytes).unwrap();
        }),
        ("empty", |path| std::fs::write(path, b"").unwrap()),
        ("not Parquet", |path| {
            std::fs::write(path, b"PAR1 is what it says").unwrap()
        }),
    ];
    for file in DATA {
        for (harm, inflict) in harms {
            let place = copy();
            let path = place.folder().join(file);
            inflict(&path);
            let error = read_all(&job, &place.folder()).expect_err(file);
            assert!(
                matches!(&error, ResultsError::Damaged { path: told, .. } if *told == path),
                "{file}, {harm}: {error}"
            );
            let completed = place.run(&job, &real()).unwrap();
            let mended = match file {
                "summary.parquet" | "histograms.parquet" => 0,
                _ => 1,
            };
            assert_eq!(completed.parts_computed, mended, "{file}, {harm}");
            let counted = if file == "histograms.parquet" { 2 } else { 0 };
            assert_eq!(completed.parts_counted, counted, "{file}, {harm}");
            assert_eq!(completed.whole_written, mended == 0, "{file}, {harm}");
            assert_eq!(place.checksums(), expected, "{file}, {harm}");
            read_all(&job, &place.folder()).unwrap();
        }
        let place = copy();
        std::fs::remove_file(place.folder().join(file)).unwrap();
        assert!(read_all(&job, &place.folder()).is_err(), "{file} is gone");
        place.run(&job, &real()).unwrap();
        assert_eq!(place.checksums(), expected, "{file} was gone");
    }
}

/// Once everything was computed again, with a warning about counts that a finished run does not have.
#[test]
fn without_its_histograms_a_run_keeps_its_tables_and_says_what_it_does() {
    use std::os::unix::fs::MetadataExt;
    let job = small();
    let expected = reference(&job);
    let place = copy();
    let table = |name: &str| place.folder().join(name);
    let inodes = || {
        DATA[..4]
            .iter()
            .map(|name| std::fs::metadata(table(name)).unwrap().ino())
    };
    let before: Vec<u64> = inodes().collect();
    flip(&table("histograms.parquet"), 99);
    let heard = Arc::new(weir_run::Recording::new(10_000));
    let run = weir_run::Run::builder(
        weir_run::RunKind::sim(),
        weir_memory::Budget::detached("1GiB".parse().unwrap()),
    )
    .id(place.id)
    .without_sampling()
    .observer(heard.clone())
    .start()
    .unwrap();
    let completed = job.run(&run, 2, &real(), &place.folder()).unwrap();
    assert_eq!((completed.parts_before, completed.parts_counted), (2, 2));
    let is_same = before.iter().copied().eq(inodes());
    assert!(is_same, "the tables were not written again");
    let warnings: Vec<String> = heard
        .events()
        .into_iter()
        .filter_map(|event| match event.kind {
            weir_run::EventKind::Warning { text } => Some(text),
            _ => None,
        })
        .collect();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings[0].contains("histograms.parquet"), "{warnings:?}");
    assert!(warnings[1].contains("2 of 2 parts"), "{warnings:?}");
    assert!(warnings[1].contains("stay"), "{warnings:?}");
    assert_eq!(place.checksums(), expected);
}

#[test]
fn two_files_that_were_swapped_are_told() {
    let job = small();
    let expected = reference(&job);
    for (one, other) in [(0, 1), (2, 3), (0, 2), (4, 5)] {
        let place = copy();
        let (one, other) = (
            place.folder().join(DATA[one]),
            place.folder().join(DATA[other]),
        );
        let aside = place.folder().join("aside");
        std::fs::rename(&one, &aside).unwrap();
        std::fs::rename(&other, &one).unwrap();
        std::fs::rename(&aside, &other).unwrap();
        let error = read_all(&job, &place.folder()).unwrap_err();
        assert!(matches!(error, ResultsError::Damaged { .. }), "{error}");
        place.run(&job, &real()).unwrap();
        assert_eq!(place.checksums(), expected);
    }
}

#[test]
fn a_damaged_journal_is_told_kept_aside_and_everything_is_computed_again() {
    let job = small();
    let expected = reference(&job);
    let length = journal_bytes().len();
    for at in [3, length / 3, length / 2] {
        let place = copy();
        let journal = Layout::new(place.folder()).journal();
        flip(&journal, at);
        let error = job.open(&real(), &place.folder()).unwrap_err();
        assert!(matches!(error, ResultsError::Journal(_)), "{error}");
        assert!(error.to_string().contains("journal.jsonl"), "{error}");
        let completed = place.run(&job, &real()).unwrap();
        assert_eq!(completed.parts_computed, 2);
        assert_eq!(place.checksums(), expected);
        assert!(place.folder().join("journal.jsonl.damaged").exists());
    }
}

#[test]
fn a_journal_that_lost_its_end_is_an_interrupted_run() {
    let job = small();
    let expected = reference(&job);
    let bytes = journal_bytes();
    for left in (0..bytes.len()).step_by(97) {
        let place = copy();
        std::fs::write(Layout::new(place.folder()).journal(), &bytes[..left]).unwrap();
        place
            .run(&job, &real())
            .unwrap_or_else(|error| panic!("{left} bytes: {error}"));
        assert_eq!(place.checksums(), expected, "{left} bytes");
    }
}

#[test]
fn another_runs_journal_is_refused() {
    let job = small();
    let other = Place::new();
    other.run(&job, &real()).unwrap();
    let place = copy();
    std::fs::copy(
        Layout::new(other.folder()).journal(),
        Layout::new(place.folder()).journal(),
    )
    .unwrap();
    let error = place.run(&job, &real()).unwrap_err();
    assert!(error.to_string().contains("belongs to run"), "{error}");
}

/// A run of one part whose journal vouches for whatever these files hold.
fn vouched(files: &BTreeMap<&str, Vec<u8>>) -> (Place, Job) {
    let place = Place::new();
    let job = job(100, 0.5, ResultsChoice::Parquet);
    let layout = Layout::new(place.folder());
    let record = |name: &&&str| FileRecord {
        name: (**name).to_string(),
        bytes: files[**name].len() as u64,
        crc32: crc32fast::hash(&files[**name]),
        rows: 100,
    };
    for (name, bytes) in files {
        let path = place.folder().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let mut journal = Journal::create(real(), &layout.journal(), place.id).unwrap();
    let (of_part, of_all): (Vec<&&str>, Vec<&&str>) =
        files.keys().partition(|name| name.contains('/'));
    journal
        .append(&JournalRecord::Part(PartRecord {
            part: 0,
            patients: 100,
            files: of_part.iter().map(record).collect(),
        }))
        .unwrap();
    journal
        .append(&JournalRecord::Whole {
            files: of_all.iter().map(record).collect(),
        })
        .unwrap();
    (place, job)
}

/// The files of a good run of 100 patients.
fn good() -> &'static BTreeMap<&'static str, Vec<u8>> {
    static FILES: OnceLock<BTreeMap<&'static str, Vec<u8>>> = OnceLock::new();
    FILES.get_or_init(|| {
        let place = Place::new();
        place
            .run(&job(100, 0.5, ResultsChoice::Parquet), &real())
            .unwrap();
        [
            "patients/part-00000.parquet",
            "visits/part-00000.parquet",
            "histograms.parquet",
        ]
        .into_iter()
        .map(|name| (name, std::fs::read(place.folder().join(name)).unwrap()))
        .collect()
    })
}

#[test]
fn another_tables_file_is_told_even_where_its_checksum_fits() {
    let names: Vec<&str> = good().keys().copied().collect();
    for name in &names {
        for other in &names {
            let mut files = good().clone();
            files.insert(name, good()[other].clone());
            let (place, job) = vouched(&files);
            let read = open_and_read(&job, &place.folder());
            assert_eq!(read.is_ok(), name == other, "{other} as {name}: {read:?}");
        }
    }
}

fn open_and_read(job: &Job, folder: &Path) -> Result<u64, ResultsError> {
    let stored: Stored = job.open(&real(), folder)?;
    let all = 0..job.spec().patients;
    let mut rows = 0;
    for batch in stored.patients(all.clone())?.chain(stored.visits(all)?) {
        rows += batch?.num_rows() as u64;
    }
    Ok(rows)
}

fn changes() -> impl Strategy<Value = Vec<(prop::sample::Index, u8)>> {
    prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn hostile_files_whose_checksums_fit_never_panic(
        which in 0usize..3,
        changes in changes(),
        near_the_end in any::<bool>(),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut files = good().clone();
        let name = *files.keys().nth(which).unwrap();
        let bytes = files.get_mut(name).unwrap();
        for (at, value) in changes {
            // The footer is where structure is.
            let from = if near_the_end { bytes.len().saturating_sub(1500) } else { 0 };
            let at = from + at.index(bytes.len() - from);
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            let left = cut.index(bytes.len());
            bytes.truncate(left);
        }
        let (place, job) = vouched(&files);
        let _ = open_and_read(&job, &place.folder());
    }

    #[test]
    fn any_bytes_as_histograms_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let path = PathBuf::from("histograms.parquet");
        prop_assert!(read_counts(bytes.into(), &path, 6).is_err());
    }
}

#[test]
fn files_stay_shareable() {
    fn shareable<T: Send + Sync>() {}
    shareable::<Stored>();
    let _: Arc<dyn Results> = Arc::new(copy().open(&small()));
}
