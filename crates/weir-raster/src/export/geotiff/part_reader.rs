//! A part's file is read back, and believed only as far as its checksums go.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use weir_files::{Doing, Files, FilesError};
use weir_memory::{Bytes, Holder, Reservation};

use super::{
    overview::OverviewRow,
    part_file::{Blob, END, RECORD, START, TRAILER, u32_at, u64_at},
    plan::Plan,
};
use crate::{ExportError, Part, ReadAt};

/// A part's file with its index.
pub(super) struct PartReader {
    path: PathBuf,
    file: File,
    index: Vec<u8>,
    /// Where each list of the index begins, and how many records it has.
    lists: Vec<(usize, u64)>,
    /// Where blobs end.
    end: u64,
    most: u64,
    sparse: bool,
    _reservation: Reservation,
}

impl PartReader {
    pub(super) fn open(
        plan: &Plan,
        part: &Part,
        (files, path): (&dyn Files, &Path),
        holder: &Holder,
    ) -> Result<Self, ExportError> {
        let counts = plan.blob_counts(&part.rows);
        let records = counts
            .iter()
            .fold(0u64, |all, count| all.saturating_add(*count));
        let wanted = records
            .saturating_mul(RECORD)
            .saturating_add(8 * counts.len() as u64);
        let reservation = holder.reserve(Bytes::new(wanted))?;
        let file = files.open(path)?;
        let carried = plan.carried().map_or(0, |level| {
            OverviewRow::bytes(plan.overviews, plan.levels[level].columns)
        });
        let mut reader = Self {
            path: path.to_owned(),
            end: 0,
            file,
            index: Vec::new(),
            lists: Vec::new(),
            most: (plan.coding.tile_bytes() as u64)
                .max(carried)
                .saturating_mul(2)
                + 4096,
            sparse: plan.sparse,
            _reservation: reservation,
        };
        reader.read_index(plan, &counts, wanted)?;
        Ok(reader)
    }

    fn read_index(&mut self, plan: &Plan, counts: &[u64], wanted: u64) -> Result<(), ExportError> {
        let about = plan.describe();
        let mut start = START.to_vec();
        start.extend((about.len() as u32).to_le_bytes());
        start.extend(about.as_bytes());
        let length = self.file.length();
        let head = start.len() as u64;
        if length < head + TRAILER {
            return Err(self.damaged(length, "the file ends too early"));
        }
        let mut found = vec![0; start.len()];
        self.fill(0, &mut found)?;
        if let Some(at) = found
            .iter()
            .zip(&start)
            .position(|(found, start)| found != start)
        {
            return Err(self.damaged(at as u64, "it is no part of this output"));
        }
        let mut trailer = [0; TRAILER as usize];
        self.fill(length - TRAILER, &mut trailer)?;
        if trailer[20..] != *END {
            return Err(self.damaged(length - 8, "the file does not end as it should"));
        }
        let (at, bytes) = (u64_at(&trailer, 0), u64_at(&trailer, 8));
        if bytes != wanted || at < head || at.checked_add(bytes) != Some(length - TRAILER) {
            let reason = format!("an index of {bytes} bytes at {at}, where {wanted} belong");
            return Err(self.damaged(length - TRAILER, reason));
        }
        self.index = vec![0; wanted as usize];
        let mut index = std::mem::take(&mut self.index);
        self.fill(at, &mut index)?;
        self.index = index;
        if crc32fast::hash(&self.index) != u32_at(&trailer, 16) {
            return Err(self.damaged(at, "the index is not what was written"));
        }
        self.end = at;
        let mut place = 0;
        for count in counts {
            if u64_at(&self.index, place) != *count {
                return Err(self.damaged(at + place as u64, "it has other rows"));
            }
            self.lists.push((place + 8, *count));
            place += 8 + (*count * RECORD) as usize;
        }
        Ok(())
    }

    /// The blobs of a level's tiles, or after those of the last level, of rows that are carried.
    pub(super) fn blobs(&self, list: usize) -> impl Iterator<Item = Blob> + '_ {
        let (at, count) = self.lists[list];
        let bytes = &self.index[at..at + (count * RECORD) as usize];
        bytes.chunks_exact(RECORD as usize).map(Blob::get)
    }

    /// How many blobs there are of a list.
    pub(super) fn count(&self, list: usize) -> usize {
        self.lists[list].1 as usize
    }

    /// The blob `number` of a list.
    pub(super) fn blob(&self, list: usize, number: usize) -> Blob {
        let at = self.lists[list].0 + number * RECORD as usize;
        Blob::get(&self.index[at..at + RECORD as usize])
    }

    /// The bytes of a blob.
    pub(super) fn read(&mut self, blob: Blob, bytes: &mut Vec<u8>) -> Result<(), ExportError> {
        bytes.clear();
        if blob.length == 0 && self.sparse {
            return Ok(());
        }
        let length = u64::from(blob.length);
        let inside = blob
            .offset
            .checked_add(length)
            .is_some_and(|end| end <= self.end);
        if length == 0 || length > self.most || !inside {
            let reason = format!("{length} bytes, which cannot be");
            return Err(self.damaged(blob.offset, reason));
        }
        bytes.resize(blob.length as usize, 0);
        self.fill(blob.offset, bytes)?;
        if crc32fast::hash(bytes) != blob.checksum {
            return Err(self.damaged(
                blob.offset,
                format!("{length} bytes are not what was written"),
            ));
        }
        Ok(())
    }

    fn fill(&mut self, at: u64, bytes: &mut [u8]) -> Result<(), ExportError> {
        self.file.read_at(at, bytes).map_err(|error| {
            if error.kind() == std::io::ErrorKind::UnexpectedEof {
                self.damaged(at, "the file ends too early")
            } else {
                FilesError::from_io(error, &self.path, Doing::Read).into()
            }
        })
    }

    pub(super) fn damaged(&self, offset: u64, reason: impl Into<String>) -> ExportError {
        ExportError::Part {
            path: self.path.clone(),
            offset,
            reason: reason.into(),
        }
    }
}
