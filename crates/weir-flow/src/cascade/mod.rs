//! Holding and firing: rows move depth first, synchronously, in the call that brought them.

mod deliver;
mod element;
mod error;
mod fire;
mod flush;
mod graph;
mod memory;
mod node;
mod push;
mod segment;
mod state;

pub(crate) use error::Failure;
pub use error::{CascadeCause, CascadeError};
pub(crate) use graph::{Cascade, EdgeSpec, NodeSpec, Settings};
pub use node::Counts;
pub(crate) use node::{SinkWork, Work};
