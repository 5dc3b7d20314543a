//! Parts on any number of threads: the sink sees them in order, a bounded number waits, the lowest
//! failing part is the error, a panic is one too.
#![allow(clippy::unwrap_used)]

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Barrier};

use proptest::prelude::*;
use weir_memory::{Budget, Bytes};
use weir_run::{
    CancelReason, EventKind, PartsError, PartsOutcome, Recording, Run, RunKind, Stage, Total,
    run_parts,
};

fn start() -> (Run, Stage, Arc<Recording>) {
    let heard = Arc::new(Recording::new(10_000));
    let run = Run::builder(RunKind::sim(), Budget::detached(Bytes::mib(256)))
        .observer(heard.clone())
        .without_sampling()
        .start()
        .unwrap();
    let stage = run.stage("simulate", Total::unknown("parts"));
    (run, stage, heard)
}

fn threads(n: usize) -> NonZeroUsize {
    NonZeroUsize::new(n).unwrap()
}

type Result<T> = std::result::Result<T, PartsError<String>>;

fn run_failing(
    n: usize,
    parts: u32,
    failing: &[u32],
    panicking: &[u32],
    refused: Option<u32>,
) -> (Result<PartsOutcome>, Vec<u32>) {
    let (run, stage, _) = start();
    let mut taken = Vec::new();
    let outcome = run_parts(
        &run,
        &stage,
        0..parts,
        threads(n),
        || Ok(()),
        |(), part| {
            // Later parts are quicker, so that results come out of order.
            std::thread::sleep(std::time::Duration::from_micros(u64::from(50 * (part % 7))));
            if panicking.contains(&part) {
                std::panic::panic_any(format!("boom {part}"));
            }
            if failing.contains(&part) {
                return Err(format!("failed {part}"));
            }
            Ok(part * 10)
        },
        |part, value| {
            assert_eq!(value, part * 10);
            if refused == Some(part) {
                return Err(format!("refused {part}"));
            }
            taken.push(part);
            Ok(())
        },
    );
    (outcome, taken)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_lowest_failing_part_wins_and_all_before_it_are_taken(
        n in 1usize..5,
        parts in 0u32..40,
        failing in proptest::collection::vec(0u32..60, 0..4),
        refused in proptest::option::of(0u32..60),
    ) {
        let (outcome, taken) = run_failing(n, parts, &failing, &[], refused);
        let lowest = failing.iter().copied().filter(|part| *part < parts).min();
        let refused = refused.filter(|part| *part < parts);
        let expected = match (lowest, refused) {
            (None, None) => Ok(PartsOutcome { completed: u64::from(parts), cancelled: false }),
            (Some(part), refused) if refused.is_none_or(|other| part <= other) => {
                Err(PartsError::Work { part, error: format!("failed {part}") })
            }
            (_, part) => {
                let part = part.unwrap();
                Err(PartsError::Sink { part, error: format!("refused {part}") })
            }
        };
        let until = expected.as_ref().err().and_then(PartsError::part).unwrap_or(parts);
        prop_assert_eq!(outcome, expected);
        prop_assert_eq!(taken, (0..until).collect::<Vec<_>>());
    }
}

#[test]
fn a_panic_names_its_part_and_everything_before_it_is_taken() {
    for n in [1, 2, 4] {
        let (outcome, taken) = run_failing(n, 20, &[15], &[9], None);
        assert_eq!(
            outcome,
            Err(PartsError::Panicked {
                part: 9,
                message: "boom 9".to_owned()
            })
        );
        assert_eq!(taken, (0..9).collect::<Vec<_>>());
    }
}

