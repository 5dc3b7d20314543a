//! Version 2: which group may have children with limits, and what to do where processes are in the way.
//!
//! A group's children can limit memory once the group offers them the controller
//! (`cgroup.subtree_control`), which the kernel refuses with `EBUSY` while the group itself has processes
//! (cgroups(7), «no internal processes»; the root of the whole hierarchy is excepted). A delegated group, such
//! as a service with `Delegate=yes` or a container with a hierarchy of its own, has exactly that: the test runs
//! in it. So its processes move down into a child first. They keep every limit that they had.

#![allow(
    clippy::disallowed_methods,
    reason = "the kernel's own files: nothing to sync, nothing to tear"
)]

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The child that takes the processes that are in the way. It stays, until they end and somebody removes it:
/// the group cannot take them back.
const REST: &str = "weir-test-rest";

/// Rounds in which processes are moved: those that start meanwhile are met in the next.
const ROUNDS: u32 = 20;

/// What a group's own files say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// `cgroup.controllers`.
    controllers: Vec<String>,
    /// `cgroup.subtree_control`.
    offered: Vec<String>,
    /// `cgroup.type`; the topmost group has no such file.
    kind: Option<String>,
}

/// What to do so that a group's children have a controller.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing.
    Ready,
    /// Offer it.
    Offer,
    /// Nothing helps.
    Never(&'static str),
}

impl Facts {
    pub(super) fn read(group: &Path) -> io::Result<Self> {
        let words = |file: &str| -> io::Result<Vec<String>> {
            let text = fs::read_to_string(group.join(file))
                .map_err(|error| io::Error::new(error.kind(), format!("{file}: {error}")))?;
            Ok(text.split_whitespace().map(str::to_owned).collect())
        };
        Ok(Self {
            controllers: words("cgroup.controllers")?,
            offered: words("cgroup.subtree_control")?,
            kind: fs::read_to_string(group.join("cgroup.type"))
                .ok()
                .map(|text| text.trim().to_owned()),
        })
    }

    /// Decides. Pure.
    pub(super) fn step(&self, controller: &str) -> Step {
        let has = |names: &[String]| names.iter().any(|name| name == controller);
        if matches!(self.kind.as_deref(), Some("threaded" | "domain invalid")) {
            Step::Never("it is threaded, which the memory controller is not made for")
        } else if !has(&self.controllers) {
            Step::Never("the controller is not there")
        } else if has(&self.offered) {
            Step::Ready
        } else {
            Step::Offer
        }
    }
}

/// Has `group` offer `controller` to its children. With `make_way`, processes in it move to a child of it first
/// where the kernel demands that.
///
/// # Errors
/// What the kernel says: `EBUSY` where processes are in the way.
pub(super) fn offer(group: &Path, controller: &str, make_way: bool) -> io::Result<()> {
    match Facts::read(group)?.step(controller) {
        Step::Ready => return Ok(()),
        Step::Never(reason) => return Err(io::Error::other(reason)),
        Step::Offer => {}
    }
    let ask = || {
        fs::write(
            group.join("cgroup.subtree_control"),
            format!("+{controller}"),
        )
    };
    let named =
        |error: io::Error| io::Error::new(error.kind(), format!("cgroup.subtree_control: {error}"));
    let mut answer = ask();
    if make_way {
        for _ in 0..ROUNDS {
            match &answer {
                Err(error) if error.kind() == io::ErrorKind::ResourceBusy => {
                    move_down(group)?;
                    answer = ask();
                }
                _ => break,
            }
        }
    }
    answer.map_err(named)
}

