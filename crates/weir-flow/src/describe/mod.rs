//! Pipelines as files: YAML in which every mistake is told with line, column and remedy.

mod bars;
mod check;
mod code;
mod documents;
mod file;
mod graph;
mod hold;
mod join;
mod sink;
mod source;
mod step;
mod words;

pub use code::PIPELINE_CODES;
pub use file::{PipelineFile, ReadPipelineError};
