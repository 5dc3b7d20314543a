use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::PartsError;
use super::schedule::{Due, Schedule, Take};
use crate::{Run, Stage};

/// What became of the parts when nothing failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartsOutcome {
    /// How many parts the sink took.
    pub completed: u64,
    /// Whether the run was cancelled before all parts were handed out.
    pub cancelled: bool,
}

/// Computes parts on threads and hands their results to `sink` in the order of `parts`.
///
/// * Parts are handed out in the order of the iterator. At most twice as many as there are
///   threads are handed out and not yet taken by the sink, so memory is bounded however unequal
///   they are.
/// * Each thread has a state of its own, made by `make_worker` before any part begins.
/// * The sink runs on the calling thread; after it took a part, observers hear
///   [`crate::EventKind::PartFinished`].
/// * With one thread everything runs on the calling thread, part by part.
/// * A cancelled run hands out no more parts; those begun are completed and taken by the sink. A part
///   is the unit of cancelling.
/// * After a failure nothing more is handed out; all parts before the failing one go to
///   the sink, none after it. All threads are joined before this returns.
///
/// # Errors
///
/// [`PartsError`] of the lowest failing part, whatever the threads did; a panic in `work` is
/// caught and becomes [`PartsError::Panicked`].
///
/// ```
/// use std::num::NonZeroUsize;
/// use weir_memory::Budget;
/// use weir_run::{Run, RunKind, Total, run_parts};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let run = Run::builder(RunKind::sim(), Budget::detached("256MiB".parse()?)).start()?;
/// let stage = run.stage("square", Total::known(5, "parts"));
/// let mut squares = Vec::new();
/// let outcome = run_parts(
///     &run,
///     &stage,
///     0..5,
///     NonZeroUsize::new(2).ok_or("zero")?,
///     || Ok::<_, std::io::Error>(()),
///     |(), part| Ok(part * part),
///     |_, square| {
///         squares.push(square);
///         Ok(())
///     },
/// )?;
/// assert_eq!(squares, [0, 1, 4, 9, 16]);
/// assert_eq!(outcome.completed, 5);
/// # Ok(())
/// # }
/// ```
pub fn run_parts<W, T, E>(
    run: &Run,
    stage: &Stage,
    parts: impl IntoIterator<Item = u32, IntoIter: Send>,
    threads: NonZeroUsize,
    make_worker: impl Fn() -> Result<W, E>,
    work: impl Fn(&mut W, u32) -> Result<T, E> + Sync,
    mut sink: impl FnMut(u32, T) -> Result<(), E>,
) -> Result<PartsOutcome, PartsError<E>>
where
    W: Send,
    T: Send,
    E: Send,
{
    let parts = parts.into_iter();
    let most = parts.size_hint().1.unwrap_or(usize::MAX).max(1);
    let threads = threads.get().min(most);
    let mut workers = Vec::new();
    for worker in 0..threads {
        workers.push(make_worker().map_err(|error| PartsError::Worker { worker, error })?);
    }
    let deliver = |part, value: T| {
        sink(part, value).map_err(|error| PartsError::Sink { part, error })?;
        run.part_finished(stage, part);
        Ok(())
    };
    match workers.pop() {
        Some(worker) if workers.is_empty() => on_this_thread(run, parts, worker, &work, deliver),
        last => on_threads(
            run,
            parts,
            workers.into_iter().chain(last),
            threads,
            &work,
            deliver,
        ),
    }
}

fn on_this_thread<W, T, E>(
    run: &Run,
    parts: impl Iterator<Item = u32>,
    mut worker: W,
    work: &impl Fn(&mut W, u32) -> Result<T, E>,
    mut deliver: impl FnMut(u32, T) -> Result<(), PartsError<E>>,
) -> Result<PartsOutcome, PartsError<E>> {
    let mut completed = 0;
    for part in parts {
        if run.cancel().is_cancelled() {
            return Ok(PartsOutcome {
                completed,
                cancelled: true,
            });
        }
        deliver(part, compute(work, &mut worker, part)?)?;
        completed += 1;
    }
    Ok(PartsOutcome {
        completed,
        cancelled: false,
    })
}

