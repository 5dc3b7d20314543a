use std::sync::Arc;

use serde::{Deserialize, Serialize};
use weir_files::Files;

use super::batches::BlockBatches;
use super::error::ResultsError;
use super::file_record::FileRecord;
use super::layout::{Layout, part_name};
use super::schema::{patients_schema, visits_schema};
use super::summary_table::write_counts;
use super::table_file::{Stamp, TableFile};
use crate::summary::Counts;

/// One part on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartRecord {
    /// Its number.
    pub part: u32,
    /// Its patients.
    pub patients: u32,
    /// Its files: patients, visits (where kept), counts.
    pub files: Vec<FileRecord>,
}

/// What the journal keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum JournalRecord {
    /// A part is on disk.
    Part(PartRecord),
    /// The whole run is: its histograms and summary.
    Whole {
        /// Both files.
        files: Vec<FileRecord>,
    },
}

/// Writes the files of one part. Dropped without [`PartWriter::finish`], it leaves nothing.
pub struct PartWriter<'a> {
    files: &'a Arc<dyn Files>,
    layout: &'a Layout,
    stamp: &'a Stamp,
    part: u32,
    patients: TableFile,
    visits: Option<TableFile>,
    count: u32,
}

impl<'a> PartWriter<'a> {
    /// Starts a part.
    ///
    /// # Errors
    /// What the disk answers.
    pub fn create(
        files: &'a Arc<dyn Files>,
        layout: &'a Layout,
        stamp: &'a Stamp,
        part: u32,
        keep_visits: bool,
    ) -> Result<Self, ResultsError> {
        let table = |name: &str, schema| {
            let file = part_name(name, part);
            TableFile::create(
                files,
                layout.folder(),
                &file,
                schema,
                name,
                Some(part),
                stamp,
            )
        };
        Ok(Self {
            patients: table("patients", patients_schema())?,
            visits: keep_visits
                .then(|| table("visits", visits_schema()))
                .transpose()?,
            files,
            layout,
            stamp,
            part,
            count: 0,
        })
    }

    /// Writes a block: one row group of each table.
    ///
    /// # Errors
    /// What the disk answers.
    pub fn write(&mut self, block: &BlockBatches) -> Result<(), ResultsError> {
        self.count += block.patients.num_rows() as u32;
        self.patients.write(&block.patients)?;
        if let (Some(file), Some(visits)) = (&mut self.visits, &block.visits) {
            file.write(visits)?;
        }
        Ok(())
    }

    /// Commits the part: tables first, its counts last. The part exists once the journal names it.
    ///
    /// # Errors
    /// What the disk answers.
    pub fn finish(self, counts: &Counts) -> Result<PartRecord, ResultsError> {
        let mut records = vec![self.patients.finish()?];
        if let Some(visits) = self.visits {
            records.push(visits.finish()?);
        }
        let name = part_name("counts", self.part);
        records.push(write_counts(
            self.files,
            self.layout,
            &name,
            counts,
            Some(self.part),
            self.stamp,
        )?);
        Ok(PartRecord {
            part: self.part,
            patients: self.count,
            files: records,
        })
    }
}
