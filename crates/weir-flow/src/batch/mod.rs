//! Rows in order with their event time: what flows through a pipeline.

mod frontier;
mod stream;
mod time;

pub use frontier::Frontier;
pub use stream::{StreamError, StreamSchema};
pub use time::{EventTime, FloatTime};
