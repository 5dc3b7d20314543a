//! What a run leaves is read by DuckDB, Polars, pandas and PyArrow, wherever Python has them.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod weir;

use std::process::Command;

use weir::{PROTOCOL, Weir, folder_of};

/// `WEIR_TEST_PYTHON`, else `python3`.
fn python() -> Command {
    Command::new(std::env::var("WEIR_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned()))
}

fn check(module: &str, script: &str) {
    let there = python().args(["-c", &format!("import {module}")]).output();
    if !there.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: Python has no {module} (WEIR_TEST_PYTHON names another Python)");
        return;
    }
    let weir = Weir::new();
    weir.good(&["sim", "run", PROTOCOL, "--patients=20000", "--years=2"]);
    let run = weir.last().unwrap();
    let output = python()
        .arg("-c")
        .arg(script)
        .arg(folder_of(&run))
        .arg(run["result"]["visits"].to_string())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{module}: {stderr}");
}

#[test]
fn duckdb_reads_every_table() {
    check(
        "duckdb",
        r#"
import sys, duckdb
folder, visits = sys.argv[1], sys.argv[2]
def one(sql): return duckdb.sql(sql).fetchall()[0][0]
table = lambda name: f"read_parquet('{folder}/{name}/*.parquet')"
assert one(f"select count(*) from {table('patients')}") == 20000
count = one(f"select count(*) from {table('visits')}")
assert visits == "null" or count == int(visits), (count, visits)
types = dict((row[0], row[1]) for row in duckdb.sql(f"describe select * from {table('patients')}").fetchall())
assert types["sex"] == "VARCHAR" and types["first_end"] == "VARCHAR", types
assert types["patient"] == "UINTEGER" and types["baseline_letters"] == "UTINYINT", types
types = dict((row[0], row[1]) for row in duckdb.sql(f"describe select * from {table('visits')}").fetchall())
assert types["drug"] == "VARCHAR" and types["done"] == "VARCHAR" and types["fellow_eye"] == "BOOLEAN", types
assert one(f"select count(*) from {table('patients')} p where sex not in ('female', 'male')") == 0
assert one(f"select sum(injections + fellow_injections) from {table('patients')}") == one(f"select count(drug) from {table('visits')}")
assert one(f"select sum(visits) from {table('patients')}") == count
assert one(f"select sum(count) from '{folder}/histograms.parquet' where measure = 'total' and \"group\" = 'patients'") == 20000
assert one(f"select count(*) from '{folder}/summary.parquet' where measure = 'letters_true' and \"group\" = 'all'") == 25
keys = [bytes(row[0]).decode() for row in duckdb.sql(f"select key from parquet_kv_metadata('{folder}/visits/part-00000.parquet')").fetchall()]
for key in ["weir.table", "weir.protocol", "weir.protocol_sha256", "weir.seed", "weir.patients", "weir.part"]:
    assert key in keys, (key, keys)
"#,
    );
}

#[test]
fn polars_reads_every_table() {
    check(
        "polars",
        r#"
import sys, polars as pl
folder = sys.argv[1]
patients = pl.read_parquet(f"{folder}/patients/*.parquet")
visits = pl.read_parquet(f"{folder}/visits/*.parquet")
assert patients.height == 20000
assert patients["visits"].sum() == visits.height
assert visits["drug"].is_not_null().sum() == patients["injections"].sum() + patients["fellow_injections"].sum()
assert set(patients["sex"].cast(pl.String).unique()) == {"female", "male"}, patients["sex"]
assert patients.schema["patient"] == pl.UInt32 and visits.schema["letters_true"] == pl.UInt8
assert patients["patient"].is_sorted()
assert pl.read_parquet(f"{folder}/histograms.parquet").filter(pl.col("measure").cast(pl.String) == "total").height > 5
assert pl.read_parquet(f"{folder}/summary.parquet").height > 75
"#,
    );
}

#[test]
fn pandas_and_pyarrow_read_every_table() {
    check(
        "pandas, pyarrow.parquet",
        r#"
import sys, pandas as pd, pyarrow.parquet as pq, pyarrow.dataset as ds
folder = sys.argv[1]
patients = pd.read_parquet(f"{folder}/patients")
visits = pd.read_parquet(f"{folder}/visits")
assert len(patients) == 20000 and patients["visits"].sum() == len(visits)
assert set(patients["sex"].astype(str)) == {"female", "male"}
assert visits["drug"].notna().sum() == patients["injections"].sum() + patients["fellow_injections"].sum()
assert ds.dataset(f"{folder}/visits").count_rows() == len(visits)
meta = pq.read_metadata(f"{folder}/patients/part-00000.parquet").metadata
for key in [b"weir.table", b"weir.protocol", b"weir.seed", b"weir.part", b"weir.format"]:
    assert key in meta, (key, list(meta))
assert meta[b"weir.table"] == b"patients" and meta[b"weir.part"] == b"0"
summary = pd.read_parquet(f"{folder}/summary.parquet")
letters = summary[(summary.measure == "letters_true") & (summary.group == "all")]
assert list(letters.month) == list(range(25)) and letters["mean"].between(0, 100).all()
assert len(pd.read_parquet(f"{folder}/histograms.parquet")) > 100
"#,
    );
}
