//! A dataset whose newest manifest is damaged goes back to its newest sound version.

use std::{collections::BTreeSet, time::Duration};

use crate::{
    dataset::Dataset,
    layout,
    manifest::{Manifest, ManifestError, Place, Version},
    snapshot::OpenError,
    storage::StorageError,
};

/// How often it is tried on top of what writers publish.
const MOST_ATTEMPTS: u32 = 1000;

/// How long other writers are waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// What [`Dataset::repair`] did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Repaired {
    /// The newest version now.
    pub version: Version,
    /// The version that was published anew as the newest; nothing when the newest was sound.
    pub back_to: Option<Version>,
    /// Sound manifests that were passed over, because files that they name are missing or of another length; they stay where they are.
    pub without_files: Vec<Version>,
    /// Manifests that were damaged, ascending.
    pub set_aside: Vec<SetAside>,
    /// Data files that no sound version names: of the rows that are lost, those that are still there. A vacuum removes them after its grace
    /// time.
    pub unnamed: Vec<LostFile>,
}

/// A damaged manifest, which is kept beside the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// The version that it was.
    pub version: Version,
    /// Where it lies now, as its storage names it.
    pub path: String,
    /// What is wrong with it.
    pub why: String,
}

/// A data file that no sound version names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostFile {
    /// Where it lies, as its storage names it.
    pub path: String,
    /// Its length.
    pub bytes: u64,
}

/// What the manifests of a dataset are like.
struct Looked {
    newest: Version,
    /// Ascending.
    sound: Vec<Manifest>,
    damaged: Vec<(Version, String)>,
}

impl Dataset {
    /// Goes back to the newest sound version where the newest is damaged: publishes it anew as the next version, with its rows, columns, settings and
    /// metadata, and gives every damaged manifest another name (`….damaged`), under which it stays until the dataset is removed. A version is sound
    /// when its manifest is, and every file that it names is there with its length; what is in the files is [`Dataset::verify`]'s. Nothing is
    /// deleted. Where nothing is damaged, nothing is done. Readers and writers may work meanwhile.
    ///
    /// # Errors
    /// [`OpenError::NoSoundVersion`]; [`OpenError::NoDataset`] when it was removed; [`ManifestError::TooNew`]: that is no damage; what the storage
    /// answers. Done again, it goes on.
    pub fn repair(&self) -> Result<Repaired, OpenError> {
        let writer = layout::new_writer();
        // As a writer: so that no number is taken that was taken before, and no version goes meanwhile.
        let _hold = self.hold_writer(&writer)?;
        let _lock = self
            .storage()
            .lock(&self.layout().writers_lock(), PATIENCE)?;
        let mut repaired = Repaired::default();
        for _ in 0..MOST_ATTEMPTS {
            let looked = self.look_at_all()?;
            let newest_is_sound = looked
                .sound
                .last()
                .is_some_and(|manifest| manifest.version == looked.newest);
            if newest_is_sound {
                if looked.sound.last().is_some_and(|newest| newest.removed) {
                    return Err(self.missing());
                }
                repaired.version = looked.newest;
                self.set_aside(&looked, &mut repaired)?;
                repaired.unnamed = self.unnamed(&looked)?;
                return Ok(repaired);
            }
            let (back_to, without_files) = self.soundest(&looked)?;
            let next = Manifest {
                version: looked.newest.next(),
                parent: back_to.version,
                writer: format!("{writer}.0"),
                written_ms: crate::commit::now_ms().max(back_to.written_ms),
                ..back_to.clone()
            };
            // Published before the damaged one gets another name: its number is never free.
            let path = self.layout().manifest(next.version);
            match self.storage().create(&path, &next.to_bytes()?) {
                Ok(()) => {
                    repaired.back_to = Some(back_to.version);
                    repaired.without_files = without_files;
                }
                // A writer that had read the newest version while it was sound: then there is nothing to go back to.
                Err(StorageError::AlreadyExists { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(OpenError::Busy {
            path: self.describe(),
        })
    }

    /// The newest manifest that can be read, removed or not.
    pub(crate) fn newest_readable(&self) -> Result<Option<Manifest>, OpenError> {
        Ok(self.look_at_all()?.sound.pop())
    }

    fn look_at_all(&self) -> Result<Looked, OpenError> {
        let versions = self.versions()?;
        let mut looked = Looked {
            newest: versions.last().copied().ok_or_else(|| self.missing())?,
            sound: Vec::new(),
            damaged: Vec::new(),
        };
        for version in versions {
            match self.read_version(version) {
                Ok(manifest) => looked.sound.push(manifest),
                Err(OpenError::Manifest(error @ ManifestError::Damaged { .. })) => {
                    looked.damaged.push((version, error.to_string()));
                }
                // A vacuum took it away.
                Err(OpenError::Storage(StorageError::NotFound { .. })) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(looked)
    }

    /// The newest sound version whose files are all there, and the newer ones of which some are not.
    fn soundest<'l>(&self, looked: &'l Looked) -> Result<(&'l Manifest, Vec<Version>), OpenError> {
        let mut passed = Vec::new();
        for manifest in looked.sound.iter().rev().filter(|sound| !sound.removed) {
            if self.has_its_files(manifest)? {
                return Ok((manifest, passed));
            }
            passed.push(manifest.version);
        }
        Err(OpenError::NoSoundVersion {
            dataset: self.describe(),
            damaged: looked.damaged.len(),
            without_files: passed.len(),
        })
    }

    fn has_its_files(&self, manifest: &Manifest) -> Result<bool, StorageError> {
        for file in &manifest.files {
            let path = self.file_path(&file.name, file.place);
            let facts = self.storage().facts(&path)?;
            if facts.is_none_or(|facts| facts.len != file.bytes) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn set_aside(&self, looked: &Looked, repaired: &mut Repaired) -> Result<(), OpenError> {
        let (storage, layout) = (self.storage(), self.layout());
        for (version, why) in &looked.damaged {
            let aside = layout.damaged(*version);
            match storage.rename(&layout.manifest(*version), &aside) {
                // Another repair did it.
                Err(StorageError::NotFound { .. }) => continue,
                renamed => renamed?,
            }
            repaired.set_aside.push(SetAside {
                version: *version,
                path: storage.describe(&aside),
                why: why.clone(),
            });
        }
        if !repaired.set_aside.is_empty() {
            storage.settle(layout.own())?;
        }
        Ok(())
    }

    /// Files of weir that no sound version names and no living writer is making.
    fn unnamed(&self, looked: &Looked) -> Result<Vec<LostFile>, OpenError> {
        let (storage, layout) = (self.storage(), self.layout());
        if looked.damaged.is_empty() {
            return Ok(Vec::new());
        }
        let named: BTreeSet<&str> = looked
            .sound
            .iter()
            .flat_map(|manifest| &manifest.files)
            .map(|file| file.name.as_str())
            .collect();
        let mut unnamed = Vec::new();
        for place in [Place::Base, Place::Late] {
            for name in storage.list(layout.folder_of(place))? {
                if layout::writer_of(&name).is_none() || named.contains(name.as_str()) {
                    continue;
                }
                let path = layout.file(&name, place);
                if let Some(facts) = storage.facts(&path)?
                    && !facts.folder
                {
                    unnamed.push(LostFile {
                        path: storage.describe(&path),
                        bytes: facts.len,
                    });
                }
            }
        }
        Ok(unnamed)
    }
}
