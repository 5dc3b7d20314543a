use std::sync::Arc;
use std::time::Duration;

use weir_memory::Budget;

use super::{Run, RunInner};
use crate::event::{EventKind, Observer};
use crate::memory::Watch;
use crate::{Cancel, Clock, RunId, RunIdError, RunKind, RunName, SystemClock};

/// What a run is made of, before it starts.
pub struct RunBuilder {
    pub(super) kind: RunKind,
    pub(super) budget: Budget,
    pub(super) id: Option<RunId>,
    pub(super) name: Option<RunName>,
    pub(super) cancel: Cancel,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) observers: Vec<Arc<dyn Observer>>,
    sampling: Option<Duration>,
}

impl RunBuilder {
    pub(super) fn new(kind: RunKind, budget: Budget) -> Self {
        Self {
            kind,
            budget,
            id: None,
            name: None,
            cancel: Cancel::new(),
            clock: Arc::new(SystemClock::new()),
            observers: Vec::new(),
            sampling: Some(weir_memory::DEFAULT_PERIOD),
        }
    }

    /// Uses this id: the one it was registered under, or the one of the run to resume. Without
    /// it the run makes its own.
    #[must_use]
    pub fn id(mut self, id: RunId) -> Self {
        self.id = Some(id);
        self
    }

    /// Uses this name; without it the name follows from the id.
    #[must_use]
    pub fn name(mut self, name: RunName) -> Self {
        self.name = Some(name);
        self
    }

    /// Uses this token, so that whoever has it can stop the run.
    #[must_use]
    pub fn cancel(mut self, cancel: Cancel) -> Self {
        self.cancel = cancel;
        self
    }

    /// Uses this clock instead of the system's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Adds an observer, which hears of everything.
    #[must_use]
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observers.push(observer);
        self
    }

    /// Samples memory this often instead of every [`weir_memory::DEFAULT_PERIOD`].
    #[must_use]
    pub fn sample_every(mut self, period: Duration) -> Self {
        self.sampling = Some(period);
        self
    }

    /// Samples memory only where stages begin and end; the caller runs the sampler.
    #[must_use]
    pub fn without_sampling(mut self) -> Self {
        self.sampling = None;
        self
    }

    /// Starts the run: observers hear [`EventKind::Started`], sampling begins.
    ///
    /// # Errors
    ///
    /// [`StartError`]: no random bytes for an id of its own, or no thread for the sampling.
    pub fn start(self) -> Result<Run, StartError> {
        let sampling = self.sampling;
        let id = match self.id {
            Some(id) => id,
            None => RunId::new(self.clock.now())?,
        };
        let inner = Arc::new(RunInner::new(self, id));
        inner.send(EventKind::Started {
            name: inner.name().clone(),
            kind: inner.kind().clone(),
            limit: inner.limit(),
        });
        if let Some(period) = sampling {
            inner.attach(Watch::start(&inner, period).map_err(StartError::Sampling)?);
        }
        Ok(Run::from_inner(inner))
    }
}

/// Why a run cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// It needs an id and cannot make one.
    #[error(transparent)]
    Id(#[from] RunIdError),
    /// The system gives no thread that samples memory.
    #[error(
        "the thread that watches the run's memory cannot start: {0}; raise the limit on \
         processes (`ulimit -u`) or end other ones"
    )]
    Sampling(#[source] std::io::Error),
}
