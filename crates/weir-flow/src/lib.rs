//! Cascades: hold, fire, pass on. Never changes what, only when.

pub mod bars;
mod batch;
mod join;
mod operator;
mod sink;
mod source;

pub use batch::{EventTime, FloatTime, Frontier, StreamError, StreamSchema};
pub use join::{AsofDirection, AsofJoin, Distance, IntervalJoin, JoinError, JoinKind};
pub use operator::{
    Context, Fired, Held, HeldBatch, MakeOperator, Operator, OperatorError, OperatorKind, Output,
};
pub use sink::{Checkpoint, Committed, Sink, SinkError};
pub use source::{ParquetOptions, ParquetSource, Position, Source, SourceError};
