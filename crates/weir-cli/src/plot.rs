use crate::arguments::PlotArguments;
use crate::failure::{Exit, Failure};
use crate::output::Output;

/// `weir plot`.
pub fn run(_arguments: &PlotArguments, _output: &Output) -> Result<Exit, Failure> {
    Err(Failure::new("W0000", "figures are not there yet"))
}
