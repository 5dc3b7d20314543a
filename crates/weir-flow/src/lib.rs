//! Cascades: hold, fire, pass on. Never changes what, only when.
//!
//! A [`Pipeline`] takes rows in order from [sources](Source), through [operators](Operator) that hold them until a
//! [limit](Limits) lets them over, to [sinks](Sink) that commit them whole or not at all. What ends in a sink is the same for every
//! limit, every way of cutting the input into batches, every number of threads, and every interruption.
//!
//! ```
//! use std::sync::Arc;
//! use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
//! use weir_flow::{Collector, Columns, Filter, Operator, OperatorError, Pipeline, Rows, RunOptions, Setting, StreamSchema};
//! use weir_memory::Budget;
//!
//! let time: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 2, 5]));
//! let price: ArrayRef = Arc::new(Float64Array::from(vec![10.0, 11.0, 9.0, 12.0]));
//! let rows = RecordBatch::try_from_iter([("time", time), ("price", price)])?;
//! let ticks = StreamSchema::ordered(rows.schema(), "time")?;
//!
//! let out = Collector::new();
//! let mut pipeline = Pipeline::builder("dear")
//!     .source("ticks", Rows::new(ticks, vec![rows]))
//!     .then("at-least-10", |inputs: &[StreamSchema]| {
//!         Ok(Box::new(Filter::compare(inputs, "price", ">=", "10")?) as Box<dyn Operator>)
//!     })
//!     .then("doubled", |inputs: &[StreamSchema]| {
//!         let columns = Columns::all(&inputs[0]).compute("double", "price", "*", "2")?;
//!         Ok(Box::new(columns.map()?) as Box<dyn Operator>)
//!     })
//!     .write("out", out.clone())
//!     .build(&Setting::new(Budget::detached("256MiB".parse()?)))?;
//! let report = pipeline.run(&RunOptions::default())?;
//! assert_eq!((report.rows, out.committed().unwrap().num_rows()), (4, 3));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod bars;
mod batch;
mod cascade;
mod describe;
mod import;
mod join;
mod limits;
mod operator;
mod operators;
mod pipeline;
mod sink;
mod source;
mod spill;
mod trigger;

pub use batch::{
    EventTime, FloatTime, Frontier, OrderCheck, StreamError, StreamSchema, rows_from_bytes,
    rows_to_bytes,
};
pub use cascade::{CascadeCause, CascadeError, Counts};
pub use describe::{
    BuildFileError, Built, Following, PIPELINE_CODES, PipelineFile, ReadPipelineError,
    Surroundings, parse_span,
};
pub use import::{ImportError, ImportOptions, ImportReport, import_oups};
pub use join::{AsofDirection, AsofJoin, Distance, EqualJoin, IntervalJoin, JoinError, JoinKind};
pub use limits::{AdaptiveLimit, Candidate, Relief, largest_releasable};
pub use operator::{
    Context, Fired, Held, HeldBatch, MakeOperator, Operator, OperatorError, OperatorKind, Output,
};
pub use operators::*;
pub use pipeline::{
    BuildError, Ending, FlowError, FlowReport, FollowedSource, MakeByName, NodeOptions, NodePlan,
    NodeRole, Pipeline, PipelineBuilder, Plan, Port, Registry, RunOptions, Setting,
};
pub use sink::{
    CHECKPOINT_KEY, Checkpoint, Collector, Committed, FileSink, MakeSink, PROVISIONAL_KEY,
    RowWriteError, RowWriter, Sink, SinkError, StoreSink, WriterSink,
};
pub use source::{
    ColumnType, CsvOptions, CsvSource, INFERRED_FROM_BYTES, INFERRED_FROM_ROWS, IpcSource,
    OpenedRows, ParquetOptions, ParquetSource, ParseColumnTypeError, ParseRowFormatError, Position,
    RowFormat, Rows, Source, SourceError, StoreOptions, StoreSource, open_rows, read_rows_once,
};
pub use trigger::{Arriving, Bound, LimitError, Limits, Load, Step, decide, is_due};
