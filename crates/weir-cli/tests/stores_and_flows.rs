//! `weir store` and `weir flow` from end to end: what is written is read, late rows are followed, refused or made anew, mistakes have places,
//! and an old dataset is taken over without opening a pickle.
#![allow(clippy::unwrap_used)]

mod weir;

use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use parquet::arrow::ArrowWriter;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use weir::Weir;

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

const TICKS: &str = "ts,symbol,price\n0,A,1.0\n1800,A,3.0\n3600,A,2.0\n4000,B,5.0\n";

#[test]
fn rows_go_round_through_a_store_and_a_pipeline() {
    let weir = Weir::in_memory();
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("market").display().to_string();
    let ticks = write(folder.path(), "ticks.csv", TICKS);
    weir.good(&["store", "create", &store, "--keys", "feed"]);
    weir.good(&[
        "store",
        "write",
        &store,
        "ticks",
        &ticks,
        "--order-column",
        "ts",
        "--duplicates-on",
        "symbol",
    ]);
    assert_eq!(weir.good(&["store", "read", &store, "ticks"]).stdout, TICKS);
    let part = weir.good(&[
        "store",
        "read",
        &store,
        "ticks",
        "--from",
        "0",
        "--to",
        "3600",
        "--columns",
        "ts,price",
    ]);
    assert_eq!(part.stdout, "ts,price\n0,1.0\n1800,3.0\n");
    for ending in ["parquet", "arrow", "arrows", "csv"] {
        let out = folder
            .path()
            .join(format!("out.{ending}"))
            .display()
            .to_string();
        weir.good(&["store", "read", &store, "ticks", "--out", &out]);
        let key = format!("copy-{ending}");
        weir.good(&["store", "write", &store, &key, &out, "--order-column", "ts"]);
        assert_eq!(
            weir.good(&["store", "read", &store, &key]).stdout,
            TICKS,
            "{ending}"
        );
    }
    let pipeline = write(
        folder.path(),
        "bars.yaml",
        "weir: flow/1\nname: bars\nsources:\n  ticks: {kind: store, store: market, key: ticks}\nsteps:\n  bars:\n    kind: bars\n    \
         from: ticks\n    keys: [symbol]\n    columns: {open: first price, n: count}\n    resolutions: {hourly: {period: \"3600\"}}\nsinks:\n  \
         out: {kind: store, from: bars.hourly, store: market, key: bars}\n",
    );
    weir.good(&["flow", "check", &pipeline]);
    weir.good(&["flow", "explain", &pipeline]);
    weir.good(&["flow", "run", &pipeline, "--name", "bars-1"]);
    let bars = weir.good(&["store", "read", &store, "bars"]).stdout;
    assert_eq!(
        bars,
        "ts,symbol,open,n\n0,A,1.0,2\n3600,A,2.0,1\n3600,B,5.0,1\n"
    );
    let runs = weir.good(&["--json", "runs", "show", "bars-1"]).stdout;
    assert!(
        runs.contains("\"flow\"") && runs.contains("memory_by_stage"),
        "{runs}"
    );
    let explained = weir.good(&["flow", "explain", &pipeline]).stdout;
    assert!(explained.contains("followed   yes: `ticks`"), "{explained}");
    // Rows that come late: the bars follow.
    let late = write(
        folder.path(),
        "late.csv",
        "ts,symbol,price\n1800,A,4.0\n900,B,7.0\n",
    );
    weir.good(&["store", "write", &store, "ticks", &late]);
    let ran = weir.good(&["--json", "flow", "run", &pipeline, "--name", "bars-2"]);
    for said in [
        "\"followed\":{\"source\":\"ticks\",\"before\":2,\"version\":3}",
        "\"rows\":5",
        "\"replaced\":3",
    ] {
        let text: String = ran.stdout.split_whitespace().collect();
        assert!(text.contains(said), "{said}: {ran:?}");
    }
    let shown = weir.good(&["--json", "runs", "show", "bars-2"]).stdout;
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let folder_of_run = shown["run"]["folder"].as_str().unwrap();
    let record = std::fs::read_to_string(format!("{folder_of_run}/run.json")).unwrap();
    assert!(record.contains("\"followed\""), "{record}");
    let bars = weir.good(&["store", "read", &store, "bars"]).stdout;
    let anew = "ts,symbol,open,n\n0,A,1.0,2\n0,B,7.0,1\n3600,A,2.0,1\n3600,B,5.0,1\n";
    assert_eq!(bars, anew);
    let again = weir.good(&["flow", "run", &pipeline]).stdout;
    assert!(again.contains("up to date"), "{again}");
    weir.good(&["flow", "run", &pipeline, "--again"]);
    assert_eq!(weir.good(&["store", "read", &store, "bars"]).stdout, anew);
    // Any other shape does not take late rows in by halves.
    let filtered = write(
        folder.path(),
        "filtered.yaml",
        "weir: flow/1\nname: filtered\nsources:\n  ticks: {kind: store, store: market, key: ticks}\nsteps:\n  dear: {kind: filter, from: \
         ticks, where: [price > 1]}\nsinks:\n  out: {kind: store, from: dear, store: market, key: dear}\n",
    );
    weir.good(&["flow", "run", &filtered]);
    let explained = weir.good(&["flow", "explain", &filtered]).stdout;
    assert!(
        explained.contains("followed   no: it makes no bars"),
        "{explained}"
    );
    let later = write(folder.path(), "later.csv", "ts,symbol,price\n5,C,9.0\n");
    weir.good(&["store", "write", &store, "ticks", &later]);
    let refused = weir.run(&["flow", "run", &filtered]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    for said in ["W0404", "--again", "`version:`", "weir flow explain"] {
        assert!(refused.stderr.contains(said), "{said}: {refused:?}");
    }
    let pinned = std::fs::read_to_string(&filtered).unwrap();
    let pinned = pinned.replace("key: ticks}", "key: ticks, version: 3}");
    let pinned = write(folder.path(), "pinned.yaml", &pinned);
    let stays = weir.good(&["flow", "run", &pinned]).stdout;
    assert!(stays.contains("up to date"), "{stays}");
    weir.good(&["flow", "run", &filtered, "--again"]);
    weir.good(&["store", "compact", &store, "ticks"]);
    weir.good(&["store", "verify", &store]);
    weir.good(&["store", "versions", &store, "ticks", "--name", "kept"]);
    assert!(
        weir.good(&["store", "versions", &store, "ticks"])
            .stdout
            .contains("kept")
    );
    weir.good(&[
        "store", "vacuum", &store, "ticks", "--keep", "1", "--grace", "0s",
    ]);
    weir.good(&["store", "rm", &store, "bars", "--yes"]);
    assert!(!weir.good(&["store", "ls", &store]).stdout.contains("bars"));
}

#[test]
fn what_cannot_be_is_told_with_its_code() {
    let weir = Weir::in_memory();
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("s").display().to_string();
    let ticks = write(folder.path(), "ticks.csv", TICKS);
    let told = |arguments: &[&str], code: i32, said: &str| {
        let ran = weir.run(arguments);
        assert_eq!(ran.code, Some(code), "{arguments:?}: {ran:?}");
        assert!(ran.stderr.contains(said), "{arguments:?}: {ran:?}");
    };
    told(&["store", "ls", &store], 1, "W0501");
    weir.good(&["store", "create", &store, "--keys", "a / n: int"]);
    told(
        &[
            "store",
            "write",
            &store,
            "x / y",
            &ticks,
            "--order-column",
            "ts",
        ],
        2,
        "W0502",
    );
    told(
        &["store", "write", &store, "x / 1", &ticks],
        2,
        "--order-column",
    );
    weir.good(&[
        "store",
        "write",
        &store,
        "x / 1",
        &ticks,
        "--order-column",
        "ts",
    ]);
    let odd = write(folder.path(), "odd.csv", "ts,symbol,cost\n1,A,2\n");
    told(&["store", "write", &store, "x / 1", &odd], 1, "W0507");
    told(
        &["store", "read", &store, "x / 1", "--from", "noon"],
        2,
        "W0505",
    );
    told(
        &["store", "read", &store, "x / 1", "--columns", "tss"],
        2,
        "W0505",
    );
    let pipeline = write(
        folder.path(),
        "p.yaml",
        "weir: flow/1\nname: p\nsources:\n  t: {kind: csv, path: ticks.csv, order_by: ts, sorted: true}\nsteps:\n  f: {kind: filter, from: t, \
         where: [prize > 1]}\nsinks:\n  out: {kind: csv, from: f, path: out.csv}\n",
    );
    let ran = weir.run(&["flow", "check", &pipeline]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(
        ran.stderr.contains("p.yaml:6:")
            && ran.stderr.contains("price")
            && ran.stderr.contains("W0423"),
        "{ran:?}"
    );
    assert!(!folder.path().join("out.csv").exists());
}

/// A folder as oups leaves it: row-group files in order, and a metadata file beside it with a pickled entry.
fn old_dataset(folder: &Path) {
    std::fs::create_dir(folder.join("old")).unwrap();
    for (file, from) in [(0, 0), (1, 10)] {
        let ts: ArrayRef = Arc::new(Int64Array::from_iter_values(from..from + 10));
        let x: ArrayRef = Arc::new(Float64Array::from_iter_values(
            (from..from + 10).map(|i| i as f64),
        ));
        let rows = RecordBatch::try_from_iter([("ts", ts), ("x", x)]).unwrap();
        let path = folder.join("old").join(format!("file_{file:04}.parquet"));
        let mut writer =
            ArrowWriter::try_new(std::fs::File::create(path).unwrap(), rows.schema(), None)
                .unwrap();
        writer.write(&rows).unwrap();
        writer.close().unwrap();
    }
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![0, 1]));
    let counts: ArrayRef = Arc::new(Int64Array::from(vec![10, 10]));
    let rows = RecordBatch::try_from_iter([("file_id", ids), ("n_rows", counts)]).unwrap();
    let entries = vec![
        KeyValue::new(
            "oups".to_owned(),
            "gASVKAAAAAAAAAB9lIwKb3JkZXJlZF9vbpSMAnRzlHMu".to_owned(),
        ),
        KeyValue::new("note".to_owned(), "{\"by\": \"us\"}".to_owned()),
    ];
    let properties = WriterProperties::builder()
        .set_key_value_metadata(Some(entries))
        .build();
    let file = std::fs::File::create(folder.join("old_opdmd")).unwrap();
    let mut writer = ArrowWriter::try_new(file, rows.schema(), Some(properties)).unwrap();
    writer.write(&rows).unwrap();
    writer.close().unwrap();
}

