//! Joins: as-of and interval joins use the order of both inputs; the equal join needs none and spills.
//!
//! All give the left's order. What they give is a function of their inputs' rows alone: not of how these were cut,
//! how they alternated, or how much memory there was.

mod asof;
mod by_order;
mod equal;
mod error;
mod inputs;
mod interval;
mod keys;
mod kind;
mod ordered;
mod piece;
mod rank;
mod reach;
mod saved;
mod shape;
mod spilled;

pub use asof::AsofDirection;
pub use by_order::{AsofJoin, IntervalJoin};
pub use equal::EqualJoin;
pub use error::JoinError;
pub use kind::JoinKind;
pub use reach::Distance;
