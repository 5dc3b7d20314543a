//! Detection reads trees of files as they were seen on real hosts and in real containers.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]

use std::fs;

use tempfile::TempDir;
use weir_memory::{BudgetSpec, Bytes, DetectError, Detected, Origin, Psi, detect_at};

const MEMINFO: &str = "MemTotal:       16777216 kB\nMemFree:         1000000 kB\n";
const MOUNT_V2: &str =
    "29 22 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
const MOUNT_V1: &str = "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n";
const UNLIMITED_V1: &str = "9223372036854771712\n";

fn tree(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = root.path().join(path.trim_start_matches('/'));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    root
}

fn detected(files: &[(&str, &str)]) -> Detected {
    detect_at(tree(files).path()).unwrap()
}

#[test]
fn version_2_the_group_s_own_limit() {
    let detected = detected(&[
        ("/proc/meminfo", MEMINFO),
        ("/proc/self/cgroup", "0::/\n"),
        ("/proc/self/mountinfo", MOUNT_V2),
        ("/sys/fs/cgroup/memory.max", "1073741824\n"),
        ("/sys/fs/cgroup/memory.high", "max\n"),
    ]);
    assert_eq!(detected.memory(), Bytes::gib(1));
    assert_eq!(
        detected.to_string(),
        "the container's 1 GiB (cgroup v2, memory.max)"
    );
    assert_eq!(detected.found().len(), 2);
    assert!(detected.ignored().is_empty());
}

#[test]
fn version_2_a_group_above_can_be_tighter_and_high_counts() {
    let job = "/sys/fs/cgroup/user.slice/user-1000.slice/job.scope";
    let detected = detected(&[
        ("/proc/meminfo", MEMINFO),
        (
            "/proc/self/cgroup",
            "0::/user.slice/user-1000.slice/job.scope\n",
        ),
        ("/proc/self/mountinfo", MOUNT_V2),
        (&format!("{job}/memory.max"), "max\n"),
        (&format!("{job}/memory.high"), "4294967296\n"),
        (
            "/sys/fs/cgroup/user.slice/user-1000.slice/memory.max",
            "3221225472\n",
        ),
        (
            "/sys/fs/cgroup/user.slice/user-1000.slice/memory.high",
            "2147483648\n",
        ),
        ("/sys/fs/cgroup/user.slice/memory.max", "max\n"),
    ]);
    assert_eq!(detected.memory(), Bytes::gib(2));
    let group = "/user.slice/user-1000.slice".to_owned();
    assert_eq!(
        detected.origin(),
        &Origin::CgroupV2 {
            file: "memory.high",
            group
        }
    );
    let all: Vec<_> = detected.found().iter().map(|found| found.bytes).collect();
    assert_eq!(
        all,
        [Bytes::gib(2), Bytes::gib(3), Bytes::gib(4), Bytes::gib(16)]
    );
}

#[test]
fn version_1_along_all_groups_above() {
    let detected = detected(&[
        ("/proc/meminfo", MEMINFO),
        (
            "/proc/self/cgroup",
            "11:cpu,cpuacct:/a/b\n4:blkio,memory:/a/b\n1:name=systemd:/x\n",
        ),
        ("/proc/self/mountinfo", MOUNT_V1),
        (
            "/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes",
            UNLIMITED_V1,
        ),
        (
            "/sys/fs/cgroup/memory/a/memory.limit_in_bytes",
            "1073741824\n",
        ),
        ("/sys/fs/cgroup/memory/memory.limit_in_bytes", UNLIMITED_V1),
    ]);
    assert_eq!(
        detected.origin(),
        &Origin::CgroupV1 {
            group: "/a".to_owned()
        }
    );
    let plan = BudgetSpec::default().plan(&Ok(detected)).unwrap();
    assert_eq!(plan.limit, Bytes::mib(768));
    assert_eq!(
        plan.origin.to_string(),
        "75 % of the container's 1 GiB (cgroup v1, memory.limit_in_bytes)"
    );
}

#[test]
fn version_1_in_a_container_that_sees_the_host_s_path() {
    let detected = detected(&[
        ("/proc/meminfo", MEMINFO),
        ("/proc/self/cgroup", "4:memory:/docker/0123abc\n"),
        (
            "/proc/self/mountinfo",
            "700 690 0:32 /docker/0123abc /sys/fs/cgroup/memory ro,nosuid master:17 - cgroup cgroup rw,memory\n",
        ),
        ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "536870912\n"),
    ]);
    assert_eq!(detected.memory(), Bytes::mib(512));
}

