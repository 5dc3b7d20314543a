use crate::arguments::DemoArguments;
use crate::failure::{Exit, Failure};
use crate::output::Output;

/// `weir demo`.
pub fn run(_arguments: &DemoArguments, _output: &Output) -> Result<Exit, Failure> {
    Err(Failure::new("W0000", "figures are not there yet"))
}