fn on_threads<W: Send, T: Send, E: Send>(
    run: &Run,
    parts: impl Iterator<Item = u32> + Send,
    workers: impl Iterator<Item = W>,
    threads: usize,
    work: &(impl Fn(&mut W, u32) -> Result<T, E> + Sync),
    mut deliver: impl FnMut(u32, T) -> Result<(), PartsError<E>>,
) -> Result<PartsOutcome, PartsError<E>> {
    let desk = Desk {
        state: Mutex::new(State {
            parts,
            schedule: Schedule::new(threads.saturating_mul(2)),
            cancelled: false,
        }),
        changed: Condvar::new(),
    };
    std::thread::scope(|scope| {
        // Whatever way this closure is left, by an error or by a panic of the sink, the
        // workers stop, so that the scope's join returns.
        let _closing = Closing(&desk);
        for mut worker in workers {
            let desk = &desk;
            scope.spawn(move || {
                while let Some((ticket, part)) = desk.next(run) {
                    let result = compute(work, &mut worker, part);
                    let failed = result.is_err();
                    desk.complete(ticket, part, result);
                    if failed {
                        break;
                    }
                }
            });
        }
        let mut completed = 0;
        while let Some((part, result)) = desk.due() {
            deliver(part, result?)?;
            completed += 1;
        }
        Ok(PartsOutcome {
            completed,
            cancelled: desk.lock().cancelled,
        })
    })
}

fn compute<W, T, E>(
    work: &impl Fn(&mut W, u32) -> Result<T, E>,
    worker: &mut W,
    part: u32,
) -> Result<T, PartsError<E>> {
    // The worker's state is not used again after a panic.
    match catch_unwind(AssertUnwindSafe(|| work(worker, part))) {
        Ok(result) => result.map_err(|error| PartsError::Work { part, error }),
        Err(payload) => {
            let text = payload
                .downcast_ref::<&str>()
                .map(|text| (*text).to_owned())
                .or_else(|| payload.downcast_ref::<String>().cloned());
            Err(PartsError::Panicked {
                part,
                message: text.unwrap_or_else(|| "no message".to_owned()),
            })
        }
    }
}

type Computed<T, E> = (u32, Result<T, PartsError<E>>);

/// Where workers fetch parts and bring results.
struct Desk<I, T, E> {
    state: Mutex<State<I, T, E>>,
    changed: Condvar,
}

struct State<I, T, E> {
    parts: I,
    schedule: Schedule<Computed<T, E>>,
    cancelled: bool,
}

impl<I: Iterator<Item = u32>, T, E> Desk<I, T, E> {
    /// The next part for a worker, or `None` when there is none for it any more.
    fn next(&self, run: &Run) -> Option<(u64, u32)> {
        let mut state = self.lock();
        loop {
            match state.schedule.may_take() {
                Take::Stop => return None,
                Take::Wait => {
                    state = self.wait(state);
                    continue;
                }
                Take::Now => {}
            }
            match state.parts.next() {
                Some(_) if run.cancel().is_cancelled() => state.cancelled = true,
                Some(part) => return Some((state.schedule.take(), part)),
                None => {}
            }
            state.schedule.close();
            self.changed.notify_all();
        }
    }

    fn complete(&self, ticket: u64, part: u32, result: Result<T, PartsError<E>>) {
        let mut state = self.lock();
        if result.is_err() {
            state.schedule.close();
        }
        state.schedule.complete(ticket, (part, result));
        self.changed.notify_all();
    }

    /// The next result in order; `None` when all are delivered.
    fn due(&self) -> Option<Computed<T, E>> {
        let mut state = self.lock();
        loop {
            match state.schedule.due() {
                Due::Deliver(result) => {
                    self.changed.notify_all();
                    return Some(result);
                }
                Due::Done => return None,
                Due::Wait => state = self.wait(state),
            }
        }
    }
}

impl<I, T, E> Desk<I, T, E> {
    fn lock(&self) -> MutexGuard<'_, State<I, T, E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State<I, T, E>>) -> MutexGuard<'a, State<I, T, E>> {
        self.changed
            .wait(state)
            .unwrap_or_else(PoisonError::into_inner)
    }
}

struct Closing<'a, I, T, E>(&'a Desk<I, T, E>);

impl<I, T, E> Drop for Closing<'_, I, T, E> {
    fn drop(&mut self) {
        self.0.lock().schedule.close();
        self.0.changed.notify_all();
    }
}