#[test]
fn an_old_dataset_is_taken_over_and_its_pickle_left_alone() {
    let weir = Weir::in_memory();
    let folder = tempfile::tempdir().unwrap();
    old_dataset(folder.path());
    let store = folder.path().join("s").display().to_string();
    let old = folder.path().join("old").display().to_string();
    weir.good(&["store", "create", &store, "--keys", "name"]);
    let import = [
        "store",
        "import",
        &old,
        "--store",
        &store,
        "--key",
        "k",
        "--order-column",
        "ts",
    ];
    let ran = weir.good(&import);
    for said in [
        "imported   20 rows of 2 files",
        "carried    metadata note",
        "metadata oups: pickled",
    ] {
        assert!(ran.stdout.contains(said), "{said}: {ran:?}");
    }
    assert_eq!(
        weir.good(&["store", "read", &store, "k"])
            .stdout
            .lines()
            .count(),
        21
    );
    assert!(
        weir.good(&["store", "show", &store, "k"])
            .stdout
            .contains("\"by\":\"us\"")
    );
    // Twice under one key, or with files that are not in order: nothing changes.
    assert_eq!(weir.run(&import).code, Some(1));
    std::fs::rename(
        folder.path().join("old/file_0000.parquet"),
        folder.path().join("old/file_0002.parquet"),
    )
    .unwrap();
    let mut other = import;
    other[6] = "other";
    let ran = weir.run(&other);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("nothing was imported"), "{ran:?}");
    assert!(!weir.good(&["store", "ls", &store]).stdout.contains("other"));
}
