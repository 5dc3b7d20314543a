//! Merging and sorting in a real memory group that is much smaller than the data.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{convert::Infallible, process::Command, sync::Arc};

use arrow_array::{Int64Array, RecordBatch, cast::AsArray, types::Int64Type};
use weir_files::RealFiles;
use weir_memory::{Budget, Bytes, Holder, HolderName};
use weir_store::{
    CompactOptions, Dataset, DatasetSpec, RowGroupTarget, ScanOptions, Settings, Store,
    WriteOptions, sort::SpillFolder,
};
use weir_testkit::{cgroup::MemoryGroup, skip_unless, ticks};

const ROWS: i64 = 2_000_000;
const JOB: &str = "WEIR_STORE_TEST_JOB";

fn holder(mib: u64) -> Holder {
    Budget::detached(Bytes::mib(mib)).holder(HolderName::new("test", "store", "rows"))
}

fn create(folder: &std::path::Path) -> Dataset {
    let store = Store::create(folder, "name".parse().unwrap()).unwrap();
    let mut spec = DatasetSpec::new(ticks::trade_schema(), "ts");
    spec.settings = Settings {
        row_group: RowGroupTarget::Rows(100_000),
        duplicates_on: Some(vec!["seq".to_owned()]),
        ..Settings::default()
    };
    store
        .create_dataset(&store.key_schema().key(["a"]).unwrap(), spec)
        .unwrap()
}

fn open(folder: &std::path::Path) -> Dataset {
    let store = Store::open(folder).unwrap();
    store
        .dataset(&store.key_schema().key(["a"]).unwrap())
        .unwrap()
}

/// The program that the tests below run in memory groups: this very file.
#[test]
#[ignore = "run by the others, in a memory group"]
fn program() {
    let Ok(job) = std::env::var(JOB) else { return };
    let (job, folder) = job.split_once(' ').unwrap();
    let folder = std::path::Path::new(folder);
    let mut options = WriteOptions::new(holder(32));
    options.spill = SpillFolder::new(Arc::new(RealFiles), folder);
    match job {
        // The last rows first: nothing is in order.
        "shuffled" => {
            let dataset = create(&folder.join("store"));
            let batches = (0..ROWS / 5_000).rev().flat_map(|block| {
                ticks::trade_batches(block * 5_000..block * 5_000 + 5_000, 5_000)
            });
            let report = dataset
                .write(batches.map(Ok::<_, Infallible>), options)
                .unwrap();
            println!("rows {}", report.rows_written);
        }
        "middle" => {
            let dataset = open(&folder.join("store"));
            let rows: Vec<RecordBatch> = ticks::late_batches(1_000_000..1_050_000, 8192).collect();
            let report = dataset
                .write(rows.into_iter().map(Ok::<_, Infallible>), options)
                .unwrap();
            println!(
                "rows {} files {}",
                report.rows_written, report.files_removed
            );
        }
        "compact" => {
            let dataset = open(&folder.join("store"));
            let settings = Settings {
                row_group: RowGroupTarget::Rows(300_000),
                ..dataset.latest().unwrap().settings.clone()
            };
            let mut options = CompactOptions::new(holder(32));
            options.settings = Some(settings);
            let report = dataset.compact(&options).unwrap();
            println!("rows {}", report.rows_written);
        }
        _ => {
            let snapshot = open(&folder.join("store")).snapshot().unwrap();
            let mut next = 0;
            for batch in snapshot
                .scan(ScanOptions::new(holder(32)).columns(["seq", "ts"]))
                .unwrap()
            {
                let batch = batch.unwrap();
                let seq: &Int64Array = batch.column(0).as_primitive::<Int64Type>();
                assert!(seq.values().iter().all(|seq| (0..ROWS).contains(seq)));
                next += seq.values().len();
            }
            println!("rows {next}");
        }
    }
}

#[test]
fn writes_compaction_and_reads_stay_inside_a_small_group() {
    let folder = tempfile::tempdir().unwrap();
    for (job, says) in [
        ("shuffled", "rows 2000000"),
        // One file of a hundred thousand rows is touched, not two millions.
        ("middle", "rows 100000 files 1"),
        ("compact", "rows 2000000"),
        ("read", "rows 2000000"),
    ] {
        let Some(group) = skip_unless(MemoryGroup::create(Bytes::mib(72))) else {
            return;
        };
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "program", "--ignored", "--nocapture"])
            .env(JOB, format!("{job} {}", folder.path().display()));
        let outcome = group.run(&command).unwrap();
        assert!(outcome.status.success(), "{job}: {outcome:?}");
        assert!(outcome.stdout.contains(says), "{job}: {outcome:?}");
        let peak = outcome.peak_resident.unwrap();
        assert!(
            peak <= Bytes::mib(56),
            "{job}: {peak} resident with a budget of 32 MiB"
        );
    }
}
