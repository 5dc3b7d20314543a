//! What studies measure, each with its estimator over one simulated patient.

mod course;
mod estimate;
mod name;
mod tally;

pub(crate) use course::{Course, Seen};
pub(crate) use estimate::estimate;
pub use name::{KNOWN, Kind, Measure, Quantity, Window};
pub(crate) use tally::Tally;
