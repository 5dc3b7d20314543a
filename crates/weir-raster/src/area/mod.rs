//! Statistics of the source cells that lie in a target cell, in one pass over windows of any size.

mod engine;
mod rows;
mod statistic;
mod statistics;

pub(crate) use rows::Rows;

pub use engine::{AreaPass, PassError};
pub use statistic::Statistic;
pub use statistics::{
    Average, Count, Coverage, Deviation, Maximum, Minimum, Mode, Quantile, Sum, Thresholded,
};
