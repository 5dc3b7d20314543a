//! The same bytes for every budget, thread count, pressure, interruption, and as if all were done in memory.
#![allow(clippy::unwrap_used)]

mod jobs;

use std::sync::Arc;

use jobs::{Place, id, mib};
use weir_memory::{Budget, Bytes};
use weir_run::{
    Cancel, CancelReason, Event, EventKind, Observer, Outcome, Recording, Run, RunKind, RunState,
};

#[test]
fn budgets_and_threads_change_no_byte() {
    let place = Place::with_worlds();
    for cell in ["1", "0.7", "2.5"] {
        let job = place.worlds(cell);
        let expected = place.output(&job, "1GiB", 1);
        assert!(expected.len() > 10_000, "{cell}: {}", expected.len());
        for (budget, threads) in [("64MiB", 1), ("64MiB", 2), ("1GiB", 2), ("200MiB", 4)] {
            assert!(
                place.output(&job, budget, threads) == expected,
                "cells of {cell}: another output with {budget} and {threads} threads"
            );
        }
    }
}

#[test]
fn pressure_changes_windows_and_no_byte() {
    let place = Place::with_worlds();
    let job = place.worlds("0.7");
    let expected = place.output(&job, "1GiB", 1);
    for threads in [1, 2] {
        let budget = mib(1024);
        let heard = Arc::new(Recording::new(100_000));
        let run = Run::builder(RunKind::new("raster").unwrap(), budget.clone())
            .without_sampling()
            .observer(Arc::new(Storm(budget)))
            .observer(heard.clone())
            .start()
            .unwrap();
        let folder = place.path(&format!("stormy-{threads}"));
        let done = job.run(&run, threads, &place.files, &folder).unwrap();
        run.finish(Outcome::Finished);
        assert!(std::fs::read(place.path("out.csv")).unwrap() == expected);
        std::fs::remove_file(place.path("out.csv")).unwrap();
        let told: Vec<(u64, u64)> = heard
            .events()
            .into_iter()
            .filter_map(|event| match event.kind {
                EventKind::SizeChanged { from, to, .. } => Some((from, to)),
                _ => None,
            })
            .collect();
        // With two threads several levels may pass before a window is asked for.
        assert!(!told.is_empty());
        if threads == 1 {
            assert!(told.contains(&(2048, 1024)), "{told:?}");
            assert!(told.iter().any(|(_, to)| *to == 256), "{told:?}");
            assert!(told.iter().any(|(from, to)| to > from), "{told:?}");
        }
        let kept: Vec<(u64, u64)> = done
            .windows
            .iter()
            .map(|change| (change.from, change.to))
            .collect();
        assert_eq!(kept, told);
    }
}

/// Another level of pressure after every part: calm, warning, critical.
struct Storm(Budget);

impl Observer for Storm {
    fn on_event(&self, event: &Event) {
        if let EventKind::PartFinished { part, .. } = event.kind {
            let percent = [83, 83, 92, 92, 10, 10, 10][part as usize % 7];
            self.0.observe(Bytes::mib(1024 * percent / 100));
        }
    }
}

#[test]
fn cancelled_after_any_part_it_goes_on_to_the_same_bytes() {
    let place = Place::with_worlds();
    let job = place.worlds("2.5");
    let expected = place.output(&job, "1GiB", 1);
    let parts = job.parts();
    assert!(parts > 5, "{parts}");
    for after in 0..parts {
        let (folder, id) = (format!("cancelled-{after}"), id());
        let cancel = Cancel::new();
        let stop = Stop {
            cancel: cancel.clone(),
            after,
        };
        let ran = stop.run(&place, &job, &folder, id);
        assert!(ran.cancelled, "after part {after}");
        assert!(
            !place.path("out.csv").exists(),
            "no output before it is complete"
        );
        let again = place
            .run(&job, &folder, id, &mib(256), 2, Cancel::new())
            .result
            .unwrap();
        assert_eq!(
            (again.parts_before, again.parts_computed),
            (after + 1, parts - after - 1)
        );
        assert!(
            std::fs::read(place.path("out.csv")).unwrap() == expected,
            "after part {after}"
        );
        // Once more: nothing is left to do.
        let done = place
            .run(&job, &folder, id, &mib(256), 1, Cancel::new())
            .result
            .unwrap();
        assert_eq!((done.parts_computed, done.outputs.len()), (0, 1));
        std::fs::remove_file(place.path("out.csv")).unwrap();
    }
}

