//! Reading a range of a version: in order, by batch, late rows merged in.

mod chain;
mod error;
mod options;
mod predicate;
mod range;
mod rows;

pub(crate) use chain::{Chain, ChainOptions};
pub use error::ScanError;
pub use options::ScanOptions;
pub use predicate::{Comparison, Predicate};
pub use range::OrderRange;
pub use rows::Scan;
