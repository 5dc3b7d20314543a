//! One job's life, from its start to its end.

mod builder;
mod inner;
mod report;

pub use builder::{RunBuilder, StartError};
pub(crate) use inner::RunInner;
pub use report::RunReport;

use std::sync::Arc;
use std::time::Duration;

use weir_memory::Budget;

use crate::event::{EventKind, Observer};
use crate::progress::Total;
use crate::stage::Stage;
use crate::{Cancel, Clock, Outcome, RunId, RunKind, RunName};

/// A job at work. A handle: clone it into threads, every clone is the same run.
///
/// It ends once, with [`Run::finish`]; what happens after that is not told to observers.
#[derive(Clone, Debug)]
pub struct Run {
    inner: Arc<RunInner>,
}

impl Run {
    /// Describes a run on a budget; [`RunBuilder::start`] starts it.
    pub fn builder(kind: RunKind, budget: Budget) -> RunBuilder {
        RunBuilder::new(kind, budget)
    }

    pub(crate) fn from_inner(inner: Arc<RunInner>) -> Self {
        Self { inner }
    }

    /// Its id.
    pub fn id(&self) -> RunId {
        self.inner.id()
    }

    /// Its name.
    pub fn name(&self) -> &RunName {
        self.inner.name()
    }

    /// Its kind.
    pub fn kind(&self) -> &RunKind {
        self.inner.kind()
    }

    /// The budget it works in.
    pub fn budget(&self) -> &Budget {
        self.inner.budget()
    }

    /// The token that asks it to stop.
    pub fn cancel(&self) -> &Cancel {
        self.inner.cancel()
    }

    /// The clock it goes by.
    pub fn clock(&self) -> &dyn Clock {
        self.inner.clock()
    }

    /// Time since it began.
    pub fn elapsed(&self) -> Duration {
        self.inner.elapsed()
    }

    /// Adds an observer, which hears of everything from now on.
    pub fn observe(&self, observer: Arc<dyn Observer>) {
        self.inner.add_observer(observer);
    }

    /// Begins a stage.
    pub fn stage(&self, name: impl Into<String>, total: Total) -> Stage {
        Stage::begin(Arc::clone(&self.inner), name.into(), total)
    }

    /// Tells observers something worth telling.
    pub fn note(&self, text: impl Into<String>) {
        self.inner.send(EventKind::Note { text: text.into() });
    }

    /// Tells observers something the user should look at.
    pub fn warn(&self, text: impl Into<String>) {
        self.inner.send(EventKind::Warning { text: text.into() });
    }

    /// Tells observers that work goes on in pieces of another size, which follows the pressure.
    pub fn size_changed(&self, what: &str, from: u64, to: u64, pressure: weir_memory::Pressure) {
        self.inner.send(EventKind::SizeChanged {
            what: what.to_owned(),
            from,
            to,
            pressure: pressure.into(),
        });
    }

    /// Tells observers that a part of the output is committed. [`crate::run_parts`] does this
    /// itself for every part its sink has taken.
    pub fn part_finished(&self, stage: &Stage, part: u32) {
        self.inner.send(EventKind::PartFinished {
            stage: stage.name().to_owned(),
            part,
        });
    }

    /// What it took so far: ended stages, memory, timeline.
    pub fn report(&self) -> RunReport {
        self.inner.report()
    }

    /// Ends the run: stops the sampling, tells observers, returns what it took. Only the first
    /// call counts; later ones return the report of the first.
    pub fn finish(&self, outcome: Outcome) -> RunReport {
        self.inner.finish(outcome)
    }
}