/// Cancels a run once a part is finished.
struct Stop {
    cancel: Cancel,
    after: u32,
}

impl Observer for Stop {
    fn on_event(&self, event: &Event) {
        if matches!(event.kind, EventKind::PartFinished { part, .. } if part == self.after) {
            self.cancel.cancel(CancelReason::User);
        }
    }
}

impl Stop {
    fn run(
        self,
        place: &Place,
        job: &weir_raster::Job,
        folder: &str,
        id: weir_run::RunId,
    ) -> weir_raster::Completed {
        let cancel = self.cancel.clone();
        let run = Run::builder(RunKind::new("raster").unwrap(), mib(256))
            .id(id)
            .cancel(cancel)
            .without_sampling()
            .observer(Arc::new(self))
            .start()
            .unwrap();
        let completed = job.run(&run, 1, &place.files, &place.path(folder)).unwrap();
        let report = run.finish(Outcome::Cancelled {
            reason: CancelReason::User,
        });
        assert_eq!(report.outcome.unwrap().state(), RunState::Cancelled);
        completed
    }
}

#[test]
fn a_damaged_part_is_computed_again() {
    let place = Place::with_worlds();
    let job = place.worlds("2.5");
    let expected = place.output(&job, "1GiB", 1);
    let id = id();
    let stop = Stop {
        cancel: Cancel::new(),
        after: 3,
    };
    assert!(stop.run(&place, &job, "damaged", id).cancelled);
    let part = place.path("damaged/parts/00-000001.part");
    let mut bytes = std::fs::read(&part).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&part, bytes).unwrap();
    std::fs::remove_file(place.path("damaged/parts/00-000002.part")).unwrap();
    std::fs::write(place.path("damaged/parts/00-000009.part"), "of nobody").unwrap();
    let done = place
        .run(&job, "damaged", id, &mib(256), 1, Cancel::new())
        .result
        .unwrap();
    assert_eq!(done.parts_before, 2);
    assert!(std::fs::read(place.path("out.csv")).unwrap() == expected);
}

#[test]
fn a_damaged_journal_costs_the_parts_and_nothing_else() {
    let place = Place::with_worlds();
    let job = place.worlds("2.5");
    let expected = place.output(&job, "1GiB", 1);
    let id = id();
    let stop = Stop {
        cancel: Cancel::new(),
        after: 3,
    };
    assert!(stop.run(&place, &job, "journal", id).cancelled);
    let path = place.path("journal/journal.jsonl");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let ran = place.run(&job, "journal", id, &mib(256), 1, Cancel::new());
    assert_eq!(ran.result.unwrap().parts_before, 0);
    assert!(
        ran.events
            .iter()
            .any(|event| matches!(event, EventKind::Warning { text } if text.contains("journal")))
    );
    assert!(std::fs::read(place.path("out.csv")).unwrap() == expected);
}

#[test]
fn stages_and_operations_are_named_and_measured() {
    let place = Place::with_worlds();
    let job = place.worlds("1");
    let ran = place.run(&job, "named", id(), &mib(256), 1, Cancel::new());
    ran.result.unwrap();
    let stages: Vec<&str> = ran
        .report
        .stages
        .iter()
        .map(|stage| stage.stage.as_str())
        .collect();
    assert_eq!(stages, ["load", "resample", "merge", "export"]);
    let of = |stage: usize| -> Vec<&str> {
        let operations = &ran.report.stages[stage].operations;
        operations
            .iter()
            .map(|operation| operation.operation.as_str())
            .collect()
    };
    assert_eq!(of(1), ["a", "b"]);
    assert_eq!(of(2), ["checksum", "finish part", "rows"]);
    assert_eq!(of(3), ["lines"]);
    assert_eq!(
        (ran.report.stages[1].done, ran.report.stages[1].total),
        (180, Some(180))
    );
}
