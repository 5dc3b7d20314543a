use std::sync::Arc;
use std::time::Duration;

use super::StageState;
use crate::run::RunInner;

/// One run of an operation by one thread; ends when dropped.
///
/// Memory is looked at when it begins and when it ends, so that even the shortest has samples. That costs two
/// short locks and two reads of `/proc`, some microseconds in all: wrap a batch or a part, not a row.
#[must_use = "an operation lasts as long as its guard: bind it to a name"]
#[derive(Debug)]
pub struct Operation {
    run: Arc<RunInner>,
    stage: Arc<StageState>,
    name: String,
    began: Duration,
}

impl Operation {
    pub(crate) fn begin(run: Arc<RunInner>, stage: Arc<StageState>, name: &str) -> Self {
        let name = stage.enter(name, run.resident(), run.reserved());
        let began = run.clock().elapsed();
        Self {
            run,
            stage,
            name,
            began,
        }
    }

    /// Ends the operation now.
    pub fn end(self) {}
}

impl Drop for Operation {
    fn drop(&mut self) {
        let time = self.run.clock().elapsed().saturating_sub(self.began);
        let resident = self.run.resident();
        self.stage
            .exit(&self.name, time, resident, self.run.reserved());
    }
}
