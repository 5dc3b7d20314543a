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
mod library;
mod memory;
mod output;
mod plot;
mod progress;
mod protocol;
mod runs;
mod signal;
mod sim;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::{Arguments, Command};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let output = output::Output::new(arguments.json);
    let result = match arguments.command {
        Command::Sim(command) => sim::run(command, &output),
        Command::Protocol(command) => protocol::run(command, &output),
        Command::Runs(command) => runs::run(command, &output),
        Command::Plot(arguments) => plot::run(&arguments, &output),
        Command::Memory(arguments) => memory::run(&arguments, &output),
        Command::Demo(arguments) => demo::run(&arguments, &output),
        Command::Completions { shell } => completions::run(shell, &output),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output.failure(&failure);
            failure.exit.into()
        }
    }
}
