//! What is wrong with a file, and how users are told.

mod check;
mod code;
mod collect;
mod mistake;

pub use check::Check;
pub use code::Code;
pub use collect::Report;
pub use mistake::{AsWarning, MISTAKES_REPORTED, Mistake, Mistakes};
