//! When an operator fires: limits on what it may hold, and the pure decision over counts and bytes.

mod decide;
mod limits;
mod load;

pub use decide::{Step, decide, is_due};
pub use limits::{Bound, LimitError, Limits};
pub use load::{Arriving, Load};
