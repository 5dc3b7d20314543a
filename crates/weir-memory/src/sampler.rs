//! The thread that looks at resident memory a few times a second.

use std::fmt;
use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::psi::PsiFile;
use crate::{Budget, Bytes, Pressure, peak_resident};

/// How often a sampler looks unless told otherwise: four times a second.
pub const DEFAULT_PERIOD: Duration = Duration::from_millis(250);

/// One look at memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// Since the sampler was started.
    pub elapsed: Duration,
    /// Resident memory of the process; what is reserved and unattributed where the system does
    /// not tell.
    pub resident: Bytes,
    /// Peak resident memory of the process so far (`VmHWM`), where the system tells.
    pub peak: Option<Bytes>,
    /// Reserved by all holders.
    pub reserved: Bytes,
    /// The estimate of what is resident outside reservations.
    pub unattributed: Bytes,
    /// The budget's limit.
    pub limit: Bytes,
    /// The level of pressure, this sample taken into account.
    pub pressure: Pressure,
    /// Share of the last 10 seconds in which some task waited for memory, in percent, where the
    /// kernel tells.
    pub psi_some_avg10: Option<f32>,
}

/// Looks at resident memory periodically, closes the budget's loop and hands samples on.
///
/// The first look is at the start, the last when it is dropped; dropping waits for a look that
/// is under way, not for the period. One per budget is right: several only make the estimate
/// of unattributed memory fall sooner.
pub struct Sampler {
    stop: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Sampler {
    /// Starts, and calls `each` on its own thread with every sample. `each` should be short; a
    /// panic in it ends the handing on, not the looking.
    ///
    /// # Errors
    ///
    /// Where the system gives no thread.
    pub fn start(
        budget: Budget,
        period: Duration,
        each: impl FnMut(Sample) + Send + 'static,
    ) -> io::Result<Self> {
        let stop = Arc::new((Mutex::new(false), Condvar::new()));
        let shared = Arc::clone(&stop);
        let thread = thread::Builder::new()
            .name("weir-memory".to_owned())
            .spawn(move || run(&budget, period, &shared, each))?;
        Ok(Self {
            stop,
            thread: Some(thread),
        })
    }

    /// Takes the last sample and ends the thread; the same as dropping.
    pub fn stop(self) {}
}

impl Drop for Sampler {
    fn drop(&mut self) {
        let (stopped, wake) = &*self.stop;
        *stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        wake.notify_all();
        if let Some(thread) = self.thread.take() {
            // Dropped by its own callback, it cannot wait for itself; it ends after this look.
            if thread.thread().id() != thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}

impl fmt::Debug for Sampler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sampler").finish_non_exhaustive()
    }
}

fn run(
    budget: &Budget,
    period: Duration,
    stop: &(Mutex<bool>, Condvar),
    mut each: impl FnMut(Sample),
) {
    let begun = Instant::now();
    let psi = PsiFile::find();
    let mut hands_on = true;
    let mut look = || {
        let sample = sample(budget, begun, psi.as_ref());
        if hands_on {
            let handed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| each(sample)));
            hands_on = handed.is_ok();
        }
    };
    let (stopped, wake) = stop;
    loop {
        look();
        // From look to look, so that a slow one is not followed by a burst.
        let waiting = stopped.lock().unwrap_or_else(PoisonError::into_inner);
        let (stopped, _) = wake
            .wait_timeout_while(waiting, period, |stopped| !*stopped)
            .unwrap_or_else(PoisonError::into_inner);
        if *stopped {
            break;
        }
    }
    look();
}

fn sample(budget: &Budget, begun: Instant, psi: Option<&PsiFile>) -> Sample {
    if budget.observe_now().is_none() {
        let now = budget.snapshot();
        budget.observe(now.reserved.saturating_add(now.unattributed));
    }
    let now = budget.snapshot();
    Sample {
        elapsed: begun.elapsed(),
        resident: now.resident,
        peak: peak_resident(),
        reserved: now.reserved,
        unattributed: now.unattributed,
        limit: now.limit,
        pressure: now.pressure,
        psi_some_avg10: psi.and_then(PsiFile::read).map(|psi| psi.some.avg10),
    }
}
