//! Processes are killed as planned; equal folders have equal checksums; programs are found.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::{fs, os::unix::process::ExitStatusExt, path::Path, process::Command, time::Duration};

use weir_testkit::{Ending, KillWhen, checksum_tree, find_binary, run_and_kill};

/// Long enough for any machine; a test that reaches it fails.
const LONG: Duration = Duration::from_secs(60);
const SIGKILL: i32 = 9;

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

#[test]
fn a_process_is_killed_when_the_condition_is_true() {
    let folder = tempfile::tempdir().unwrap();
    let ready = folder.path().join("ready");
    let mut command = shell("echo begun; echo warned >&2; : > \"$0\"; exec sleep 600");
    command.arg(&ready);
    let when = KillWhen::True(Box::new(|| ready.exists()));
    let report = run_and_kill(&mut command, when, LONG).unwrap();
    assert_eq!(report.ending, Ending::Killed);
    assert_eq!(report.status.signal(), Some(SIGKILL));
    assert_eq!(
        (report.stdout.as_str(), report.stderr.as_str()),
        ("begun\n", "warned\n")
    );
}

#[test]
fn a_process_is_killed_within_the_range_of_moments() {
    let within = Duration::from_millis(5)..Duration::from_millis(20);
    let when = KillWhen::After {
        seed: 1,
        within: within.clone(),
    };
    let report = run_and_kill(&mut shell("exec sleep 600"), when, LONG).unwrap();
    assert_eq!(report.ending, Ending::Killed);
    assert!(report.lived >= within.start);
}

#[test]
fn a_process_that_ends_first_is_reported_as_finished() {
    let when = KillWhen::After {
        seed: 1,
        within: LONG..LONG * 2,
    };
    let report = run_and_kill(&mut shell("exit 3"), when, LONG).unwrap();
    assert_eq!(
        (report.ending, report.status.code()),
        (Ending::Finished, Some(3))
    );
}

#[test]
fn a_process_does_not_outlive_its_time() {
    let report = run_and_kill(
        &mut shell("exec sleep 600"),
        KillWhen::Never,
        Duration::from_millis(20),
    )
    .unwrap();
    assert_eq!(report.ending, Ending::TimedOut);
    assert_eq!(report.status.signal(), Some(SIGKILL));
}

#[test]
fn output_beyond_a_pipe_does_not_stop_a_process() {
    let script = "i=0; while [ $i -lt 20000 ]; do echo 0123456789; i=$((i+1)); done";
    let report = run_and_kill(&mut shell(script), KillWhen::Never, LONG).unwrap();
    assert_eq!(
        (report.ending, report.stdout.len()),
        (Ending::Finished, 220_000)
    );
}

#[test]
fn checksums_tell_folders_apart_by_content_and_name() {
    let folder = tempfile::tempdir().unwrap();
    let tree = |name: &str| folder.path().join(name);
    for name in ["a", "b"] {
        fs::create_dir_all(tree(name).join("x/y")).unwrap();
        fs::write(tree(name).join("x/y/file"), "abc").unwrap();
        fs::write(tree(name).join("log"), name).unwrap();
    }
    let no_log = |path: &Path| path != Path::new("log");
    let first = checksum_tree(&tree("a"), no_log).unwrap();
    assert_eq!(first, checksum_tree(&tree("b"), no_log).unwrap());
    assert_ne!(
        checksum_tree(&tree("a"), |_| true).unwrap(),
        checksum_tree(&tree("b"), |_| true).unwrap()
    );
    // FIPS 180-2, appendix B.1.
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(first[Path::new("x/y/file")], abc);
    fs::rename(tree("b").join("x/y/file"), tree("b").join("x/y/other")).unwrap();
    assert_ne!(first, checksum_tree(&tree("b"), no_log).unwrap());
}

#[test]
fn a_program_that_is_not_built_is_unavailable() {
    let reason = find_binary("no-such-program").unwrap_err().to_string();
    assert!(
        reason.contains("no-such-program") && reason.contains("cargo build"),
        "{reason}"
    );
}