/// Moves every process of a group into the child for the rest.
fn move_down(group: &Path) -> io::Result<PathBuf> {
    let rest = group.join(REST);
    match fs::create_dir(&rest) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(io::Error::new(error.kind(), format!("{REST}: {error}")));
        }
        _ => {}
    }
    for id in fs::read_to_string(group.join("cgroup.procs"))?.lines() {
        // One that has ended meanwhile, or is of the kernel, is not in the way or cannot be moved; the next
        // asking tells.
        let _ = fs::write(rest.join("cgroup.procs"), id);
    }
    Ok(rest)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::process::{Child, Command, Stdio};

    use super::*;

    /// A group as plain files: what the kernel shows, without what it enforces.
    fn fixture(controllers: &str, offered: &str, kind: Option<&str>) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let write = |file: &str, text: &str| fs::write(folder.path().join(file), text).unwrap();
        write("cgroup.controllers", controllers);
        write("cgroup.subtree_control", offered);
        if let Some(kind) = kind {
            write("cgroup.type", kind);
        }
        folder
    }

    #[test]
    fn a_delegated_group_is_asked_once_and_one_without_the_controller_never() {
        let step = |controllers, offered, kind| {
            let folder = fixture(controllers, offered, kind);
            Facts::read(folder.path()).unwrap().step("memory")
        };
        let systemd = "cpuset cpu io memory pids\n";
        assert_eq!(
            step(systemd, "memory pids\n", Some("domain\n")),
            Step::Ready
        );
        assert_eq!(step(systemd, "\n", Some("domain\n")), Step::Offer);
        // The top of a container's hierarchy has no type.
        assert_eq!(step(systemd, "", None), Step::Offer);
        // A hybrid machine: version 1 has the controller.
        assert!(matches!(step("hugetlb\n", "", None), Step::Never(_)));
        assert!(matches!(step("\n", "", Some("domain\n")), Step::Never(_)));
        assert!(matches!(
            step(systemd, "", Some("threaded\n")),
            Step::Never(_)
        ));
        // `memory_recursiveprot` and the like are no controllers.
        assert!(matches!(step("memory2\n", "", None), Step::Never(_)));

        let folder = fixture(systemd, "", Some("domain\n"));
        offer(folder.path(), "memory", false).unwrap();
        let control = folder.path().join("cgroup.subtree_control");
        assert_eq!(fs::read_to_string(control).unwrap(), "+memory");
        assert!(!folder.path().join(REST).exists());
    }

    /// A real version 2 group with a process in it, below the first mounted one that offers some controller.
    struct Occupied {
        group: PathBuf,
        controller: String,
        process: Child,
    }

    impl Occupied {
        fn make() -> Result<Self, String> {
            let (top, controller) = weir_memory::group_folders()
                .into_iter()
                .filter(|group| group.version == 2)
                .find_map(|group| {
                    let facts = Facts::read(&group.folder).ok()?;
                    let controller = facts.controllers.first()?.clone();
                    offer(&group.folder, &controller, false).ok()?;
                    Some((group.folder, controller))
                })
                .ok_or("no version 2 group here offers a controller")?;
            let group = top.join(format!("weir-test-delegated-{}", std::process::id()));
            fs::create_dir(&group).map_err(|error| error.to_string())?;
            let process = Command::new("sleep")
                .arg("1000")
                .stdin(Stdio::null())
                .spawn()
                .unwrap();
            let occupied = Self {
                group,
                controller,
                process,
            };
            let id = occupied.process.id().to_string();
            fs::write(occupied.group.join("cgroup.procs"), id)
                .map_err(|error| error.to_string())?;
            Ok(occupied)
        }
    }

    impl Drop for Occupied {
        fn drop(&mut self) {
            let _ = self.process.kill();
            let _ = self.process.wait();
            for folder in [self.group.join(REST), self.group.clone()] {
                for _ in 0..200 {
                    if fs::remove_dir(&folder).is_ok() || !folder.exists() {
                        break;
                    }
                    std::thread::sleep(std::time::Duration::from_millis(5));
                }
            }
        }
    }

    /// With whatever controller version 2 has here: the rule is the same for all of them.
    #[test]
    fn processes_in_the_way_of_a_controller_move_down() {
        let occupied = match Occupied::make() {
            Ok(occupied) => occupied,
            Err(reason) => {
                println!("skipped: {reason}");
                return;
            }
        };
        let Occupied {
            group, controller, ..
        } = &occupied;
        let busy = offer(group, controller, false).unwrap_err();
        assert_eq!(busy.kind(), io::ErrorKind::ResourceBusy, "{busy}");
        offer(group, controller, true).unwrap();
        assert_eq!(Facts::read(group).unwrap().step(controller), Step::Ready);
        let procs = |folder: &Path| fs::read_to_string(folder.join("cgroup.procs")).unwrap();
        assert_eq!(procs(group), "");
        let id = format!("{}\n", occupied.process.id());
        assert_eq!(procs(&group.join(REST)), id);
        // Children have it now, and processes enter them.
        let child = group.join("child");
        fs::create_dir(&child).unwrap();
        let facts = Facts::read(&child).unwrap();
        assert!(facts.controllers.contains(controller));
        fs::write(child.join("cgroup.procs"), id.trim()).unwrap();
        assert_eq!(procs(&child), id);
        fs::write(group.join(REST).join("cgroup.procs"), id.trim()).unwrap();
        fs::remove_dir(&child).unwrap();
    }
}
