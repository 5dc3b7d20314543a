//! Pipelines among other programs: a reader that goes away, a writer that says nothing, Ctrl-C at any time.
#![allow(clippy::unwrap_used)]

mod weir;

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use weir::{Ran, Weir};

/// Longer than anything here takes: what waits for so long waits for ever.
const FOR_EVER: Duration = Duration::from_secs(120);

const ROWS: u64 = 200_000;

fn rows_file(weir: &Weir) {
    let mut text = String::from("ts,v\n");
    for row in 0..ROWS {
        text.push_str(&format!("{row},{}\n", row * 7 % 1000));
    }
    std::fs::write(weir.folder().join("rows.csv"), text).unwrap();
}

fn pipeline(weir: &Weir, name: &str, sources: &str, steps: &str, sinks: &str) -> String {
    let text = format!(
        "weir: flow/1\nname: {name}\nsources:\n  {sources}\nsteps:\n  {steps}\nsinks:\n  {sinks}\n"
    );
    let file = format!("{name}.yaml");
    std::fs::write(weir.folder().join(&file), text).unwrap();
    file
}

const FROM_FILE: &str = "rows: {kind: csv, path: rows.csv, order_by: ts, sorted: true}";
const SOME: &str = "some: {kind: filter, from: rows, where: [v >= 100]}";

fn signal(child: &Child, name: &str) {
    let kill = Command::new("kill")
        .arg(format!("-{name}"))
        .arg(child.id().to_string())
        .status()
        .unwrap();
    assert!(kill.success());
}

/// Reads the first bytes of the child's output and closes it.
fn head(mut child: Child, bytes: usize) -> (Vec<u8>, Ran) {
    let mut first = vec![0; bytes];
    let mut out = child.stdout.take().unwrap();
    out.read_exact(&mut first).unwrap();
    drop(out);
    (first, Ran::from(child.wait_with_output().unwrap()))
}

