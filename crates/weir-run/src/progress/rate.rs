use std::time::Duration;

/// Units a second, smoothed: an exponentially weighted mean of the speed, weighted by time, so
/// that irregular observations count for as long as they cover.
///
/// Pure: time comes in with every observation. The rate is never negative, never NaN, and
/// always between the slowest and the fastest speed observed.
///
/// ```
/// use std::time::Duration;
/// use weir_run::Rate;
/// let mut rate = Rate::new(Duration::from_secs(5));
/// rate.observe(Duration::ZERO, 0);
/// rate.observe(Duration::from_secs(1), 100);
/// assert_eq!(rate.per_second(), Some(100.0));
/// assert_eq!(rate.seconds_left(100, 300), Some(2.0));
/// ```
#[derive(Clone, Debug)]
pub struct Rate {
    time_constant: f64,
    last: Option<(Duration, u64)>,
    smoothed: Option<f64>,
}

impl Rate {
    /// A rate that forgets with this time constant (what is one constant old weighs 37 %).
    pub fn new(time_constant: Duration) -> Self {
        Self {
            time_constant: time_constant.as_secs_f64().max(1e-3),
            last: None,
            smoothed: None,
        }
    }

    /// Tells that `done` units were done by `at`. Observations that do not move time on are
    /// kept for the next one; a count that falls counts as standing still.
    pub fn observe(&mut self, at: Duration, done: u64) {
        let Some((last_at, last_done)) = self.last else {
            self.last = Some((at, done));
            return;
        };
        let seconds = at.saturating_sub(last_at).as_secs_f64();
        if seconds <= 0.0 {
            return;
        }
        let speed = done.saturating_sub(last_done) as f64 / seconds;
        let weight = -libm::expm1(-seconds / self.time_constant);
        self.smoothed = Some(match self.smoothed {
            None => speed,
            Some(old) => old + weight * (speed - old),
        });
        self.last = Some((at, done.max(last_done)));
    }

    /// Forgets the speed; from here on it is measured from `done` at `at`.
    pub fn restart(&mut self, at: Duration, done: u64) {
        self.last = Some((at, done));
        self.smoothed = None;
    }

    /// The smoothed speed; `None` before two observations at different times.
    pub fn per_second(&self) -> Option<f64> {
        self.smoothed
    }

    /// Seconds until `total` units are done when `done` are; `None` without a positive rate.
    pub fn seconds_left(&self, done: u64, total: u64) -> Option<f64> {
        let left = total.saturating_sub(done) as f64;
        if left == 0.0 {
            return Some(0.0);
        }
        let seconds = left / self.smoothed.filter(|&rate| rate > 0.0)?;
        seconds.is_finite().then_some(seconds)
    }
}
