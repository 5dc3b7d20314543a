//! Folders that were moved, removed or are outside the home; a library without runs.
#![allow(clippy::unwrap_used)]

mod weir;

use std::path::Path;

use serde_json::json;
use weir::{PROTOCOL, Weir, folder_of};

fn run_into(weir: &Weir, out: &Path, name: &str) {
    let mut command = weir.command(&["sim", "run", PROTOCOL, "--patients=50", "--years=1"]);
    command.args(["--name", name]).arg("--out").arg(out);
    assert!(command.output().unwrap().status.success());
}

fn lose_the_catalogue(weir: &Weir) {
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(weir.home().join(format!("library.sqlite{end}")));
    }
}

#[test]
fn a_lost_catalogue_finds_the_runs_outside_the_home() {
    let weir = Weir::in_memory();
    run_into(&weir, &weir.folder().join("elsewhere/one"), "one");
    run_into(&weir, &weir.folder().join("elsewhere/two"), "two");
    weir.good(&["runs", "rm", "two", "--yes"]);
    lose_the_catalogue(&weir);
    let runs = weir.good(&["--json", "runs", "ls"]).json();
    assert_eq!(runs.as_array().unwrap().len(), 1, "{runs}");
    assert_eq!(runs[0]["name"], "one");
    weir.good(&["runs", "verify", "one"]);
}

#[test]
fn rebuild_takes_the_folder_of_a_run_or_one_that_holds_runs() {
    let there = Weir::in_memory();
    let many = there.folder().join("many");
    for name in ["one", "two", "three"] {
        run_into(&there, &many.join(name), name);
    }
    let here = Weir::in_memory();
    let one = many.join("one");
    let told = here.good(&["--json", "runs", "rebuild", one.to_str().unwrap()]);
    assert_eq!(told.json()["added"], json!(["one"]));
    let told = here.good(&["--json", "runs", "rebuild", many.to_str().unwrap()]);
    assert_eq!(told.json()["added"], json!(["three", "two"]));
    assert_eq!(told.json()["known"], 1);
    here.good(&["plot", "three", "--out", "three.html"]);
    // What was named once is remembered.
    lose_the_catalogue(&here);
    assert_eq!(
        here.good(&["--json", "runs", "ls"])
            .json()
            .as_array()
            .unwrap()
            .len(),
        3
    );

    let empty = here.folder().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let told = here.run(&["runs", "rebuild", empty.to_str().unwrap()]);
    assert_eq!(told.code, Some(1), "{told:?}");
    assert!(told.stdout.contains("no run in"), "{told:?}");
    let told = here.run(&["runs", "rebuild", "nowhere"]);
    assert_eq!(told.code, Some(2), "{told:?}");
}

#[test]
fn a_run_whose_folder_is_gone_is_told_so_and_followed_when_it_is_found() {
    let weir = Weir::in_memory();
    weir.good(&["sim", "run", PROTOCOL, "--patients=50", "--years=1"]);
    let folder = folder_of(&weir.last().unwrap());
    let moved = weir.folder().join("moved");
    std::fs::rename(&folder, &moved).unwrap();
    for command in [
        ["plot", "last"].as_slice(),
        &["runs", "verify", "last"],
        &["sim", "resume", "last"],
    ] {
        let told = weir.run(command);
        assert_eq!(told.code, Some(1), "{told:?}");
        let path = folder.to_str().unwrap();
        for part in ["error[W0118]", path, "weir runs rebuild", "weir runs rm"] {
            assert!(told.stderr.contains(part), "{part}: {told:?}");
        }
        assert!(!told.stderr.contains("partial"), "{told:?}");
    }
    let told = weir.good(&["runs", "rebuild", moved.to_str().unwrap()]);
    assert!(told.stdout.contains("in another folder now"), "{told:?}");
    weir.good(&["plot", "last"]);
    assert_eq!(folder_of(&weir.last().unwrap()), moved);
    weir.good(&["runs", "rm", "last", "--yes"]);
    assert!(!moved.exists());
}

#[test]
fn the_last_run_of_an_empty_library_is_no_name_that_nobody_has() {
    let weir = Weir::in_memory();
    let told = weir.run(&["runs", "show", "last"]);
    assert_eq!(told.code, Some(1));
    assert!(told.stderr.contains("there is no last run"), "{told:?}");
    assert!(told.stderr.contains("weir demo"), "{told:?}");
}

#[test]
fn another_home_is_a_folder_of_runs_too() {
    let there = Weir::in_memory();
    there.good(&[
        "sim",
        "run",
        PROTOCOL,
        "--patients=50",
        "--years=1",
        "--name=far",
    ]);
    let here = Weir::in_memory();
    let home = there.home();
    let told = here.good(&["--json", "runs", "rebuild", home.to_str().unwrap()]);
    assert_eq!(told.json()["added"], json!(["far"]));
}

#[test]
fn a_folder_that_is_not_removed_is_told() {
    let weir = Weir::in_memory();
    weir.good(&["sim", "run", PROTOCOL, "--patients=50", "--years=1"]);
    let folder = folder_of(&weir.last().unwrap());
    std::fs::write(folder.join("run.json"), "somebody else's").unwrap();
    let told = weir.good(&["runs", "rm", "last", "--yes"]);
    assert!(told.stdout.contains("left alone"), "{told:?}");
    assert!(told.stdout.contains(folder.to_str().unwrap()), "{told:?}");
    assert!(folder.exists());
}

#[test]
fn a_killed_run_whose_folder_is_gone_is_told_so() {
    let weir = Weir::in_memory();
    let out = weir.folder().join("out");
    let mut command = weir.command(&["sim", "run", PROTOCOL, "--patients=10000000"]);
    let mut child = command
        .arg("--out")
        .arg(&out)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    while !out.join("journal.jsonl").exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ended early");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    std::fs::remove_dir_all(&out).unwrap();
    let told = weir.run(&["plot", "last"]);
    assert_eq!(told.code, Some(1), "{told:?}");
    for part in ["error[W0118]", "weir sim resume", "weir runs rm"] {
        assert!(told.stderr.contains(part), "{part}: {told:?}");
    }
    assert!(!told.stderr.contains("partial"), "{told:?}");
}
