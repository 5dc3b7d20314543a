//! How much is held where: adaptive limits, relief under pressure, and who is asked to let go first. Pure.

mod adaptive;
mod arbiter;
mod relief;

pub use adaptive::AdaptiveLimit;
pub use arbiter::{Candidate, largest_releasable};
pub use relief::Relief;
