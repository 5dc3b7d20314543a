//! Statistics of the source cells that lie in a target cell, in one pass over windows of any size.

mod engine;
mod statistic;
mod statistics;

pub use engine::{AreaPass, PassError};
pub use statistic::Statistic;
pub use statistics::{
    Average, Count, Coverage, Deviation, Maximum, Minimum, Mode, Quantile, Sum, Thresholded,
};
