//! How much memory there is for this process, and who says so.

mod cgroup;
mod files;
mod mounts;

use std::fmt;
use std::path::Path;

pub(crate) use cgroup::folders;
pub use cgroup::{GroupFolder, group_folders};
pub(crate) use files::{Files, Rooted};

use crate::Bytes;

/// Who set a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// A control group of version 2: this process's, or one above it.
    CgroupV2 {
        /// `memory.max` (killed above) or `memory.high` (slowed above).
        file: &'static str,
        /// The group's path as the kernel names it, `/` for the topmost visible.
        group: String,
    },
    /// A control group of version 1, by `memory.limit_in_bytes`.
    CgroupV1 {
        /// The group's path as the kernel names it, `/` for the topmost visible.
        group: String,
    },
    /// The machine's memory (`MemTotal`).
    Ram,
}

impl Origin {
    /// Whether a control group says so and not the machine.
    #[must_use]
    pub fn is_container(&self) -> bool {
        !matches!(self, Self::Ram)
    }

    /// `container` or `machine`.
    #[must_use]
    pub fn owner(&self) -> &'static str {
        if self.is_container() {
            "container"
        } else {
            "machine"
        }
    }
}

impl fmt::Display for Origin {
    /// `cgroup v2, memory.max`; `cgroup v1, memory.limit_in_bytes`; `RAM`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CgroupV2 { file, .. } => write!(f, "cgroup v2, {file}"),
            Self::CgroupV1 { .. } => f.write_str("cgroup v1, memory.limit_in_bytes"),
            Self::Ram => f.write_str("RAM"),
        }
    }
}

/// One limit that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The limit.
    pub bytes: Bytes,
    /// Who set it.
    pub origin: Origin,
}

/// How much memory this process can have: the smallest limit found.
///
/// Invariant: [`found`](Self::found) is not empty and ordered from the smallest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detected {
    found: Vec<Found>,
    ignored: Vec<String>,
}

impl Detected {
    /// The smallest limit found.
    #[must_use]
    pub fn memory(&self) -> Bytes {
        self.smallest().bytes
    }

    /// Who set the smallest limit.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.smallest().origin
    }

    /// Everything that was found, from the smallest; groups before the machine where equal.
    #[must_use]
    pub fn found(&self) -> &[Found] {
        &self.found
    }

    /// Files that did not hold what they should, each with a sentence, and were left out.
    #[must_use]
    pub fn ignored(&self) -> &[String] {
        &self.ignored
    }

    fn smallest(&self) -> &Found {
        self.found
            .first()
            .expect("built only from at least one limit")
    }
}

impl fmt::Display for Detected {
    /// `the container's 1 GiB (cgroup v1, memory.limit_in_bytes)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Found { bytes, origin } = self.smallest();
        write!(f, "the {}'s {bytes} ({origin})", origin.owner())
    }
}

/// Why no limit was found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DetectError {
    /// Neither a control group nor the kernel's total says how much memory there is, as on
    /// systems without `/proc`.
    #[error(
        "this system does not tell how much memory there is (no control group limit, no MemTotal in /proc/meminfo); set the budget, for example --budget 1GiB"
    )]
    Untold,
}

/// The memory this process can have: the smallest of the limits of its control group and of
/// all groups above it, version 2 and version 1, and of the machine's memory.
///
/// # Errors
///
/// [`DetectError::Untold`] where nothing says.
pub fn detect() -> Result<Detected, DetectError> {
    detect_at(Path::new("/"))
}

/// [`detect`] in a tree of files under `root`: reads `root/proc/self/cgroup`,
/// `root/proc/self/mountinfo`, `root/proc/meminfo` and the group files below
/// `root` + mount point.
///
/// # Errors
///
/// [`DetectError::Untold`] where nothing says.
pub fn detect_at(root: &Path) -> Result<Detected, DetectError> {
    decide(&Rooted::new(root))
}

/// The decision, from the contents of files alone.
pub(crate) fn decide(files: &impl Files) -> Result<Detected, DetectError> {
    let mut ignored = Vec::new();
    let mut found = cgroup::limits(files, &mut ignored);
    if let Some(text) = files.read(Path::new("/proc/meminfo")) {
        match mem_total(&text) {
            Some(bytes) => found.push(Found {
                bytes,
                origin: Origin::Ram,
            }),
            None => ignored.push("/proc/meminfo has no MemTotal in kB".to_owned()),
        }
    }
    // Stable: equal limits stay in the order found, innermost group first, the machine last.
    found.sort_by_key(|found| found.bytes);
    if found.is_empty() {
        return Err(DetectError::Untold);
    }
    Ok(Detected { found, ignored })
}

fn mem_total(meminfo: &str) -> Option<Bytes> {
    let line = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib = line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?;
    (kib > 0).then(|| Bytes::kib(kib))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::detect::files::InMemory;

    #[test]
    fn meminfo_is_read_or_refused() {
        assert_eq!(
            mem_total("MemTotal:       24684092 kB\n"),
            Some(Bytes::kib(24_684_092))
        );
        for text in [
            "",
            "MemTotal: kB",
            "MemTotal: 5 MB",
            "MemTotal: -5 kB",
            "MemTotal: 0 kB",
        ] {
            assert_eq!(mem_total(text), None, "{text}");
        }
    }

    proptest! {
        /// Whatever these files hold, the answer is a value and the smallest is first.
        #[test]
        fn any_contents_give_an_answer(
            cgroup in "(0::|4:memory:|[0-9:a-z]{0,6})[/a-z.]{0,12}\n?.{0,40}",
            mountinfo in "([0-9]{1,3} ){0,4}[/a-z ]{0,20}( - )?(cgroup2?|.{0,8}) .{0,20}",
            meminfo in "(MemTotal:)?.{0,20}",
            limit in "(max|[0-9]{0,25}|.{0,12})\n?",
        ) {
            let files = InMemory::new([
                ("/proc/self/cgroup", cgroup.as_str()),
                ("/proc/self/mountinfo", mountinfo.as_str()),
                ("/proc/meminfo", meminfo.as_str()),
                ("/sys/fs/cgroup/memory.max", limit.as_str()),
            ]);
            if let Ok(detected) = decide(&files) {
                prop_assert!(detected.found().iter().all(|f| f.bytes >= detected.memory()));
                prop_assert!(!detected.to_string().is_empty());
            }
        }
    }
}
