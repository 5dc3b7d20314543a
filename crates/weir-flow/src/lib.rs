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
pub use sink::{RowWriteError, RowWriter};
pub use source::{
    ColumnType, CsvOptions, CsvSource, INFERRED_FROM_BYTES, INFERRED_FROM_ROWS, IpcSource,
    ParseColumnTypeError, ParseRowFormatError, RowFormat,
};
pub use source::{ParquetOptions, ParquetSource, Position, Source, SourceError};