fn piped(weir: &Weir, arguments: &[&str]) -> Child {
    weir.command(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn a_reader_of_rows_that_goes_away_is_no_failure() {
    let weir = Weir::in_memory();
    rows_file(&weir);
    let alone = pipeline(
        &weir,
        "alone",
        FROM_FILE,
        SOME,
        "out: {kind: stdout, from: some}",
    );
    for more in [&[][..], &["--threads", "1"]] {
        let child = piped(&weir, &[&["flow", "run", &alone], more].concat());
        let (first, ran) = head(child, 5);
        assert_eq!((&first[..], ran.code), (&b"ts,v\n"[..], Some(0)), "{ran:?}");
        assert!(!ran.stderr.contains("error"), "{ran:?}");
        assert!(!ran.stderr.contains("resume"), "{ran:?}");
    }
}

#[test]
fn what_else_a_run_writes_is_whole_though_nobody_reads_its_rows() {
    let weir = Weir::in_memory();
    rows_file(&weir);
    let both = |file: &str| {
        format!(
            "out: {{kind: stdout, from: some}}\n  kept: {{kind: csv, from: some, path: {file}}}"
        )
    };
    let heard = pipeline(&weir, "heard", FROM_FILE, SOME, &both("heard.csv"));
    let unheard = pipeline(&weir, "unheard", FROM_FILE, SOME, &both("unheard.csv"));
    weir.good(&["flow", "run", &heard]);
    let (_, ran) = head(piped(&weir, &["flow", "run", &unheard]), 5);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(weir.last().unwrap()["state"], "finished");
    assert_eq!(weir.last().unwrap()["result"]["unheard"], true);
    let read = |file: &str| std::fs::read(weir.folder().join(file)).unwrap();
    assert!(read("heard.csv") == read("unheard.csv"), "the same bytes");
}

#[test]
fn ctrl_c_does_not_wait_for_input_that_does_not_come() {
    for (name, text) in [("headless", ""), ("idle", "ts,v\n1,5\n2,6\n")] {
        let weir = Weir::in_memory();
        let stdin = "rows: {kind: stdin, order_by: ts, sorted: true, types: {ts: int64, v: int64}}";
        let kept = "kept: {kind: csv, from: some, path: kept.csv}";
        let file = pipeline(&weir, name, stdin, SOME, kept);
        let mut child = weir
            .command(&["flow", "run", &file])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Open until the end: only Ctrl-C can end it.
        let mut input = child.stdin.take().unwrap();
        input.write_all(text.as_bytes()).unwrap();
        input.flush().unwrap();
        let mut told = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("run ") {
            line.clear();
            assert!(told.read_line(&mut line).unwrap() > 0, "it ended by itself");
        }
        signal(&child, "INT");
        let (ended, wait) = channel();
        let id = child.id();
        std::thread::spawn(move || {
            let ran = child.wait_with_output().unwrap();
            let _ = ended.send(ran);
        });
        let Ok(ran) = wait.recv_timeout(FOR_EVER) else {
            let _ = Command::new("kill")
                .args(["-KILL", &id.to_string()])
                .status();
            panic!("{name}: it waits for input for ever");
        };
        let ran = Ran::from(ran);
        assert_eq!(ran.code, Some(130), "{ran:?}");
        assert!(ran.stdout.starts_with("stopped"), "{ran:?}");
        assert_eq!(weir.last().unwrap()["state"], "cancelled");
        assert!(!weir.folder().join("kept.csv").exists());
        drop(input);
    }
}

#[test]
fn a_csv_file_that_grew_is_gone_on_with_and_a_changed_one_is_told_what_to_do() {
    let weir = Weir::in_memory();
    let write = |text: &str| std::fs::write(weir.folder().join("rows.csv"), text).unwrap();
    weir.good(&["store", "create", "s", "--keys", "name"]);
    let kept = "out: {kind: store, from: some, store: s, key: kept}";
    let file = pipeline(&weir, "grows", FROM_FILE, SOME, kept);
    write("ts,v\n1,100\n2,200\n");
    weir.good(&["flow", "run", &file]);
    write("ts,v\n1,100\n2,200\n3,300\n");
    let ran = weir.good(&["--json", "flow", "run", &file]).json();
    assert_eq!(ran["rows"], 1);
    let read = || weir.good(&["store", "read", "s", "kept"]).stdout;
    assert_eq!(read(), "ts,v\n1,100\n2,200\n3,300\n");
    write("ts,v\n1,100\n2,201\n3,300\n4,400\n");
    let refused = weir.run(&["flow", "run", &file]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("W0404"), "{refused:?}");
    assert!(!refused.stderr.contains("`version:`"), "{refused:?}");
    weir.good(&["flow", "run", &file, "--again"]);
    assert_eq!(read(), "ts,v\n1,100\n2,201\n3,300\n4,400\n");
}

/// Starts a command and sends it Ctrl-C when the dataset under `key` has a version of this number.
fn interrupted(weir: &Weir, arguments: &[&str], key: &str, version: u64) -> Ran {
    let manifest = format!("s/name={key}/_weir/{version:020}.json");
    let manifest = weir.folder().join(manifest);
    let mut child = piped(weir, arguments);
    while !manifest.exists() {
        if let Some(status) = child.try_wait().unwrap() {
            panic!("it ended before version {version}: {status:?}");
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    signal(&child, "INT");
    Ran::from(child.wait_with_output().unwrap())
}

fn newest(folder: &Path) -> u64 {
    let names = std::fs::read_dir(folder).unwrap();
    let numbers = names.filter_map(|name| {
        let name = name.unwrap().file_name().into_string().unwrap();
        name.strip_suffix(".json")?.parse().ok()
    });
    numbers.max().unwrap()
}

#[test]
fn a_run_interrupted_twice_is_resumed_to_what_an_uninterrupted_one_stores() {
    let weir = Weir::in_memory();
    rows_file(&weir);
    weir.good(&["store", "create", "s", "--keys", "name"]);
    let sink = |key: &str| format!("out: {{kind: store, from: some, store: s, key: {key}}}");
    let whole = pipeline(&weir, "whole", FROM_FILE, SOME, &sink("whole"));
    let broken = pipeline(&weir, "broken", FROM_FILE, SOME, &sink("broken"));
    weir.good(&["flow", "run", &whole]);
    // Batches are of 8,192 rows; each is a commit.
    let often = ["--checkpoint-rows", "1"];
    let run = [&["flow", "run", &broken, "--name", "it"], &often[..]].concat();
    let ran = interrupted(&weir, &run, "broken", 4);
    assert_eq!(ran.code, Some(130), "{ran:?}");
    assert!(ran.stdout.contains("weir flow resume it"), "{ran:?}");
    assert_eq!(weir.last().unwrap()["state"], "cancelled");
    let stored = newest(&weir.folder().join("s/name=broken/_weir"));
    let resume = [&["flow", "resume", "it"], &often[..]].concat();
    let ran = interrupted(&weir, &resume, "broken", stored + 2);
    assert_eq!(ran.code, Some(130), "{ran:?}");
    assert_eq!(weir.last().unwrap()["state"], "cancelled");
    let ran = weir.good(&["--json", "flow", "resume", "it"]).json();
    assert!(ran["resumed_from"].as_u64().unwrap() > 0, "{ran}");
    assert_eq!(weir.last().unwrap()["state"], "finished");
    let read = |key: &str| weir.good(&["store", "read", "s", key]).stdout;
    assert!(read("whole") == read("broken"), "the same rows");
}
