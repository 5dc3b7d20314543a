//! What the kernel counted for a group.

#![allow(
    clippy::disallowed_methods,
    reason = "the kernel's own files: nothing to sync, nothing to tear"
)]

use std::{fs, path::Path};

use weir_memory::Bytes;

/// A group's own figures, at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Account {
    /// The most that it had.
    pub(super) peak: Option<Bytes>,
    /// Processes killed for memory.
    pub(super) oom_kills: Option<u64>,
    /// How often it was at its limit.
    pub(super) limit_hits: Option<u64>,
}

impl Account {
    /// Reads the files of a group of version 1 or 2; what a kernel does not have is absent.
    pub(super) fn read(group: &Path, version: u8) -> Self {
        if version == 2 {
            let events = |field| field_of(group, "memory.events", field);
            Self {
                peak: number(group, "memory.peak").map(Bytes::new),
                oom_kills: events("oom_kill"),
                limit_hits: events("max"),
            }
        } else {
            Self {
                peak: number(group, "memory.max_usage_in_bytes").map(Bytes::new),
                oom_kills: field_of(group, "memory.oom_control", "oom_kill"),
                // Without swap both limits are the same, and the kernel meets either first.
                limit_hits: number(group, "memory.failcnt")
                    .max(number(group, "memory.memsw.failcnt")),
            }
        }
    }

    /// What a version 2 group has now, where its kernel (before 5.19) does not keep the peak: the greatest of
    /// many is nearly that.
    pub(super) fn now_without_peak(group: &Path, version: u8) -> Option<Bytes> {
        if version == 2 && !group.join("memory.peak").exists() {
            number(group, "memory.current").map(Bytes::new)
        } else {
            None
        }
    }
}

fn number(group: &Path, file: &str) -> Option<u64> {
    fs::read_to_string(group.join(file))
        .ok()?
        .trim()
        .parse()
        .ok()
}

fn field_of(group: &Path, file: &str, field: &str) -> Option<u64> {
    let text = fs::read_to_string(group.join(file)).ok()?;
    text.lines().find_map(|line| {
        line.strip_prefix(field)?
            .strip_prefix(' ')?
            .trim()
            .parse()
            .ok()
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn fixture(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    #[test]
    fn figures_of_both_versions_are_read_as_their_kernels_write_them() {
        let events = "low 0\nhigh 3\nmax 12\noom 2\noom_kill 1\noom_group_kill 0\n";
        let v2 = fixture(&[
            ("memory.peak", "67108864\n"),
            ("memory.current", "4096\n"),
            ("memory.events", events),
        ]);
        let expected = Account {
            peak: Some(Bytes::mib(64)),
            oom_kills: Some(1),
            limit_hits: Some(12),
        };
        assert_eq!(Account::read(v2.path(), 2), expected);
        assert_eq!(Account::now_without_peak(v2.path(), 2), None);

        // Linux 5.4 to 5.18, as in long-term distributions.
        let older = fixture(&[("memory.current", "1048576\n"), ("memory.events", events)]);
        assert_eq!(Account::read(older.path(), 2).peak, None);
        assert_eq!(Account::read(older.path(), 2).oom_kills, Some(1));
        let now = Account::now_without_peak(older.path(), 2);
        assert_eq!(now, Some(Bytes::mib(1)));

        let v1 = fixture(&[
            ("memory.max_usage_in_bytes", "67108864\n"),
            ("memory.failcnt", "0\n"),
            ("memory.memsw.failcnt", "12\n"),
            (
                "memory.oom_control",
                "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n",
            ),
        ]);
        assert_eq!(Account::read(v1.path(), 1), expected);
        assert_eq!(Account::now_without_peak(v1.path(), 1), None);
        assert_eq!(Account::read(fixture(&[]).path(), 2), Account::default());
    }
}
