//! A vacuum at work.
//!
//! Why nothing goes that somebody needs:
//!
//! * *Readers.* A reader holds its version and then looks whether its manifest is there. A vacuum takes the manifest's name away and
//!   then looks at the holds again; if the version is held it gives the name back. Of two that do both steps at once, one sees the other.
//! * *Writers.* A writer holds its base, then looks for the newest version M ≥ base, and creates M + 1. A vacuum lists versions before holds. If it
//!   lists a version M + 1 that this writer did not see, the writer's hold is older than that version, so the vacuum sees the hold and leaves
//!   every version from the base on. So a number that was taken is taken for as long as a writer could try it.
//! * *New files.* A vacuum lists files before holds, and reads the manifests after. A file whose writer it does not see at work was published
//!   before, and then a manifest names it or its version has gone, or never will be.
//! * *Power.* Retired names are durable before a file goes, and files before the retired manifests.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, SystemTime},
};

use super::{
    VacuumOptions, VacuumReport,
    plan::{DiskFile, Facts, VersionFacts, to_delete},
};
use crate::{
    dataset::Dataset,
    layout::{Label, OwnName},
    manifest::{Place, Version},
    snapshot::OpenError,
    storage::{ObjectPath, StorageError},
};

/// How long another vacuum is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

impl Dataset {
    /// Removes versions that are old and needed by nobody, the files that only they named, and what killed writers left. Readers and
    /// writers may work meanwhile, here and in other processes.
    ///
    /// # Errors
    /// [`OpenError::Busy`] when another vacuum is at work; a manifest that cannot be read, since its files are then unknown; what the
    /// storage answers. A vacuum that failed or was killed is finished by the next one.
    pub fn vacuum(&self, options: &VacuumOptions) -> Result<VacuumReport, OpenError> {
        self.latest()?;
        let _lock = match options.dry_run {
            true => None,
            false => Some(self.lock_vacuum()?),
        };
        Vacuum {
            dataset: self,
            options,
            now: SystemTime::now(),
        }
        .run()
    }

    pub(crate) fn lock_vacuum(&self) -> Result<Box<dyn crate::storage::Hold>, OpenError> {
        let path = self.layout().vacuum_lock();
        self.storage()
            .lock(&path, PATIENCE)?
            .ok_or_else(|| OpenError::Busy {
                path: self.storage().describe(&path),
            })
    }

    /// What living readers and writers hold.
    pub(crate) fn held(&self, patience: Duration) -> Result<Vec<Label>, StorageError> {
        let labels = self.storage().holds(&self.layout().holds(), patience)?;
        Ok(labels
            .iter()
            .filter_map(|label| Label::parse(label))
            .collect())
    }
}

struct Vacuum<'v> {
    dataset: &'v Dataset,
    options: &'v VacuumOptions,
    now: SystemTime,
}

