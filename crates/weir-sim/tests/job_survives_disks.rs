//! Disks that fill, fail, lie and lose power: a typed error, nothing lost, and the same bytes after resuming.
#![allow(clippy::unwrap_used)]

mod simulation;

use std::sync::Arc;

use parquet::file::reader::{FileReader, SerializedFileReader};
use simulation::{Place, job, real, reference};
use weir_files::{FilesError, RealFiles};
use weir_memory::{Budget, Bytes};
use weir_run::{Run, RunKind};
use weir_sim::job::{Job, JobError, ResultsChoice};
use weir_sim::results::{PART, Results};
use weir_testkit::{
    Fault, FaultPlan, FaultyFiles, Operation, SmallDisk, at_every_crash_point, checksum_tree,
    skip_unless,
};

/// Every file under a final name is whole, whether the journal knows it or not.
fn all_tables_are_whole(place: &Place) {
    if !place.folder().exists() {
        return;
    }
    let parquet = |path: &std::path::Path| {
        path.extension().is_some_and(|e| e == "parquet")
            && !path.file_name().unwrap().to_string_lossy().starts_with('.')
    };
    for path in checksum_tree(&place.folder(), parquet).unwrap().keys() {
        let file = std::fs::File::open(place.folder().join(path)).unwrap();
        let reader = SerializedFileReader::new(file);
        assert!(reader.is_ok(), "{} is not whole", path.display());
        assert!(reader.unwrap().metadata().file_metadata().num_rows() > 0);
    }
}

fn resumes_to(
    place: &Place,
    job: &Job,
    expected: &std::collections::BTreeMap<std::path::PathBuf, String>,
    why: &str,
) {
    place
        .run(job, &real())
        .unwrap_or_else(|error| panic!("{why}: {error}"));
    assert_eq!(&place.checksums(), expected, "{why}");
    assert_eq!(place.temporaries(), [] as [std::path::PathBuf; 0], "{why}");
}

fn every_crash_point(job: &Job) -> u64 {
    let expected = reference(job);
    at_every_crash_point(
        Place::new,
        |place, files| {
            let _ = place.run(job, &files);
        },
        |place, point| {
            all_tables_are_whole(place);
            resumes_to(place, job, &expected, &format!("{point:?}"));
        },
    )
}

#[test]
fn crashed_at_every_point_it_resumes_to_the_same_bytes() {
    let points = every_crash_point(&job(60, 0.5, ResultsChoice::Parquet));
    assert!(points > 300, "{points}");
}

#[test]
fn crashed_at_every_point_of_saving_from_memory_it_resumes_to_the_same_bytes() {
    let points = every_crash_point(&job(60, 0.5, ResultsChoice::Memory));
    assert!(points > 300, "{points}");
}

#[test]
fn crashed_at_every_point_of_a_repair_it_resumes_to_the_same_bytes() {
    let job = job(60, 0.5, ResultsChoice::Parquet);
    let expected = reference(&job);
    for damaged in [
        "visits/part-00000.parquet",
        "histograms.parquet",
        "journal.jsonl",
    ] {
        let points = at_every_crash_point(
            || {
                let place = Place::new();
                place.run(&job, &real()).unwrap();
                let path = place.folder().join(damaged);
                let mut bytes = std::fs::read(&path).unwrap();
                bytes[100] ^= 1;
                std::fs::write(&path, bytes).unwrap();
                place
            },
            |place, files| {
                let _ = place.run(&job, &files);
            },
            |place, point| resumes_to(place, &job, &expected, &format!("{damaged}: {point:?}")),
        );
        assert!(points > 100, "{damaged}: {points}");
    }
}

#[test]
#[ignore = "long: two parts, at every point"]
fn crashed_at_every_point_of_two_parts_it_resumes_to_the_same_bytes() {
    let points = every_crash_point(&job(PART + 60, 0.25, ResultsChoice::Parquet));
    assert!(points > 500, "{points}");
}

#[test]
fn killed_at_every_step_of_two_parts_it_resumes_to_the_same_bytes() {
    let job = job(PART + 60, 0.1, ResultsChoice::Parquet);
    let expected = reference(&job);
    for step in 0.. {
        let place = Place::new();
        let disk = FaultyFiles::new(Arc::new(RealFiles), FaultPlan::none().crash_after(step));
        let ended = place.run(&job, &disk.shared());
        let crashed = disk.crashed();
        all_tables_are_whole(&place);
        resumes_to(&place, &job, &expected, &format!("step {step}"));
        if !crashed {
            assert!(ended.is_ok());
            assert!(step > 50, "{step}");
            break;
        }
    }
}

