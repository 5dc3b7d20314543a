//! What charts are drawn from: exact counts, made while simulating.
//!
//! Letters are integers, so a month's distribution is an exact histogram and every mean, standard
//! deviation and quantile follows from it; counts add, so parts merge in any grouping to the same
//! numbers. Nothing here is a floating-point sum.

mod counts;
mod cube;
mod statistics;

pub use counts::{Counts, CountsError};
pub(crate) use counts::{EyeMonth, EyeStatus};
pub use cube::{Cube, Period};
pub use statistics::Distribution;
