//! A process that does many runs: memory does not grow from run to run, and falls after a large one.
//!
//! With the program's own allocator, set up as the program sets it up. Resident memory is the whole
//! process's, so this file has one test.
#![cfg(feature = "jemalloc")]
#![allow(clippy::unwrap_used, clippy::print_stderr)]

#[path = "../src/allocator.rs"]
#[allow(unreachable_pub, reason = "a program has no outside")]
mod allocator;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use weir_files::{Files, RealFiles};
use weir_library::{Home, Library, NewRun};
use weir_memory::{Budget, Bytes, resident};
use weir_run::{Outcome, Run, RunKind};
use weir_sim::job::{Job, ResultsChoice, SimulationSpec};
use weir_sim::protocol::Protocol;
use weir_sim::results::Compression;
use weir_sim::simulate::TimeEngine;

const RUNS: u64 = 1_000;
const WARM_UP: u64 = 200;

fn job(patients: u32, seed: u64) -> Job {
    let shipped = Protocol::shipped_by_id("aflibercept-tae-8week").unwrap();
    let protocol = Protocol::parse(shipped.id, shipped.text).unwrap().protocol;
    let spec = SimulationSpec {
        patients,
        years: 2.0,
        seed,
        engine: TimeEngine::BetweenVisits,
        results: ResultsChoice::Auto,
        compression: Compression::Zstd,
    };
    Job::new(protocol, spec).unwrap()
}

/// A run as the program does it: registered, recorded, finished.
fn run(library: &Library, budget: &Budget, job: &Job) {
    let files: Arc<dyn Files> = Arc::new(RealFiles);
    let mut new = NewRun::new(RunKind::sim());
    new.parameters = job.parameters();
    let mut registration = library.register(new).unwrap();
    let recorder = library.recorder(&registration).unwrap();
    let run = Run::builder(RunKind::sim(), budget.clone())
        .id(registration.id())
        .name(registration.name().clone())
        .observer(recorder.observer())
        .start()
        .unwrap();
    let folder = registration.folder().to_owned();
    job.run(&run, 1, &files, &folder).unwrap();
    let report = run.finish(Outcome::Finished);
    recorder.finish(&mut registration, &report).unwrap();
    assert!(budget.ledger_is_empty(), "{:?}", budget.snapshot().holders);
}

/// Resident memory once the allocator had its time (half a second) to give pages back.
fn settled() -> u64 {
    let began = Instant::now();
    let mut least = u64::MAX;
    while began.elapsed() < Duration::from_millis(1_500) {
        least = least.min(resident().unwrap().as_u64());
        std::thread::sleep(Duration::from_millis(50));
    }
    least
}

#[test]
fn memory_does_not_grow_with_runs_and_falls_after_a_large_one() {
    let in_memory = Path::new("/dev/shm");
    let folder = if in_memory.is_dir() {
        tempfile::tempdir_in(in_memory)
    } else {
        tempfile::tempdir()
    };
    let folder = folder.unwrap();
    let library = Library::open(Home::at(folder.path())).unwrap();
    let budget = Budget::new(Bytes::mib(256));
    allocator::connect(&budget);
    for seed in 0..WARM_UP {
        run(&library, &budget, &job(50 + (seed % 51) as u32, seed));
    }
    let before = settled();
    for seed in WARM_UP..RUNS + WARM_UP {
        run(&library, &budget, &job(50 + (seed % 51) as u32, seed));
    }
    let after = settled();
    let grown = after.saturating_sub(before);
    eprintln!("{before} bytes resident before {RUNS} runs, {after} after");
    assert!(grown <= (RUNS / 100) << 20, "{grown} bytes in {RUNS} runs");

    run(&library, &budget, &job(100_000, 1));
    let idle = settled();
    eprintln!("{idle} bytes resident after 100,000 patients");
    assert!(
        idle.saturating_sub(after) <= 32 << 20,
        "{idle} after, {after} idle"
    );
}
