//! Ten million trades into a store and back, for measuring:
//!
//! ```sh
//! cargo build --release -p weir-store --example ticks
//! /usr/bin/time -v target/release/examples/ticks ordered /tmp/ticks
//! ```
//!
//! * `ordered FOLDER`: in 100 commits, in order;
//! * `late FOLDER`: the same, each commit with corrections of rows of all earlier commits (5 % in all), de-duplicated;
//! * `once FOLDER`: the same rows in one commit;
//! * `shuffled FOLDER`: in one commit, in no order;
//! * `read FOLDER`: one column of one day;
//! * `all FOLDER`: everything;
//! * `compact FOLDER`: the canonical layout.
//!
//! CPU time of this process without that of making the ticks, bytes written and rows go to stdout.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::{convert::Infallible, fs, ops::Bound, sync::Arc};

use arrow_array::{
    Float64Array, Int8Array, Int32Array, Int64Array, RecordBatch, TimestampNanosecondArray,
};
use weir_memory::{Budget, Holder, HolderName};
use weir_store::{
    CompactOptions, Dataset, DatasetSpec, LateRows, OrderRange, RowGroupTarget, ScanOptions,
    Settings, Store, WriteOptions,
};
use weir_testkit::ticks;

const COMMITS: i64 = 100;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(job), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("give a job (ordered, late, read, all, compact) and a folder".into());
    };
    let rows: i64 = arguments
        .next()
        .map_or(Ok(10_000_000), |rows| rows.parse())?;
    let budget = Budget::detached("96MiB".parse()?);
    let holder = budget.holder(HolderName::new("ticks", "store", job.as_str()));
    match job.as_str() {
        "ordered" => write(&folder, rows, false, &holder),
        "late" => write(&folder, rows, true, &holder),
        "once" => once(&folder, rows, false, &holder),
        "shuffled" => once(&folder, rows, true, &holder),
        "read" => read(&open(&folder)?, true, &holder),
        "all" => read(&open(&folder)?, false, &holder),
        "compact" => {
            let before = cpu();
            let report = open(&folder)?.compact(&CompactOptions::new(holder))?;
            println!("{report:?}\n{:.2} CPU s", cpu() - before);
            Ok(())
        }
        other => Err(format!("no such job: {other}").into()),
    }
}

/// Seconds that this thread was on a CPU.
fn cpu() -> f64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos: f64 = text
        .split(' ')
        .next()
        .and_then(|n| n.parse().ok())
        .unwrap_or(0.0);
    nanos / 1e9
}

fn open(folder: &str) -> Result<Dataset, Box<dyn std::error::Error>> {
    let store = Store::open(folder)?;
    Ok(store.dataset(&store.key_schema().key(["trades"])?)?)
}

fn write(
    folder: &str,
    rows: i64,
    late: bool,
    holder: &Holder,
) -> Result<(), Box<dyn std::error::Error>> {
    let store = Store::create(folder, "name".parse()?)?;
    let mut spec = DatasetSpec::new(ticks::trade_schema(), "ts");
    spec.settings = Settings {
        row_group: if late {
            RowGroupTarget::Rows(1_000_000)
        } else {
            RowGroupTarget::Rows(100_000)
        },
        duplicates_on: late.then(|| ["ts", "symbol", "seq"].map(str::to_owned).to_vec()),
        late_rows: if late {
            LateRows::Beside
        } else {
            LateRows::Merge
        },
        ..Settings::default()
    };
    let dataset = store.create_dataset(&store.key_schema().key(["trades"])?, spec)?;
    let chunk = rows / COMMITS;
    let mut corrections = if late {
        corrections(rows, chunk)
    } else {
        Vec::new()
    };
    let (mut spent, mut written, mut sent) = (0.0, 0, 0);
    for commit in 0..COMMITS {
        let start = commit * chunk;
        let mut batches: Vec<RecordBatch> =
            ticks::trade_batches(start..start + chunk, 8192).collect();
        if let Some(late) = corrections.get_mut(usize::try_from(commit)?)
            && !late.is_empty()
        {
            batches.push(trades(late));
        }
        sent += batches.iter().map(RecordBatch::num_rows).sum::<usize>();
        let before = cpu();
        let options = WriteOptions::new(holder.clone());
        let report = dataset.write(batches.into_iter().map(Ok::<_, Infallible>), options)?;
        spent += cpu() - before;
        written += report.bytes_written;
    }
    let manifest = dataset.latest()?;
    println!(
        "{sent} rows sent in {COMMITS} commits: {spent:.2} CPU s, {:.1} MB written, {:.1} MB stored in {} base and {} late files",
        written as f64 / 1e6,
        manifest.bytes() as f64 / 1e6,
        manifest.base_files().len(),
        manifest.late_files().len(),
    );
    Ok(())
}

