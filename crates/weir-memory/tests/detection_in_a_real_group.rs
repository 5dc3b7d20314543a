//! A process in a real memory group finds its limit, and stays inside its budget.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

use std::collections::VecDeque;
use std::process::Command;
use std::time::Duration;

use weir_memory::{Budget, BudgetSpec, Bytes, HolderName, Reservation, Sampler, detect, resident};
use weir_testkit::cgroup::{MemoryGroup, Outcome};
use weir_testkit::skip_unless;

fn in_group(limit: Bytes, test: &str) -> Option<Outcome> {
    let group = skip_unless(MemoryGroup::create(limit))?;
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args([
        "--exact",
        test,
        "--ignored",
        "--nocapture",
        "--test-threads=1",
    ]);
    // Large pieces go back to the system when they are freed; small ones stay with glibc.
    child.env("MALLOC_MMAP_THRESHOLD_", "65536");
    let outcome = group.run(&child).unwrap();
    assert!(outcome.status.success(), "{outcome:?}");
    assert!(
        outcome.stdout.contains("1 passed"),
        "the child did not run: {outcome:?}"
    );
    Some(outcome)
}

#[test]
fn the_default_budget_is_three_quarters_of_the_group_s_limit() {
    let Some(outcome) = in_group(Bytes::mib(200), "child_tells_its_budget") else {
        return;
    };
    let told = outcome
        .stdout
        .lines()
        .find(|line| line.contains("150 MiB"))
        .unwrap();
    assert!(
        told.contains("75 % of the container's 200 MiB (cgroup v"),
        "{told}"
    );
}

/// Twelve budgets' worth of memory goes through.
fn stays_inside(child: &str) {
    let Some(outcome) = in_group(Bytes::mib(172), child) else {
        return;
    };
    let peak = outcome.peak_resident.unwrap();
    assert!(
        peak <= Bytes::mib(129),
        "{peak} resident of a budget of 129 MiB: {outcome:?}"
    );
    // The budget was used, not avoided.
    assert!(peak >= Bytes::mib(90), "{peak}");
    assert_eq!(outcome.oom_kills, Some(0));
}

/// Meanwhile a quarter of the budget comes to stay that nobody reserved.
#[test]
fn peak_resident_memory_stays_inside_the_budget() {
    stays_inside("child_works_in_its_budget");
}

/// Small pieces stay with the allocator when they are freed: resident, unattributed, and no
/// reason to refuse the next piece.
#[test]
fn peak_resident_memory_stays_inside_the_budget_in_small_pieces() {
    stays_inside("child_works_in_small_pieces");
}

fn planned() -> Budget {
    let plan = BudgetSpec::default().plan(&detect()).unwrap();
    println!("{} = {}", plan.limit, plan.origin);
    plan.into()
}

#[test]
#[ignore = "run by the tests above in a group"]
fn child_tells_its_budget() {
    planned();
}

#[test]
#[ignore = "run by the tests above in a group"]
fn child_works_in_its_budget() {
    work(Bytes::mib(1).as_usize(), 32);
}

#[test]
#[ignore = "run by the tests above in a group"]
fn child_works_in_small_pieces() {
    work(5_000, 0);
}

/// Reserves and fills mebibytes in pieces of this size, draining half whenever refused; so
/// often another mebibyte comes to stay that nobody reserved.
fn work(piece: usize, unreserved: usize) {
    const CHUNK: Bytes = Bytes::mib(1);
    const UNITS: usize = 1_500;
    let budget = planned();
    let sampler = Sampler::start(budget.clone(), Duration::from_millis(20), |_| {}).unwrap();
    let holder = budget.holder(HolderName::new("test", "work", "chunks"));
    let pieces_of_chunk = CHUNK.as_usize() / piece;
    let mut pieces: VecDeque<Vec<u8>> = VecDeque::new();
    let mut rooms: VecDeque<Reservation> = VecDeque::new();
    let mut stay: Vec<Vec<u8>> = Vec::new();
    let mut drains = 0;
    for unit in 0..UNITS {
        let room = holder.reserve_or_drain(CHUNK, || {
            // Spilled, the oldest half: first the buffers, then their reservations.
            let half = rooms.len() / 2;
            pieces.drain(..half * pieces_of_chunk);
            rooms.drain(..half);
            drains += 1;
        });
        rooms.push_back(room.unwrap_or_else(|refusal| panic!("{refusal}")));
        pieces.extend((0..pieces_of_chunk).map(|_| vec![1; piece]));
        if unit * unreserved / UNITS > stay.len() {
            stay.push(vec![1; CHUNK.as_usize()]);
        }
    }
    assert!(drains > 5, "{drains}");
    println!(
        "{drains} drains, resident {} of {}",
        resident().unwrap(),
        budget.limit()
    );
    drop((pieces, rooms, stay, sampler));
    assert!(budget.ledger_is_empty());
}
