//! The pipeline as a job: load, resample, merge, export.
//!
//! Parts are rows of the target at places that depend on the formats alone. A part's files and its record in the journal are the checkpoint;
//! resuming computes the parts that are not there, and the bytes that come out are the same.

mod checksum;
mod error;
mod execute;
mod facts;
mod inputs;
mod open;
mod outputs;
mod part;
mod places;
mod preflight;
mod record;
mod taking_up;
mod target;
mod whole;
mod windows;

pub use error::JobError;
pub use execute::{Completed, Written};
pub use facts::{LayerFacts, RasterFacts};
pub use inputs::InputFacts;
pub use open::Job;
pub use outputs::Output;
pub use preflight::Preflight;
pub use target::TargetError;
pub use whole::outputs_are_whole;
pub use windows::{WINDOWS, WindowChange, WindowSize};
