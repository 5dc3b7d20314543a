//! One part: rows of all layers, in lockstep, into a part's file of every output.

use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use weir_files::Files;
use weir_memory::{Bytes, Reservation};
use weir_run::{Run, Stage};

use super::checksum::checksum;
use super::record::{PartFile, PartRecord};
use super::windows::Windows;
use super::{Job, JobError};
use crate::{Layer, Part, PartWriter};

/// How often a part that is refused memory is tried, and how long is waited between: two seconds in all.
const ATTEMPTS: u32 = 9;
const PATIENCE: Duration = Duration::from_millis(250);

/// What all workers of a run share.
pub(super) struct Bench<'a> {
    pub(super) job: &'a Job,
    pub(super) run: &'a Run,
    pub(super) files: &'a dyn Files,
    /// Where parts are.
    pub(super) folder: PathBuf,
    pub(super) resample: &'a Stage,
    pub(super) merge: &'a Stage,
    pub(super) windows: Windows<'a>,
    /// Workers that go on side by side hold it together; one that was refused memory holds it alone.
    pub(super) together: RwLock<()>,
}

/// The file of a part of one output.
pub(super) fn part_file(folder: &Path, output: usize, part: u32) -> PathBuf {
    folder.join(format!("{output:02}-{part:06}.part"))
}

impl Bench<'_> {
    /// The target rows of a part.
    fn rows(&self, part: u32) -> Range<u64> {
        let rows = self.job.part_rows();
        let first = u64::from(part) * rows;
        first..(first + rows).min(self.job.target.grid.rows())
    }
}

/// One thread's layers and rows.
pub(super) struct Worker {
    /// One a reading.
    layers: Vec<Layer<File>>,
    /// One a layer: the rows of a chunk.
    rows: Vec<Vec<f64>>,
    _held: Reservation,
}

impl Worker {
    pub(super) fn new(bench: &Bench<'_>) -> Result<Self, JobError> {
        let job = bench.job;
        let held = bench
            .merge
            .holder("rows")
            .reserve(Bytes::new(job.row_bytes()))?;
        let mut layers = Vec::new();
        for reading in &job.readings {
            layers.push(reading.open(job, bench.files)?);
        }
        Ok(Self {
            rows: vec![Vec::new(); job.layers.len()],
            layers,
            _held: held,
        })
    }

    /// Computes a part. Refused memory, it tries again with the smallest windows while no other part is under way, and waits for what
    /// the process holds besides to be given back.
    pub(super) fn part(&mut self, bench: &Bench<'_>, part: u32) -> Result<PartRecord, JobError> {
        {
            let _together = bench
                .together
                .read()
                .unwrap_or_else(PoisonError::into_inner);
            match self.compute(bench, part) {
                Err(JobError::DoesNotFit { .. }) => {}
                other => return other,
            }
        }
        let _alone = bench
            .together
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        for _ in 1..ATTEMPTS {
            bench.windows.to_the_least();
            match self.compute(bench, part) {
                Err(JobError::DoesNotFit { .. }) => {}
                other => return other,
            }
            bench.run.cancel().check()?;
            bench.run.budget().give_back();
            std::thread::sleep(PATIENCE);
        }
        bench.windows.to_the_least();
        self.compute(bench, part)
    }

    fn compute(&mut self, bench: &Bench<'_>, number: u32) -> Result<PartRecord, JobError> {
        let part = Part {
            number,
            rows: bench.rows(number),
        };
        let rows = match self.write(bench, &part) {
            Ok(rows) => rows,
            Err(error) => {
                // Another worker may need what the layers hold.
                self.layers.iter_mut().for_each(Layer::stop);
                return Err(error);
            }
        };
        // Not row by row: a part that is begun again would be counted twice.
        bench
            .resample
            .progress()
            .add(part.rows.end - part.rows.start);
        let mut files = Vec::new();
        let _operation = bench.merge.operation("checksum");
        for (output, rows) in rows.into_iter().enumerate() {
            let path = part_file(&bench.folder, output, number);
            let (bytes, crc32) = checksum(bench.files, &path)?;
            files.push(PartFile { rows, bytes, crc32 });
        }
        Ok(PartRecord {
            part: number,
            files,
        })
    }

    /// Writes the part's files; gives the rows of each.
    fn write(&mut self, bench: &Bench<'_>, part: &Part) -> Result<Vec<u64>, JobError> {
        let (job, cancel) = (bench.job, bench.run.cancel());
        let columns = job.target.grid.columns();
        for (layer, known) in self.layers.iter_mut().zip(&job.readings) {
            let holder = bench.resample.holder(&known.name);
            let started = layer.start(part.rows.clone(), &holder);
            started.map_err(|error| JobError::of_layer(&known.name, error))?;
        }
        let mut writers: Vec<Box<dyn PartWriter>> = Vec::new();
        for (index, output) in job.outputs.iter().enumerate() {
            let (path, holder) = (
                part_file(&bench.folder, index, part.number),
                bench.merge.holder(&output.name),
            );
            let writer = output.export.begin(part, &path, &holder);
            writers.push(writer.map_err(|error| JobError::of_output(&output.name, error))?);
        }
        let mut row = part.rows.start;
        while row < part.rows.end {
            let chunk = bench.windows.chunk_rows(columns).min(part.rows.end - row);
            self.read(bench, chunk)?;
            let _operation = bench.merge.operation("rows");
            for at in 0..chunk {
                let cells = (at * columns) as usize..((at + 1) * columns) as usize;
                for (writer, output) in writers.iter_mut().zip(&job.outputs) {
                    let of_layers: Vec<&[f64]> = output
                        .layers
                        .iter()
                        .map(|layer| &self.rows[*layer][cells.clone()])
                        .collect();
                    writer
                        .row(row + at, &of_layers)
                        .map_err(|error| JobError::of_output(&output.name, error))?;
                }
            }
            cancel.check()?;
            row += chunk;
        }
        let _operation = bench.merge.operation("finish part");
        let mut rows = Vec::new();
        for (writer, output) in writers.into_iter().zip(&job.outputs) {
            let done = writer
                .finish()
                .map_err(|error| JobError::of_output(&output.name, error))?;
            rows.push(done.rows);
        }
        Ok(rows)
    }

    /// Takes the next rows of every layer.
    fn read(&mut self, bench: &Bench<'_>, chunk: u64) -> Result<(), JobError> {
        let mut window = || bench.windows.window();
        for (layer, known) in self.layers.iter_mut().zip(&bench.job.readings) {
            let _operation = bench.resample.operation(&known.name);
            for member in &known.members {
                self.rows[*member].clear();
            }
            for _ in 0..chunk {
                let next = layer.next_row(&mut window, bench.run.cancel());
                let next = next.map_err(|error| JobError::of_layer(&known.name, error))?;
                let next = next.ok_or_else(|| JobError::Layer {
                    layer: known.name.clone(),
                    reason: "it ended before its part; this is a bug, please report it".to_owned(),
                })?;
                for (member, values) in known.members.iter().zip(next) {
                    self.rows[*member].extend_from_slice(values);
                }
            }
        }
        Ok(())
    }
}
