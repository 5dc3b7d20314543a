//! Operators that most pipelines need.

mod buffer;
mod filter;
mod fold;
mod map;
mod predicate;
mod sort;
mod split;
mod union;

pub use buffer::Buffer;
pub use filter::Filter;
pub use fold::Fold;
pub use map::{Columns, Map};
pub use predicate::Predicate;
pub use sort::Sort;
pub use split::Split;
pub use union::Union;

use crate::{OperatorError, StreamSchema};

/// The one input of an operator that has one.
fn one(inputs: &[StreamSchema]) -> Result<&StreamSchema, OperatorError> {
    match inputs {
        [input] => Ok(input),
        _ => Err(OperatorError::Rows(format!(
            "it takes one input, not {}",
            inputs.len()
        ))),
    }
}
