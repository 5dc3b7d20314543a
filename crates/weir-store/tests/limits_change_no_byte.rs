//! The same rows in any chunks, in any budget, sorted in memory or spilled, merged or kept beside: the same content, and after a compaction
//! the same bytes. And with late rows in every commit, reads are right at every commit.
#![allow(clippy::unwrap_used)]

mod series;

use std::{convert::Infallible, path::Path, sync::Arc};

use arrow_array::{
    RecordBatch,
    cast::AsArray,
    types::{Float64Type, Int64Type},
};
use arrow_select::concat::concat_batches;
use weir_files::RealFiles;
use weir_memory::{Budget, Bytes, Holder, HolderName};
use weir_store::{
    CompactOptions, Dataset, DatasetSpec, LateRows, MetadataPatch, RowGroupTarget, ScanOptions,
    Settings, Store, WriteError, WriteOptions, sort::SpillFolder,
};
use weir_testkit::ticks;

fn create(folder: &Path, row_group: &RowGroupTarget, late_rows: LateRows) -> Dataset {
    let store = Store::create(folder, "name".parse().unwrap()).unwrap();
    let mut spec = DatasetSpec::new(ticks::trade_schema(), "ts");
    spec.settings = Settings {
        row_group: row_group.clone(),
        duplicates_on: Some(["ts", "symbol", "seq"].map(str::to_owned).to_vec()),
        late_rows,
        max_off_target: None,
        ..Settings::default()
    };
    store
        .create_dataset(&store.key_schema().key(["a"]).unwrap(), spec)
        .unwrap()
}

fn all(batches: impl Iterator<Item = RecordBatch>) -> RecordBatch {
    let batches: Vec<RecordBatch> = batches.collect();
    concat_batches(&ticks::trade_schema(), &batches).unwrap()
}

/// What each of four commits brings: its quarter, and corrections of the quarters before.
fn commits(rows: i64) -> Vec<RecordBatch> {
    let quarter = rows / 4;
    (0..4)
        .map(|commit| {
            let start = commit * quarter;
            let new = ticks::trade_batches(start..start + quarter, 8192);
            let from = (start - quarter).max(0);
            all(new.chain(ticks::late_batches(from..start, 8192)))
        })
        .collect()
}

fn content(dataset: &Dataset, holder: &Holder) -> RecordBatch {
    let snapshot = dataset.snapshot().unwrap();
    let scan = snapshot.scan(ScanOptions::new(holder.clone())).unwrap();
    all(scan.map(Result::unwrap))
}

fn files(dataset: &Dataset) -> Vec<Vec<u8>> {
    let snapshot = dataset.snapshot().unwrap();
    assert!(snapshot.late_files().is_empty());
    snapshot
        .base_files()
        .iter()
        .map(|file| std::fs::read(snapshot.describe_file(file)).unwrap())
        .collect()
}

#[test]
fn five_chunkings_in_three_budgets() {
    const ROWS: i64 = 60_000;
    let commits = commits(ROWS);
    let wide = series::holder(1_000);
    for target in [
        RowGroupTarget::Rows(10_000),
        RowGroupTarget::Period("10min".to_owned()),
    ] {
        let mut expected: Option<(RecordBatch, Vec<Vec<u8>>)> = None;
        for (at, chunk) in [1, 77, 4_096, 10_000, usize::MAX].into_iter().enumerate() {
            for (tight, late_rows) in [
                (false, LateRows::Merge),
                (false, LateRows::Beside),
                (true, LateRows::Beside),
            ] {
                let folder = series::place();
                let dataset = create(&folder.path().join("store"), &target, late_rows);
                let budget = Budget::detached(Bytes::mib(64));
                let holder = budget.holder(HolderName::new("test", "store", "rows"));
                for rows in &commits {
                    let chunk = chunk.min(rows.num_rows());
                    let mut options = WriteOptions::new(holder.clone());
                    options.spill = SpillFolder::new(Arc::new(RealFiles), folder.path());
                    let mut writer = dataset.writer(options).unwrap();
                    // Others hold nearly everything while the rows come.
                    let free = holder.available().as_u64() - (3 << 19);
                    let others = holder
                        .reserve(Bytes::new(if tight { free } else { 0 }))
                        .unwrap();
                    for start in (0..rows.num_rows()).step_by(chunk) {
                        let rows = rows.slice(start, chunk.min(rows.num_rows() - start));
                        writer.push(rows).unwrap();
                    }
                    let spilled = std::fs::read_dir(folder.path()).unwrap().count() > 1;
                    assert_eq!(spilled, tight && chunk < rows.num_rows());
                    drop(others);
                    writer.commit(MetadataPatch::new()).unwrap();
                }
                let rows = content(&dataset, &holder);
                dataset
                    .compact(&CompactOptions::new(holder.clone()))
                    .unwrap();
                assert_eq!(content(&dataset, &wide), rows, "compaction changes no row");
                let bytes = files(&dataset);
                let (same_rows, same_bytes) =
                    expected.get_or_insert_with(|| (rows.clone(), bytes.clone()));
                assert!(
                    *same_rows == rows,
                    "{target:?}, chunking {at}, {tight}, {late_rows:?}"
                );
                assert!(
                    *same_bytes == bytes,
                    "{target:?}, chunking {at}, {tight}, {late_rows:?}"
                );
                assert_eq!(rows.num_rows(), usize::try_from(ROWS).unwrap());
            }
        }
    }
}

