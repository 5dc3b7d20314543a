use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use weir_files::{Files, FilesError};
use weir_run::Journal;

use super::access::{Batches, Patients, Results, Tier};
use super::damage::Damage;
use super::error::ResultsError;
use super::file_record::FileRecord;
use super::held::{check_range, rows_of};
use super::layout::{BLOCK, Layout, PART, parts, patients_of_part};
use super::part::{JournalRecord, PartRecord};
use super::row_groups::RowGroups;
use super::schema::{patients_schema, visits_schema};
use super::summary_table::read_counts;
use crate::summary::Counts;

/// Largest histogram table that is read.
const COUNTS_BYTES_MAX: u64 = 256 << 20;

/// Results in Parquet files, of a finished run or of one that is under way or was interrupted.
///
/// Opening reads the journal and the histograms and no patient or visit. Every file is checked against the
/// journal's length and checksum before its first row is handed out.
#[derive(Debug)]
pub struct Stored {
    files: Arc<dyn Files>,
    layout: Layout,
    patients: u32,
    counts: Counts,
    parts: BTreeMap<u32, PartRecord>,
    whole: Option<Vec<FileRecord>>,
    verified: Mutex<Vec<String>>,
}

/// What a journal vouches for.
pub(super) struct Vouched {
    /// The last record of each part.
    pub(super) parts: BTreeMap<u32, PartRecord>,
    /// The files of the whole run, once it is finished.
    pub(super) whole: Option<Vec<FileRecord>>,
}

/// Reads a run's journal; nothing is vouched for where there is none.
pub(super) fn read_journal(files: &dyn Files, layout: &Layout) -> Result<Vouched, ResultsError> {
    let records = match Journal::read::<JournalRecord>(files, &layout.journal()) {
        Err(weir_run::JournalError::Files(FilesError::NotFound { .. })) => Vec::new(),
        other => other?,
    };
    let mut parts = BTreeMap::new();
    let mut whole = None;
    for record in records {
        match record {
            JournalRecord::Part(part) => {
                parts.insert(part.part, part);
            }
            JournalRecord::Whole { files } => whole = Some(files),
        }
    }
    Ok(Vouched { parts, whole })
}

impl Stored {
    /// Opens the results in a run's folder, of `patients` asked for, over `months`.
    ///
    /// # Errors
    /// What the disk answers; damage, with the file.
    pub fn open(
        files: Arc<dyn Files>,
        folder: &Path,
        patients: u32,
        months: u32,
    ) -> Result<Self, ResultsError> {
        let layout = Layout::new(folder);
        let Vouched { parts, whole } = read_journal(&*files, &layout)?;
        let mut stored = Self {
            files,
            layout,
            patients,
            counts: Counts::new(months),
            parts,
            whole,
            verified: Mutex::default(),
        };
        stored.counts = stored.read_counts(months)?;
        Ok(stored)
    }

    fn read_counts(&self, months: u32) -> Result<Counts, ResultsError> {
        let counts_of = |record: &FileRecord| {
            let folder = self.layout.folder();
            let bytes = record.read(&*self.files, folder, COUNTS_BYTES_MAX)?;
            read_counts(bytes.into(), &folder.join(&record.name), months)
        };
        let of_all = |record: &&FileRecord| record.table() == "histograms";
        if let Some(record) = self.whole().iter().find(of_all) {
            return counts_of(record);
        }
        let mut counts = Counts::new(months);
        for part in self.parts.values() {
            for record in part
                .files
                .iter()
                .filter(|record| record.table() == "counts")
            {
                let part_counts = counts_of(record)?;
                counts
                    .merge(&part_counts)
                    .map_err(|reason| ResultsError::Counts {
                        reason,
                        path: self.layout.folder().join(&record.name),
                    })?;
            }
        }
        Ok(counts)
    }

    /// The parts that are on disk, by number.
    pub fn parts(&self) -> &BTreeMap<u32, PartRecord> {
        &self.parts
    }

    /// Whether the run's own histograms and summary are there: it is finished.
    pub fn is_whole(&self) -> bool {
        self.whole.is_some()
    }

    /// Files of the whole run, when it is finished.
    pub fn whole(&self) -> &[FileRecord] {
        self.whole.as_deref().unwrap_or_default()
    }

    /// Bytes of all files that are there.
    pub fn bytes(&self) -> u64 {
        let parts = self.parts.values().flat_map(|part| &part.files);
        parts
            .chain(self.whole())
            .filter(|record| !self.is_whole() || record.table() != "counts")
            .map(|record| record.bytes)
            .sum()
    }

