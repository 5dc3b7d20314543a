//! The Parquet writer alone, on rows that the engine made before.

use std::path::Path;

use serde_json::{Value, json};
use weir_sim::job::ResultsChoice;
use weir_sim::results::{
    BLOCK, BlockBatches, Compression, Layout, PartWriter, Stamp, batches, parts, patients_of_part,
};
use weir_sim::simulate::Block;
use weir_sim::summary::Counts;

use crate::subject::Subject;
use crate::timing::Timing;
use crate::{Failure, Settings};

/// The rows of a run in memory, part by part.
pub(crate) struct Rows {
    parts: Vec<(Vec<BlockBatches>, Counts)>,
}

impl Rows {
    /// Simulates them.
    pub(crate) fn new(subject: &Subject) -> Result<Self, Failure> {
        let mut block = Block::new(subject.model.months(), true);
        let mut all = Vec::new();
        for part in 0..parts(subject.patients) {
            block.clear(true);
            let range = patients_of_part(part, subject.patients);
            let mut blocks = Vec::new();
            for first in range.clone().step_by(BLOCK as usize) {
                block.clear(false);
                subject
                    .model
                    .simulate(first..range.end.min(first + BLOCK), &mut block);
                let visits = block.visits.len() as u32;
                blocks.push(batches(&mut block, true)?);
                block.visits_before += visits;
            }
            all.push((blocks, block.counts.clone()));
        }
        Ok(Self { parts: all })
    }

    /// Writes them as the job does; returns bytes of patients and of visits.
    pub(crate) fn write(&self, subject: &Subject, folder: &Path) -> Result<(u64, u64), Failure> {
        let layout = Layout::new(folder);
        let stamp = Stamp {
            pairs: vec![("weir.seed".to_owned(), "1".to_owned())],
            compression: Compression::Zstd,
        };
        for table in ["patients", "visits", "counts"] {
            std::fs::create_dir_all(layout.table(table))?;
        }
        let mut bytes = (0, 0);
        for (part, (blocks, counts)) in self.parts.iter().enumerate() {
            let mut writer =
                PartWriter::create(&subject.files, &layout, &stamp, part as u32, true)?;
            for block in blocks {
                writer.write(block)?;
            }
            let record = writer.finish(counts)?;
            for file in &record.files {
                match file.name.split('/').next() {
                    Some("patients") => bytes.0 += file.bytes,
                    Some("visits") => bytes.1 += file.bytes,
                    _ => {}
                }
            }
        }
        Ok(bytes)
    }

    /// Visits in them.
    pub(crate) fn visits(&self) -> u64 {
        self.parts
            .iter()
            .flat_map(|(blocks, _)| blocks)
            .filter_map(|block| block.visits.as_ref())
            .map(|visits| visits.num_rows() as u64)
            .sum()
    }
}

/// Nothing but the writer, for a profiler.
pub(crate) fn profile(settings: &Settings) -> Result<Value, Failure> {
    let subject = Subject::new(100_000, ResultsChoice::Parquet)?;
    let rows = Rows::new(&subject)?;
    let mut timing = Timing::default();
    let mut bytes = (0, 0);
    for _ in 0..if settings.quick { 3 } else { 10 } {
        let folder = tempfile::tempdir_in(&settings.scratch)?;
        bytes = timing.take(|| rows.write(&subject, folder.path()))?;
    }
    Ok(json!({
        "microseconds_per_patient": timing.seconds().median * 10.0,
        "patients_per_second": timing.rate(100_000.0),
        "bytes_per_patient": bytes.0 as f64 / 1e5,
        "bytes_per_visit": bytes.1 as f64 / rows.visits() as f64,
    }))
}
