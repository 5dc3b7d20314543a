use std::ops::Range;

use arrow_array::RecordBatch;

use super::error::ResultsError;
use crate::summary::Counts;

/// Where results are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// In memory.
    Memory,
    /// In Parquet files.
    Parquet,
}

impl Tier {
    /// The word users see.
    pub const fn name(self) -> &'static str {
        match self {
            Tier::Memory => "memory",
            Tier::Parquet => "parquet",
        }
    }
}

/// Patient numbers, `start .. end`.
pub type Patients = Range<u32>;

/// Batches of rows in order, one at a time in memory.
pub type Batches<'a> = Box<dyn Iterator<Item = Result<RecordBatch, ResultsError>> + 'a>;

/// The results of a run, the same behind both tiers.
///
/// Charts need [`Results::counts`] alone and never read a visit.
pub trait Results {
    /// Where they are.
    fn tier(&self) -> Tier;

    /// Patients whose results are here, of all that were asked for.
    fn patients_done(&self) -> (u32, u32);

    /// Whether some parts are missing: everything read from here is then of the parts that are there.
    fn is_partial(&self) -> bool {
        let (done, asked) = self.patients_done();
        done < asked
    }

    /// The exact counts.
    fn counts(&self) -> &Counts;

    /// Rows of `patients`, in order, for a range of patients.
    ///
    /// # Errors
    /// [`ResultsError::NoSuchPatient`] beyond what is there; later, what the disk answers.
    fn patients(&self, range: Patients) -> Result<Batches<'_>, ResultsError>;

    /// Rows of `visits`, in order, for a range of patients. One patient costs the same in any run: one row
    /// group is decoded.
    ///
    /// # Errors
    /// As [`Results::patients`], and [`ResultsError::NoVisits`].
    fn visits(&self, range: Patients) -> Result<Batches<'_>, ResultsError>;
}
