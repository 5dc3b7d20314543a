use std::ops::Range;
use std::path::{Path, PathBuf};

/// Patients of a part: one file of each table, one entry of the journal.
pub const PART: u32 = 16_384;
/// Patients of a block: one row group.
pub const BLOCK: u32 = 4_096;

/// Number of parts of so many patients.
pub fn parts(patients: u32) -> u32 {
    patients.div_ceil(PART)
}

/// The patients of a part.
pub fn patients_of_part(part: u32, patients: u32) -> Range<u32> {
    let first = part.saturating_mul(PART).min(patients);
    first..first.saturating_add(PART).min(patients)
}

/// Where the files of a run are.
#[derive(Debug, Clone)]
pub struct Layout {
    folder: PathBuf,
}

impl Layout {
    /// The layout of a run's folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// The run's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// `protocol.yaml`, in canonical form.
    pub fn protocol(&self) -> PathBuf {
        self.folder.join("protocol.yaml")
    }

    /// `journal.jsonl`: the parts that are on disk, with sizes and checksums.
    pub fn journal(&self) -> PathBuf {
        self.folder.join("journal.jsonl")
    }

    /// `histograms.parquet`: the exact counts of the whole run.
    pub fn histograms(&self) -> PathBuf {
        self.folder.join("histograms.parquet")
    }

    /// `summary.parquet`: statistics by month and group.
    pub fn summary(&self) -> PathBuf {
        self.folder.join("summary.parquet")
    }

    /// The folder of a table that has a file per part.
    pub fn table(&self, table: &str) -> PathBuf {
        self.folder.join(table)
    }

    /// The file of a table and part.
    pub fn part_file(&self, table: &str, part: u32) -> PathBuf {
        self.folder.join(part_name(table, part))
    }
}

/// The file of a table and part, below the run's folder.
pub(super) fn part_name(table: &str, part: u32) -> String {
    format!("{table}/part-{part:05}.parquet")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_patient_is_in_one_part() {
        for patients in [1, PART - 1, PART, PART + 1, 100_000] {
            let mut next = 0;
            for part in 0..parts(patients) {
                let range = patients_of_part(part, patients);
                assert_eq!(range.start, next);
                assert!(!range.is_empty());
                next = range.end;
            }
            assert_eq!(next, patients);
        }
    }
}
