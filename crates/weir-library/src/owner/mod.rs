//! The process that works on a run, and whether it lives.

mod process;

use std::fmt;

/// A process, named so that no other one is taken for it: process ids come again, but not with
/// the same start time in the same boot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The process id.
    pub pid: u32,
    /// When it started, in clock ticks since the boot; 0 where the system does not tell.
    pub start: u64,
    /// The boot's id; empty where the system does not tell.
    pub boot: String,
    /// The namespace that the process id counts in; empty where the system does not tell.
    pub namespace: String,
}

/// Whether an owner lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Liveness {
    /// It does.
    Alive,
    /// It does not.
    Dead,
    /// It is in another container, where its process id cannot be seen from here.
    OutOfSight,
}

/// What is known about this machine and the process that now has the owner's id.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) boot: String,
    pub(crate) namespace: String,
    /// Its start, if there is a process that is not a zombie.
    pub(crate) start: Option<u64>,
}

impl Owner {
    /// This process.
    pub fn here() -> Self {
        let pid = std::process::id();
        Self {
            pid,
            start: process::start_of(pid).unwrap_or(0),
            boot: process::boot_id(),
            namespace: process::namespace(),
        }
    }

    /// Looks whether it lives.
    pub fn liveness(&self) -> Liveness {
        self.judge(&Facts {
            boot: process::boot_id(),
            namespace: process::namespace(),
            start: process::start_of(self.pid),
        })
    }

    /// The judgement itself. Pure.
    ///
    /// Another boot means dead: a library is on one machine, because SQLite's write-ahead log needs
    /// shared memory.
    pub(crate) fn judge(&self, facts: &Facts) -> Liveness {
        if self.boot != facts.boot {
            Liveness::Dead
        } else if self.namespace != facts.namespace {
            Liveness::OutOfSight
        } else if facts.start == Some(self.start) {
            Liveness::Alive
        } else {
            Liveness::Dead
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "process {}", self.pid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner() -> Owner {
        Owner {
            pid: 7,
            start: 100,
            boot: "b".into(),
            namespace: "n".into(),
        }
    }

    fn facts(boot: &str, namespace: &str, start: Option<u64>) -> Facts {
        Facts {
            boot: boot.into(),
            namespace: namespace.into(),
            start,
        }
    }

    #[test]
    fn only_the_same_start_in_the_same_boot_is_the_same_process() {
        for (facts, expected) in [
            (facts("b", "n", Some(100)), Liveness::Alive),
            (facts("b", "n", Some(101)), Liveness::Dead),
            (facts("b", "n", None), Liveness::Dead),
            (facts("other", "n", Some(100)), Liveness::Dead),
            (facts("b", "other", Some(100)), Liveness::OutOfSight),
            (facts("b", "other", None), Liveness::OutOfSight),
        ] {
            assert_eq!(owner().judge(&facts), expected, "{facts:?}");
        }
    }

    #[test]
    fn this_process_lives() {
        let here = Owner::here();
        assert_eq!(here.liveness(), Liveness::Alive);
        let mut reused = here;
        reused.start += 1;
        assert_eq!(reused.liveness(), Liveness::Dead);
    }
}
