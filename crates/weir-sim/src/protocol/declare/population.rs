use super::{Bounds, Field, ListOf, Named, OptionalOf, Record, Union, Visitor, field};
use crate::protocol::{Age, BaselineLetters, FellowEye, FollowUp, Population, Recruitment};

const UK: &str = "UK routine care, docs/model.md";

static FOLLOW_UP: [Named; 2] = [
    Named {
        name: "from_enrolment",
        doc: "the run's years, from each patient's own enrolment",
    },
    Named {
        name: "until_study_end",
        doc: "until the run's years after the first enrolment; late arrivals are followed for less",
    },
];

static NO_FELLOW_EYE: Named = Named {
    name: "none",
    doc: "the study eye alone",
};

impl Record for Population {
    fn visit(&mut self, v: &mut dyn Visitor) {
        v.record(
            &field("age", "Age at enrolment: normal, truncated to its limits"),
            &mut self.age,
        );
        v.number(
            &field("female_share", "Share of women").from(UK),
            Bounds::within(0.0, 1.0),
            &mut self.female_share,
        );
        v.union(
            &field("baseline_letters", "Measured letters at baseline").from(UK),
            &mut self.baseline_letters,
        );
        v.union(
            &field("recruitment", "When patients arrive"),
            &mut self.recruitment,
        );
        v.one_of(
            &field("follow_up", "How long each patient is followed"),
            &FOLLOW_UP,
            &[FollowUp::FromEnrolment, FollowUp::UntilStudyEnd],
            &mut self.follow_up,
        );
        v.optional(
            &field("fellow_eye", "Onset of the same disease in the second eye"),
            &NO_FELLOW_EYE,
            &mut OptionalOf {
                value: &mut self.fellow_eye,
                visit: |eye, f, v| v.record(f, eye),
            },
        );
    }
}

impl Record for Age {
    fn visit(&mut self, v: &mut dyn Visitor) {
        let years = Bounds::within(18.0, 110.0);
        v.number(
            &field("mean_years", "Mean before truncation, years").from(UK),
            years,
            &mut self.mean_years,
        );
        v.number(
            &field(
                "sd_years",
                "Standard deviation before truncation, years; 0 gives everyone the mean",
            )
            .from(UK),
            Bounds::within(0.0, 40.0),
            &mut self.sd_years,
        );
        v.number(
            &field("min_years", "Youngest, years").from(UK),
            years,
            &mut self.min_years,
        );
        v.number(
            &field("max_years", "Oldest, years").from(UK),
            years,
            &mut self.max_years,
        );
    }
}

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

static RECRUITMENT: [Named; 3] = [
    Named {
        name: "all_at_start",
        doc: "everybody on day 0",
    },
    Named {
        name: "poisson",
        doc: "at independent, uniform times over a window",
    },
    Named {
        name: "constant_rate",
        doc: "evenly spaced",
    },
];

impl Record for Recruitment {
    fn visit(&mut self, v: &mut dyn Visitor) {
        match self {
            Recruitment::AllAtStart => {}
            Recruitment::Poisson { window_days } => {
                v.whole(
                    &field("window_days", "Length of the window, days").required(),
                    1,
                    36_525,
                    window_days,
                );
            }
            Recruitment::ConstantRate { patients_per_month } => {
                let key =
                    field("patients_per_month", "Patients a month of 30.4375 days").required();
                v.number(&key, Bounds::above(0.0, 1e9), patients_per_month);
            }
        }
    }
}

impl Union for Recruitment {
    fn kinds(&self) -> &'static [Named] {
        &RECRUITMENT
    }

    fn kind(&self) -> usize {
        match self {
            Recruitment::AllAtStart => 0,
            Recruitment::Poisson { .. } => 1,
            Recruitment::ConstantRate { .. } => 2,
        }
    }

    fn set_kind(&mut self, kind: usize) {
        *self = match kind {
            0 => Recruitment::AllAtStart,
            1 => Recruitment::Poisson { window_days: 365 },
            _ => Recruitment::ConstantRate {
                patients_per_month: 100.0,
            },
        };
    }
}

impl Record for FellowEye {
    fn visit(&mut self, v: &mut dyn Visitor) {
        let hazard = Bounds::within(0.0, 10.0);
        let key = field(
            "hazard_first_two_years_per_year",
            "Hazard of onset in the first two years, per year",
        );
        v.number(&key, hazard, &mut self.hazard_first_two_years_per_year);
        let key = field("hazard_later_per_year", "Hazard of onset later, per year");
        v.number(&key, hazard, &mut self.hazard_later_per_year);
        let key = field(
            "starts_better_by_letters",
            "Letters above the study eye's baseline at which it starts",
        );
        v.number(
            &key,
            Bounds::within(-50.0, 50.0),
            &mut self.starts_better_by_letters,
        );
    }
}
