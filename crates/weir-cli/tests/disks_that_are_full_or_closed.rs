//! Disks that are too small, fill up or may not be written: exit codes, numbers, remedies, nothing left behind.
#![allow(clippy::unwrap_used)]

mod weir;

use std::path::Path;

use weir::{PROTOCOL, Ran, Weir};
use weir_testkit::{SmallDisk, checksum_tree, skip_unless};

fn run_into(weir: &Weir, out: &Path, patients: &str) -> Ran {
    let mut command = weir.command(&["sim", "run", PROTOCOL, "--patients", patients, "--years=5"]);
    Ran::from(command.arg("--out").arg(out).output().unwrap())
}

#[test]
fn a_disk_that_is_too_small_is_refused_with_numbers_and_goes_on_when_there_is_room() {
    let Some(disk) = skip_unless(SmallDisk::mount(64 << 20)) else {
        return;
    };
    let weir = Weir::in_memory();
    let other = disk.folder().join("other");
    std::fs::write(&other, vec![7; 50 << 20]).unwrap();
    let out = disk.folder().join("out");
    let ran = run_into(&weir, &out, "50000");
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert_eq!(ran.stdout, "");
    for part in [
        "error[W0108]",
        "MiB available",
        "try      1. ",
        "--results summary",
        "weir sim resume",
    ] {
        assert!(ran.stderr.contains(part), "{part:?} in {}", ran.stderr);
    }
    assert_eq!(
        std::fs::read(&other).unwrap().len(),
        50 << 20,
        "what was there is intact"
    );
    let temporary = |path: &Path| path.to_string_lossy().contains("weir-tmp");
    assert_eq!(checksum_tree(disk.folder(), temporary).unwrap().len(), 0);
    assert_eq!(weir.last().unwrap()["state"], "failed");

    std::fs::remove_file(&other).unwrap();
    weir.good(&["sim", "resume", "last"]);
    assert_eq!(weir.last().unwrap()["state"], "finished");
    weir.good(&["runs", "verify", "last"]);
}

#[test]
fn a_dry_run_that_does_not_fit_on_the_disk_says_so_and_writes_nothing() {
    let Some(disk) = skip_unless(SmallDisk::mount(8 << 20)) else {
        return;
    };
    let weir = Weir::in_memory();
    let mut command = weir.command(&["sim", "run", PROTOCOL, "--patients=1000000", "--dry-run"]);
    let out = disk.folder().join("out");
    let ran = Ran::from(command.arg("--out").arg(&out).output().unwrap());
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(ran.stdout.contains("fits       no"), "{ran:?}");
    assert!(ran.stdout.contains("--results summary"), "{ran:?}");
    assert!(!out.exists() && !weir.home().exists());
}

#[test]
fn a_read_only_disk_is_told() {
    let Some(disk) = skip_unless(SmallDisk::mount(64 << 20)) else {
        return;
    };
    if skip_unless(disk.make_read_only()).is_none() {
        return;
    }
    let weir = Weir::in_memory();
    let ran = run_into(&weir, &disk.folder().join("out"), "1000");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("read-only"), "{ran:?}");
    assert!(ran.stderr.contains("writable disk"), "{ran:?}");
    assert_eq!(ran.stdout, "");
    // The catalogue is elsewhere, opens, and has no run that cannot be explained.
    for run in weir
        .good(&["--json", "runs", "ls"])
        .json()
        .as_array()
        .unwrap()
    {
        assert_ne!(run["state"], "running");
        assert_ne!(run["state"], "finished");
    }
}

#[test]
fn a_home_on_a_full_disk_is_told() {
    let Some(disk) = skip_unless(SmallDisk::mount(1 << 20)) else {
        return;
    };
    std::fs::write(disk.folder().join("other"), vec![7; 2 << 20]).unwrap_err();
    let weir = Weir::in_memory();
    let mut command = weir.command(&["sim", "run", PROTOCOL, "--patients=100"]);
    let ran = Ran::from(
        command
            .env("WEIR_HOME", disk.folder().join("home"))
            .output()
            .unwrap(),
    );
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(ran.stderr.contains("full"), "{ran:?}");
    assert!(
        ran.stderr.contains("try      1. ") || ran.stderr.contains("free some space"),
        "{ran:?}"
    );
}
