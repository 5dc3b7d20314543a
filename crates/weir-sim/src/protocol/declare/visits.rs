use super::{Bounds, Named, Record, Visitor, field};
use crate::protocol::{Tolerance, VisitRules, Weekday};

static PRESETS: [Named; 2] = [
    Named {
        name: "routine",
        doc: "routine clinics: letters measured with an SD of 5.0",
    },
    Named {
        name: "trial",
        doc: "trial refraction: letters measured with an SD of 4.3",
    },
];

static WEEKDAYS: [Named; 7] = [
    Named {
        name: "monday",
        doc: "",
    },
    Named {
        name: "tuesday",
        doc: "",
    },
    Named {
        name: "wednesday",
        doc: "",
    },
    Named {
        name: "thursday",
        doc: "",
    },
    Named {
        name: "friday",
        doc: "",
    },
    Named {
        name: "saturday",
        doc: "",
    },
    Named {
        name: "sunday",
        doc: "",
    },
];

const WEEKDAY_VALUES: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

static TOLERANCE: [Named; 2] = [
    Named {
        name: "none",
        doc: "no windows: visits on closed days move to the nearest open day",
    },
    Named {
        name: "standard",
        doc: "28–35 days in loading, 56–63 after 8 weeks, 77–91 after 12, 105–119 after 16, else ± 7 days",
    },
];

impl Record for VisitRules {
    fn visit(&mut self, v: &mut dyn Visitor) {
        v.preset(&PRESETS, &mut |preset| {
            *self = if preset == 1 {
                VisitRules::trial()
            } else {
                VisitRules::default()
            };
        });
        v.flag(
            &field("saturday", "Visits on Saturdays"),
            &mut self.saturday,
        );
        v.flag(&field("sunday", "Visits on Sundays"), &mut self.sunday);
        v.one_of(
            &field("first_weekday", "Weekday of the run's first day"),
            &WEEKDAYS,
            &WEEKDAY_VALUES,
            &mut self.first_weekday,
        );
        v.one_of(
            &field("tolerance", "Windows into which a moved visit has to fall"),
            &TOLERANCE,
            &[Tolerance::None, Tolerance::Standard],
            &mut self.tolerance,
        );
        v.number(
            &field("letters_sd", "SD of measured around true letters").from("docs/model.md"),
            Bounds::within(0.0, 20.0),
            &mut self.letters_sd,
        );
        v.number(
            &field(
                "fluid_sd",
                "SD of measured around true fluid, on the scale 0 (dry) to 1 (untreated)",
            )
            .from("docs/model.md"),
            Bounds::within(0.0, 0.5),
            &mut self.fluid_sd,
        );
        v.number(
            &field(
                "fluid_called_above",
                "Measured fluid, 0 to 1, above which the OCT calls fluid",
            )
            .from("docs/model.md"),
            Bounds::above(0.0, 1.0),
            &mut self.fluid_called_above,
        );
    }
}
