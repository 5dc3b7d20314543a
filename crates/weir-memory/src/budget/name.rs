//! Who holds memory.

use std::fmt;
use std::sync::Arc;

/// A holder's name: run, stage, operation. Ordered, cheap to clone; any part may be empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HolderName {
    run: Arc<str>,
    stage: Arc<str>,
    operation: Arc<str>,
}

impl HolderName {
    /// This operation of this stage of this run.
    #[must_use]
    pub fn new(
        run: impl Into<Arc<str>>,
        stage: impl Into<Arc<str>>,
        operation: impl Into<Arc<str>>,
    ) -> Self {
        Self {
            run: run.into(),
            stage: stage.into(),
            operation: operation.into(),
        }
    }

    /// The run, as weir names it.
    #[must_use]
    pub fn run(&self) -> &str {
        &self.run
    }

    /// The stage of the run.
    #[must_use]
    pub fn stage(&self) -> &str {
        &self.stage
    }

    /// The operation of the stage.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.operation
    }
}

impl fmt::Display for HolderName {
    /// `stage operation`; the run where both are empty.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.stage(), self.operation()) {
            ("", "") => f.write_str(self.run()),
            ("", one) | (one, "") => f.write_str(one),
            (stage, operation) => write!(f, "{stage} {operation}"),
        }
    }
}
