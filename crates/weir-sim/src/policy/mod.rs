//! What the clinic does: a policy sees measured letters, the OCT and its own notes, never biology.
//!
//! [`Chart`] is the clinic's record of one eye, [`Chart::decide`] the decision at an attended visit. It
//! is pure: facts in, decision out.

mod assigned;
mod chart;
mod extend;
mod modification;
mod prn;
mod rhythm;
mod switching;

pub use chart::{Chart, Decision, Phase, Plan, Purpose, Seen};
