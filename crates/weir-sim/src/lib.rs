//! patients, eyes, clinics; protocols in, visits and summaries out

pub mod behaviour;
pub mod biology;
pub mod calendar;
pub mod figures;
pub mod job;
pub mod policy;
pub mod population;
pub mod protocol;
pub mod random;
pub mod results;
pub mod simulate;
pub mod summary;

pub use calendar::{DAYS_PER_MONTH, DAYS_PER_YEAR};
