//! The tree of a file, with positions.

mod node;
mod reader;

pub(crate) use node::{Entry, Node, Value, join};
pub use node::{MAX_BYTES, Place, plain_words};
pub(crate) use reader::read;
