use std::ffi::OsStr;

use weir_memory::{Budget, BudgetSpec, detect};

use crate::allocator;
use crate::arguments::BudgetArguments;
use crate::failure::{Exit, Failure};
use crate::output::Output;

/// The variable that stands in for `--budget`.
const VARIABLE: &str = "WEIR_BUDGET";

/// The budget for this process, warnings told.
pub fn resolve(arguments: &BudgetArguments, output: &Output) -> Result<Budget, Failure> {
    let plan = asked(arguments)?.plan(&detect())?;
    for warning in &plan.warnings {
        output.message(&format!("warning: {warning}"));
    }
    let budget = Budget::from(plan);
    allocator::connect(&budget);
    Ok(budget)
}

/// What is asked for: `--budget`, else `WEIR_BUDGET`, else the default share. An empty variable is an unset one.
pub fn asked(arguments: &BudgetArguments) -> Result<BudgetSpec, Failure> {
    match arguments.budget {
        Some(spec) => Ok(spec),
        None => variable(std::env::var_os(VARIABLE).as_deref()),
    }
}

fn variable(value: Option<&OsStr>) -> Result<BudgetSpec, Failure> {
    let text = value.unwrap_or_default().to_string_lossy();
    if text.trim().is_empty() {
        return Ok(BudgetSpec::default());
    }
    text.trim().parse().map_err(|error| {
        Failure::new("W0102", format!("{VARIABLE}: {error}"))
            .with(format!("{VARIABLE}=256MiB, 1GiB or 50%"))
            .with(format!(
                "unset {VARIABLE}, or --budget SIZE, which goes before it"
            ))
            .exit(Exit::Usage)
    })
}
