use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use weir_memory::Reservation;

use super::access::{Batches, Patients, Results, Tier};
use super::batches::BlockBatches;
use super::error::ResultsError;
use super::layout::BLOCK;
use crate::summary::Counts;

/// Results in memory: the tier for small runs.
#[derive(Debug, Clone)]
pub struct Held {
    /// One entry per block of [`BLOCK`] patients.
    pub blocks: Vec<BlockBatches>,
    /// The counts of all blocks.
    pub counts: Counts,
    /// Patients asked for.
    pub patients: u32,
    /// What is reserved for the rows, for as long as anybody has them.
    pub(crate) reservation: Option<Arc<Reservation>>,
}

impl Held {
    /// Bytes that are reserved for the rows and counts.
    pub fn reserved(&self) -> u64 {
        self.reservation
            .as_ref()
            .map_or(0, |reservation| reservation.size().as_u64())
    }

    fn select<'a>(
        &'a self,
        range: &Patients,
        table: impl Fn(&'a BlockBatches) -> Option<&'a RecordBatch> + 'a,
    ) -> Result<Batches<'a>, ResultsError> {
        check_range(range, self.patients, || {
            format!("patients 0 to {}", self.patients.saturating_sub(1))
        })?;
        let (start, end) = (range.start, range.end);
        let blocks = if start == end {
            0..0
        } else {
            start / BLOCK..end.div_ceil(BLOCK)
        };
        Ok(Box::new(
            blocks
                .filter_map(move |block| table(self.blocks.get(block as usize)?))
                .map(move |batch| Ok(rows_of(batch, start, end))),
        ))
    }

    /// Bytes that the rows take.
    pub fn bytes(&self) -> u64 {
        self.blocks.iter().map(BlockBatches::bytes).sum()
    }
}

/// The rows of a batch, ordered by patient, whose patient is in `start .. end`.
pub(super) fn rows_of(batch: &RecordBatch, start: u32, end: u32) -> RecordBatch {
    let patients = batch.column(0).as_primitive::<UInt32Type>().values();
    let first = patients.partition_point(|&patient| patient < start);
    let last = patients.partition_point(|&patient| patient < end);
    batch.slice(first, last - first)
}

/// Refuses ranges that go beyond what is there.
pub(super) fn check_range(
    range: &Patients,
    patients: u32,
    held: impl Fn() -> String,
) -> Result<(), ResultsError> {
    if range.start > range.end || range.end > patients {
        let patient = if range.start >= patients {
            range.start
        } else {
            range.end.saturating_sub(1)
        };
        return Err(ResultsError::NoSuchPatient {
            patient,
            held: held(),
        });
    }
    Ok(())
}

impl Results for Held {
    fn tier(&self) -> Tier {
        Tier::Memory
    }

    fn patients_done(&self) -> (u32, u32) {
        (self.patients, self.patients)
    }

    fn counts(&self) -> &Counts {
        &self.counts
    }

    fn patients(&self, range: Patients) -> Result<Batches<'_>, ResultsError> {
        self.select(&range, |block| Some(&block.patients))
    }

    fn visits(&self, range: Patients) -> Result<Batches<'_>, ResultsError> {
        if self.blocks.iter().any(|block| block.visits.is_none()) {
            return Err(ResultsError::NoVisits {
                path: PathBuf::from("(in memory)"),
            });
        }
        self.select(&range, |block| block.visits.as_ref())
    }
}
