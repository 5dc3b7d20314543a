use std::path::{Path, PathBuf};

use serde_json::Value;
use weir_run::{InputHash, Manifest, RunId, RunKind, RunName};

use crate::Owner;

/// A run that is to be registered.
#[derive(Clone, Debug)]
pub struct NewRun {
    /// What sort of job.
    pub kind: RunKind,
    /// A name of the user's own; without it one follows from the id.
    pub name: Option<RunName>,
    /// Everything the job is asked to do. An object's values can be searched for by key, nested
    /// ones as `outer.inner`.
    pub parameters: Value,
    /// What it reads, with checksums.
    pub inputs: Vec<InputHash>,
    /// The seed of its random numbers.
    pub seed: Option<u64>,
    /// The memory limit, in bytes.
    pub limit: Option<u64>,
    /// Where its data go; without it a new folder in the home. A given folder must not hold
    /// another run's manifest.
    pub folder: Option<PathBuf>,
    /// Words to find it by.
    pub tags: Vec<String>,
}

impl NewRun {
    /// A run of this kind without anything else.
    pub fn new(kind: RunKind) -> Self {
        Self {
            kind,
            name: None,
            parameters: Value::Null,
            inputs: Vec::new(),
            seed: None,
            limit: None,
            folder: None,
            tags: Vec::new(),
        }
    }
}

/// A run that is in the catalogue and belongs to this process.
#[derive(Clone, Debug)]
pub struct Registration {
    pub(crate) manifest: Manifest,
    pub(crate) folder: PathBuf,
    pub(crate) owner: Owner,
    pub(crate) resumed: bool,
}

impl Registration {
    /// The run's id.
    pub fn id(&self) -> RunId {
        self.manifest.id
    }

    /// The run's name, which no other run in the library has.
    pub fn name(&self) -> &RunName {
        &self.manifest.name
    }

    /// Where its data go. The folder exists.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its manifest as last written.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Sets what else the job keeps in the manifest; [`crate::Recorder::finish`] writes it.
    pub fn set_result(&mut self, result: Value) {
        self.manifest.result = result;
    }

    /// This process.
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    /// Whether the run was begun by another process and taken over.
    pub fn is_resumed(&self) -> bool {
        self.resumed
    }
}
