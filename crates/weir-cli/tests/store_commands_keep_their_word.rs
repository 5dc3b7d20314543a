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

#[test]
fn a_dataset_is_altered_in_one_version_and_for_good() {
    let weir = store(&[
        ("ticks.csv", TICKS),
        ("venue.csv", "ts,id,price,venue\n3,3,3.5,X\n1,1,9.5,\n"),
    ]);
    write(
        &weir,
        "a",
        "ticks.csv",
        &["--order-column", "ts", "--type", "id=int32"],
    );
    let alter = |more: &[&str]| weir.run(&[&["store", "alter", "s", "a"], more].concat());
    let ran = alter(&[
        "--add-column",
        "venue=text",
        "--widen",
        "id=int64",
        "--duplicates-on",
        "id",
    ]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("version 3"), "{ran:?}");
    // The new settings hold for writes that say nothing.
    assert_eq!(write(&weir, "a", "venue.csv", &[]).code, Some(0));
    let read = weir.good(&["store", "read", "s", "a"]).stdout;
    assert_eq!(read, "ts,id,price,venue\n1,1,9.5,\n2,2,2.5,\n3,3,3.5,X\n");
    // What a write says holds for it alone.
    let ran = write(
        &weir,
        "a",
        "venue.csv",
        &["--row-group", "1", "--late", "beside"],
    );
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let settings = weir.good(&["--json", "store", "show", "s", "a"]).json()["settings"].clone();
    assert_eq!(settings["late_rows"], "merge");
    weir.good(&["store", "compact", "s", "a"]);
    weir.good(&[
        "store",
        "alter",
        "s",
        "a",
        "--late",
        "beside",
        "--row-group",
        "2",
        "--keep-duplicates",
    ]);
    let shown = weir.good(&["store", "show", "s", "a"]).stdout;
    for said in [
        "row groups of 2 rows",
        "duplicates are kept",
        "late rows go beside",
    ] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    let again = alter(&["--late", "beside"]);
    assert!(again.stdout.contains("is so already"), "{again:?}");
    for (more, said) in [
        (
            &["--widen", "price=float32"][..],
            "cannot be widened from Float64 to Float32",
        ),
        (
            &["--widen", "no=int64"],
            "the columns are ts, id, price, venue",
        ),
        (
            &["--add-column", "id=text"],
            "there is a column \"id\" already",
        ),
        (&["--allow-null", "ts"], "so it is never null"),
        (&["--row-group", "0"], "no rows fit"),
        (
            &["--duplicates-on", "no"],
            "column \"no\", which does not exist",
        ),
        (&[], "required"),
        (
            &["--keep-duplicates", "--duplicates-on", "id"],
            "cannot be used with",
        ),
    ] {
        let ran = alter(more);
        assert_eq!(ran.code, Some(2), "{more:?}: {ran:?}");
        assert!(ran.stderr.contains(said), "{more:?}: {ran:?}");
    }
}

#[test]
fn a_damaged_manifest_is_repaired_or_removed_and_what_is_lost_is_told() {
    let weir = store(&[("ticks.csv", TICKS), ("more.csv", "ts,id,price\n3,3,3.5\n")]);
    for key in ["a", "b"] {
        write(&weir, key, "ticks.csv", &["--order-column", "ts"]);
        write(&weir, key, "more.csv", &[]);
        let name = format!("s/name={key}/_weir/00000000000000000003.json");
        let manifest = weir.folder().join(name);
        let bytes = std::fs::read(&manifest).unwrap();
        std::fs::write(&manifest, &bytes[..bytes.len() / 2]).unwrap();
    }
    let refused = write(&weir, "a", "more.csv", &[]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("weir store repair"), "{refused:?}");
    let repaired = weir.good(&["store", "repair", "s", "a"]).stdout;
    for said in [
        "version 4 is version 2 anew",
        "lost ",
        "00000000000000000003.damaged",
        "1 file",
        ".parquet",
    ] {
        assert!(repaired.contains(said), "{said}: {repaired}");
    }
    assert_eq!(weir.good(&["store", "read", "s", "a"]).stdout, TICKS);
    assert_eq!(write(&weir, "a", "more.csv", &[]).code, Some(0));
    weir.good(&["store", "verify", "s", "a"]);
    let again = weir.good(&["--json", "store", "repair", "s", "a"]).json();
    assert_eq!(
        (&again["back_to"], &again["version"]),
        (&serde_json::Value::Null, &5.into())
    );
    let removed = weir.run(&["store", "rm", "s", "b", "--yes"]);
    assert_eq!(removed.code, Some(0), "{removed:?}");
    assert!(removed.stderr.contains("damaged"), "{removed:?}");
    assert!(!weir.folder().join("s/name=b").exists());
}

#[test]
fn a_range_that_holds_nothing_is_a_mistake() {
    let weir = store(&[("days.csv", "day,v\n2024-01-01,1\n2024-01-02,2\n")]);
    write(&weir, "a", "days.csv", &["--order-column", "day"]);
    for to in ["2024-01-02", "2024-01-01"] {
        let range = [
            "store",
            "read",
            "s",
            "a",
            "--from",
            "2024-01-02",
            "--to",
            to,
        ];
        let ran = weir.run(&range);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        let said = format!("from 2024-01-02 on and before {to}");
        assert!(ran.stderr.contains(&said), "{ran:?}");
    }
}

fn many() -> String {
    let rows: String = (0..100).map(|row| format!("{row},{row}\n")).collect();
    format!("ts,v\n{rows}")
}
