//! DuckDB, Polars, pandas and PyArrow read a compacted dataset's folder: the same rows, in order.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::{convert::Infallible, process::Command, sync::Arc, time::Duration};

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array, Int8Array,
    Int64Array, ListArray, RecordBatch, StringArray, TimestampMicrosecondArray, UInt32Array,
    types::Int32Type,
};
use weir_memory::{Budget, Bytes, HolderName};
use weir_store::{
    CompactOptions, Compression, DatasetSpec, LateRows, RowGroupTarget, Settings, Store,
    VacuumOptions, WriteOptions,
};

/// `WEIR_TEST_PYTHON`, else `python3`.
fn python() -> Command {
    Command::new(std::env::var("WEIR_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned()))
}

fn rows(numbers: std::ops::Range<i64>, price: f64) -> RecordBatch {
    let n = || numbers.clone();
    let columns: Vec<(&str, ArrayRef)> = vec![
        (
            "ts",
            Arc::new(
                TimestampMicrosecondArray::from_iter_values(n().map(|n| n * 60_000_000))
                    .with_timezone("UTC"),
            ),
        ),
        (
            "id",
            Arc::new(Int64Array::from_iter_values(n().map(|n| n * n))),
        ),
        (
            "price",
            Arc::new(Float64Array::from_iter_values(n().map(|_| price))),
        ),
        (
            "ratio",
            Arc::new(
                n().map(|n| (n % 3 > 0).then_some(n as f32 / 8.0))
                    .collect::<Float32Array>(),
            ),
        ),
        (
            "side",
            Arc::new(Int8Array::from_iter_values(n().map(|n| (n % 2) as i8))),
        ),
        (
            "count",
            Arc::new(UInt32Array::from_iter_values(
                n().map(|n| u32::MAX - n as u32),
            )),
        ),
        (
            "day",
            Arc::new(Date32Array::from_iter_values(
                n().map(|n| (n / 1440) as i32),
            )),
        ),
        (
            "open",
            Arc::new(n().map(|n| Some(n % 5 == 0)).collect::<BooleanArray>()),
        ),
        (
            "cost",
            Arc::new(
                Decimal128Array::from_iter_values(n().map(i128::from))
                    .with_precision_and_scale(20, 2)
                    .unwrap(),
            ),
        ),
        (
            "city",
            Arc::new(StringArray::from_iter_values(
                n().map(|n| format!("city {}", n % 7)),
            )),
        ),
        (
            "tags",
            Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(
                n().map(|n| (n % 4 > 0).then(|| vec![Some(n as i32), None])),
            )),
        ),
    ];
    RecordBatch::try_from_iter_with_nullable(
        columns
            .into_iter()
            .map(|(name, array)| (name, array, name != "ts")),
    )
    .unwrap()
}

fn check(module: &str, script: &str) {
    let there = python().args(["-c", &format!("import {module}")]).output();
    if !there.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: Python has no {module} (WEIR_TEST_PYTHON names another Python)");
        return;
    }
    for compression in [
        Compression::Zstd,
        Compression::Snappy,
        Compression::Gzip,
        Compression::None,
    ] {
        let folder = tempfile::tempdir().unwrap();
        let store =
            Store::create(folder.path(), "quantity, place / sampling".parse().unwrap()).unwrap();
        let key = store.key_schema().key(["price", "a b", "1D"]).unwrap();
        let mut spec = DatasetSpec::new(rows(0..1, 0.0).schema(), "ts");
        spec.settings = Settings {
            row_group: RowGroupTarget::Period("1D".to_owned()),
            duplicates_on: Some(vec!["ts".to_owned()]),
            late_rows: LateRows::Beside,
            compression,
            ..Settings::default()
        };
        let dataset = store.create_dataset(&key, spec).unwrap();
        let holder = Budget::detached(Bytes::mib(64)).holder(HolderName::new("t", "s", "o"));
        for (numbers, price) in [(0..10_000, 1.0), (10_000..20_000, 1.0), (4_000..4_500, 3.0)] {
            let batch = rows(numbers, price);
            dataset
                .write(
                    [Ok::<_, Infallible>(batch)],
                    WriteOptions::new(holder.clone()),
                )
                .unwrap();
        }
        dataset.compact(&CompactOptions::new(holder)).unwrap();
        dataset
            .vacuum(&VacuumOptions {
                keep_versions: 1,
                grace: Duration::ZERO,
                dry_run: false,
            })
            .unwrap();
        let output = python()
            .arg("-c")
            .arg(script)
            .arg(folder.path())
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{module}, {compression}: {stderr}");
    }
}

