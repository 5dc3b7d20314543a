//! Who enters, and when.

mod baseline;
mod fellow;
mod person;

pub use baseline::BaselineSampler;
pub use fellow::onset_day;
pub use person::{Person, PopulationSampler, Sex};
