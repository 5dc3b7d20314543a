use super::{Bounds, Field, ListOf, Named, OptionalOf, Record, Visitor, field};
use crate::protocol::{Attendance, Behaviour, DropOut, Futility, Mortality, Return, Transfer};

const MODEL: &str = "docs/model.md";

static PRESETS: [Named; 2] = [
    Named {
        name: "routine",
        doc: "90 % attendance with delays and gaps, drop-out with return, futility",
    },
    Named {
        name: "trial",
        doc: "95 % attendance on time, drop-out for good, low mortality for two years",
    },
];

static NOBODY: Named = Named {
    name: "none",
    doc: "nobody does",
};
static NEVER: Named = Named {
    name: "none",
    doc: "never",
};
static NO_DEATH: Named = Named {
    name: "none",
    doc: "nobody dies",
};

impl Record for Behaviour {
    fn visit(&mut self, v: &mut dyn Visitor) {
        v.preset(&PRESETS, &mut |preset| {
            *self = if preset == 1 {
                Behaviour::trial()
            } else {
                Behaviour::routine()
            };
        });
        v.record(
            &field("attendance", "Attendance of planned visits"),
            &mut self.attendance,
        );
        v.record(&field("drop_out", "Leaving"), &mut self.drop_out);
        v.optional(
            &field("returning", "Coming back after leaving"),
            &NOBODY,
            &mut OptionalOf {
                value: &mut self.returning,
                visit: |r, f, v| v.record(f, r),
            },
        );
        v.optional(
            &field("transfer", "Moving to another clinic"),
            &NOBODY,
            &mut OptionalOf {
                value: &mut self.transfer,
                visit: |t, f, v| v.record(f, t),
            },
        );
        v.optional(
            &field("futility", "Stopping because letters are too low"),
            &NEVER,
            &mut OptionalOf {
                value: &mut self.futility,
                visit: |u, f, v| v.record(f, u),
            },
        );
        v.optional(
            &field(
                "mortality",
                "Death: Gompertz hazards of UK 2020–22 life tables times a ratio",
            ),
            &NO_DEATH,
            &mut OptionalOf {
                value: &mut self.mortality,
                visit: |m, f, v| v.record(f, m),
            },
        );
    }
}

impl Record for Attendance {
    fn visit(&mut self, v: &mut dyn Visitor) {
        let months = Bounds::within(0.0, 60.0);
        v.number(
            &field(
                "probability",
                "Probability that a planned visit takes place; the first always does",
            )
            .from(MODEL),
            Bounds::above(0.0, 1.0),
            &mut self.probability,
        );
        v.whole8(
            &field(
                "rebook_after_weeks",
                "A missed visit is planned again this much later, weeks; 0 leaves it out and the next of the rhythm follows",
            ),
            0,
            52,
            &mut self.rebook_after_weeks,
        );
        v.number(
            &field(
                "delay_sd_weeks",
                "Standard deviation of the delay of visits, weeks",
            )
            .from(MODEL),
            Bounds::within(0.0, 12.0),
            &mut self.delay_sd_weeks,
        );
        v.number(
            &field(
                "long_gap_probability",
                "Probability that a visit is followed by a long gap",
            )
            .from(MODEL),
            Bounds::within(0.0, 1.0),
            &mut self.long_gap_probability,
        );
        v.number(
            &field("long_gap_min_months", "Shortest long gap, months").from(MODEL),
            months,
            &mut self.long_gap_min_months,
        );
        v.number(
            &field("long_gap_max_months", "Longest long gap, months").from(MODEL),
            months,
            &mut self.long_gap_max_months,
        );
    }
}

const HAZARDS: Field = field(
    "hazards_per_year",
    "Hazard of leaving in year 1, year 2, … of follow-up, per year; the last goes on",
)
.from(MODEL);

impl Record for DropOut {
    fn visit(&mut self, v: &mut dyn Visitor) {
        v.list(
            &HAZARDS,
            1,
            50,
            &mut ListOf {
                values: &mut self.hazards_per_year,
                new: || 0.0,
                visit: |hazard, f, v| v.number(f, Bounds::within(0.0, 10.0), hazard),
            },
        );
        v.whole8(
            &field(
                "frailty_shape",
                "Shape of the gamma frailty of mean 1, 1 or 2; 0 for none",
            )
            .from(MODEL),
            0,
            2,
            &mut self.frailty_shape,
        );
    }
}

impl Record for Return {
    fn visit(&mut self, v: &mut dyn Visitor) {
        v.number(
            &field("share", "Share of those who left who come back").from(MODEL),
            Bounds::within(0.0, 1.0),
            &mut self.share,
        );
        v.number(
            &field("mean_months", "Mean time away (exponential), months").from(MODEL),
            Bounds::above(0.0, 240.0),
            &mut self.mean_months,
        );
    }
}

impl Record for Transfer {
    fn visit(&mut self, v: &mut dyn Visitor) {
        v.number(
            &field(
                "hazard_per_year",
                "Hazard of moving to another clinic, per year",
            ),
            Bounds::within(0.0, 10.0),
            &mut self.hazard_per_year,
        );
    }
}

impl Record for Futility {
    fn visit(&mut self, v: &mut dyn Visitor) {
        v.number(
            &field(
                "below_letters",
                "Treatment ends when measured letters are below this",
            )
            .from(MODEL),
            Bounds::within(1.0, 100.0),
            &mut self.below_letters,
        );
        v.whole8(
            &field("visits", "… at this many assessments running").from(MODEL),
            1,
            12,
            &mut self.visits,
        );
    }
}

impl Record for Mortality {
    fn visit(&mut self, v: &mut dyn Visitor) {
        let ratio = Bounds::within(0.0, 10.0);
        v.number(
            &field(
                "hazard_ratio_first_two_years",
                "Hazard ratio to the life table in the first two years of follow-up (trials about 0.42)",
            )
            .from(MODEL),
            ratio,
            &mut self.hazard_ratio_first_two_years,
        );
        v.number(
            &field("hazard_ratio_later", "Hazard ratio to the life table later").from(MODEL),
            ratio,
            &mut self.hazard_ratio_later,
        );
    }
}
