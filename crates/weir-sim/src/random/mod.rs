//! Random values keyed by identity, never by position in a loop.
//!
//! A value is a pure function of (seed, patient, eye, decision, index): see [`Draws`]. Two
//! protocols on one seed therefore share their patients and their biology, and no thread count,
//! block size, interruption or machine can change a value.

mod draws;
mod normal;
mod philox;

pub use draws::{Decision, Draws, uniform, word_of};
pub use normal::{Normals, normal, normal_cdf, normal_quantile};
pub use philox::philox4x32_10;
