//! The `weir` command: a thin shell over the same calls and the same words as the crates.
//!
//! Results go to stdout, progress and messages to stderr. Exit codes: see [`failure::Exit`].

#![allow(unreachable_pub, reason = "a program has no outside")]

mod allocator;
mod arguments;
mod budget;
mod completions;
mod demo;
mod failure;
mod flow;
mod library;
mod memory;
mod output;
mod piped;
mod plot;
mod progress;
mod protocol;
mod raster;
mod runs;
mod signal;
mod sim;
mod store;
mod usage;

use std::process::ExitCode;

use crate::arguments::Command;
use crate::failure::{Exit, Failure};
use crate::output::Output;

fn main() -> ExitCode {
    let (output, result) = match usage::parse() {
        Ok(arguments) => {
            let output = Output::new(arguments.json);
            let result = run(arguments.command, &output);
            (output, result)
        }
        Err(error) => usage::tell(&error),
    };
    // What went wrong first is told first, and decides how the command ends.
    let ended = match result {
        Ok(exit) => output.close().map(|()| exit),
        Err(failure) => Err(failure),
    };
    match ended {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output.failure(&failure);
            failure.exit.into()
        }
    }
}

fn run(command: Command, output: &Output) -> Result<Exit, Failure> {
    match command {
        Command::Sim(command) => sim::run(command, output),
        Command::Protocol(command) => protocol::run(command, output),
        Command::Runs(command) => runs::run(command, output),
        Command::Plot(arguments) => plot::run(&arguments, output),
        Command::Memory(arguments) => memory::run(&arguments, output),
        Command::Demo(arguments) => demo::run(&arguments, output),
        Command::Store(command) => store::run(command, output),
        Command::Flow(command) => flow::run(command, output),
        Command::Raster(command) => raster::run(command, output),
        Command::Completions { shell } => completions::run(shell, output),
    }
}
