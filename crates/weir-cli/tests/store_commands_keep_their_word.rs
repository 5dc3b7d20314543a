//! What `weir store` promises where something goes wrong: all or nothing, nothing ignored, one damaged file hides no other.
#![allow(clippy::unwrap_used)]

mod weir;

use std::io::Read;
use std::process::Stdio;

use weir::{Ran, Weir};

const TICKS: &str = "ts,id,price\n1,1,1.5\n2,2,2.5\n";

/// A store `s` with keys of one name, and files of rows beside it.
fn store(files: &[(&str, &str)]) -> Weir {
    let weir = Weir::in_memory();
    for (name, text) in files {
        std::fs::write(weir.folder().join(name), text).unwrap();
    }
    weir.good(&["store", "create", "s", "--keys", "name"]);
    weir
}

fn write(weir: &Weir, key: &str, file: &str, more: &[&str]) -> Ran {
    weir.run(&[&["store", "write", "s", key, file], more].concat())
}

#[test]
fn a_first_write_that_fails_leaves_no_dataset() {
    let weir = store(&[
        ("null.csv", "ts,id,price\n1,1,1.5\n,2,2.5\n"),
        ("ticks.csv", TICKS),
    ]);
    let ran = write(
        &weir,
        "a",
        "null.csv",
        &["--order-column", "ts", "--type", "id=text"],
    );
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(!weir.folder().join("s/name=a").exists());
    // So the next attempt may say it otherwise.
    let ran = write(&weir, "a", "ticks.csv", &["--order-column", "id"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let read = weir.good(&["store", "read", "s", "a"]).stdout;
    assert_eq!(read, TICKS);
    // A later write that fails takes nothing away.
    let ran = write(&weir, "a", "null.csv", &["--duplicates-on", "nothing"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert_eq!(weir.good(&["store", "read", "s", "a"]).stdout, TICKS);
}

#[test]
fn what_the_dataset_contradicts_is_refused() {
    let weir = store(&[("ticks.csv", TICKS)]);
    write(&weir, "a", "ticks.csv", &["--order-column", "ts"]);
    for more in [["--order-column", "id"], ["--type", "id=text"]] {
        let ran = write(&weir, "a", "ticks.csv", &more);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.stderr.contains("W0503"), "{ran:?}");
    }
    let same = ["--order-column", "ts", "--type", "id=int64"];
    assert_eq!(write(&weir, "a", "ticks.csv", &same).code, Some(0));
    let ran = write(&weir, "b", "ticks.csv", &["--order-column", "no"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(
        !ran.stderr.contains("verify"),
        "no file is damaged: {ran:?}"
    );
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let rows: String = (0..200_000).map(|row| format!("{row},{row}\n")).collect();
    let weir = store(&[("rows.csv", &format!("ts,v\n{rows}"))]);
    write(&weir, "a", "rows.csv", &["--order-column", "ts"]);
    let mut read = weir
        .command(&["store", "read", "s", "a"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 5];
    let mut out = read.stdout.take().unwrap();
    out.read_exact(&mut first).unwrap();
    drop(out);
    let ran = Ran::from(read.wait_with_output().unwrap());
    assert_eq!((&first, ran.code), (b"ts,v\n", Some(0)), "{ran:?}");
    assert_eq!(ran.stderr, "");
}

#[test]
fn one_damaged_manifest_hides_no_other() {
    let weir = store(&[("ticks.csv", TICKS)]);
    for key in ["a", "b"] {
        write(&weir, key, "ticks.csv", &["--order-column", "ts"]);
    }
    write(&weir, "a", "ticks.csv", &[]);
    let manifest = weir
        .folder()
        .join("s/name=a/_weir/00000000000000000003.json");
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, text.replacen("rows", "rosw", 1)).unwrap();
    let listed = weir.run(&["store", "ls", "s"]);
    assert_eq!(listed.code, Some(1), "{listed:?}");
    assert!(listed.stdout.contains("(b)"), "{listed:?}");
    assert!(listed.stderr.contains("(a)"), "{listed:?}");
    let versions = weir.good(&["store", "versions", "s", "a"]).stdout;
    assert!(versions.contains("damaged at byte"), "{versions}");
    let older = weir.good(&["store", "read", "s", "a", "--at", "2"]).stdout;
    assert_eq!(older, TICKS);
}

#[test]
fn rows_that_late_ones_replace_are_said_to_count_twice() {
    let weir = store(&[("many.csv", &many()), ("late.csv", "ts,v\n5,9\n")]);
    let once = ["--order-column", "ts", "--duplicates-on", ""];
    assert_eq!(write(&weir, "a", "many.csv", &once).code, Some(0));
    let late = write(&weir, "a", "late.csv", &["--late", "beside"]);
    assert_eq!(late.code, Some(0), "{late:?}");
    let shown = weir.good(&["store", "show", "s", "a"]).stdout;
    assert!(shown.contains("count twice until compaction"), "{shown}");
    weir.good(&["store", "compact", "s", "a"]);
    let shown = weir.good(&["store", "show", "s", "a"]).stdout;
    assert!(
        shown.contains("100 rows") && !shown.contains("twice"),
        "{shown}"
    );
}

fn many() -> String {
    let rows: String = (0..100).map(|row| format!("{row},{row}\n")).collect();
    format!("ts,v\n{rows}")
}
