//! A run from start to end: what observers hear, what the report says.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use weir_memory::{Budget, Bytes};
use weir_run::{
    Event, EventKind, ManualClock, MemorySample, Outcome, Progress, Recording, Run, RunKind, Stage,
    StageEnd, Total,
};

struct Fixture {
    run: Run,
    clock: Arc<ManualClock>,
    heard: Arc<Recording>,
}

fn start() -> Fixture {
    let clock = Arc::new(ManualClock::default());
    clock.advance(Duration::from_secs(1_000_000));
    let heard = Arc::new(Recording::new(100_000));
    let run = Run::builder(RunKind::sim(), Budget::new(Bytes::gib(64)))
        .clock(clock.clone())
        .observer(heard.clone())
        .without_sampling()
        .start()
        .unwrap();
    Fixture { run, clock, heard }
}

fn progress(events: &[Event]) -> Vec<Progress> {
    let kinds = events.iter().map(|event| event.kind.clone());
    kinds
        .filter_map(|kind| match kind {
            EventKind::Progress(progress) => Some(progress),
            _ => None,
        })
        .collect()
}

#[test]
fn events_are_numbered_without_gaps_and_end_with_the_end() {
    let Fixture { run, heard, .. } = start();
    run.stage("a", Total::unknown("rows")).finish();
    run.note("half way");
    run.stage("b", Total::unknown("rows")).fail(&"no space");
    let first = run.finish(Outcome::Failed {
        error: "no space".to_owned(),
    });
    let second = run.finish(Outcome::Finished);
    assert_eq!(first, second, "only the first end counts");
    run.warn("too late");
    let events = heard.events();
    let numbers: Vec<u64> = events.iter().map(|event| event.sequence).collect();
    assert_eq!(numbers, (1..=events.len() as u64).collect::<Vec<_>>());
    assert!(events.last().unwrap().kind.is_end());
    assert!(events.iter().all(|event| event.run == run.id()));
    let ends: Vec<_> = first.stages.iter().map(|stage| stage.end.clone()).collect();
    let error = "no space".to_owned();
    assert_eq!(ends, [StageEnd::Finished, StageEnd::Failed { error }]);
}

#[test]
fn every_event_comes_back_from_json() {
    let Fixture { run, clock, heard } = start();
    let stage = run.stage("a", Total::known(10, "rows"));
    clock.advance(Duration::from_secs(1));
    stage.progress().add(4);
    run.part_finished(&stage, 0);
    run.warn("look");
    drop(stage);
    run.finish(Outcome::Finished);
    let events = heard.events();
    assert!(events.len() >= 8);
    for event in events {
        let text = serde_json::to_string(&event).unwrap();
        assert!(
            text.contains(&format!("\"event\":\"{}\"", event.kind.word())),
            "{text}"
        );
        assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
    }
}

#[test]
fn progress_is_told_ten_times_a_second_and_always_at_the_end() {
    let Fixture { run, clock, heard } = start();
    let stage = run.stage("simulate", Total::known(1000, "patients"));
    for _ in 0..1000 {
        clock.advance(Duration::from_millis(1));
        stage.progress().add(1);
    }
    stage.finish();
    let told = progress(&heard.events());
    assert!((10..=12).contains(&told.len()), "{}", told.len());
    assert!(told.windows(2).all(|pair| pair[0].done <= pair[1].done));
    let last = told.last().unwrap();
    assert!(last.last && last.done == 1000 && last.fraction() == Some(1.0));
    assert_eq!(last.seconds_left, Some(0.0));
    let rate = told[told.len() - 2].rate.unwrap();
    assert!((rate - 1000.0).abs() < 1.0, "{rate}");
}

/// A resumed run once claimed 318 billion patients a second, because what the first attempt had done counted
/// as done in the first microseconds of the second.
#[test]
fn what_an_earlier_attempt_did_is_done_and_says_nothing_about_speed() {
    let Fixture { run, clock, heard } = start();
    let stage = run.stage("simulate", Total::known(1_000_000, "patients"));
    clock.advance(Duration::from_micros(3));
    stage.progress().take_over(900_000);
    for _ in 0..10 {
        clock.advance(Duration::from_millis(200));
        stage.progress().add(200);
    }
    stage.finish();
    let told = progress(&heard.events());
    let last = told.last().unwrap();
    assert_eq!(last.done, 902_000);
    for progress in told.iter().filter(|progress| progress.rate.is_some()) {
        let rate = progress.rate.unwrap();
        assert!((rate - 1000.0).abs() < 1.0, "{rate}");
    }
}

#[test]
fn a_stage_of_unknown_size_is_indeterminate_and_has_a_rate() {
    let Fixture { run, clock, heard } = start();
    let stage = run.stage("read", Total::unknown("rows"));
    clock.advance(Duration::from_secs(2));
    stage.progress().add(50);
    stage.finish();
    let told = progress(&heard.events());
    assert!(told[0].is_indeterminate());
    assert_eq!(told[0].rate, Some(25.0));
    assert_eq!(told[0].seconds_left, None);
    assert_eq!(told[0].fraction(), None);
}

