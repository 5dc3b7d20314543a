//! The decisions: facts in, decisions out, no storage and no clock.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::VacuumOptions;
use crate::{
    layout::{Label, writer_of},
    manifest::{Place, Version},
};

/// What is known about a dataset's versions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    /// The versions that can be opened, and those that an earlier vacuum retired and did not finish.
    pub(crate) versions: BTreeMap<Version, VersionFacts>,
    /// Versions with a name.
    pub(crate) named: BTreeSet<Version>,
    /// What living readers and writers hold.
    pub(crate) held: Vec<Label>,
}

/// What is known about a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct VersionFacts {
    /// Whether it is retired already.
    pub(crate) retired: bool,
    /// Since when it is not the newest.
    pub(crate) superseded_for: Duration,
}

impl Facts {
    /// Whether a name, a reader or a writer needs a version, whatever its age.
    pub(crate) fn is_needed(&self, version: Version) -> bool {
        self.named.contains(&version)
            || self.held.iter().any(|label| match label {
                Label::Reader(held) => *held == version,
                // Its commit must find every number above its base taken that was taken.
                Label::Writer { base, .. } => *base <= version,
            })
    }

    /// Whether a living writer has this name.
    pub(crate) fn is_writing(&self, writer: &str) -> bool {
        self.held
            .iter()
            .any(|label| matches!(label, Label::Writer { id, .. } if id == writer))
    }

    /// The versions to retire (or to leave retired): not the newest, not among the newest `keep_versions`, superseded for the grace time, and
    /// needed by nobody.
    pub(crate) fn to_retire(&self, options: &VacuumOptions) -> Vec<Version> {
        let openable = self
            .versions
            .values()
            .filter(|facts| !facts.retired)
            .count();
        let mut newer = openable;
        let keep = usize::try_from(options.keep_versions.max(1)).unwrap_or(usize::MAX);
        let mut retire = Vec::new();
        for (&version, facts) in &self.versions {
            if !facts.retired {
                newer -= 1;
            }
            let old = facts.retired || (newer >= keep && facts.superseded_for >= options.grace);
            let newest = newer == 0 && !facts.retired;
            if old && !newest && !self.is_needed(version) {
                retire.push(version);
            }
        }
        retire
    }
}

/// A data file that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DiskFile {
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) bytes: u64,
    /// Since when it is there.
    pub(crate) age: Duration,
}

/// The files to delete: made by a writer of weir that is not at work any more, named by no kept version, and either named by a version
/// that goes or there for the grace time. `disk` was listed before the holds in `facts`, and `needed` is of the versions there were after.
pub(crate) fn to_delete<'d>(
    disk: &'d [DiskFile],
    needed: &BTreeSet<String>,
    going: &BTreeSet<String>,
    facts: &Facts,
    grace: Duration,
) -> Vec<&'d DiskFile> {
    disk.iter()
        .filter(|file| {
            writer_of(&file.name).is_some_and(|writer| !facts.is_writing(writer))
                && !needed.contains(&file.name)
                && (going.contains(&file.name) || file.age >= grace)
        })
        .collect()
}
