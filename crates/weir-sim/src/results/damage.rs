use std::path::Path;

use weir_files::Files;

use super::error::ResultsError;
use super::file_record::FileRecord;
use super::layout::Layout;
use super::open::{Vouched, read_journal};

/// What is as it was written in a run's folder, and everything that is not.
#[derive(Debug)]
pub struct Damage {
    /// Files that are as they were written.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Whether the run is finished, by its journal.
    pub is_whole: bool,
    /// One error for each file that differs, is missing or cannot be read.
    pub damaged: Vec<ResultsError>,
}

impl Damage {
    /// Reads every file that the journal in `folder` knows against its length and checksum, and goes on after
    /// those that are damaged. Reads no other file: a run whose histograms are damaged can be looked at too.
    ///
    /// # Errors
    /// A journal that is damaged itself, or cannot be read: then nothing is known of any file.
    pub fn look(files: &dyn Files, folder: &Path) -> Result<Self, ResultsError> {
        let Vouched { parts, whole } = read_journal(files, &Layout::new(folder))?;
        let is_whole = whole.is_some();
        let of_all = whole.unwrap_or_default();
        let records = parts.values().flat_map(|part| &part.files).chain(&of_all);
        Ok(Self::of(files, folder, records, is_whole))
    }

    /// Reads these files.
    pub(super) fn of<'a>(
        files: &dyn Files,
        folder: &Path,
        records: impl Iterator<Item = &'a FileRecord>,
        is_whole: bool,
    ) -> Self {
        let mut damage = Self {
            files: 0,
            bytes: 0,
            is_whole,
            damaged: Vec::new(),
        };
        // The counts of single parts go when a run is finished.
        for record in records.filter(|record| !is_whole || record.table() != "counts") {
            match record.verify(files, folder) {
                Ok(()) => {
                    damage.files += 1;
                    damage.bytes += record.bytes;
                }
                Err(error) => damage.damaged.push(error),
            }
        }
        damage
    }
}
