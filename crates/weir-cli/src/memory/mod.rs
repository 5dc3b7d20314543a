//! `weir memory`: the memory there is, or what a run took of it.

mod drawing;
mod figure;
mod now;
mod of_run;

use crate::arguments::MemoryArguments;
use crate::failure::{Exit, Failure};
use crate::output::Output;

/// `weir memory`.
pub fn run(arguments: &MemoryArguments, output: &Output) -> Result<Exit, Failure> {
    match &arguments.run {
        None => now::run(&arguments.budget, output),
        Some(run) => of_run::run(run, arguments.out.as_deref(), output),
    }
}
