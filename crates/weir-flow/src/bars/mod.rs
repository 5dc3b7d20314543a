//! Bars: rows aggregated by key and period, several resolutions in one pass over ordered rows.
//!
//! A bar is of one key and one period. Rows come ordered by time; when the first row behind a period's end comes, its bars are closed, and go out in the order
//! (label, key). The open ones are all the state there is. A resolution whose bars follow exactly from another's (first, last, least, greatest, counts, sums of
//! integers, quantile sketches) is made from those; sums of floating-point numbers are added row by row for each, so that one pass over the rows equals separate
//! passes to the last bit.

mod aggregate;
mod boundary;
mod engine;
mod error;
mod follow;
mod functions;
mod keys;
mod late;
mod operator;
mod order;
mod period;
mod plan;
mod running;
mod running_state;
mod saved;
mod snapshots;
mod spec;

pub use aggregate::{Fraction, Function, UnknownFunction};
pub use engine::Bars;
pub use error::BarsError;
pub use follow::{FOLLOWED_KEY, Follow, FollowError, FollowOptions, FollowUpdate, Followed};
pub use functions::{AfterFunction, BarFunctions, BinFunction, Cut, UserError};
pub use late::{Continue, LatePlan, Reopened, changed_ranges};
pub use operator::BarsOperator;
pub use period::{Bin, Bins, Length, Period, PeriodError, Side};
pub use spec::{BarColumn, BarsSpec, Binning, Resolution, RowFilter};
