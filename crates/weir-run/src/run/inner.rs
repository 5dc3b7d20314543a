use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use weir_memory::{Budget, SystemMemory};

use super::{RunBuilder, RunReport};
use crate::event::{Event, EventKind, Observer};
use crate::memory::{MemorySample, PressureLevel, Reading, Timeline, UsageSums, Watch};
use crate::stage::{StageReport, StageState};
use crate::{Cancel, Clock, Outcome, RunId, RunKind, RunName, Timestamp};

/// The timeline keeps at most this many samples.
const MAX_TIMELINE: usize = 4096;
/// At most this many ended stages are kept in the report.
const MAX_STAGES: usize = 1024;

/// What every handle of a run shares.
///
/// Locks are taken in the order `ended`, `memory`, a stage's accounts, and never while the
/// events' lock is held.
pub(crate) struct RunInner {
    id: RunId,
    name: RunName,
    kind: RunKind,
    budget: Budget,
    cancel: Cancel,
    clock: Arc<dyn Clock>,
    started: Timestamp,
    began: Duration,
    events: Mutex<Events>,
    memory: Mutex<Memory>,
    ended: Mutex<Option<RunReport>>,
    watch: Mutex<Option<Watch>>,
}

struct Events {
    sequence: u64,
    closed: bool,
    observers: Vec<Arc<dyn Observer>>,
}

struct Memory {
    active: Vec<Arc<StageState>>,
    stages: Vec<StageReport>,
    usage: UsageSums,
    timeline: Timeline,
    pressure: PressureLevel,
}

impl RunInner {
    pub(super) fn new(builder: RunBuilder, id: RunId) -> Self {
        Self {
            id,
            name: builder.name.unwrap_or_else(|| RunName::from_id(id)),
            kind: builder.kind,
            started: builder.clock.now(),
            began: builder.clock.elapsed(),
            budget: builder.budget,
            cancel: builder.cancel,
            clock: builder.clock,
            events: Mutex::new(Events {
                sequence: 0,
                closed: false,
                observers: builder.observers,
            }),
            memory: Mutex::new(Memory {
                active: Vec::new(),
                stages: Vec::new(),
                usage: UsageSums::default(),
                timeline: Timeline::new(MAX_TIMELINE),
                pressure: PressureLevel::CALM,
            }),
            ended: Mutex::default(),
            watch: Mutex::default(),
        }
    }

    pub(crate) fn id(&self) -> RunId {
        self.id
    }

    pub(crate) fn name(&self) -> &RunName {
        &self.name
    }

    pub(crate) fn kind(&self) -> &RunKind {
        &self.kind
    }

    pub(crate) fn budget(&self) -> &Budget {
        &self.budget
    }

    pub(crate) fn cancel(&self) -> &Cancel {
        &self.cancel
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.clock.elapsed().saturating_sub(self.began)
    }

    pub(crate) fn limit(&self) -> u64 {
        self.budget.limit().as_u64()
    }

    pub(crate) fn reserved(&self) -> u64 {
        self.budget.snapshot().reserved.as_u64()
    }

    /// Resident memory now, where the budget measures it.
    pub(crate) fn resident(&self) -> Option<u64> {
        self.budget.resident_now().map(|bytes| bytes.as_u64())
    }

    pub(super) fn attach(&self, watch: Watch) {
        *lock(&self.watch) = Some(watch);
    }

    pub(super) fn add_observer(&self, observer: Arc<dyn Observer>) {
        lock(&self.events).observers.push(observer);
    }

    /// Tells every observer, in sequence; nothing after the end.
    pub(crate) fn send(&self, kind: EventKind) {
        let mut events = lock(&self.events);
        if events.closed {
            return;
        }
        events.closed = kind.is_end();
        events.sequence += 1;
        let event = Event {
            run: self.id,
            sequence: events.sequence,
            at: self.clock.now(),
            kind,
        };
        for observer in &events.observers {
            observer.on_event(&event);
        }
    }

