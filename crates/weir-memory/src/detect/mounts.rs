//! `/proc/self/cgroup` and `/proc/self/mountinfo`: which group, and where its files are.
//!
//! Formats: cgroups(7), proc_pid_mountinfo(5).

use std::path::{Component, Path, PathBuf};

use super::cgroup::GroupFolder;

/// The two versions of control groups; a machine can have both, each with some controllers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    V1,
    V2,
}

impl Version {
    fn number(self) -> u8 {
        match self {
            Self::V1 => 1,
            Self::V2 => 2,
        }
    }
}

/// A group hierarchy that this process is in and that is mounted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hierarchy {
    pub(super) version: Version,
    /// Where the topmost visible group's files are.
    mount_point: PathBuf,
    /// From the topmost visible group to this process's; relative, no `..`.
    below: PathBuf,
}

impl Hierarchy {
    /// The folders of this process's group and of all above it, innermost first.
    pub(super) fn folders(&self) -> impl Iterator<Item = GroupFolder> + '_ {
        self.below.ancestors().map(|group| GroupFolder {
            version: self.version.number(),
            // Joining an empty path would add a slash.
            folder: self
                .mount_point
                .components()
                .chain(group.components())
                .collect(),
            group: format!("/{}", group.display()),
        })
    }
}

/// The hierarchies that can limit memory, version 2 first.
pub(super) fn hierarchies(cgroup: &str, mountinfo: &str) -> Vec<Hierarchy> {
    [Version::V2, Version::V1]
        .into_iter()
        .filter_map(|version| {
            let group = group_of(cgroup, version)?;
            let (root, mount_point) = mountinfo.lines().find_map(|line| mount_of(line, version))?;
            Some(Hierarchy {
                version,
                mount_point,
                below: below(group, &root),
            })
        })
        .collect()
}

/// This process's group: line `0::/path` (v2), `4:memory:/path` (v1).
fn group_of(cgroup: &str, version: Version) -> Option<&str> {
    cgroup.lines().find_map(|line| {
        let (hierarchy, rest) = line.split_once(':')?;
        let (controllers, path) = rest.split_once(':')?;
        let wanted = match version {
            Version::V2 => hierarchy == "0" && controllers.is_empty(),
            Version::V1 => controllers.split(',').any(|name| name == "memory"),
        };
        wanted.then_some(path)
    })
}

/// Root within the hierarchy and mount point, where the line mounts this version's memory
/// hierarchy: `36 35 98:0 ROOT POINT options… - TYPE source super-options`.
fn mount_of(line: &str, version: Version) -> Option<(PathBuf, PathBuf)> {
    let (mount, filesystem) = line.split_once(" - ")?;
    let mut mount = mount.split(' ').skip(3);
    let (root, point) = (mount.next()?, mount.next()?);
    let mut filesystem = filesystem.split(' ');
    let (kind, options) = (filesystem.next()?, filesystem.nth(1).unwrap_or(""));
    let wanted = match version {
        Version::V2 => kind == "cgroup2",
        Version::V1 => kind == "cgroup" && options.split(',').any(|option| option == "memory"),
    };
    wanted.then(|| (unescape(root).into(), unescape(point).into()))
}

/// The group's path below the mount's root. A group outside it (seen from another namespace,
/// or bound from elsewhere) has its limits at the mount's root, as far as they can be seen.
fn below(group: &str, root: &Path) -> PathBuf {
    let inside = Path::new(group).strip_prefix(root).unwrap_or(Path::new(""));
    let normal = |part: Component<'_>| matches!(part, Component::Normal(_));
    if inside.components().all(normal) {
        inside.to_owned()
    } else {
        PathBuf::new()
    }
}

/// `\040` and the like stand for space, tab, newline and backslash.
fn unescape(field: &str) -> String {
    let mut plain = String::with_capacity(field.len());
    let mut rest = field;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let code = after
            .get(..3)
            .and_then(|octal| u8::from_str_radix(octal, 8).ok());
        match code.filter(u8::is_ascii) {
            Some(code) => {
                plain.push(char::from(code));
                rest = &after[3..];
            }
            None => {
                plain.push('\\');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_outside_the_mount_are_seen_at_its_root() {
        assert_eq!(
            below("/docker/ab/job", Path::new("/docker/ab")),
            Path::new("job")
        );
        assert_eq!(below("/docker/ab", Path::new("/docker/ab")), Path::new(""));
        assert_eq!(below("/a/b", Path::new("/")), Path::new("a/b"));
        assert_eq!(below("/../other", Path::new("/")), Path::new(""));
        assert_eq!(below("/docker/abc", Path::new("/docker/ab")), Path::new(""));
        assert_eq!(below("nonsense", Path::new("/")), Path::new(""));
    }

    #[test]
    fn mount_points_may_hold_spaces() {
        assert_eq!(unescape("/mnt/my\\040groups"), "/mnt/my groups");
        assert_eq!(unescape("/mnt/a\\134b\\"), "/mnt/a\\b\\");
        assert_eq!(unescape("/mnt/\\9é\\377"), "/mnt/\\9é\\377");
    }
}