#[test]
fn duckdb_reads_the_same_rows() {
    check(
        "duckdb",
        r#"
import sys, duckdb
table = f"read_parquet('{sys.argv[1]}/**/*.parquet', hive_partitioning = true)"
def one(sql): return duckdb.sql(sql).fetchall()[0]
assert one(f"select count(*), count(distinct ts), sum(price), sum(side), count(ratio) from {table}") == (20000, 20000, 21000.0, 10000, 13333), one(f"select count(*), count(distinct ts), sum(price), sum(side), count(ratio) from {table}")
assert one(f"select sum(id), min(count), max(count) from {table}") == (sum(n*n for n in range(20000)), 2**32 - 20000, 2**32 - 1)
assert one(f"select sum(cost)::varchar, count(*) filter (open), count(tags) from {table}") == ("1999900.00", 4000, 15000)
assert one(f"select count(*) from {table} where city = 'city 3' and price = 3")[0] == sum(n % 7 == 3 for n in range(4000, 4500))
assert one(f"select count(*) from {table} where epoch_us(ts) // 86400000000 <> (day - date '1970-01-01')")[0] == 0
assert one(f"select distinct quantity, sampling from {table}") == ("price", "1D")
rows = duckdb.sql(f"select epoch_us(ts) from {table}").fetchall()
assert [row[0] for row in rows] == [n * 60_000_000 for n in range(20000)]
"#,
    );
}

#[test]
fn polars_reads_the_same_rows() {
    check(
        "polars",
        r#"
import sys, polars as pl
rows = pl.read_parquet(f"{sys.argv[1]}/**/*.parquet", hive_partitioning=True)
assert rows.height == 20000 and rows["ts"].is_sorted() and rows["ts"].n_unique() == 20000
assert rows.schema["ts"] == pl.Datetime("us", "UTC") and rows.schema["count"] == pl.UInt32, rows.schema
assert rows["id"].to_list() == [n * n for n in range(20000)]
assert rows["price"].sum() == 21000 and rows["side"].cast(pl.Int64).sum() == 10000
assert rows["ratio"].null_count() == 6667 and rows["tags"].null_count() == 5000
assert rows["tags"][1].to_list() == [1, None]
assert rows["day"].to_physical().to_list() == [n // 1440 for n in range(20000)]
assert rows.filter(pl.col("count") == 2**32 - 1 - 17)["id"].to_list() == [289]
assert str(rows["cost"].sum()) == "1999900.00"
"#,
    );
}

#[test]
fn pandas_and_pyarrow_read_the_same_rows() {
    check(
        "pandas, pyarrow.parquet",
        r#"
import sys, pandas as pd, pyarrow.dataset as ds, pyarrow.parquet as pq
rows = pd.read_parquet(sys.argv[1])
assert len(rows) == 20000 and rows["ts"].is_monotonic_increasing
assert (rows["id"] == [n * n for n in range(20000)]).all()
assert rows["price"].sum() == 21000 and rows["ratio"].isna().sum() == 6667
assert set(rows["sampling"]) == {"1D"}
table = ds.dataset(sys.argv[1], partitioning="hive").to_table()
assert table.num_rows == 20000 and table["count"].to_pylist()[:2] == [2**32 - 1, 2**32 - 2]
assert table["tags"].to_pylist()[:3] == [None, [1, None], [2, None]]
for file in ds.dataset(sys.argv[1]).files:
    assert pq.ParquetFile(file).num_row_groups == 1
"#,
    );
}
