//! Files appear whole or not at all, with bytes that do not depend on how rows came; streams of the caller are written as rows come.
#![allow(clippy::unwrap_used)]

mod support;

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use support::*;
use weir_flow::*;

const ROWS: i64 = 20_000;

fn pipeline(batch: usize, limits: Limits, sink: impl MakeSink + 'static) -> Pipeline {
    let batches = (0..ROWS)
        .step_by(batch)
        .map(|from| numbers(from..ROWS.min(from + batch as i64)));
    Pipeline::builder("file")
        .source("in", Rows::new(numbers_stream(), batches.collect()))
        .then_with("hold", Recorder::plain(), NodeOptions::limits(limits))
        .write("out", sink)
        .build(&setting())
        .unwrap()
}

fn written(folder: &Path, format: RowFormat, batch: usize, limits: Limits) -> Vec<u8> {
    let path = folder.join("out");
    let mut pipeline = pipeline(batch, limits, FileSink::new(&path, format));
    let report = pipeline
        .run(&RunOptions {
            checkpoint_rows: Some(1),
            ..RunOptions::default()
        })
        .unwrap();
    assert_eq!(report.committed[0].1.rows, ROWS as u64);
    std::fs::read(path).unwrap()
}

#[test]
fn a_files_bytes_are_a_function_of_the_rows_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    for format in [
        RowFormat::Csv,
        RowFormat::Parquet,
        RowFormat::ArrowFile,
        RowFormat::ArrowStream,
    ] {
        let one = written(folder.path(), format, ROWS as usize, Limits::unbounded());
        let other = written(
            folder.path(),
            format,
            333,
            Limits::unbounded().rows(1_000).unwrap(),
        );
        assert!(one == other && !one.is_empty(), "{format:?}");
    }
}

#[test]
fn a_run_that_fails_leaves_the_file_of_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    std::fs::write(&path, "before").unwrap();
    let rows = Rows::new(numbers_stream(), vec![numbers(0..10_000), numbers([5])]);
    let mut pipeline = Pipeline::builder("file")
        .source("in", rows)
        .write("out", FileSink::new(&path, RowFormat::Csv))
        .build(&setting())
        .unwrap();
    pipeline.run(&RunOptions::default()).unwrap_err();
    drop(pipeline);
    assert_eq!(std::fs::read(&path).unwrap(), b"before");
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        1,
        "no temporary file is left"
    );
}

#[derive(Clone, Default)]
struct Bytes(Arc<Mutex<Vec<u8>>>);

impl Write for Bytes {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn rows_go_to_bytes_that_the_caller_gives() {
    let bytes = Bytes::default();
    pipeline(
        999,
        Limits::default(),
        WriterSink::new("stdout", RowFormat::Csv, bytes.clone()),
    )
    .run(&RunOptions::default())
    .unwrap();
    let text = String::from_utf8(bytes.0.lock().unwrap().clone()).unwrap();
    assert_eq!(text.lines().count() as i64, ROWS + 1);
    assert!(text.starts_with("n\n0\n1\n"));
}
