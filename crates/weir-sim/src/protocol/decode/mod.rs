//! From the text of a protocol file to a [`Protocol`](super::Protocol), or to all its mistakes.

mod code;
mod decoder;
mod keys;
mod kind;
mod mistake;
mod node;
mod reader;
mod report;
mod scalar;
mod suggest;
mod unknown;
mod values;

pub use code::Code;
pub(crate) use decoder::Decoder;
pub use mistake::{AsWarning, MISTAKES_REPORTED, Mistake, Mistakes};
pub use node::MAX_BYTES;
pub(crate) use node::{Entry, Node, Place, Value, join, plain_words};
pub(crate) use reader::read;
pub(crate) use report::Report;
