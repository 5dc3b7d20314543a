//! A program in a memory group is measured from outside, and killed beyond its limit.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{os::unix::process::ExitStatusExt, process::Command, time::Duration};

use weir_memory::Bytes;
use weir_testkit::{cgroup::MemoryGroup, skip_unless};

/// `dd` reads a block of zeros into a buffer of that size: so much is resident.
fn touches(mebibytes: u32) -> Command {
    let mut dd = Command::new("dd");
    dd.args([
        "if=/dev/zero",
        "of=/dev/null",
        "count=3",
        &format!("bs={mebibytes}M"),
    ]);
    dd
}

#[test]
fn inside_the_limit_a_program_passes_and_its_peak_is_known() {
    let Some(group) = skip_unless(MemoryGroup::create(Bytes::mib(128))) else {
        return;
    };
    let folder = group.folder().to_owned();
    let outcome = group.run(&touches(48)).unwrap();
    assert!(outcome.status.success(), "{outcome:?}");
    assert_eq!(outcome.oom_kills, Some(0));
    assert!(!outcome.timed_out);
    for peak in [outcome.peak_resident.unwrap(), outcome.group_peak.unwrap()] {
        assert!(
            peak >= Bytes::mib(48) && peak <= Bytes::mib(64),
            "{outcome:?}"
        );
    }
    assert!(outcome.stderr.contains("records in"), "{outcome:?}");
    assert!(!folder.exists(), "{}", folder.display());
}

#[test]
fn beyond_the_limit_a_program_is_killed_and_reported() {
    let Some(group) = skip_unless(MemoryGroup::create(Bytes::mib(32))) else {
        return;
    };
    let outcome = group.run(&touches(100)).unwrap();
    assert_eq!(outcome.status.signal(), Some(9), "{outcome:?}");
    assert!(
        outcome.oom_kills.unwrap() >= 1 && outcome.limit_hits.unwrap() >= 1,
        "{outcome:?}"
    );
    assert!(outcome.group_peak.unwrap() <= Bytes::mib(32), "{outcome:?}");
    assert!(
        outcome.peak_resident.unwrap() <= Bytes::mib(34),
        "{outcome:?}"
    );
}

#[test]
fn arguments_variables_and_folder_reach_the_program() {
    let Some(group) = skip_unless(MemoryGroup::create(Bytes::mib(64))) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("sh");
    command.args([
        "-c",
        "printf '%s|' \"$@\" \"$WEIR_SEEN\"; pwd -P; exit 7",
        "-",
        "a b",
        "$c",
    ]);
    command.env("WEIR_SEEN", "yes").current_dir(folder.path());
    let outcome = group.run(&command).unwrap();
    let expected = format!(
        "a b|$c|yes|{}\n",
        folder.path().canonicalize().unwrap().display()
    );
    assert_eq!((outcome.stdout, outcome.status.code()), (expected, Some(7)));
}

#[test]
fn what_runs_too_long_is_killed_with_everything_it_started() {
    let Some(group) = skip_unless(MemoryGroup::create(Bytes::mib(64))) else {
        return;
    };
    let folder = group.folder().to_owned();
    let mut command = Command::new("sh");
    command.args(["-c", "sleep 1000 & sleep 1000"]);
    let outcome = group
        .time_out(Duration::from_millis(50))
        .run(&command)
        .unwrap();
    assert!(
        outcome.timed_out && outcome.status.signal() == Some(9),
        "{outcome:?}"
    );
    // Also the one in the background: a group is removed only when nothing is in it.
    assert!(!folder.exists());
}

#[test]
fn the_program_reports_in_json_and_exits_as_its_program_does() {
    if skip_unless(MemoryGroup::create(Bytes::mib(64))).is_none() {
        return;
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_in-cgroup"))
        .args(["--limit", "64MiB", "--json"])
        .arg(file.path())
        .args(["--", "sh", "-c", "echo out; exit 3"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(output.stdout, b"out\n");
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.contains("limit          64 MiB") && told.contains("page cache"),
        "{told}"
    );
    let json = std::fs::read_to_string(file.path()).unwrap();
    for part in [
        "\"limit_bytes\":67108864,",
        "\"oom_kills\":0,",
        "\"exit_code\":3,\"signal\":null,",
    ] {
        assert!(json.contains(part), "{json}");
    }
}

#[test]
fn mistakes_in_the_options_are_told() {
    for (arguments, told) in [
        (
            &["--limit", "potato", "--", "true"][..],
            "--limit: «potato» is not a size",
        ),
        (&["--", "true"], "--limit is missing"),
        (&["--limit", "64MiB"], "no -- before the program"),
        (&["--limit", "64MiB", "--"], "no program after --"),
        (&["--frob"], "unknown option --frob"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_in-cgroup"))
            .args(arguments)
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(
            stderr.contains(told) && stderr.contains("usage:"),
            "{stderr}"
        );
    }
}