impl Vacuum<'_> {
    fn run(&self) -> Result<VacuumReport, OpenError> {
        let dataset = self.dataset;
        let (storage, layout) = (dataset.storage(), dataset.layout());
        let mut report = VacuumReport::default();
        // In this order: see the top of this file.
        let mut facts = Facts {
            versions: self.versions()?,
            ..Facts::default()
        };
        let disk = self.disk()?;
        self.look_who_needs(&mut facts)?;
        let retire = facts.to_retire(self.options);
        if !self.options.dry_run {
            self.retire(&retire, &facts)?;
            self.look_who_needs(&mut facts)?;
        }
        // What is still openable did not go, whatever the rename said.
        let open: BTreeSet<Version> = match self.options.dry_run {
            true => BTreeSet::new(),
            false => dataset.versions()?.into_iter().collect(),
        };
        let mut going = BTreeSet::new();
        for version in retire {
            if open.contains(&version) {
                continue;
            }
            if facts.is_needed(version) {
                self.restore(version)?;
            } else {
                report.versions.push(version);
                going.extend(self.names_in(version)?);
            }
        }
        let gone: BTreeSet<Version> = report.versions.iter().copied().collect();
        let mut needed = BTreeSet::new();
        for version in dataset.versions()? {
            if !gone.contains(&version) {
                let manifest = dataset.read_version(version)?;
                needed.extend(manifest.files.into_iter().map(|file| file.name));
            }
        }
        for file in to_delete(&disk, &needed, &going, &facts, self.options.grace) {
            report.files += 1;
            report.bytes += file.bytes;
            if !self.options.dry_run {
                delete(dataset, &layout.file(&file.name, file.place))?;
            }
        }
        if self.options.dry_run {
            return Ok(report);
        }
        if report.files > 0 {
            storage.settle(layout.folder())?;
            storage.settle(layout.own())?;
        }
        for version in &report.versions {
            delete(dataset, &layout.retired(*version))?;
        }
        if !report.versions.is_empty() {
            storage.settle(layout.own())?;
        }
        for folder in [layout.folder(), layout.own()] {
            let (files, bytes) = storage.sweep(folder)?;
            report.files += files;
            report.bytes += bytes;
        }
        Ok(report)
    }

    fn versions(&self) -> Result<BTreeMap<Version, VersionFacts>, OpenError> {
        let names = self.dataset.own_names()?;
        let mut versions = BTreeMap::new();
        let mut newer: Option<Version> = None;
        for (_, name) in names.iter().rev() {
            let (version, retired) = match name {
                OwnName::Manifest(version) => (*version, false),
                OwnName::Retired(version) => (*version, true),
                _ => continue,
            };
            let superseded_for = match newer {
                Some(newer) if !retired => self.age(&self.dataset.layout().manifest(newer))?,
                _ => Duration::ZERO,
            };
            // A loss of power may leave both names; then it is not retired.
            let facts = versions.entry(version).or_insert(VersionFacts {
                retired,
                superseded_for,
            });
            if !retired {
                *facts = VersionFacts {
                    retired,
                    superseded_for,
                };
                newer = Some(version);
            }
        }
        Ok(versions)
    }

    /// Base and late files.
    fn disk(&self) -> Result<Vec<DiskFile>, OpenError> {
        let mut disk = Vec::new();
        for place in [Place::Base, Place::Late] {
            let folder = self.dataset.layout().folder_of(place);
            for name in self.dataset.storage().list(folder)? {
                if crate::layout::writer_of(&name).is_none() {
                    continue;
                }
                let path = folder.join(&name);
                if let Some(facts) = self.dataset.storage().facts(&path)?
                    && !facts.folder
                {
                    disk.push(DiskFile {
                        place,
                        bytes: facts.len,
                        age: self.since(facts.modified),
                        name,
                    });
                }
            }
        }
        Ok(disk)
    }

    /// Holds before names: a name is given by one who holds.
    fn look_who_needs(&self, facts: &mut Facts) -> Result<(), OpenError> {
        facts.held.extend(self.dataset.held(self.options.grace)?);
        let names = self.dataset.names()?;
        facts
            .named
            .extend(names.into_iter().map(|(_, version)| version));
        Ok(())
    }

    fn retire(&self, versions: &[Version], facts: &Facts) -> Result<(), OpenError> {
        let (storage, layout) = (self.dataset.storage(), self.dataset.layout());
        for &version in versions {
            let (from, to) = (layout.manifest(version), layout.retired(version));
            if facts
                .versions
                .get(&version)
                .is_none_or(|facts| facts.retired)
            {
                continue;
            }
            match storage.rename(&from, &to) {
                Err(StorageError::AlreadyExists { .. }) => {
                    delete(self.dataset, &to)?;
                    storage.rename(&from, &to)?;
                }
                renamed => renamed?,
            }
        }
        if !versions.is_empty() {
            storage.settle(layout.own())?;
        }
        Ok(())
    }

    fn restore(&self, version: Version) -> Result<(), OpenError> {
        if self.options.dry_run {
            return Ok(());
        }
        let (storage, layout) = (self.dataset.storage(), self.dataset.layout());
        storage.rename(&layout.retired(version), &layout.manifest(version))?;
        Ok(storage.settle(layout.own())?)
    }

    /// The files that a version names which goes.
    fn names_in(&self, version: Version) -> Result<Vec<String>, OpenError> {
        let layout = self.dataset.layout();
        for path in [layout.retired(version), layout.manifest(version)] {
            let bytes = match self
                .dataset
                .storage()
                .read(&path, crate::manifest::MAX_MANIFEST_BYTES)
            {
                Err(StorageError::NotFound { .. }) => continue,
                bytes => bytes?,
            };
            let path = self.dataset.storage().describe(&path);
            // What a damaged manifest named is found by its age.
            return Ok(
                crate::manifest::Manifest::from_bytes(&bytes, version, &path)
                    .map_or(Vec::new(), |manifest| {
                        manifest.files.into_iter().map(|file| file.name).collect()
                    }),
            );
        }
        Ok(Vec::new())
    }

    fn age(&self, path: &ObjectPath) -> Result<Duration, OpenError> {
        let facts = self.dataset.storage().facts(path)?;
        Ok(self.since(facts.and_then(|facts| facts.modified)))
    }

    /// Nothing for times that are unknown or to come: then it stays.
    fn since(&self, then: Option<SystemTime>) -> Duration {
        then.and_then(|then| self.now.duration_since(then).ok())
            .unwrap_or_default()
    }
}

/// Removes what may have gone already.
pub(crate) fn delete(dataset: &Dataset, path: &ObjectPath) -> Result<(), StorageError> {
    match dataset.storage().delete(path) {
        Err(StorageError::NotFound { .. }) => Ok(()),
        deleted => deleted,
    }
}
