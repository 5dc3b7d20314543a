use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{Progress, Rate, Throttle, Total};
use crate::event::EventKind;
use crate::run::RunInner;

/// At most this many progress events a second for each stage.
const EVENTS_PER_SECOND: u32 = 10;
/// How quickly the shown rate follows a changed speed.
const RATE_TIME_CONSTANT: Duration = Duration::from_secs(5);

/// Counts what a stage has done. Any number of threads may add at once.
///
/// Adding is one atomic addition and a look at the clock; about ten times a second one of the
/// adding threads sends a progress event. The stage's end always sends the last one.
#[derive(Debug, Clone)]
pub struct ProgressCounter {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    run: Arc<RunInner>,
    stage: String,
    total: Total,
    began: Duration,
    done: AtomicU64,
    throttle: Throttle,
    rate: Mutex<Rate>,
}

impl ProgressCounter {
    pub(crate) fn new(run: Arc<RunInner>, stage: String, total: Total) -> Self {
        let began = run.clock().elapsed();
        let mut rate = Rate::new(RATE_TIME_CONSTANT);
        rate.observe(began, 0);
        Self {
            shared: Arc::new(Shared {
                run,
                stage,
                total,
                began,
                done: AtomicU64::new(0),
                throttle: Throttle::new(Duration::from_secs(1) / EVENTS_PER_SECOND),
                rate: Mutex::new(rate),
            }),
        }
    }

    /// Counts `n` more units as done.
    pub fn add(&self, n: u64) {
        self.shared.done.fetch_add(n, Ordering::Relaxed);
        let at = self.shared.run.clock().elapsed();
        if self.shared.throttle.passes(at) {
            self.send(at, false);
        }
    }

    /// Counts `n` units that an earlier attempt has done: they are done, and say nothing about the
    /// speed of this one.
    pub fn take_over(&self, n: u64) {
        let mut rate = lock(&self.shared.rate);
        let done = self.shared.done.fetch_add(n, Ordering::Relaxed) + n;
        rate.restart(self.shared.run.clock().elapsed(), done);
    }

    /// Units done so far.
    pub fn done(&self) -> u64 {
        self.shared.done.load(Ordering::Relaxed)
    }

    /// What there is to do.
    pub fn total(&self) -> &Total {
        &self.shared.total
    }

    /// The state of affairs, without sending an event.
    pub fn snapshot(&self) -> Progress {
        let rate = lock(&self.shared.rate).clone();
        self.describe(&rate, self.done(), self.shared.run.clock().elapsed(), false)
    }

    pub(crate) fn send_last(&self) {
        self.send(self.shared.run.clock().elapsed(), true);
    }

    fn send(&self, at: Duration, last: bool) {
        // Sent under the lock, so that observers never see the count go back.
        let mut rate = lock(&self.shared.rate);
        let done = self.done();
        rate.observe(at, done);
        let progress = self.describe(&rate, done, at, last);
        self.shared.run.send(EventKind::Progress(progress));
    }

    fn describe(&self, rate: &Rate, done: u64, at: Duration, last: bool) -> Progress {
        let total = self.shared.total.count();
        Progress {
            stage: self.shared.stage.clone(),
            done,
            total,
            unit: self.shared.total.unit().clone(),
            rate: rate.per_second(),
            seconds_left: total.and_then(|total| rate.seconds_left(done, total)),
            seconds: at.saturating_sub(self.shared.began).as_secs_f64(),
            last,
        }
    }
}

fn lock(rate: &Mutex<Rate>) -> std::sync::MutexGuard<'_, Rate> {
    rate.lock().unwrap_or_else(PoisonError::into_inner)
}
