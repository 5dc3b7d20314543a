//! The program writes the same bytes for every budget, number of threads and tier.
#![allow(clippy::unwrap_used)]

mod weir;

use std::collections::BTreeMap;
use std::path::PathBuf;

use weir::{PROTOCOL, Weir, folder_of};

fn sums(weir: &Weir, patients: &str, more: &[&str]) -> BTreeMap<PathBuf, String> {
    let mut arguments = vec!["sim", "run", PROTOCOL, "--patients", patients, "--seed=11"];
    arguments.extend(more);
    weir.good(&arguments);
    weir.checksums(&folder_of(&weir.last().unwrap()))
}

#[test]
fn for_every_budget_and_number_of_threads() {
    let weir = Weir::in_memory();
    let expected = sums(&weir, "50000", &[]);
    assert_eq!(expected.len(), 4 * 2 + 3);
    for budget in ["128MiB", "256MiB", "1GiB"] {
        for threads in ["1", "2", "4"] {
            let more = ["--budget", budget, "--threads", threads];
            assert_eq!(sums(&weir, "50000", &more), expected, "{more:?}");
        }
    }
}

#[test]
fn from_memory_and_part_by_part() {
    let weir = Weir::in_memory();
    let parquet = sums(&weir, "20000", &["--results=parquet"]);
    let memory = sums(&weir, "20000", &["--results=memory"]);
    assert_eq!(memory, parquet);
}
