//! `weir flow`: pipelines.

pub mod arguments;
mod check;
mod execute;
mod explain;
mod failure;
mod load;
mod resume;
mod start;

use weir_flow::PipelineFile;

use crate::failure::{Exit, Failure};
use crate::output::Output;
use arguments::FlowCommand;

pub fn run(command: FlowCommand, output: &Output) -> Result<Exit, Failure> {
    match command {
        FlowCommand::Run(arguments) => start::run(&arguments, output),
        FlowCommand::Check { pipelines } => check::run(&pipelines, output),
        FlowCommand::Explain { pipeline, budget } => explain::run(&pipeline, &budget, output),
        FlowCommand::Schema => {
            let schema = PipelineFile::json_schema();
            output.text(&serde_json::to_string_pretty(&schema).unwrap_or_default());
            Ok(Exit::Done)
        }
        FlowCommand::Resume(arguments) => resume::run(&arguments, output),
    }
}
