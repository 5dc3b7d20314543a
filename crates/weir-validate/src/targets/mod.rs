//! Published outcomes: what was seen in which arm, read from JSON with place and remedy for every mistake.

mod facts;
mod json;
mod read;
mod schema;

pub use facts::{Arm, Baseline, Outcome, Role, Targets};
