//! What patients do between policy and biology: come or stay away, leave and return, die.
//!
//! Deaths and departures are drawn once per patient from their hazards, by identity: they fall on the
//! same day under every protocol until treatment changes the years that come after.

mod attendance;
mod death;
mod leaving;

pub use attendance::{Attended, Attending};
pub use death::death_day;
pub use leaving::{Episode, Leaving, LeavingKind};
