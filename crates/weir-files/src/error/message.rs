//! What the user reads.

use std::fmt::{self, Display};

use super::{Doing, FilesError};
use crate::space::Readable;

impl Display for Doing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Create => "create",
            Self::Write => "write",
            Self::Sync => "sync",
            Self::SyncFolder => "sync the folder",
            Self::Rename => "rename",
            Self::Remove => "remove",
            Self::CreateFolder => "create the folder",
            Self::List => "list the folder",
            Self::Read => "read",
            Self::Inspect => "inspect",
        })
    }
}

impl FilesError {
    /// What happened, with numbers, and the path last.
    #[must_use]
    pub fn summary(&self) -> String {
        let path = self.path().display();
        match self {
            Self::Full {
                doing,
                needed,
                available,
                ..
            } => {
                let numbers = match (needed, available) {
                    (Some(needed), Some(available)) => {
                        format!(
                            " (needs {}, {} available)",
                            Readable(*needed),
                            Readable(*available)
                        )
                    }
                    (Some(needed), None) => format!(" (needs {})", Readable(*needed)),
                    (None, Some(available)) => format!(" ({} available)", Readable(*available)),
                    (None, None) => String::new(),
                };
                format!("cannot {doing}: the disk or quota is full{numbers}: {path}")
            }
            Self::ReadOnly { doing, .. } => {
                format!("cannot {doing}: the file system is read-only: {path}")
            }
            Self::PermissionDenied { doing, .. } => {
                format!("cannot {doing}: permission denied: {path}")
            }
            Self::TooManyOpenFiles { doing, limit, .. } => {
                let limit = limit.map_or(String::new(), |limit| format!(" (limit {limit})"));
                format!("cannot {doing}: too many open files{limit}: {path}")
            }
            Self::SyncFailed { doing, reason, .. } => {
                format!("cannot {doing}: the disk did not confirm the bytes ({reason}): {path}")
            }
            Self::RenamedNotSynced { reason, .. } => format!(
                "written whole and renamed, but the folder could not be synced ({reason}), so a loss of power may bring \
                 the old file back: {path}"
            ),
            Self::NotFound { doing, .. } => format!("cannot {doing}: not found: {path}"),
            Self::AlreadyExists { doing, .. } => format!("cannot {doing}: exists already: {path}"),
            Self::TooLarge { len, limit, .. } => format!(
                "cannot read: {} where at most {} are expected: {path}",
                Readable(*len),
                Readable(*limit)
            ),
            Self::Other { doing, reason, .. } => format!("cannot {doing}: {reason}: {path}"),
        }
    }

    /// What the user can do, most promising first; each a clause without a full stop.
    #[must_use]
    pub fn remedies(&self) -> &'static [&'static str] {
        match self {
            Self::Full { .. } => &["free some space", "choose a folder on another disk"],
            Self::ReadOnly { .. } => &[
                "choose a folder on a writable disk",
                "remount the file system for writing",
            ],
            Self::PermissionDenied { .. } => &[
                "choose a folder that you own",
                "ask its owner for the permission",
            ],
            Self::TooManyOpenFiles { .. } => {
                &["raise the limit with `ulimit -n`", "run with fewer threads"]
            }
            Self::SyncFailed { .. } => &[
                "look at the disk's health (`dmesg`)",
                "write again, to another disk",
            ],
            Self::RenamedNotSynced { .. } => &[
                "look at the disk's health (`dmesg`)",
                "write again before relying on it",
            ],
            Self::NotFound { .. } => &["look at the path", "create the folder"],
            Self::AlreadyExists { .. } => &["choose another name", "remove what is there"],
            Self::TooLarge { .. } => &["look whether the file is damaged or foreign"],
            Self::Other { .. } => &["look at the path and the disk"],
        }
    }
}

impl Display for FilesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.summary(), self.remedies().join(", or "))
    }
}