/// All rows in one write; shuffled, block by block of 1,000 rows in an order that jumps about.
fn once(
    folder: &str,
    rows: i64,
    shuffled: bool,
    holder: &Holder,
) -> Result<(), Box<dyn std::error::Error>> {
    const BLOCK: i64 = 1_000;
    let store = Store::create(folder, "name".parse()?)?;
    let spec = DatasetSpec::new(ticks::trade_schema(), "ts");
    let dataset = store.create_dataset(&store.key_schema().key(["trades"])?, spec)?;
    let blocks = rows / BLOCK;
    let batches = (0..blocks).flat_map(|block| {
        let block = if shuffled {
            block * 7_919 % blocks
        } else {
            block
        };
        ticks::trade_batches(block * BLOCK..(block + 1) * BLOCK, 1_000)
    });
    let mut options = WriteOptions::new(holder.clone());
    options.spill.folder = folder.into();
    let report = dataset.write(batches.map(Ok::<_, Infallible>), options)?;
    println!("{report:?}\n{:.2} CPU s, making the rows included", cpu());
    Ok(())
}

/// For each commit the rows that it corrects: each correction comes in some commit after its row's.
fn corrections(rows: i64, chunk: i64) -> Vec<Vec<i64>> {
    let mut all = vec![Vec::new(); usize::try_from(COMMITS).unwrap_or(0)];
    for row in (0..rows).filter(|row| ticks::late(*row).is_some()) {
        let own = row / chunk;
        let after = COMMITS - 1 - own;
        if after > 0 {
            let mixed = row.wrapping_mul(7_368_787) >> 3;
            let commit = own + 1 + mixed.rem_euclid(after);
            if let Some(rows) = usize::try_from(commit).ok().and_then(|c| all.get_mut(c)) {
                rows.push(row);
            }
        }
    }
    all
}

fn trades(rows: &[i64]) -> RecordBatch {
    let trades: Vec<ticks::Trade> = rows.iter().filter_map(|row| ticks::late(*row)).collect();
    let ts = TimestampNanosecondArray::from_iter_values(trades.iter().map(|t| t.ts));
    let symbol = Int32Array::from_iter_values(trades.iter().map(|t| t.symbol));
    let price = Float64Array::from_iter_values(trades.iter().map(|t| t.price));
    let size = Int64Array::from_iter_values(trades.iter().map(|t| t.size));
    let side = Int8Array::from_iter_values(trades.iter().map(|t| t.side));
    let seq = Int64Array::from_iter_values(trades.iter().map(|t| t.seq));
    RecordBatch::try_new(
        ticks::trade_schema(),
        vec![
            Arc::new(ts),
            Arc::new(symbol),
            Arc::new(price),
            Arc::new(size),
            Arc::new(side),
            Arc::new(seq),
        ],
    )
    .unwrap()
}

fn read(
    dataset: &Dataset,
    narrow: bool,
    holder: &Holder,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut options = ScanOptions::new(holder.clone());
    if narrow {
        let order = dataset.latest()?.order_type();
        options = options.columns(["price"]).range(OrderRange {
            start: Bound::Included(order.parse("2024-01-04")?),
            end: Bound::Excluded(order.parse("2024-01-05")?),
        });
    }
    let before = cpu();
    let snapshot = dataset.snapshot()?;
    let mut scan = snapshot.scan(options)?;
    let mut rows = 0;
    let mut sizes = 0_i64;
    for batch in scan.by_ref() {
        let batch = batch?;
        rows += batch.num_rows();
        if let Some(size) = batch.column_by_name("size") {
            let size =
                arrow_array::cast::AsArray::as_primitive::<arrow_array::types::Int64Type>(size);
            sizes += size.values().iter().sum::<i64>();
        }
    }
    println!(
        "{rows} rows, sum of sizes {sizes}, {:.1} of {:.1} MB read, {:.2} CPU s",
        scan.bytes_read() as f64 / 1e6,
        snapshot.bytes() as f64 / 1e6,
        cpu() - before
    );
    Ok(())
}
