use super::{Bounds, Field, ListOf, Named, Record, Union, Visitor, field};
use crate::protocol::BaselineLetters;

static LETTERS_KINDS: [Named; 5] = [
    Named {
        name: "piecewise",
        doc: "inverse cumulative distribution, linear between points",
    },
    Named {
        name: "truncated_normal",
        doc: "normal, redrawn inside its limits, never clamped",
    },
    Named {
        name: "normal",
        doc: "normal, clamped to 0 and 100",
    },
    Named {
        name: "uniform",
        doc: "uniform between its limits",
    },
    Named {
        name: "beta_with_threshold",
        doc: "scaled beta distribution, thinned above a funding threshold",
    },
];

/// Mean, SD and limits of trial populations, in the order of [`LETTERS_PRESETS`] after the first.
const TRIALS: [(f64, f64, f64, f64); 4] = [
    (53.6, 13.5, 25.0, 73.0),
    (53.6, 14.1, 25.0, 73.0),
    (60.8, 13.4, 23.0, 82.0),
    (59.6, 13.3, 24.0, 78.0),
];

static LETTERS_PRESETS: [Named; 5] = [
    Named {
        name: "uk_routine",
        doc: "UK routine care, with the kink of a 70-letter threshold",
    },
    Named {
        name: "view",
        doc: "VIEW 1 and 2, pooled: 53.6 ± 13.5 in 25–73",
    },
    Named {
        name: "marina",
        doc: "MARINA, sham arm: 53.6 ± 14.1 in 25–73",
    },
    Named {
        name: "catt",
        doc: "CATT, four arms: 60.8 ± 13.4 in 23–82",
    },
    Named {
        name: "pulsar",
        doc: "PULSAR: 59.6 ± 13.3 in 24–78",
    },
];

const POINT: Field = field(
    "points",
    "One point: a share of eyes and the letters it stays below",
)
.required();

/// A point while it is visited.
struct Point<'a>(&'a mut (f64, f64));

impl Record for Point<'_> {
    fn visit(&mut self, v: &mut dyn Visitor) {
        let share = field("share", "Share of eyes at or below these letters").required();
        v.number(&share, Bounds::within(0.0, 1.0), &mut self.0.0);
        let letters = field("letters", "Letters").required();
        v.number(&letters, Bounds::within(0.0, 100.0), &mut self.0.1);
    }
}

impl Record for BaselineLetters {
    fn visit(&mut self, v: &mut dyn Visitor) {
        let letters = Bounds::within(0.0, 100.0);
        let spread = Bounds::above(0.0, 50.0);
        let mean_key = field("mean_letters", "Mean, before truncation").required();
        let sd_key = field("sd_letters", "Standard deviation, before truncation").required();
        let min_key = field("min_letters", "Lowest").required();
        let max_key = field("max_letters", "Highest").required();
        match self {
            BaselineLetters::Piecewise { points } => v.list(
                &POINT,
                2,
                200,
                &mut ListOf {
                    values: points,
                    new: || (0.0, 0.0),
                    visit: |point, f, v| v.record(f, &mut Point(point)),
                },
            ),
            BaselineLetters::TruncatedNormal { mean, sd, min, max } => {
                v.number(&mean_key, letters, mean);
                v.number(&sd_key, spread, sd);
                v.number(&min_key, letters, min);
                v.number(&max_key, letters, max);
            }
            BaselineLetters::Normal { mean, sd } => {
                v.number(&mean_key, letters, mean);
                v.number(&sd_key, spread, sd);
            }
            BaselineLetters::Uniform { min, max } => {
                v.number(&min_key, letters, min);
                v.number(&max_key, letters, max);
            }
            BaselineLetters::BetaWithThreshold {
                alpha,
                beta,
                min,
                max,
                threshold,
                reduction,
            } => {
                let shape = Bounds::within(0.1, 100.0);
                v.number(&field("alpha", "First shape").required(), shape, alpha);
                v.number(&field("beta", "Second shape").required(), shape, beta);
                v.number(&min_key, letters, min);
                v.number(&max_key, letters, max);
                let key = field(
                    "threshold_letters",
                    "Letters above which eyes are thinned out",
                );
                v.number(&key.required(), letters, threshold);
                let key = field(
                    "reduction_share",
                    "Share of eyes removed above the threshold",
                );
                v.number(&key.required(), Bounds::within(0.0, 1.0), reduction);
            }
        }
    }
}

impl Union for BaselineLetters {
    fn kinds(&self) -> &'static [Named] {
        &LETTERS_KINDS
    }

    fn kind(&self) -> usize {
        match self {
            BaselineLetters::Piecewise { .. } => 0,
            BaselineLetters::TruncatedNormal { .. } => 1,
            BaselineLetters::Normal { .. } => 2,
            BaselineLetters::Uniform { .. } => 3,
            BaselineLetters::BetaWithThreshold { .. } => 4,
        }
    }

    fn set_kind(&mut self, kind: usize) {
        *self = match kind {
            0 => BaselineLetters::default(),
            1 => BaselineLetters::TruncatedNormal {
                mean: 55.0,
                sd: 14.0,
                min: 25.0,
                max: 73.0,
            },
            2 => BaselineLetters::Normal {
                mean: 55.0,
                sd: 14.0,
            },
            3 => BaselineLetters::Uniform {
                min: 25.0,
                max: 73.0,
            },
            _ => BaselineLetters::BetaWithThreshold {
                alpha: 3.5,
                beta: 2.0,
                min: 5.0,
                max: 95.0,
                threshold: 70.0,
                reduction: 0.6,
            },
        };
    }

    fn presets(&self) -> &'static [Named] {
        &LETTERS_PRESETS
    }

    fn set_preset(&mut self, preset: usize) {
        *self = match preset.checked_sub(1).and_then(|trial| TRIALS.get(trial)) {
            Some(&(mean, sd, min, max)) => BaselineLetters::TruncatedNormal { mean, sd, min, max },
            None => BaselineLetters::default(),
        };
    }
}