#[test]
fn at_most_twice_as_many_parts_as_threads_are_under_way() {
    for n in 1..5 {
        let (run, stage, _) = start();
        let under_way = AtomicI64::new(0);
        let most = AtomicI64::new(0);
        run_parts(
            &run,
            &stage,
            0..100,
            threads(n),
            || Ok::<_, String>(()),
            |(), part| {
                let now = under_way.fetch_add(1, Ordering::SeqCst) + 1;
                most.fetch_max(now, Ordering::SeqCst);
                if part.is_multiple_of(10) {
                    std::thread::sleep(std::time::Duration::from_millis(2));
                }
                Ok(())
            },
            |_, ()| {
                under_way.fetch_sub(1, Ordering::SeqCst);
                Ok(())
            },
        )
        .unwrap();
        // The sink makes room just before it runs, so one more may have begun.
        let most = most.load(Ordering::SeqCst);
        assert!(
            most <= 2 * n as i64 + 1,
            "{most} under way with {n} threads"
        );
    }
}

#[test]
fn threads_really_work_at_once_each_with_a_state_of_its_own() {
    let (run, stage, _) = start();
    let made = AtomicU64::new(0);
    let meeting = Barrier::new(3);
    let mut states = std::collections::BTreeSet::new();
    run_parts(
        &run,
        &stage,
        0..3,
        threads(3),
        || Ok::<_, String>(made.fetch_add(1, Ordering::SeqCst)),
        |state, _| {
            // Three parts meet here only if three threads are in them.
            meeting.wait();
            Ok(*state)
        },
        |_, state| {
            states.insert(state);
            Ok(())
        },
    )
    .unwrap();
    assert_eq!(states.len(), 3);
}

#[test]
fn cancelling_completes_what_was_begun_and_begins_nothing_more() {
    for n in [1, 3] {
        let (run, stage, heard) = start();
        let mut taken = Vec::new();
        let outcome = run_parts(
            &run,
            &stage,
            0..1000,
            threads(n),
            || Ok::<_, String>(()),
            |(), part| {
                if part == 5 {
                    run.cancel().cancel(CancelReason::User);
                }
                Ok(part)
            },
            |part, _| {
                taken.push(part);
                Ok(())
            },
        )
        .unwrap();
        assert!(outcome.cancelled);
        assert!(
            taken.len() >= 6 && taken.len() <= 6 + 2 * n,
            "{}",
            taken.len()
        );
        assert_eq!(taken, (0..taken.len() as u32).collect::<Vec<_>>());
        assert_eq!(outcome.completed, taken.len() as u64);
        let told: Vec<u32> = heard
            .events()
            .into_iter()
            .filter_map(|event| match event.kind {
                EventKind::PartFinished { part, .. } => Some(part),
                _ => None,
            })
            .collect();
        assert_eq!(told, taken);
    }
}

#[test]
fn a_worker_that_cannot_start_begins_no_part() {
    let (run, stage, _) = start();
    let made = AtomicU64::new(0);
    let outcome = run_parts(
        &run,
        &stage,
        0..10,
        threads(3),
        || match made.fetch_add(1, Ordering::SeqCst) {
            1 => Err("no file handle"),
            _ => Ok(()),
        },
        |(), _| -> std::result::Result<(), _> { panic!("a part was begun") },
        |_, ()| Ok(()),
    );
    assert_eq!(
        outcome,
        Err(PartsError::Worker {
            worker: 1,
            error: "no file handle"
        })
    );
}

#[test]
fn a_panicking_sink_does_not_leave_threads_behind() {
    let (run, stage, _) = start();
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        run_parts(
            &run,
            &stage,
            0..1000,
            threads(3),
            || Ok::<_, String>(()),
            |(), part| Ok(part),
            |part, _| {
                assert!(part < 3, "the sink breaks");
                Ok(())
            },
        )
    }));
    assert!(caught.is_err());
}

#[test]
fn resumed_parts_keep_their_numbers_and_order() {
    let (run, stage, _) = start();
    let mut taken = Vec::new();
    run_parts(
        &run,
        &stage,
        vec![3, 7, 4, 100],
        threads(2),
        || Ok::<_, String>(()),
        |(), part| Ok(part),
        |part, value| {
            assert_eq!(part, value);
            taken.push(part);
            Ok(())
        },
    )
    .unwrap();
    assert_eq!(taken, [3, 7, 4, 100]);
}
