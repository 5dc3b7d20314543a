//! From an arm's facts to what is simulated for it.

mod drug;
mod entry;
mod plan;

pub(crate) use plan::is_pooled;
pub use plan::{Estimand, NotRun, Plan};
