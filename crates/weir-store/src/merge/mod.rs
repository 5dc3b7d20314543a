//! Which files a write touches, and how their rows and the new ones become one sequence.
//!
//! [`plan`] and [`canonical`] are pure: ranges and counts in, regions out. [`Merge`] is the sweep over several sorted inputs.

mod canonical;
mod cut;
mod duplicates;
mod period;
mod plan;
mod rows;
mod spans;
#[cfg(test)]
mod tests;

pub(crate) use canonical::{canonical, late_touches};
pub(crate) use cut::{Cut, Cutter};
pub(crate) use duplicates::Duplicates;
pub use period::{Period, PeriodError};
pub(crate) use plan::{FileFacts, Span, Target, plan};
pub(crate) use rows::{Input, Merge, Rows, memory_of};
pub(crate) use spans::Spans;
