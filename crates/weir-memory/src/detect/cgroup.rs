//! The limits of this process's control group and of every group above it.

use std::path::{Path, PathBuf};

use super::files::Files;
use super::mounts::{Hierarchy, Version, hierarchies};
use super::{Found, Origin};
use crate::Bytes;

/// Version 1 writes «no limit» as the largest multiple of the page size that fits 63 bits:
/// 0x7FFF_FFFF_FFFF_F000 with 4 KiB pages, less with larger ones.
const UNLIMITED_V1: u64 = 0x7FFF_FFFF_FF00_0000;

/// All limits set, innermost group first, version 2 before version 1. What a file holds that
/// is no limit goes to `ignored` as a sentence.
pub(super) fn limits(files: &impl Files, ignored: &mut Vec<String>) -> Vec<Found> {
    let mut found = Vec::new();
    for hierarchy in own_hierarchies(files) {
        for (folder, group) in hierarchy.folders() {
            let names: &[&'static str] = match hierarchy.version {
                Version::V2 => &["memory.max", "memory.high"],
                Version::V1 => &["memory.limit_in_bytes"],
            };
            for file in names {
                let path = folder.join(file);
                let Some(text) = files.read(&path) else {
                    continue;
                };
                match limit(&text) {
                    Limit::None => {}
                    Limit::Garbage => ignored.push(format!(
                        "{} holds «{}», which is no limit",
                        path.display(),
                        crate::bytes::shorten(text.trim())
                    )),
                    Limit::At(bytes) => {
                        let group = group.clone();
                        let origin = match hierarchy.version {
                            Version::V2 => Origin::CgroupV2 { file, group },
                            Version::V1 => Origin::CgroupV1 { group },
                        };
                        found.push(Found { bytes, origin });
                    }
                }
            }
        }
    }
    found
}

/// Where a file of this process's own version 2 group would be, and of those above.
pub(crate) fn own_group_files(files: &impl Files, name: &str) -> Vec<PathBuf> {
    own_hierarchies(files)
        .iter()
        .filter(|hierarchy| hierarchy.version == Version::V2)
        .flat_map(|hierarchy| {
            hierarchy
                .folders()
                .map(|(folder, _)| folder.join(name))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn own_hierarchies(files: &impl Files) -> Vec<Hierarchy> {
    let read = |path| files.read(Path::new(path)).unwrap_or_default();
    hierarchies(&read("/proc/self/cgroup"), &read("/proc/self/mountinfo"))
}

enum Limit {
    None,
    At(Bytes),
    Garbage,
}

fn limit(text: &str) -> Limit {
    match text.trim() {
        // Version 1 accepts -1 for «no limit» when written; some emulations echo it.
        "max" | "-1" => Limit::None,
        digits => match digits.parse::<u64>() {
            Ok(bytes) if bytes >= UNLIMITED_V1 => Limit::None,
            Ok(bytes) => Limit::At(Bytes::new(bytes)),
            Err(_) => Limit::Garbage,
        },
    }
}