#[test]
fn reads_are_right_at_every_commit() {
    const COMMITS: i64 = 100;
    const CHUNK: i64 = 1_000;
    let folder = series::place();
    let dataset = create(
        folder.path(),
        &RowGroupTarget::Rows(10_000),
        LateRows::Beside,
    );
    let holder = series::holder(128);
    let mut prices: Vec<f64> = Vec::new();
    let mut corrections: Vec<Vec<i64>> = vec![Vec::new(); 100];
    for row in (0..COMMITS * CHUNK).filter(|row| ticks::late(*row).is_some()) {
        let own = row / CHUNK;
        if own + 1 < COMMITS {
            let commit = own + 1 + (row * 7_919) % (COMMITS - own - 1);
            corrections[usize::try_from(commit).unwrap()].push(row);
        }
    }
    let (mut written, mut sent) = (0, 0);
    for commit in 0..COMMITS {
        let start = commit * CHUNK;
        let mut batches: Vec<RecordBatch> =
            ticks::trade_batches(start..start + CHUNK, 512).collect();
        prices.extend((start..start + CHUNK).map(|row| ticks::trade(row).price));
        for row in &corrections[usize::try_from(commit).unwrap()] {
            batches.extend(ticks::late_batches(*row..*row + 1, 1));
            prices[usize::try_from(*row).unwrap()] = ticks::late(*row).unwrap().price;
        }
        sent += batches
            .iter()
            .map(|batch| batch.num_rows() as u64)
            .sum::<u64>();
        let report = dataset
            .write(
                batches.into_iter().map(Ok::<_, Infallible>),
                WriteOptions::new(holder.clone()),
            )
            .unwrap();
        written += report.rows_written;
        let rows = content(&dataset, &holder);
        assert_eq!(rows.num_rows(), prices.len(), "commit {commit}");
        let (ts, seq) = (rows.column(0), rows.column(5).as_primitive::<Int64Type>());
        let found = rows.column(2).as_primitive::<Float64Type>();
        for (row, seq) in seq.values().iter().enumerate() {
            assert_eq!(
                found.value(row),
                prices[usize::try_from(*seq).unwrap()],
                "commit {commit}, trade {seq}"
            );
        }
        let ts = ts.as_primitive::<arrow_array::types::TimestampNanosecondType>();
        assert!(ts.values().is_sorted());
    }
    assert!(written < sent * 2, "{written} rows written for {sent}");
}

#[test]
fn other_duplicates_than_the_late_rows_have_are_refused() {
    let folder = series::place();
    let dataset = create(
        folder.path(),
        &RowGroupTarget::Rows(10_000),
        LateRows::Beside,
    );
    let holder = series::holder(64);
    let put = |rows: Vec<RecordBatch>, options: WriteOptions| {
        dataset.write(rows.into_iter().map(Ok::<_, Infallible>), options)
    };
    let options = WriteOptions::new(holder.clone());
    put(
        ticks::trade_batches(0..5_000, 512).collect(),
        options.clone(),
    )
    .unwrap();
    put(
        ticks::late_batches(0..5_000, 512).collect(),
        options.clone(),
    )
    .unwrap();
    assert!(!dataset.latest().unwrap().late_files().is_empty());
    let other = Settings {
        duplicates_on: None,
        ..dataset.latest().unwrap().settings.clone()
    };
    let rows: Vec<RecordBatch> = ticks::trade_batches(5_000..5_010, 512).collect();
    let error = put(rows.clone(), options.clone().settings(other.clone())).unwrap_err();
    assert!(
        matches!(&error, WriteError::Settings { why } if why.contains("compact")),
        "{error}"
    );
    assert!(dataset.change_settings(&other).is_err());
    dataset.compact(&CompactOptions::new(holder)).unwrap();
    dataset.change_settings(&other).unwrap();
    put(rows, options).unwrap();
}

#[test]
fn writers_at_once_lose_nothing() {
    let folder = series::place();
    let dataset = create(folder.path(), &RowGroupTarget::Rows(500), LateRows::Merge);
    std::thread::scope(|scope| {
        for writer in 0..4_i64 {
            let dataset = dataset.clone();
            scope.spawn(move || {
                for write in 0..8_i64 {
                    // Every fourth block is this writer's: all ranges overlap in the end, and each is written twice.
                    let block = write * 4 + writer;
                    for _ in 0..2 {
                        let rows = ticks::trade_batches(block * 100..block * 100 + 100, 512);
                        dataset
                            .write(
                                rows.map(Ok::<_, Infallible>),
                                WriteOptions::new(series::holder(64)),
                            )
                            .unwrap();
                    }
                    if write % 4 == 3 {
                        dataset
                            .compact(&CompactOptions::new(series::holder(64)))
                            .unwrap();
                    }
                }
            });
        }
    });
    let rows = content(&dataset, &series::holder(64));
    let mut seq = rows.column(5).as_primitive::<Int64Type>().values().to_vec();
    seq.sort_unstable();
    assert_eq!(seq, (0..3_200).collect::<Vec<i64>>());
    assert_eq!(dataset.verify(&series::holder(64)).unwrap().findings, []);
}
