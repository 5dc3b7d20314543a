use std::sync::Arc;

use weir_files::{Files, RealFiles};
use weir_memory::Budget;

use crate::arguments::BudgetArguments;
use crate::budget;
use crate::failure::Failure;
use crate::output::Output;

/// What a job works with, whether it is new, resumed, repaired or a demonstration.
pub struct Means {
    pub budget: Budget,
    pub threads: usize,
    pub files: Arc<dyn Files>,
}

impl Means {
    /// As asked for; without a number of threads as many as there are processors.
    pub fn new(
        budget: &BudgetArguments,
        threads: Option<u16>,
        output: &Output,
    ) -> Result<Self, Failure> {
        let processors = || std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            budget: budget::resolve(budget, output)?,
            threads: threads.map_or_else(processors, usize::from),
            files: Arc::new(RealFiles),
        })
    }
}
