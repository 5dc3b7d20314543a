//! How much memory the machine has left, as the kernel sees it.

use std::path::Path;

use crate::Bytes;
use crate::detect::{Files, Rooted};

/// Memory of the whole machine at one moment, whatever limits a container has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SystemMemory {
    /// What there is: `MemTotal` of `/proc/meminfo`.
    pub total: Bytes,
    /// What new work could have without swapping, page cache that can be dropped included: `MemAvailable`. At
    /// most `total`.
    pub available: Bytes,
}

impl SystemMemory {
    /// Looks now. Nothing on systems without `/proc/meminfo`.
    #[must_use]
    pub fn read() -> Option<Self> {
        Self::parse(&Rooted::new(Path::new("/")).read(Path::new("/proc/meminfo"))?)
    }

    /// From the file's text; nothing where it does not have both numbers.
    #[must_use]
    pub fn parse(meminfo: &str) -> Option<Self> {
        let field = |name: &str| {
            let line = meminfo.lines().find_map(|line| line.strip_prefix(name))?;
            let kib = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
            Bytes::kib(1).checked_mul(kib)
        };
        let total = field("MemTotal:").filter(|total| total.as_u64() > 0)?;
        Some(Self {
            total,
            available: field("MemAvailable:")?.min(total),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meminfo_is_read_or_refused() {
        let text = "MemTotal:        4096 kB\nMemFree:          100 kB\nMemAvailable:    1024 kB\n";
        let found = SystemMemory::parse(text).unwrap();
        assert_eq!(
            (found.total, found.available),
            (Bytes::mib(4), Bytes::mib(1))
        );
        for text in [
            "",
            "MemTotal: 4096 kB\n",
            "MemTotal: 0 kB\nMemAvailable: 0 kB\n",
            "MemTotal: 18446744073709551615 kB\nMemAvailable: 1 kB\n",
            "MemTotal: 4096 kB\nMemAvailable: some\n",
        ] {
            assert_eq!(SystemMemory::parse(text), None, "{text:?}");
        }
        let odd = SystemMemory::parse("MemTotal: 1 kB\nMemAvailable: 2 kB\n").unwrap();
        assert_eq!(odd.available, odd.total);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_machine_tells() {
        let found = SystemMemory::read().unwrap();
        assert!(found.available.as_u64() > 0 && found.total > Bytes::mib(16));
    }
}
