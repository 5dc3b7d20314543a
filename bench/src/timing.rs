use std::time::Instant;

use serde::Serialize;

/// Seconds of one thing, repeated.
#[derive(Debug, Default)]
pub(crate) struct Timing(Vec<f64>);

/// What is told of them.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
    pub(crate) repetitions: usize,
}

impl Timing {
    /// Runs it once more.
    pub(crate) fn take<T, E>(&mut self, run: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let began = Instant::now();
        let outcome = run()?;
        self.0.push(began.elapsed().as_secs_f64());
        Ok(outcome)
    }

    /// Seconds.
    pub(crate) fn seconds(&self) -> Spread {
        self.spread(|seconds| seconds)
    }

    /// Units a second.
    pub(crate) fn rate(&self, units: f64) -> Spread {
        self.spread(|seconds| units / seconds)
    }

    fn spread(&self, of: impl Fn(f64) -> f64) -> Spread {
        let mut values: Vec<f64> = self.0.iter().map(|&seconds| of(seconds)).collect();
        values.sort_by(f64::total_cmp);
        let at = |place: usize| values.get(place).copied().unwrap_or(f64::NAN);
        let middle = values.len() / 2;
        let median = if values.len().is_multiple_of(2) {
            0.5 * (at(middle.saturating_sub(1)) + at(middle))
        } else {
            at(middle)
        };
        Spread {
            median,
            least: at(0),
            most: at(values.len().saturating_sub(1)),
            repetitions: values.len(),
        }
    }
}
