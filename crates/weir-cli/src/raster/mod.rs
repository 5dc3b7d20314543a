//! `weir raster`: rasters onto one grid, merged, exported.

pub mod arguments;
mod check;
mod execute;
mod failure;
pub mod gdal;
mod info;
mod load;
mod one_liner;
mod resume;
mod start;
mod tell;

use weir_raster::Plan;

use crate::failure::{Exit, Failure};
use crate::output::Output;
use arguments::RasterCommand;

pub fn run(command: RasterCommand, output: &Output) -> Result<Exit, Failure> {
    match command {
        RasterCommand::Info { files } => info::run(&files, output),
        RasterCommand::Resample(arguments) => start::here(
            "resample",
            one_liner::resample(&arguments)?,
            &arguments.start,
            output,
        ),
        RasterCommand::Merge(arguments) => start::here(
            "merge",
            one_liner::merge(&arguments)?,
            &arguments.start,
            output,
        ),
        RasterCommand::Run(arguments) => start::run(&arguments, output),
        RasterCommand::Check { plans } => check::run(&plans, output),
        RasterCommand::Schema => {
            let schema = Plan::json_schema();
            output.text(&serde_json::to_string_pretty(&schema).unwrap_or_default());
            Ok(Exit::Done)
        }
        RasterCommand::Resume(arguments) => resume::run(&arguments, output),
    }
}
