//! One eye and its drug. Biology never sees a protocol.
//!
//! The state is [`Eye`]; [`Stepper`] moves it through time. Two steppers agree in distribution
//! (`tests/engines_agree.rs`): [`BetweenVisits`] draws the change of structure once for a whole
//! interval, [`WeeklyReference`] draws every week and follows the published equations line by line.

mod between_visits;
mod constants;
mod eye;
mod weekly;
mod wiener;

pub use between_visits::BetweenVisits;
pub use constants::{Constants, STEP_YEAR_DAYS};
pub use eye::{Eye, EyeTraits, FluidState, STRUCTURE_MAX, STRUCTURE_MIN};
pub use weekly::WeeklyReference;
pub use wiener::Wiener;

use crate::random::Draws;

/// The larger of two numbers that are not NaN: one instruction, where `f64::max` takes five.
#[inline(always)]
pub(crate) fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// The smaller of two numbers that are not NaN.
#[inline(always)]
pub(crate) fn smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// Moves an eye through time. `to` is a day after `eye.day`, at most one month after it.
pub trait Stepper {
    /// Advances fluid and structure to day `to`. `increment` is the eye's Wiener path over the
    /// interval, in square roots of days.
    fn advance(constants: &Constants, eye: &mut Eye, to: u32, increment: f64, draws: &Draws);
}
