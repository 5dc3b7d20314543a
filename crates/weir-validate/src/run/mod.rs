//! Every arm simulated, streaming: a block of patients at a time, tallies stay.

mod job;
mod rows;

pub use job::{Asked, Interrupted, Simulated, simulate};
pub use rows::Unscored;
pub(crate) use rows::{Combined, Source};
