//! How much is read at once: sizes that follow the pressure.

use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use weir_memory::{Adaptive, Pressure};
use weir_run::Run;

/// Source pixels a side of a window: at the start, the least under warning, and under critical.
pub const WINDOWS: [u64; 3] = [2048, 512, 256];
/// Cells that are merged at once, in whole target rows: at the start and at the least.
const CHUNKS: [usize; 2] = [5000, 1000];
/// At most so many changes are kept for the result; all are told as events.
const MOST_CHANGES: usize = 256;

/// The size of windows: halves under warning, but not below 512; 256 under critical; doubles when calm, up to where it began.
///
/// Pure: a call of [`respond`](Self::respond) is one observation of pressure.
///
/// ```
/// use weir_memory::Pressure;
/// use weir_raster::WindowSize;
/// let mut window = WindowSize::new(2048);
/// assert_eq!(window.respond(Pressure::Warning), 1024);
/// assert_eq!(window.respond(Pressure::Warning), 512);
/// assert_eq!(window.respond(Pressure::Warning), 512);
/// assert_eq!(window.respond(Pressure::Critical), 256);
/// assert_eq!(window.respond(Pressure::Calm), 512);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowSize {
    start: u64,
    current: u64,
}

impl WindowSize {
    /// Begins at `start`, taken as 256 to 2048 pixels a side.
    pub fn new(start: u64) -> Self {
        let start = start.clamp(WINDOWS[2], WINDOWS[0]);
        Self {
            start,
            current: start,
        }
    }

    /// The size now.
    pub fn current(self) -> u64 {
        self.current
    }

    /// Takes in one observation of pressure; the size from here on.
    pub fn respond(&mut self, pressure: Pressure) -> u64 {
        self.current = match pressure {
            Pressure::Calm => (self.current * 2).min(self.start),
            Pressure::Elevated => self.current,
            Pressure::Warning => (self.current / 2).max(WINDOWS[1]).min(self.current),
            Pressure::Critical => WINDOWS[2],
        };
        self.current
    }
}

/// A change of the windows' size.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WindowChange {
    /// Seconds since the run began.
    pub seconds: f64,
    /// Source pixels a side before.
    pub from: u64,
    /// And from then on.
    pub to: u64,
    /// The pressure that it follows.
    pub pressure: &'static str,
}

/// The sizes of a run, shared by its workers. Each observation of the budget counts once.
pub(super) struct Windows<'a> {
    run: &'a Run,
    state: Mutex<State>,
}

struct State {
    seen: u64,
    window: WindowSize,
    chunk: Adaptive,
    changes: Vec<WindowChange>,
}

impl<'a> Windows<'a> {
    pub(super) fn new(run: &'a Run, start: u64) -> Self {
        let chunk = Adaptive::new(CHUNKS[0], CHUNKS[1], CHUNKS[0])
            .expect("the least is above 0 and below the start");
        let windows = Self {
            run,
            state: Mutex::new(State {
                seen: run.budget().observations(),
                window: WindowSize::new(WINDOWS[0]),
                chunk,
                changes: Vec::new(),
            }),
        };
        if start < WINDOWS[0] {
            let mut state = windows.lock();
            let window = WindowSize::new(start);
            windows.change(&mut state, window, run.budget().pressure());
        }
        windows
    }

    /// Source pixels a side of the next window.
    pub(super) fn window(&self) -> u64 {
        self.follow().0
    }

    /// Whole target rows of so many columns that are merged at once.
    pub(super) fn chunk_rows(&self, columns: u64) -> u64 {
        (self.follow().1 as u64 / columns.max(1)).max(1)
    }

    /// The most that [`chunk_rows`](Self::chunk_rows) gives.
    pub(super) fn most_chunk_rows(columns: u64) -> u64 {
        (CHUNKS[0] as u64 / columns.max(1)).max(1)
    }

    /// Memory was refused: as small as can be.
    pub(super) fn to_the_least(&self) {
        let mut state = self.lock();
        let mut window = state.window;
        window.respond(Pressure::Critical);
        state.chunk.respond(Pressure::Critical);
        self.change(&mut state, window, Pressure::Critical);
    }

    /// The changes so far, the first 256.
    pub(super) fn changes(&self) -> Vec<WindowChange> {
        self.lock().changes.clone()
    }

    fn follow(&self) -> (u64, usize) {
        let mut state = self.lock();
        let budget = self.run.budget();
        let observations = budget.observations();
        if observations != state.seen {
            state.seen = observations;
            let pressure = budget.pressure();
            let mut window = state.window;
            window.respond(pressure);
            state.chunk.respond(pressure);
            self.change(&mut state, window, pressure);
        }
        (state.window.current(), state.chunk.current())
    }

    fn change(&self, state: &mut State, window: WindowSize, pressure: Pressure) {
        let (from, to) = (state.window.current(), window.current());
        state.window = window;
        if from == to {
            return;
        }
        self.run.size_changed("window", from, to, pressure);
        if state.changes.len() < MOST_CHANGES {
            state.changes.push(WindowChange {
                seconds: self.run.elapsed().as_secs_f64(),
                from,
                to,
                pressure: pressure.name(),
            });
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn stays_in_its_bounds(start in 0u64..5000, levels in proptest::collection::vec(0usize..4, 0..60)) {
            let mut size = WindowSize::new(start);
            let begun = size.current();
            for level in levels {
                let before = size.current();
                let level = Pressure::ALL[level];
                let after = size.respond(level);
                prop_assert!((256..=begun).contains(&after));
                match level {
                    Pressure::Calm => prop_assert!(after == begun || after == 2 * before),
                    Pressure::Elevated => prop_assert_eq!(after, before),
                    Pressure::Warning => prop_assert!(after == before.min(512).max(before / 2)),
                    Pressure::Critical => prop_assert_eq!(after, 256),
                }
            }
        }
    }
}