#[test]
fn hybrid_the_unified_mount_without_a_memory_controller() {
    let mounts = format!(
        "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n{MOUNT_V1}41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n"
    );
    let files = [
        ("/proc/meminfo", MEMINFO),
        (
            "/proc/self/cgroup",
            "9:name=systemd:/\n4:memory:/job/c798\n0::/\n",
        ),
        ("/proc/self/mountinfo", mounts.as_str()),
        (
            "/sys/fs/cgroup/memory/job/c798/memory.limit_in_bytes",
            "268435456\n",
        ),
        ("/sys/fs/cgroup/unified/cgroup.controllers", ""),
        (
            "/sys/fs/cgroup/unified/memory.pressure",
            "some avg10=2.00 avg60=0.00 avg300=0.00 total=9\n",
        ),
    ];
    assert_eq!(detected(&files).memory(), Bytes::mib(256));
    // Pressure comes from the version 2 side.
    assert_eq!(Psi::read_at(tree(&files).path()).unwrap().some.avg10, 2.0);
}

#[test]
fn both_versions_with_limits_the_smallest_counts() {
    let mounts = format!("{MOUNT_V1}41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 none rw\n");
    let detected = detected(&[
        ("/proc/meminfo", MEMINFO),
        ("/proc/self/cgroup", "4:memory:/a\n0::/b\n"),
        ("/proc/self/mountinfo", &mounts),
        (
            "/sys/fs/cgroup/memory/a/memory.limit_in_bytes",
            "268435456\n",
        ),
        ("/sys/fs/cgroup/unified/b/memory.max", "134217728\n"),
    ]);
    let group = "/b".to_owned();
    assert_eq!(
        detected.origin(),
        &Origin::CgroupV2 {
            file: "memory.max",
            group
        }
    );
}

#[test]
fn unlimited_groups_leave_the_machine_s_memory() {
    let mounts = format!("{MOUNT_V1}41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 none rw\n");
    // With pages of 64 KiB version 1 says «unlimited» a little lower.
    for unlimited in [UNLIMITED_V1, "9223372036854710272\n", "-1\n"] {
        let detected = detected(&[
            ("/proc/meminfo", MEMINFO),
            ("/proc/self/cgroup", "4:memory:/a\n0::/b\n"),
            ("/proc/self/mountinfo", &mounts),
            ("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", unlimited),
            ("/sys/fs/cgroup/unified/b/memory.max", "max\n"),
        ]);
        assert_eq!(detected.to_string(), "the machine's 16 GiB (RAM)");
        assert_eq!(detected.found().len(), 1);
    }
}

#[test]
fn a_group_limit_above_the_machine_s_memory_does_not_count() {
    let detected = detected(&[
        ("/proc/meminfo", MEMINFO),
        ("/proc/self/cgroup", "0::/\n"),
        ("/proc/self/mountinfo", MOUNT_V2),
        ("/sys/fs/cgroup/memory.max", "1099511627776\n"),
    ]);
    assert_eq!(detected.origin(), &Origin::Ram);
}

#[test]
fn mount_points_with_spaces_are_found() {
    let detected = detected(&[
        ("/proc/meminfo", MEMINFO),
        ("/proc/self/cgroup", "0::/a\n"),
        (
            "/proc/self/mountinfo",
            "29 22 0:26 / /mnt/my\\040groups rw - cgroup2 none rw\n",
        ),
        ("/mnt/my groups/a/memory.max", "1073741824\n"),
    ]);
    assert_eq!(detected.memory(), Bytes::gib(1));
}

#[test]
fn a_group_outside_the_mount_is_limited_as_far_as_can_be_seen() {
    let detected = detected(&[
        ("/proc/meminfo", MEMINFO),
        ("/proc/self/cgroup", "0::/../other\n"),
        ("/proc/self/mountinfo", MOUNT_V2),
        ("/sys/fs/cgroup/memory.max", "1073741824\n"),
        // Never to be looked at.
        ("/sys/fs/other/memory.max", "1024\n"),
    ]);
    assert_eq!(detected.memory(), Bytes::gib(1));
}

#[test]
fn garbage_is_ignored_and_told() {
    let detected = detected(&[
        ("/proc/meminfo", MEMINFO),
        ("/proc/self/cgroup", "0::/\nnonsense\n::::\n"),
        (
            "/proc/self/mountinfo",
            &format!("short line\n - \n{MOUNT_V2}"),
        ),
        ("/sys/fs/cgroup/memory.max", "plenty\n"),
        ("/sys/fs/cgroup/memory.high", "-5\n"),
    ]);
    assert_eq!(detected.origin(), &Origin::Ram);
    assert_eq!(
        detected.ignored(),
        [
            "/sys/fs/cgroup/memory.max holds «plenty», which is no limit",
            "/sys/fs/cgroup/memory.high holds «-5», which is no limit",
        ]
    );
}

#[test]
fn a_system_that_tells_nothing_is_an_error_with_a_remedy() {
    let error = detect_at(tree(&[]).path()).unwrap_err();
    assert_eq!(error, DetectError::Untold);
    assert!(error.to_string().contains("--budget 1GiB"));
    // A budget in bytes needs no detection, a share does.
    let asked: BudgetSpec = "256MiB".parse().unwrap();
    assert_eq!(
        asked.plan(&Err(error.clone())).unwrap().limit,
        Bytes::mib(256)
    );
    assert!(BudgetSpec::default().plan(&Err(error)).is_err());
}
