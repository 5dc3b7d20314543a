//! Pipelines as files: YAML in which every mistake is told with line, column and remedy.

mod bars;
mod build;
mod built;
mod check;
mod code;
mod documents;
mod dry;
mod file;
mod follow;
mod graph;
mod hold;
mod join;
mod sink;
mod source;
mod step;
mod words;

pub use build::{BuildFileError, Surroundings};
pub use built::Built;
pub use code::PIPELINE_CODES;
pub use file::{PipelineFile, ReadPipelineError};
pub use follow::Following;
pub use words::parse_span;
