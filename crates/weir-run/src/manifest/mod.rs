//! `run.json`: what a run's folder says about itself, without any catalogue.

mod content;
mod error;
mod file;

pub use content::{Host, InputHash, Manifest};
pub use error::ManifestError;
