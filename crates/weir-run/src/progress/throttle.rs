use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Lets something through at most once an interval, whoever asks from however many threads.
///
/// The first request passes. Nothing is queued: what must be said at the end is said by whoever
/// ends, past the throttle.
#[derive(Debug)]
pub struct Throttle {
    interval_nanos: u64,
    next_nanos: AtomicU64,
}

impl Throttle {
    /// A throttle with this interval.
    pub fn new(interval: Duration) -> Self {
        Self {
            interval_nanos: nanos(interval),
            next_nanos: AtomicU64::new(0),
        }
    }

    /// Whether a request at this time passes. Of several at once exactly one does.
    pub fn passes(&self, at: Duration) -> bool {
        let now = nanos(at);
        let next = self.next_nanos.load(Ordering::Relaxed);
        now >= next
            && self
                .next_nanos
                .compare_exchange(
                    next,
                    now.saturating_add(self.interval_nanos),
                    Ordering::Relaxed,
                    Ordering::Relaxed,
                )
                .is_ok()
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