const FALLIBLE: [Operation; 10] = [
    Operation::Create,
    Operation::Write,
    Operation::Sync,
    Operation::SyncFolder,
    Operation::Rename,
    Operation::CreateFolder,
    Operation::RemoveFolder,
    Operation::List,
    Operation::Read,
    Operation::Inspect,
];

/// Fails the first, second, … operation of each sort, until the job gets through without meeting it.
fn every_operation_fails(fault: Fault, check: impl Fn(Operation, &JobError)) {
    let job = job(60, 0.5, ResultsChoice::Parquet);
    let expected = reference(&job);
    for operation in FALLIBLE {
        for nth in 1.. {
            let place = Place::new();
            let plan = FaultPlan::none().fail(operation, nth, fault);
            let disk = FaultyFiles::new(Arc::new(RealFiles), plan);
            let ended = place.run(&job, &disk.shared());
            let met = disk
                .log()
                .iter()
                .any(|logged| matches!(logged.outcome, weir_testkit::Outcome::Failed(_)));
            let why = format!("{fault:?} at {operation:?} {nth}");
            if let Err(error) = &ended {
                assert!(met, "{why}: {error}");
                check(operation, error);
                assert!(!error.remedies().is_empty(), "{why}: {error}");
                assert_eq!(place.temporaries(), [] as [std::path::PathBuf; 0], "{why}");
            }
            all_tables_are_whole(&place);
            resumes_to(&place, &job, &expected, &why);
            if !met {
                assert!(ended.is_ok(), "{why}");
                break;
            }
        }
    }
}

#[test]
fn a_disk_that_fills_at_any_operation_is_told_as_such() {
    every_operation_fails(Fault::NoSpace, |operation, error| {
        let folder_not_synced = operation == Operation::SyncFolder || operation == Operation::Sync;
        assert!(
            matches!(error, JobError::NoRoom(_))
                || folder_not_synced && matches!(error, JobError::Files(_)),
            "{operation:?}: {error:?}"
        );
    });
}

#[test]
fn a_disk_that_fails_at_any_operation_is_told_as_such() {
    every_operation_fails(Fault::Io, |operation, error| {
        assert!(
            matches!(error, JobError::Files(_)),
            "{operation:?}: {error:?}"
        );
        if operation == Operation::Sync {
            assert!(
                matches!(error, JobError::Files(FilesError::SyncFailed { .. })),
                "{error:?}"
            );
        }
    });
}

#[test]
fn too_many_open_files_are_told_as_such() {
    every_operation_fails(Fault::TooManyOpenFiles, |operation, error| {
        if matches!(
            operation,
            Operation::Create | Operation::Read | Operation::List
        ) {
            assert!(
                matches!(error, JobError::Files(FilesError::TooManyOpenFiles { .. })),
                "{operation:?}: {error:?}"
            );
        }
    });
}

#[test]
fn a_disk_that_fills_later_keeps_what_was_finished() {
    let job = job(2 * PART + 60, 0.1, ResultsChoice::Parquet);
    let expected = reference(&job);
    let mut parts_kept = std::collections::BTreeSet::new();
    for nth in (1..).step_by(3) {
        let place = Place::new();
        let plan = FaultPlan::none().fail(Operation::Write, nth, Fault::NoSpace);
        let disk = FaultyFiles::new(Arc::new(RealFiles), plan);
        match place.run(&job, &disk.shared()) {
            Ok(_) => break,
            Err(JobError::NoRoom(FilesError::Full { .. })) => {}
            Err(other) => panic!("write {nth}: {other:?}"),
        }
        let parts = if place.folder().join("journal.jsonl").exists() {
            place.open(&job).parts().len() as u32
        } else {
            0
        };
        parts_kept.insert(parts);
        let completed = place.run(&job, &real()).unwrap();
        assert_eq!(
            completed.parts_before, parts,
            "write {nth}: finished parts stay"
        );
        assert_eq!(place.checksums(), expected);
    }
    assert_eq!(parts_kept.into_iter().collect::<Vec<_>>(), [0, 1, 2, 3]);
}

