//! Rows in order with their event time: what flows through a pipeline.

mod frontier;
mod ipc;
mod order;
pub(crate) mod size;
mod stream;
mod time;
pub(crate) mod zones;

pub use frontier::Frontier;
pub use ipc::{rows_from_bytes, rows_to_bytes};
pub use order::OrderCheck;
pub use stream::{StreamError, StreamSchema};
pub use time::{EventTime, FloatTime};