    pub(crate) fn enter(&self, stage: &Arc<StageState>) {
        lock(&self.memory).active.push(Arc::clone(stage));
    }

    pub(crate) fn leave(&self, stage: &Arc<StageState>, report: &StageReport) {
        let mut memory = lock(&self.memory);
        memory.active.retain(|active| !Arc::ptr_eq(active, stage));
        if memory.stages.len() < MAX_STAGES {
            memory.stages.push(report.clone());
        }
    }

    /// Takes a fresh reading.
    pub(crate) fn measure(&self) {
        self.on_reading(Reading::take(&self.budget));
    }

    /// Files a reading under the run, its stages and operations at work, and tells observers.
    pub(crate) fn on_reading(&self, reading: Reading) {
        let seconds = self.elapsed().as_secs_f64();
        let system = SystemMemory::read();
        let (sample, before) = {
            let mut memory = lock(&self.memory);
            let Reading {
                resident,
                reserved,
                limit,
                pressure,
            } = reading;
            memory.usage.observe(resident, reserved);
            let mut stage = None;
            let mut operation = None;
            // Of several stages at once the sample is told of the last that has an operation at work.
            for active in &memory.active {
                let at_work = active.observe(resident, reserved);
                if at_work.is_some() || operation.is_none() {
                    operation = at_work;
                    stage = Some(active.name().to_owned());
                }
            }
            let sample = MemorySample {
                seconds,
                stage,
                operation,
                resident,
                reserved,
                limit,
                pressure,
                system_available: system.map(|system| system.available.as_u64()),
                system_total: system.map(|system| system.total.as_u64()),
            };
            memory.timeline.push(sample.clone());
            let before = std::mem::replace(&mut memory.pressure, pressure);
            (sample, before)
        };
        if before != sample.pressure {
            self.send(EventKind::PressureChanged {
                from: before,
                to: sample.pressure,
            });
        }
        self.send(EventKind::MemorySample(sample));
    }

    pub(super) fn report(&self) -> RunReport {
        match &*lock(&self.ended) {
            Some(report) => report.clone(),
            None => self.describe(None),
        }
    }

    pub(super) fn finish(&self, outcome: Outcome) -> RunReport {
        // Taken out of its lock first: stopping waits for a reading that is under way.
        let watch = lock(&self.watch).take();
        drop(watch);
        let mut ended = lock(&self.ended);
        if let Some(report) = &*ended {
            return report.clone();
        }
        self.measure();
        let report = self.describe(Some(outcome.clone()));
        let seconds = report.seconds;
        self.send(match outcome {
            Outcome::Finished => EventKind::Finished { seconds },
            Outcome::Failed { error } => EventKind::Failed { error, seconds },
            Outcome::Cancelled { reason } => EventKind::Cancelled { reason, seconds },
        });
        *ended = Some(report.clone());
        report
    }

    fn describe(&self, outcome: Option<Outcome>) -> RunReport {
        let memory = lock(&self.memory);
        // Operations read memory between the samples, so a stage may know of a greater peak.
        let mut usage = memory.usage.usage();
        for stage in memory.stages.iter().filter(|_| usage.samples > 0) {
            usage.peak_resident = usage.peak_resident.max(stage.memory.peak_resident);
            usage.peak_reserved = usage.peak_reserved.max(stage.memory.peak_reserved);
            if stage.memory.min_resident > 0 {
                usage.min_resident = usage.min_resident.min(stage.memory.min_resident);
            }
        }
        RunReport {
            id: self.id,
            name: self.name.clone(),
            kind: self.kind.clone(),
            outcome,
            started: self.started,
            seconds: self.elapsed().as_secs_f64(),
            limit: self.limit(),
            memory: usage,
            stages: memory.stages.clone(),
            timeline: memory.timeline.samples().cloned().collect(),
        }
    }
}

impl fmt::Debug for RunInner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Run")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
