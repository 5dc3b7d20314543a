//! Batches, ranges and single patients: the same from memory, from disk, and from the engine.
#![allow(clippy::unwrap_used)]

mod simulation;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use simulation::{Place, job, job_of, protocol_with_fellow_eyes, real};
use weir_memory::{Budget, Bytes};
use weir_run::{Run, RunKind};
use weir_sim::job::{Job, ResultsChoice};
use weir_sim::results::{BLOCK, Batches, Held, PART, Results, ResultsError};

fn held(job: &Job) -> Held {
    let run = Run::builder(RunKind::sim(), Budget::detached(Bytes::gib(2)))
        .start()
        .unwrap();
    job.hold(&run).unwrap()
}

/// All rows, however they were cut: batches of one row each have equal arrays exactly when their rows are equal.
fn rows(batches: Result<Batches<'_>, ResultsError>) -> Vec<RecordBatch> {
    let batches = batches.unwrap().map(Result::unwrap);
    let row_of = |batch: RecordBatch| (0..batch.num_rows()).map(move |row| batch.slice(row, 1));
    batches.flat_map(row_of).collect()
}

fn same(job: &Job) {
    let place = Place::new();
    place.run(job, &real()).unwrap();
    let stored = place.open(job);
    let held = held(job);
    let all = job.spec().patients;
    assert_eq!(stored.counts(), held.counts());
    assert_eq!(stored.patients_done(), (all, all));
    let ranges = [
        0..all,
        0..0,
        0..1,
        17..18,
        BLOCK - 1..BLOCK + 1,
        BLOCK..2 * BLOCK,
        PART - 1..PART,
        PART - 1..PART + 1,
        PART..all,
        all - 1..all,
        all..all,
    ];
    for range in ranges {
        assert_eq!(
            rows(stored.patients(range.clone())),
            rows(held.patients(range.clone())),
            "patients {range:?}"
        );
        assert_eq!(
            rows(stored.visits(range.clone())),
            rows(held.visits(range.clone())),
            "visits {range:?}"
        );
        let numbers: Vec<u32> = stored
            .patients(range.clone())
            .unwrap()
            .flat_map(|batch| {
                let batch = batch.unwrap();
                batch
                    .column(0)
                    .as_primitive::<UInt32Type>()
                    .values()
                    .to_vec()
            })
            .collect();
        assert_eq!(numbers, range.collect::<Vec<_>>());
    }
    for results in [&stored as &dyn Results, &held] {
        for beyond in [0..all + 1, all..all + 1] {
            let error = results.visits(beyond.clone()).err();
            assert!(
                matches!(error, Some(ResultsError::NoSuchPatient { .. })),
                "{beyond:?}: {error:?}"
            );
        }
    }
}

#[test]
fn with_one_eye() {
    same(&job(PART + 700, 2.0, ResultsChoice::Parquet));
}

#[test]
fn with_fellow_eyes_and_recruitment() {
    let protocol = protocol_with_fellow_eyes();
    same(&job_of(protocol, PART + 700, 2.0, ResultsChoice::Parquet));
}

#[test]
fn without_visits_asking_for_them_says_so() {
    let job = job(300, 1.0, ResultsChoice::Summary);
    let place = Place::new();
    place.run(&job, &real()).unwrap();
    let stored = place.open(&job);
    let asked = stored.visits(0..1).unwrap().next().unwrap();
    assert!(matches!(asked, Err(ResultsError::NoVisits { .. })));
    assert!(matches!(
        held(&job).visits(0..1),
        Err(ResultsError::NoVisits { .. })
    ));
}

#[test]
fn partial_results_are_readable_and_say_that_they_are_partial() {
    let job = job(3 * PART, 1.0, ResultsChoice::Parquet);
    let place = Place::new();
    let run = Run::builder(RunKind::sim(), Budget::detached(Bytes::gib(1)))
        .id(place.id)
        .start()
        .unwrap();
    let stop = run.cancel().clone();
    run.observe(std::sync::Arc::new(StopAfterFirst(stop)));
    let completed = job.run(&run, 1, &real(), &place.folder()).unwrap();
    assert!(completed.cancelled);
    assert_eq!(completed.parts_computed, 1);

    let stored = place.open(&job);
    assert!(stored.is_partial() && !stored.is_whole());
    assert_eq!(stored.patients_done(), (PART, 3 * PART));
    assert_eq!(stored.counts().total("patients"), u64::from(PART));
    let there: usize = stored
        .patients(0..3 * PART)
        .unwrap()
        .map(|batch| batch.unwrap().num_rows())
        .sum();
    assert_eq!(there, PART as usize, "the rows of the part that is there");
    let absent = stored.patients(PART..PART + 1).err();
    assert!(matches!(absent, Some(ResultsError::NoSuchPatient { .. })));

    let resumed = place.run(&job, &real()).unwrap();
    assert_eq!((resumed.parts_before, resumed.parts_computed), (1, 2));
    assert!(!place.open(&job).is_partial());
}

struct StopAfterFirst(weir_run::Cancel);

impl weir_run::Observer for StopAfterFirst {
    fn on_event(&self, event: &weir_run::Event) {
        if let weir_run::EventKind::PartFinished { .. } = &event.kind {
            self.0.cancel(weir_run::CancelReason::User);
        }
    }
}
