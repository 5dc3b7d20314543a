//! When which operation fails, and how.

use std::io;

use rustix::io::Errno;

use super::Operation;
use crate::seed::Seeded;

/// How an operation fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// `ENOSPC`: the disk is full.
    NoSpace,
    /// `EDQUOT`: the quota is used up.
    Quota,
    /// `EIO`: the device failed.
    Io,
    /// `EACCES`: permission denied.
    Denied,
    /// `EMFILE`: no descriptor left.
    TooManyOpenFiles,
    /// `EROFS`: a read-only file system.
    ReadOnly,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 6] = [
        Self::NoSpace,
        Self::Quota,
        Self::Io,
        Self::Denied,
        Self::TooManyOpenFiles,
        Self::ReadOnly,
    ];

    /// The system's error that it stands for.
    #[must_use]
    pub fn error(self) -> io::Error {
        let errno = match self {
            Self::NoSpace => Errno::NOSPC,
            Self::Quota => Errno::DQUOT,
            Self::Io => Errno::IO,
            Self::Denied => Errno::ACCESS,
            Self::TooManyOpenFiles => Errno::MFILE,
            Self::ReadOnly => Errno::ROFS,
        };
        io::Error::from(errno)
    }
}

/// Which operations of a [`super::FaultyFiles`] fail. The empty plan fails none.
#[derive(Debug, Clone, Default)]
pub struct FaultPlan {
    scripted: Vec<(Operation, u64, Fault)>,
    seeded: Option<(u64, u32)>,
    pub(super) capacity: Option<u64>,
    pub(super) crash_after: Option<u64>,
}

impl FaultPlan {
    /// Nothing fails.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// The `nth` (from 1) operation of that sort fails. A failing write has written half of its bytes.
    #[must_use]
    pub fn fail(mut self, operation: Operation, nth: u64, fault: Fault) -> Self {
        self.scripted.push((operation, nth, fault));
        self
    }

    /// Every operation fails with a probability of `per_mille` / 1000, each fault as likely as the others; the same seed and
    /// the same sequence of operations give the same faults.
    #[must_use]
    pub fn seeded(mut self, seed: u64, per_mille: u32) -> Self {
        self.seeded = Some((seed, per_mille));
        self
    }

    /// The disk holds `bytes` of the files created here; a write beyond that writes what fits and fails with
    /// [`Fault::NoSpace`].
    #[must_use]
    pub fn capacity(mut self, bytes: u64) -> Self {
        self.capacity = Some(bytes);
        self
    }

    /// After `steps` steps (operations that change something) the process is dead: every later operation
    /// fails, and the first of them, if it is a write, has written half of its bytes.
    #[must_use]
    pub fn crash_after(mut self, steps: u64) -> Self {
        self.crash_after = Some(steps);
        self
    }

    /// The decision for the `nth` operation of a sort, which is the `index`-th of all.
    pub(super) fn fault_at(&self, operation: Operation, nth: u64, index: u64) -> Option<Fault> {
        let scripted = self
            .scripted
            .iter()
            .find(|(planned, at, _)| *planned == operation && *at == nth)
            .map(|(_, _, fault)| *fault);
        scripted.or_else(|| {
            let (seed, per_mille) = self.seeded?;
            let mut random = Seeded::new(seed ^ index.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let hit = random.below(1000) < u64::from(per_mille);
            let which = random.below(Fault::ALL.len() as u64) as usize;
            hit.then(|| Fault::ALL[which])
        })
    }
}