/// Fills the disk when the first part is finished, as another program would.
struct Hog(std::path::PathBuf);

impl weir_run::Observer for Hog {
    fn on_event(&self, event: &weir_run::Event) {
        if let weir_run::EventKind::PartFinished { .. } = event.kind {
            let mut hog = std::fs::File::create(&self.0).unwrap();
            while std::io::Write::write_all(&mut hog, &[7; 4096]).is_ok() {}
        }
    }
}

#[test]
fn a_disk_that_another_program_fills_stops_the_run_and_it_goes_on_when_there_is_room() {
    let Some(disk) = skip_unless(SmallDisk::mount(40 << 20)) else {
        return;
    };
    let job = job(4 * PART, 2.0, ResultsChoice::Parquet);
    let folder = disk.folder().join("run");
    let hog = disk.folder().join("hog");
    let id = Place::new().id;
    let start = |hog: Option<Hog>| {
        let mut builder = Run::builder(RunKind::sim(), Budget::detached(Bytes::gib(1))).id(id);
        if let Some(hog) = hog {
            builder = builder.observer(Arc::new(hog));
        }
        job.run(&builder.start().unwrap(), 1, &real(), &folder)
    };
    let error = start(Some(Hog(hog.clone()))).unwrap_err();
    let JobError::NoRoom(FilesError::Full { available, .. }) = &error else {
        panic!("{error:?}");
    };
    assert!(available.is_some(), "{error}");
    assert!(error.remedies().len() >= 2);
    std::fs::remove_file(&hog).unwrap();
    let stored = job.open(&real(), &folder).unwrap();
    assert!(stored.is_partial() && !stored.parts().is_empty());
    stored.verify().unwrap();
    let completed = start(None).unwrap();
    assert!(completed.parts_before >= 1 && !completed.cancelled);
    let sums = checksum_tree(&folder, |path| !path.ends_with("journal.jsonl")).unwrap();
    assert_eq!(sums, reference(&job));
}

#[test]
fn a_small_disk_refuses_before_anything_is_computed() {
    let Some(disk) = skip_unless(SmallDisk::mount(4 << 20)) else {
        return;
    };
    let place = Place::new();
    let folder = disk.folder().join("run");
    let run = Run::builder(RunKind::sim(), Budget::detached(Bytes::gib(1)))
        .id(place.id)
        .start()
        .unwrap();
    let job = job(100_000, 5.0, ResultsChoice::Parquet);
    let error = job.run(&run, 1, &real(), &folder).unwrap_err();
    let JobError::DiskTooSmall {
        needed,
        spare,
        available,
        folder: told,
    } = &error
    else {
        panic!("{error:?}");
    };
    assert!(*available <= 4 << 20 && needed + spare > *available);
    assert_eq!(told, &folder);
    // The same question before anything is there.
    let nothing = disk.folder().join("nothing");
    let asked = job.check_disk(run.budget(), 1, &RealFiles, &nothing);
    assert!(
        matches!(asked, Err(JobError::DiskTooSmall { .. })),
        "{asked:?}"
    );
    assert!(!nothing.exists());
    assert_eq!(error.code().0, "W0108");
    let files: Vec<_> = checksum_tree(&folder, |_| true)
        .unwrap()
        .into_keys()
        .collect();
    assert!(
        files
            .iter()
            .all(|file| file.extension().is_none_or(|e| e != "parquet")),
        "{files:?}"
    );
}

#[test]
fn a_read_only_disk_is_told_as_such() {
    let Some(disk) = skip_unless(SmallDisk::mount(64 << 20)) else {
        return;
    };
    if skip_unless(disk.make_read_only()).is_none() {
        return;
    }
    let run = Run::builder(RunKind::sim(), Budget::detached(Bytes::gib(1)))
        .start()
        .unwrap();
    let job = job(60, 0.5, ResultsChoice::Parquet);
    let error = job
        .run(&run, 1, &real(), &disk.folder().join("run"))
        .unwrap_err();
    assert!(
        matches!(error, JobError::Files(FilesError::ReadOnly { .. })),
        "{error:?}"
    );
    assert!(error.remedies().iter().any(|r| r.contains("writable")));
}
