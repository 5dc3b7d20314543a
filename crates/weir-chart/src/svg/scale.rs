//! From data to paper: limits, ticks, positions.

use crate::axis::{Axis, Domain, Ticks};

/// More ticks than this are no longer ticks.
const MOST: f64 = 200.0;

/// An axis with its limits and ticks settled.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Settled {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) step: f64,
    /// Multiples of the step, as whole numbers, so that thinning keeps 0, 5, 10 …
    pub(super) ticks: Vec<i64>,
}

impl Settled {
    /// Settles an axis for data from `low` to `high`, with about `count` ticks where it may choose.
    pub(super) fn of(axis: &Axis, data: Option<(f64, f64)>, count: f64) -> Self {
        let (low, high) = data.unwrap_or((0.0, 1.0));
        let (low, high) = match axis.domain {
            Domain::Fixed { from, to } => (from, to),
            Domain::FromZero => (0.0, if high > 1e-12 { high } else { 1.0 }),
            Domain::FromData if high - low > 1e-9 * high.abs().max(low.abs()).max(1e-3) => {
                (low, high)
            }
            Domain::FromData => (
                low - 0.5 * low.abs().max(1.0),
                high + 0.5 * high.abs().max(1.0),
            ),
            Domain::Categories(_) => (0.0, 1.0),
        };
        let step = match axis.ticks {
            Ticks::Every(step) if (high - low) / step <= MOST => step,
            _ => nice((high - low) / count.max(1.0)),
        };
        let (from, to) = match axis.domain {
            Domain::FromZero => (0.0, (high / step - 1e-9).ceil().max(1.0) * step),
            Domain::FromData => {
                let from = (low / step + 1e-9).floor();
                (
                    from * step,
                    (high / step - 1e-9).ceil().max(from + 1.0) * step,
                )
            }
            Domain::Fixed { .. } | Domain::Categories(_) => (low, high),
        };
        let slack = 1e-6 * (to - from);
        let first = (from / step - 1e-6).ceil();
        let last = (to / step + 1e-6).floor();
        // Far from zero a step may be too fine to tell neighbours apart; then there are none.
        let ticks = if last.abs().max(first.abs()) < 1e12 {
            (first as i64..=last as i64)
                .filter(|tick| (from - slack..=to + slack).contains(&(*tick as f64 * step)))
                .collect()
        } else {
            Vec::new()
        };
        Self {
            from,
            to,
            step,
            ticks,
        }
    }

    pub(super) fn value(&self, tick: i64) -> f64 {
        tick as f64 * self.step
    }

    /// The smallest of 1, 2, 5, 10 … that leaves `room` between the labels of every so-many-th tick.
    pub(super) fn thinned(&self, spacing: f64, room: f64) -> i64 {
        let mut every = 1;
        for factor in [2, 5, 2].into_iter().cycle() {
            if spacing * every as f64 >= room || every > 10_000 {
                break;
            }
            every = if factor == 5 {
                every / 2 * 5
            } else {
                every * 2
            };
        }
        every
    }
}

/// The smallest of 1, 2, 5 × a power of ten that is at least `least`.
fn nice(least: f64) -> f64 {
    let mut power = 1.0;
    while power * 10.0 <= least {
        power *= 10.0;
    }
    while power > least && power > 1e-15 {
        power /= 10.0;
    }
    [1.0, 2.0, 5.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= least * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

/// A straight map from data to paper.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    from: f64,
    to: f64,
    start: f64,
    end: f64,
}

impl Scale {
    pub(super) fn new(settled: &Settled, start: f64, end: f64) -> Self {
        Self {
            from: settled.from,
            to: settled.to,
            start,
            end,
        }
    }

    /// Where a value lies on paper.
    pub(super) fn at(&self, value: f64) -> f64 {
        self.start + (value - self.from) / (self.to - self.from) * (self.end - self.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn years_have_a_tick_each_and_letters_every_twenty() {
        let years = Settled::of(&Axis::years("t", 5.0), None, 4.0);
        assert_eq!((years.ticks.clone(), years.step), ((0..=5).collect(), 1.0));
        assert_eq!(Settled::of(&Axis::letters("va"), None, 4.0).ticks.len(), 6);
    }

    #[test]
    fn thinning_keeps_round_numbers() {
        let years = Settled::of(&Axis::years("t", 50.0), None, 4.0);
        assert_eq!(years.thinned(10.0, 9.0), 1);
        assert_eq!(years.thinned(10.0, 19.0), 2);
        assert_eq!(years.thinned(10.0, 41.0), 5);
        assert_eq!(years.thinned(10.0, 70.0), 10);
        assert_eq!(years.thinned(10.0, 170.0), 20);
    }

    proptest! {
        #[test]
        fn data_lie_on_the_paper(low in -1e6..1e6_f64, span in 0.0..1e6_f64, count in 1.0..12.0_f64) {
            let high = low + span;
            let settled = Settled::of(&Axis { domain: Domain::FromData, ..Axis::count("n") }, Some((low, high)), count);
            prop_assert!(settled.from <= low + 1e-6 && settled.to >= high - 1e-6 && settled.from < settled.to);
            prop_assert!(settled.ticks.len() <= 40);
            let scale = Scale::new(&settled, 0.0, 100.0);
            prop_assert!((-1e-3..=100.001).contains(&scale.at(low)) && (-1e-3..=100.001).contains(&scale.at(high)));
        }
    }
}
