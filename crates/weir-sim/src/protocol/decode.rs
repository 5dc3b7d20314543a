//! What protocol files are read with.

pub use super::code::Code;
pub use weir_yaml::{AsWarning, MAX_BYTES, MISTAKES_REPORTED, Mistake, Mistakes};
pub(crate) use weir_yaml::{Place, Report};
