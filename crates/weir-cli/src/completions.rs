use clap::CommandFactory;

use crate::arguments::Arguments;
use crate::failure::{Exit, Failure};
use crate::output::Output;

pub fn run(shell: clap_complete::Shell, output: &Output) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "weir", &mut script);
    output.text(&String::from_utf8_lossy(&script));
    Ok(Exit::Done)
}
