//! The limits of this process's control group and of every group above it.

use std::path::{Path, PathBuf};

use super::files::{Files, Rooted};
use super::mounts::{Hierarchy, hierarchies};
use super::{Found, Origin};
use crate::Bytes;

/// Version 1 writes «no limit» as the largest multiple of the page size that fits 63 bits:
/// 0x7FFF_FFFF_FFFF_F000 with 4 KiB pages, less with larger ones.
const UNLIMITED_V1: u64 = 0x7FFF_FFFF_FF00_0000;

/// All limits set, innermost group first, version 2 before version 1. What a file holds that
/// is no limit goes to `ignored` as a sentence.
pub(super) fn limits(files: &impl Files, ignored: &mut Vec<String>) -> Vec<Found> {
    let mut found = Vec::new();
    for GroupFolder {
        version,
        folder,
        group,
    } in folders(files)
    {
        let names: &[&'static str] = if version == 2 {
            &["memory.max", "memory.high"]
        } else {
            &["memory.limit_in_bytes"]
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
                    let origin = if version == 2 {
                        Origin::CgroupV2 { file, group }
                    } else {
                        Origin::CgroupV1 { group }
                    };
                    found.push(Found { bytes, origin });
                }
            }
        }
    }
    found
}

/// The folder of one control group that can limit this process's memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupFolder {
    /// Version 1 or 2 of control groups.
    pub version: u8,
    /// Where its files are.
    pub folder: PathBuf,
    /// Its path as the kernel names it, `/` for the topmost visible.
    pub group: String,
}

/// The folders of this process's control groups, version 2 before version 1, each version
/// innermost first. A version 2 group need not have the memory controller, and no folder need
/// have the files looked for.
#[must_use]
pub fn group_folders() -> Vec<GroupFolder> {
    folders(&Rooted::new(Path::new("/")))
}

pub(crate) fn folders(files: &impl Files) -> Vec<GroupFolder> {
    let read = |path| files.read(Path::new(path)).unwrap_or_default();
    let hierarchies = hierarchies(&read("/proc/self/cgroup"), &read("/proc/self/mountinfo"));
    hierarchies.iter().flat_map(Hierarchy::folders).collect()
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
