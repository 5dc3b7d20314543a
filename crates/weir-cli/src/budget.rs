use weir_memory::{Budget, detect};

use crate::allocator;
use crate::arguments::BudgetArguments;
use crate::failure::Failure;
use crate::output::Output;

/// The budget for this process, warnings told.
pub fn resolve(arguments: &BudgetArguments, output: &Output) -> Result<Budget, Failure> {
    let plan = arguments.budget.unwrap_or_default().plan(&detect())?;
    for warning in &plan.warnings {
        output.message(&format!("warning: {warning}"));
    }
    let budget = Budget::from(plan);
    allocator::connect(&budget);
    Ok(budget)
}
