//! The decisions of a vacuum, for any facts.

#![allow(clippy::unwrap_used)]

use std::{collections::BTreeSet, time::Duration};

use proptest::prelude::*;

use super::{
    VacuumOptions,
    plan::{DiskFile, Facts, VersionFacts, to_delete},
};
use crate::{
    layout::{Label, file_name},
    manifest::{Place, Version},
};

const WRITERS: [&str; 3] = ["00000000000000aa", "00000000000000bb", "00000000000000cc"];

fn facts() -> impl Strategy<Value = Facts> {
    let versions =
        prop::collection::btree_map(1..20_u64, (prop::bool::weighted(0.2), 0..100_u64), 1..12);
    let named = prop::collection::btree_set(1..20_u64, 0..3);
    let held = prop::collection::vec((any::<bool>(), 1..20_u64, 0..3_usize), 0..3);
    (versions, named, held).prop_map(|(versions, named, held)| {
        let newest = *versions.keys().next_back().unwrap();
        Facts {
            versions: versions
                .into_iter()
                .map(|(version, (retired, seconds))| {
                    let facts = VersionFacts {
                        // The newest is never retired.
                        retired: retired && version != newest,
                        superseded_for: Duration::from_secs(seconds),
                    };
                    (Version(version), facts)
                })
                .collect(),
            named: named.into_iter().map(Version).collect(),
            held: held
                .into_iter()
                .map(|(reader, version, writer)| match reader {
                    true => Label::Reader(Version(version)),
                    false => Label::Writer {
                        base: Version(version),
                        id: WRITERS[writer].to_owned(),
                    },
                })
                .collect(),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn nothing_needed_goes_and_everything_else_does(
        facts in facts(),
        keep_versions in 0..5_u64,
        grace in 0..100_u64,
    ) {
        let options = VacuumOptions {
            keep_versions,
            grace: Duration::from_secs(grace),
            dry_run: false,
        };
        let retire: BTreeSet<Version> = facts.to_retire(&options).into_iter().collect();
        let open: Vec<Version> = facts
            .versions
            .iter()
            .filter(|(_, facts)| !facts.retired)
            .map(|(version, _)| *version)
            .collect();
        let newest: BTreeSet<Version> = open
            .iter()
            .rev()
            .take(keep_versions.max(1) as usize)
            .copied()
            .collect();
        for (version, about) in &facts.versions {
            let held = facts.held.iter().any(|label| match label {
                Label::Reader(held) => held == version,
                Label::Writer { base, .. } => base <= version,
            });
            let needed = held || facts.named.contains(version);
            let kept = !about.retired
                && (newest.contains(version) || about.superseded_for < options.grace);
            prop_assert_eq!(retire.contains(version), !needed && !kept, "version {}", version);
        }
    }

    #[test]
    fn files_of_kept_versions_and_of_writers_at_work_stay(
        facts in facts(),
        files in prop::collection::vec((0..3_usize, 0..100_u64, any::<bool>(), any::<bool>()), 0..12),
        grace in 0..100_u64,
    ) {
        let mut needed = BTreeSet::new();
        let mut going = BTreeSet::new();
        let mut disk = vec![DiskFile {
            name: "foreign.parquet".to_owned(),
            place: Place::Base,
            bytes: 1,
            age: Duration::MAX,
        }];
        for (number, (writer, age, is_needed, is_going)) in (0_u64..).zip(&files) {
            let name = file_name("0", WRITERS[*writer], number, Place::Base);
            if *is_needed {
                needed.insert(name.clone());
            }
            if *is_going {
                going.insert(name.clone());
            }
            disk.push(DiskFile {
                name,
                place: Place::Base,
                bytes: 1,
                age: Duration::from_secs(*age),
            });
        }
        let gone: BTreeSet<&str> =
            to_delete(&disk, &needed, &going, &facts, Duration::from_secs(grace))
                .into_iter()
                .map(|file| file.name.as_str())
                .collect();
        prop_assert!(!gone.contains("foreign.parquet"));
        for (file, (writer, age, is_needed, is_going)) in disk[1..].iter().zip(&files) {
            let at_work = facts.held.iter().any(
                |label| matches!(label, Label::Writer { id, .. } if id == WRITERS[*writer]),
            );
            let expected = !at_work && !is_needed && (*is_going || *age >= grace);
            prop_assert_eq!(gone.contains(file.name.as_str()), expected);
        }
    }
}
