//! `weir store`: datasets under keys.

mod alter;
pub mod arguments;
mod compact;
mod create;
mod dataset;
mod failure;
mod import;
mod list;
mod read;
mod remove;
mod repair;
mod show;
mod vacuum;
mod verify;
mod versions;
mod write;

use crate::failure::{Exit, Failure};
use crate::output::Output;
use arguments::StoreCommand;

pub fn run(command: StoreCommand, output: &Output) -> Result<Exit, Failure> {
    match command {
        StoreCommand::Create(arguments) => create::run(&arguments, output),
        StoreCommand::Ls(arguments) => list::run(&arguments, output),
        StoreCommand::Show(arguments) => show::run(&arguments, output),
        StoreCommand::Write(arguments) => write::run(&arguments, output),
        StoreCommand::Read(arguments) => read::run(&arguments, output),
        StoreCommand::Alter(arguments) => alter::run(&arguments, output),
        StoreCommand::Versions(arguments) => versions::run(&arguments, output),
        StoreCommand::Compact(arguments) => compact::run(&arguments, output),
        StoreCommand::Vacuum(arguments) => vacuum::run(&arguments, output),
        StoreCommand::Verify(arguments) => verify::run(&arguments, output),
        StoreCommand::Repair(arguments) => repair::run(&arguments, output),
        StoreCommand::Rm(arguments) => remove::run(&arguments, output),
        StoreCommand::Import(arguments) => import::run(&arguments, output),
    }
}
