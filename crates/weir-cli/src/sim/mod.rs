//! `weir sim`: run, resume and validate.

mod execute;
mod means;
mod resume;
mod start;
mod validate;

pub use execute::{begin, execute};
pub use means::Means;
pub use start::register;

use crate::arguments::SimCommand;
use crate::failure::{Exit, Failure};
use crate::output::Output;

pub fn run(command: SimCommand, output: &Output) -> Result<Exit, Failure> {
    match command {
        SimCommand::Run(arguments) => start::run(&arguments, output),
        SimCommand::Resume(arguments) => resume::run(&arguments, output),
        SimCommand::Validate(arguments) => validate::run(&arguments, output),
    }
}
