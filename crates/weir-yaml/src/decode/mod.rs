//! From the text of a file to values, or to all its mistakes.

mod decoder;
mod keys;
mod kind;
mod parse;
mod scalar;
mod suggest;
mod unknown;
mod values;

pub use parse::{Decoded, Parsed, Places, decode, parse, parse_bytes, read_bytes};
pub use suggest::nearest;
