//! A process in a real memory group finds its limit, and stays inside its budget.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

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

/// Twelve budgets' worth of memory goes through a quarter of it in unreserved growth.
#[test]
fn peak_resident_memory_stays_inside_the_budget() {
    let Some(outcome) = in_group(Bytes::mib(172), "child_works_in_its_budget") else {
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
    const CHUNK: Bytes = Bytes::mib(1);
    let budget = planned();
    let sampler = Sampler::start(budget.clone(), Duration::from_millis(20), |_| {}).unwrap();
    let holder = budget.holder(HolderName::new("test", "work", "chunks"));
    let mut held: Vec<(Vec<u8>, Reservation)> = Vec::new();
    let mut leaked: Vec<Vec<u8>> = Vec::new();
    let mut drains = 0;
    for unit in 0..1_500 {
        let room = holder.reserve_or_drain(CHUNK, || {
            // Spilled: buffers go before their reservations, as the tuple's order has it.
            held.drain(..held.len() / 2);
            drains += 1;
        });
        let room = room.unwrap_or_else(|refusal| panic!("{refusal}"));
        held.push((vec![1; CHUNK.as_usize()], room));
        // Growth that nobody reserved, a quarter of the budget in all.
        if unit % 48 == 0 {
            leaked.push(vec![1; CHUNK.as_usize()]);
        }
    }
    assert!(drains > 5, "{drains}");
    assert!(leaked.len() == 32);
    println!("resident {} of {}", resident().unwrap(), budget.limit());
    drop((held, sampler));
    assert!(budget.ledger_is_empty());
}
