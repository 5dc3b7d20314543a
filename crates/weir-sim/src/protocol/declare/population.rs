use super::{Bounds, Named, OptionalOf, Record, Union, Visitor, field};
use crate::protocol::{Age, FellowEye, FollowUp, Population, Recruitment};

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
