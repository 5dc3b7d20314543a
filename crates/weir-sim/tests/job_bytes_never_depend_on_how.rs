//! Same bytes for every budget, number of threads, tier and order of work.
#![allow(clippy::unwrap_used)]

mod simulation;

use simulation::{Place, job, job_of, protocol_with_fellow_eyes, real, reference};
use weir_memory::{Budget, Bytes};
use weir_sim::job::{Job, ResultsChoice};
use weir_sim::results::PART;

fn same_for_budgets_and_threads(job: &Job) {
    let expected = reference(job);
    assert!(
        expected.len() >= 9,
        "several parts, histograms, summary, protocol: {expected:?}"
    );
    for budget in [Bytes::mib(128), Bytes::mib(256), Bytes::gib(1)] {
        for threads in [1, 2, 4] {
            let place = Place::new();
            let budget = Budget::detached(budget);
            let completed = place.run_with(job, &real(), &budget, threads).unwrap();
            assert!(!completed.cancelled);
            assert_eq!(
                place.checksums(),
                expected,
                "budget {}, {threads} threads",
                budget.limit()
            );
            assert!(budget.ledger_is_empty());
        }
    }
}

#[test]
fn the_same_for_budgets_and_threads() {
    same_for_budgets_and_threads(&job(50_000, 5.0, ResultsChoice::Parquet));
}

#[test]
fn the_same_for_budgets_and_threads_with_fellow_eyes_and_recruitment() {
    let protocol = protocol_with_fellow_eyes();
    same_for_budgets_and_threads(&job_of(protocol, 50_000, 5.0, ResultsChoice::Parquet));
}

#[test]
fn the_same_from_memory_and_part_by_part() {
    for patients in [1, 900, PART + 1] {
        let memory = reference(&job(patients, 2.0, ResultsChoice::Memory));
        let parquet = reference(&job(patients, 2.0, ResultsChoice::Parquet));
        let auto = reference(&job(patients, 2.0, ResultsChoice::Auto));
        assert_eq!(memory, parquet, "{patients} patients");
        assert_eq!(auto, parquet, "{patients} patients");
    }
}

#[test]
fn without_visits_patients_and_counts_are_the_same() {
    let without = reference(&job(PART + 1, 2.0, ResultsChoice::Summary));
    let mut with = reference(&job(PART + 1, 2.0, ResultsChoice::Parquet));
    with.retain(|path, _| !path.starts_with("visits"));
    // Rows of visits that are not kept have no number.
    let rows_aside = |mut sums: std::collections::BTreeMap<std::path::PathBuf, String>| {
        sums.retain(|path, _| !path.starts_with("patients"));
        sums
    };
    assert_eq!(rows_aside(without), rows_aside(with));
}

#[test]
fn another_seed_or_length_gives_other_bytes() {
    let job = job(1_000, 2.0, ResultsChoice::Parquet);
    let longer = job_of(job.protocol().clone(), 1_000, 3.0, ResultsChoice::Parquet);
    let mut spec = job.spec().clone();
    spec.seed += 1;
    let other = Job::new(job.protocol().clone(), spec).unwrap();
    assert_ne!(reference(&job), reference(&longer));
    assert_ne!(reference(&job), reference(&other));
}
