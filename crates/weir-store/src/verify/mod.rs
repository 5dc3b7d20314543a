//! Reading everything, to find all damage.

use std::fmt;

use arrow_array::RecordBatch;
use weir_memory::Holder;

use crate::{
    data::{DataError, DataFile, Reading, adapt},
    dataset::Dataset,
    manifest::FileEntry,
    order::{OrderColumn, OrderValue},
    snapshot::Snapshot,
    storage::ReadCounter,
    write::WriteError,
};

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file, as its storage names it.
    pub path: String,
    /// The first byte of the damaged piece, where there is one.
    pub offset: Option<u64>,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.offset {
            Some(offset) => write!(f, "{}: byte {offset}: {}", self.path, self.what),
            None => write!(f, "{}: {}", self.path, self.what),
        }
    }
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verified {
    /// Files read.
    pub files: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Rows read.
    pub rows: u64,
    /// Everything that is wrong, in the order of the files; empty when nothing is.
    pub findings: Vec<Finding>,
}

impl Dataset {
    /// Reads every byte of the newest version and lists what is wrong; one damaged file does not keep it from the next.
    ///
    /// # Errors
    /// [`WriteError::Open`] when there is no manifest to go by (its own damage is this error), [`WriteError::Data`] when the
    /// budget does not allow it.
    pub fn verify(&self, holder: &Holder) -> Result<Verified, WriteError> {
        Ok(self.snapshot()?.verify(holder)?)
    }
}

impl Snapshot {
    /// As [`Dataset::verify`], of this version.
    ///
    /// # Errors
    /// [`DataError::Memory`].
    pub fn verify(&self, holder: &Holder) -> Result<Verified, DataError> {
        let counter = ReadCounter::new();
        let mut verified = Verified::default();
        for entry in &self.files {
            verified.files += 1;
            let findings = &mut verified.findings;
            match check(self, entry, &counter, holder, findings) {
                Ok(rows) => verified.rows += rows,
                Err(DataError::Memory(refusal)) => return Err(refusal.into()),
                Err(DataError::Damaged { path, offset, why }) => findings.push(Finding {
                    path,
                    offset: Some(offset),
                    what: why,
                }),
                Err(other) => findings.push(Finding {
                    path: self.describe_file(entry),
                    offset: None,
                    what: other.to_string(),
                }),
            }
        }
        verified.bytes = counter.bytes();
        Ok(verified)
    }
}

/// Checks all checksums, then decodes all rows. Findings with an offset are added; the first thing that stops it is the error.
fn check(
    snapshot: &Snapshot,
    entry: &FileEntry,
    counter: &ReadCounter,
    holder: &Holder,
    findings: &mut Vec<Finding>,
) -> Result<u64, DataError> {
    let path = snapshot.describe_file(entry);
    let object = snapshot.open_file(entry, counter)?;
    let file = DataFile::open(object, entry, path.clone(), holder)?;
    let damage = file.check_all(holder)?;
    if !damage.is_empty() {
        findings.extend(damage.into_iter().map(|(offset, what)| Finding {
            path: path.clone(),
            offset: Some(offset),
            what,
        }));
        // What is damaged is not decoded.
        return Ok(0);
    }
    let reading = Reading {
        columns: None,
        batch_rows: 8192,
    };
    let order_type = snapshot.order_type();
    let mut rows = 0;
    let mut range: Option<(OrderValue, OrderValue)> = None;
    for batch in file.read(&reading, holder)? {
        let batch: RecordBatch = adapt(&batch?, &snapshot.schema, &path)?;
        let Some(array) = batch.column_by_name(&snapshot.order_column) else {
            return Err(DataError::unsupported("no order column"));
        };
        let column =
            OrderColumn::new(&order_type, array).map_err(|error| error.after_rows(rows))?;
        let last = range.as_ref().map(|(_, max)| max);
        column
            .check_sorted(last)
            .map_err(|error| error.after_rows(rows))?;
        if !column.is_empty() {
            let max = column.value(column.len() - 1);
            range = Some(match range.take() {
                None => (column.value(0), max),
                Some((min, _)) => (min, max),
            });
        }
        rows += batch.num_rows() as u64;
    }
    if range != Some((entry.min.clone(), entry.max.clone())) {
        findings.push(Finding {
            path,
            offset: None,
            what: "the rows are not of the range that the manifest says".to_owned(),
        });
    }
    Ok(rows)
}
