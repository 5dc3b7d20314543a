//! What a faulty disk knows: counts, log, and what is not on the disk yet.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use weir_files::{Doing, FilesError};

use super::{Fault, FaultPlan};

/// The log keeps this many operations; later ones are only counted.
const LONGEST_LOG: usize = 100_000;

/// The sorts of operations that can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// `create_new`.
    Create,
    /// `write_all`.
    Write,
    /// `sync` of a file.
    Sync,
    /// `sync_folder`.
    SyncFolder,
    /// `rename` and `rename_new`.
    Rename,
    /// `remove_file`.
    Remove,
    /// `create_folder_all`.
    CreateFolder,
    /// `remove_folder_all` and `remove_empty_folder`.
    RemoveFolder,
    /// `list`.
    List,
    /// `read` and `open`.
    Read,
    /// `facts` and `free_space`.
    Inspect,
}

impl Operation {
    /// Whether it changes something, and so counts as a step of a crash simulation.
    #[must_use]
    pub fn is_step(self) -> bool {
        !matches!(self, Self::List | Self::Read | Self::Inspect)
    }

    pub(super) fn doing(self) -> Doing {
        match self {
            Self::Create => Doing::Create,
            Self::Write => Doing::Write,
            Self::Sync => Doing::Sync,
            Self::SyncFolder => Doing::SyncFolder,
            Self::Rename => Doing::Rename,
            Self::Remove | Self::RemoveFolder => Doing::Remove,
            Self::CreateFolder => Doing::CreateFolder,
            Self::List => Doing::List,
            Self::Read => Doing::Read,
            Self::Inspect => Doing::Inspect,
        }
    }
}

/// How a logged operation went, as far as the plan decided it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Passed to the disk below.
    Passed,
    /// Failed by plan.
    Failed(Fault),
    /// The process was dead.
    Dead,
}

/// One operation in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// Its sort.
    pub operation: Operation,
    /// The path; of a rename the new one.
    pub path: PathBuf,
    /// Bytes to be written; 0 for all but writes.
    pub bytes: u64,
    /// How it went.
    pub outcome: Outcome,
}

/// How to take back a change of names that no sync of its folder has settled.
#[derive(Debug)]
pub(super) enum Undo {
    Created(PathBuf),
    Renamed {
        from: PathBuf,
        to: PathBuf,
        replaced: Option<Vec<u8>>,
    },
    Removed {
        path: PathBuf,
        bytes: Vec<u8>,
    },
}

impl Undo {
    pub(super) fn folder(&self) -> Option<&Path> {
        match self {
            Self::Created(path) | Self::Renamed { to: path, .. } | Self::Removed { path, .. } => {
                path.parent()
            }
        }
    }
}

/// Lengths of a file created here.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lengths {
    pub(super) written: u64,
    pub(super) synced: u64,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) plan: FaultPlan,
    counts: BTreeMap<Operation, u64>,
    operations: u64,
    pub(super) steps: u64,
    pub(super) crashed: bool,
    pub(super) log: Vec<Logged>,
    /// Changes of names, oldest first, that a loss of power may take back.
    pub(super) unsettled: Vec<Undo>,
    pub(super) lengths: BTreeMap<PathBuf, Lengths>,
    pub(super) used: u64,
}

/// What the plan says about an operation.
pub(super) enum Verdict {
    Pass,
    Fail(FilesError),
}

impl State {
    pub(super) fn new(plan: FaultPlan) -> Self {
        Self {
            plan,
            counts: BTreeMap::new(),
            operations: 0,
            steps: 0,
            crashed: false,
            log: Vec::new(),
            unsettled: Vec::new(),
            lengths: BTreeMap::new(),
            used: 0,
        }
    }

    /// Counts and logs an operation and decides it.
    pub(super) fn judge(&mut self, operation: Operation, path: &Path, bytes: u64) -> Verdict {
        if operation.is_step() && self.plan.crash_after == Some(self.steps) {
            self.crashed = true;
        }
        let outcome = if self.crashed {
            Outcome::Dead
        } else {
            let nth = self.counts.entry(operation).or_default();
            *nth += 1;
            self.operations += 1;
            self.steps += u64::from(operation.is_step());
            match self.plan.fault_at(operation, *nth, self.operations) {
                Some(fault) => Outcome::Failed(fault),
                None => Outcome::Passed,
            }
        };
        if self.log.len() < LONGEST_LOG {
            self.log.push(Logged {
                operation,
                path: path.to_path_buf(),
                bytes,
                outcome,
            });
        }
        let error = match outcome {
            Outcome::Passed => return Verdict::Pass,
            Outcome::Failed(fault) => fault.error(),
            Outcome::Dead => io::Error::other("the simulated process is dead"),
        };
        Verdict::Fail(FilesError::from_io(error, path, operation.doing()))
    }

    /// Bytes that still fit.
    pub(super) fn room(&self) -> Option<u64> {
        self.plan
            .capacity
            .map(|capacity| capacity.saturating_sub(self.used))
    }

    pub(super) fn wrote(&mut self, path: &Path, bytes: u64) {
        self.used += bytes;
        self.lengths.entry(path.to_path_buf()).or_default().written += bytes;
    }

    pub(super) fn synced(&mut self, path: &Path) {
        if let Some(lengths) = self.lengths.get_mut(path) {
            lengths.synced = lengths.written;
        }
    }

    /// Forgets a file that is gone; its bytes are free again.
    pub(super) fn forget(&mut self, path: &Path) -> Option<Lengths> {
        let lengths = self.lengths.remove(path)?;
        self.used = self.used.saturating_sub(lengths.written);
        Some(lengths)
    }

    pub(super) fn moved(&mut self, from: &Path, to: &Path) {
        self.forget(to);
        if let Some(lengths) = self.lengths.remove(from) {
            self.lengths.insert(to.to_path_buf(), lengths);
        }
    }
}
