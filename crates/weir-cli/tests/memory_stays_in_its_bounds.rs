//! The budget, measured from outside: `VmHWM` of the process, in real control groups.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod weir;

use weir::{PROTOCOL, Weir};
use weir_memory::Bytes;
use weir_testkit::cgroup::{MemoryGroup, Outcome};
use weir_testkit::skip_unless;

fn in_group(limit: Bytes, patients: &str) -> Option<(Weir, Outcome)> {
    let group = skip_unless(MemoryGroup::create(limit))?;
    // On a real disk: files in memory would count for the group.
    let weir = Weir::new();
    let command = weir.command(&[
        "sim",
        "run",
        PROTOCOL,
        "--patients",
        patients,
        "--years",
        "5",
    ]);
    let outcome = group.run(&command).unwrap();
    assert_eq!(outcome.status.code(), Some(0), "{}", outcome.stderr);
    assert_eq!(outcome.oom_kills.unwrap_or(0), 0);
    eprintln!(
        "{patients} patients in {limit}: peak resident {:?}, group {:?}, {:?}",
        outcome.peak_resident, outcome.group_peak, outcome.lived
    );
    weir.good(&["runs", "verify", "last"]);
    Some((weir, outcome))
}

#[test]
fn a_hundred_thousand_patients_fit_into_128_mib() {
    let limit = Bytes::mib(128);
    let Some((_, outcome)) = in_group(limit, "100000") else {
        return;
    };
    // Three quarters of the group's limit is the budget.
    let peak = outcome.peak_resident.unwrap();
    assert!(peak <= Bytes::mib(96), "{peak}");
}

#[test]
fn a_hundred_thousand_patients_in_one_gib_take_a_quarter_of_it_at_most() {
    let Some((_, outcome)) = in_group(Bytes::gib(1), "100000") else {
        return;
    };
    let peak = outcome.peak_resident.unwrap();
    assert!(peak <= Bytes::mib(256), "{peak}");
}

#[test]
#[ignore = "long: ten million patients, 1.5 GB of disk"]
fn ten_million_patients_fit_into_512_mib() {
    let limit = Bytes::mib(512);
    let Some((_, outcome)) = in_group(limit, "10000000") else {
        return;
    };
    let peak = outcome.peak_resident.unwrap();
    assert!(peak <= Bytes::mib(384), "{peak}");
}