    /// Rows of a table.
    pub fn rows(&self, table: &str) -> u64 {
        self.parts
            .values()
            .flat_map(|part| &part.files)
            .filter(|record| record.table() == table)
            .map(|record| record.rows)
            .sum()
    }

    /// Reads every file against its checksum; returns how many files and bytes were right.
    ///
    /// # Errors
    /// The first damaged file; [`Damage::of`] lists all.
    pub fn verify(&self) -> Result<(usize, u64), ResultsError> {
        let records = self.parts.values().flat_map(|part| &part.files);
        let damage = Damage::of(
            &*self.files,
            self.layout.folder(),
            records.chain(self.whole()),
            self.is_whole(),
        );
        match damage.damaged.into_iter().next() {
            Some(error) => Err(error),
            None => Ok((damage.files as usize, damage.bytes)),
        }
    }

    fn select<'a>(
        &'a self,
        table: &'static str,
        range: &Patients,
    ) -> Result<Batches<'a>, ResultsError> {
        check_range(range, self.patients, || self.held())?;
        let (start, end) = (range.start, range.end);
        let wanted = if start == end {
            0..0
        } else {
            start / PART..end.div_ceil(PART)
        };
        let there: Vec<&PartRecord> = wanted
            .clone()
            .filter_map(|part| self.parts.get(&part))
            .collect();
        if there.is_empty() && !wanted.is_empty() {
            return Err(ResultsError::NoSuchPatient {
                patient: start,
                held: self.held(),
            });
        }
        Ok(Box::new(there.into_iter().flat_map(move |part| {
            match self.part_rows(table, part, start, end) {
                Ok(batches) => batches,
                Err(error) => Box::new(std::iter::once(Err(error))),
            }
        })))
    }

    fn part_rows<'a>(
        &'a self,
        table: &'static str,
        part: &'a PartRecord,
        start: u32,
        end: u32,
    ) -> Result<Batches<'a>, ResultsError> {
        let Some(record) = part.files.iter().find(|record| record.table() == table) else {
            return Err(ResultsError::NoVisits {
                path: self.layout.folder().to_owned(),
            });
        };
        self.check_once(record)?;
        let path = self.layout.folder().join(&record.name);
        let own = patients_of_part(part.part, self.patients);
        let first = start.max(own.start) - own.start;
        let last = end.min(own.end) - own.start;
        let groups = (first / BLOCK) as usize..last.div_ceil(BLOCK) as usize;
        let schema = match table {
            "visits" => visits_schema(),
            _ => patients_schema(),
        };
        let rows = RowGroups::open(self.files.open(&path)?, path)?
            .expect(table, &schema, own.len().div_ceil(BLOCK as usize))?
            .read(groups);
        Ok(Box::new(
            rows.map(move |batch| batch.map(|batch| rows_of(&batch, start, end)))
                .filter(|batch| batch.as_ref().map_or(true, |batch| batch.num_rows() > 0)),
        ))
    }

    /// Checks a file before its first use.
    fn check_once(&self, record: &FileRecord) -> Result<(), ResultsError> {
        let known = |verified: &Vec<String>| verified.binary_search(&record.name);
        let verified = || self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        if known(&verified()).is_ok() {
            return Ok(());
        }
        record.verify(&*self.files, self.layout.folder())?;
        let mut verified = verified();
        if let Err(place) = known(&verified) {
            verified.insert(place, record.name.clone());
        }
        Ok(())
    }

    fn held(&self) -> String {
        let all = parts(self.patients);
        if self.parts.len() as u32 == all {
            format!("patients 0 to {}", self.patients.saturating_sub(1))
        } else {
            format!("{} of {all} parts of {PART} patients", self.parts.len())
        }
    }
}

impl Results for Stored {
    fn tier(&self) -> Tier {
        Tier::Parquet
    }

    fn patients_done(&self) -> (u32, u32) {
        let done = self.parts.values().map(|part| part.patients).sum();
        (done, self.patients)
    }

    fn counts(&self) -> &Counts {
        &self.counts
    }

    fn patients(&self, range: Patients) -> Result<Batches<'_>, ResultsError> {
        self.select("patients", &range)
    }

    fn visits(&self, range: Patients) -> Result<Batches<'_>, ResultsError> {
        self.select("visits", &range)
    }
}
