//! A stage of a run and the operations in it.

mod operation;
mod report;
mod state;

pub use operation::Operation;
pub use report::{OperationReport, StageEnd, StageReport};
pub(crate) use state::StageState;

use std::fmt;
use std::sync::Arc;

use weir_memory::{Holder, HolderName};

use crate::event::EventKind;
use crate::progress::{ProgressCounter, Total};
use crate::run::RunInner;

/// A stage of a run: it has a name, a progress, operations and its own account of memory.
///
/// It ends with [`Stage::finish`] or [`Stage::fail`]; when it is dropped instead (an early
/// return, a panic) it ends as [`StageEnd::Unfinished`]. Share it between threads by reference.
#[derive(Debug)]
pub struct Stage {
    run: Arc<RunInner>,
    state: Arc<StageState>,
    progress: ProgressCounter,
    ended: bool,
}

impl Stage {
    pub(crate) fn begin(run: Arc<RunInner>, name: String, total: Total) -> Self {
        let state = Arc::new(StageState::new(name.clone(), run.elapsed()));
        run.send(EventKind::StageStarted {
            stage: name.clone(),
            total: total.clone(),
        });
        run.enter(&state);
        run.measure();
        let progress = ProgressCounter::new(Arc::clone(&run), name, total);
        Self {
            run,
            state,
            progress,
            ended: false,
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.state.name()
    }

    /// Counts what is done; clone it into threads or borrow it.
    pub fn progress(&self) -> &ProgressCounter {
        &self.progress
    }

    /// Begins an operation, which lasts until the returned guard is dropped. Many threads may
    /// run the same operation at once: counts and seconds add up.
    pub fn operation(&self, name: &str) -> Operation {
        Operation::begin(Arc::clone(&self.run), Arc::clone(&self.state), name)
    }

    /// A holder in the run's budget under the names of run, stage and operation.
    pub fn holder(&self, operation: &str) -> Holder {
        self.run.budget().holder(HolderName::new(
            self.run.name().as_str(),
            self.name(),
            operation,
        ))
    }

    /// Ends the stage well.
    pub fn finish(mut self) -> StageReport {
        self.end(StageEnd::Finished)
    }

    /// Ends the stage with an error.
    pub fn fail(mut self, error: &dyn fmt::Display) -> StageReport {
        self.end(StageEnd::Failed {
            error: error.to_string(),
        })
    }

    fn end(&mut self, end: StageEnd) -> StageReport {
        self.ended = true;
        self.progress.send_last();
        self.run.measure();
        let report = self.state.report(end, &self.progress, self.run.elapsed());
        self.run.leave(&self.state, &report);
        self.run.send(EventKind::StageEnded(report.clone()));
        report
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if !self.ended {
            self.end(StageEnd::Unfinished);
        }
    }
}