#[test]
fn operations_add_up_over_threads() {
    let Fixture { run, clock, .. } = start();
    let stage = run.stage("simulate", Total::unknown("parts"));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..100 {
                    stage.operation("engine").end();
                    stage.operation("encode").end();
                }
            });
        }
    });
    let operation = stage.operation("write");
    clock.advance(Duration::from_secs(3));
    drop(operation);
    let report = stage.finish();
    let counts: Vec<_> = report
        .operations
        .iter()
        .map(|o| (o.operation.as_str(), o.count))
        .collect();
    assert_eq!(counts, [("encode", 400), ("engine", 400), ("write", 1)]);
    assert_eq!(report.operations[2].seconds, 3.0);
    assert_eq!(report.seconds, 3.0);
}

#[test]
fn reserved_memory_is_seen_even_in_operations_between_two_samples() {
    let Fixture { run, .. } = start();
    let stage = run.stage("simulate", Total::unknown("parts"));
    let holder = stage.holder("engine");
    assert_eq!(holder.name().run(), run.name().as_str());
    assert_eq!(
        (holder.name().stage(), holder.name().operation()),
        ("simulate", "engine")
    );
    let operation = stage.operation("engine");
    let reservation = holder.reserve(Bytes::mib(32)).unwrap();
    drop(operation);
    drop(reservation);
    let report = stage.finish();
    assert_eq!(
        report.operations[0].memory.peak_reserved,
        Bytes::mib(32).as_u64()
    );
    assert_eq!(report.memory.peak_reserved, Bytes::mib(32).as_u64());
    #[cfg(target_os = "linux")]
    assert!(report.memory.peak_resident > 0 && report.memory.mean_resident > 0);
}

#[test]
fn more_operations_than_are_kept_share_one_account() {
    let Fixture { run, .. } = start();
    let stage = run.stage("simulate", Total::unknown("parts"));
    for n in 0..1000 {
        stage.operation(&format!("operation {n}")).end();
    }
    let report = stage.finish();
    assert_eq!(report.operations.len(), 64);
    let count: u64 = report
        .operations
        .iter()
        .map(|operation| operation.count)
        .sum();
    assert_eq!(count, 1000);
}

#[test]
fn samples_carry_stage_and_operation() {
    let heard = Arc::new(Recording::new(100_000));
    let run = Run::builder(RunKind::sim(), Budget::new(Bytes::gib(64)))
        .observer(heard.clone())
        .sample_every(Duration::from_millis(1))
        .start()
        .unwrap();
    let samples = |stage: &str, operation: Option<&str>| {
        let events = heard.events();
        let fits = |sample: &MemorySample| {
            sample.stage.as_deref() == Some(stage) && sample.operation.as_deref() == operation
        };
        events
            .iter()
            .filter(|event| matches!(&event.kind, EventKind::MemorySample(sample) if fits(sample)))
            .count()
    };
    let stage: Stage = run.stage("simulate", Total::unknown("parts"));
    let operation = stage.operation("engine");
    while samples("simulate", Some("engine")) < 3 {
        std::thread::sleep(Duration::from_millis(1));
    }
    drop(operation);
    let report = stage.finish();
    assert!(report.operations[0].memory.samples >= 3);
    let report = run.finish(Outcome::Finished);
    assert!(report.timeline.len() >= 4);
    assert!(report.memory.samples >= report.timeline.len() as u64);
    let before = heard.events().len();
    std::thread::sleep(Duration::from_millis(20));
    assert_eq!(
        heard.events().len(),
        before,
        "sampling stopped with the run"
    );
}

#[test]
fn a_stage_left_by_a_panic_is_unfinished_and_the_run_goes_on() {
    let Fixture { run, .. } = start();
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _stage = run.stage("simulate", Total::unknown("parts"));
        panic!("a bug");
    }));
    assert!(caught.is_err());
    run.stage("write", Total::unknown("parts")).finish();
    let report = run.finish(Outcome::Finished);
    let ends: Vec<_> = report
        .stages
        .iter()
        .map(|stage| stage.end.clone())
        .collect();
    assert_eq!(ends, [StageEnd::Unfinished, StageEnd::Finished]);
}

/// Operations that began and ended between two samples were shown with 0 B.
#[cfg(target_os = "linux")]
#[test]
fn operations_shorter_than_a_sample_have_samples_all_the_same() {
    let Fixture { run, .. } = start();
    let stage = run.stage("simulate", Total::unknown("patients"));
    for _ in 0..3 {
        stage.operation("short").end();
    }
    let report = stage.finish();
    let memory = report.operations[0].memory;
    assert_eq!(memory.samples, 6, "one at each beginning and end");
    assert!(
        memory.peak_resident > 0 && memory.mean_resident > 0,
        "{memory:?}"
    );
    assert!(report.memory.peak_resident >= memory.peak_resident);
}
