//! Whether outputs still are what a run wrote.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use weir_files::Files;
use weir_run::Journal;

use super::checksum::checksum;
use super::record::{AssembledRecord, Record};
use super::taking_up::JOURNAL;

/// Whether these outputs, in the order of the run in `folder`, all have the bytes that it wrote. Reads all of them, and only where their lengths are right.
///
/// A run whose journal cannot be read vouches for nothing.
pub fn outputs_are_whole(folder: &Path, outputs: &[PathBuf], files: &dyn Files) -> bool {
    let Ok(records) = Journal::read::<Record>(files, &folder.join(JOURNAL)) else {
        return false;
    };
    let assembled: BTreeMap<u32, AssembledRecord> = records
        .into_iter()
        .filter_map(|record| match record {
            Record::Assembled(record) => Some((record.output, record)),
            _ => None,
        })
        .collect();
    outputs.iter().zip(0..).all(|(path, number)| {
        let record = assembled.get(&number);
        record.is_some_and(|record| is_as_written(path, record, files))
    })
}

/// Whether an output has the bytes that were written.
pub(super) fn is_as_written(path: &Path, record: &AssembledRecord, files: &dyn Files) -> bool {
    let facts = files.facts(path).ok().flatten();
    facts.is_some_and(|facts| facts.len == record.bytes)
        && checksum(files, path).is_ok_and(|found| found == (record.bytes, record.crc32))
}
