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
fn a_disk_that_is_too_small_is_refused_with_numbers_before_the_run_is_registered() {
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
        "error[W0108]: the run does not fit on the disk: needs about ",
        "MiB are free",
        "try      1. --out FOLDER",
        "--results summary",
        "--patients",
        out.to_str().unwrap(),
    ] {
        assert!(ran.stderr.contains(part), "{part:?} in {}", ran.stderr);
    }
    assert!(!ran.stderr.contains("full"), "it is not: {}", ran.stderr);
    assert_eq!(
        std::fs::read(&other).unwrap().len(),
        50 << 20,
        "what was there is intact"
    );
    let any = checksum_tree(disk.folder(), |path| !path.ends_with("other"));
    assert_eq!(any.unwrap().len(), 0);
    assert!(weir.last().is_none() && !out.exists());

    let mut command = weir.command(&["--json", "sim", "run", PROTOCOL, "--patients=50000"]);
    let told = Ran::from(command.arg("--out").arg(&out).output().unwrap());
    let told: serde_json::Value = serde_json::from_str(&told.stderr).unwrap();
    let details = &told["error"]["details"];
    let number = |key: &str| details[key].as_u64().unwrap();
    assert!(number("needed_bytes") + number("spare_bytes") > number("available_bytes"));
    assert_eq!(details["path"], out.to_str().unwrap());

    std::fs::remove_file(&other).unwrap();
    let ran = run_into(&weir, &out, "50000");
    assert_eq!(ran.code, Some(0), "{ran:?}");
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

#[test]
fn results_that_cannot_be_written_to_stdout_end_with_an_error() {
    let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") else {
        println!("skipped: there is no /dev/full here");
        return;
    };
    let weir = Weir::in_memory();
    let commands: [&[&str]; 7] = [
        &["runs", "ls"],
        &["--json", "runs", "ls"],
        &["protocol", "schema"],
        &["completions", "bash"],
        &["memory"],
        &["--help"],
        &["--version"],
    ];
    for arguments in commands {
        let mut command = weir.command(arguments);
        let ran = Ran::from(command.stdout(full.try_clone().unwrap()).output().unwrap());
        assert_eq!(ran.code, Some(4), "{arguments:?}: {ran:?}");
        assert!(ran.stderr.contains("W0117"), "{arguments:?}: {ran:?}");
        assert!(ran.stderr.contains("stdout"), "{arguments:?}: {ran:?}");
    }
    // The run itself is kept.
    let mut run = weir.command(&["sim", "run", PROTOCOL, "--patients=100", "--years=1"]);
    let ran = Ran::from(run.stdout(full).output().unwrap());
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert_eq!(weir.last().unwrap()["state"], "finished");
}

#[test]
fn a_report_that_cannot_be_written_names_the_report() {
    let weir = Weir::in_memory();
    weir.good(&["sim", "run", PROTOCOL, "--patients=100", "--years=1"]);
    let missing = weir.folder().join("missing/report.html");
    let (path, folder) = (missing.to_str().unwrap(), missing.parent().unwrap());
    for command in [
        ["plot", "last", "--out", path],
        ["demo", "--patients=100", "--out", path],
    ] {
        let told = weir.run(&command);
        assert_eq!(told.code, Some(1), "{told:?}");
        for part in ["error[W0104]", path, "mkdir -p", folder.to_str().unwrap()] {
            assert!(told.stderr.contains(part), "{part}: {told:?}");
        }
        assert!(!told.stderr.contains("weir-tmp"), "{told:?}");
    }
    // The demonstration is not simulated in vain.
    let runs = weir.good(&["--json", "runs", "ls"]).json();
    assert_eq!(runs.as_array().unwrap().len(), 1);

    let Some(disk) = skip_unless(SmallDisk::mount(64 << 10)) else {
        return;
    };
    let target = disk.folder().join("report.html");
    let told = weir.run(&["plot", "last", "--out", target.to_str().unwrap()]);
    assert_eq!(told.code, Some(4), "{told:?}");
    assert!(told.stderr.contains(target.to_str().unwrap()), "{told:?}");
    assert!(!told.stderr.contains("weir-tmp"), "{told:?}");
    assert_eq!(std::fs::read_dir(disk.folder()).unwrap().count(), 0);
}
