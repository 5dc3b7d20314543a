use super::{Bounds, ListOf, Named, Record, Union, Visitor, field};
use crate::protocol::{FixedGrid, Policy, TreatAndExtend};

/// The kinds, in the order of [`Union::kind`].
static KINDS: [Named; 8] = [
    Named {
        name: "untreated",
        doc: "no injection ever, only visits",
    },
    Named {
        name: "fixed",
        doc: "every k weeks whatever is seen",
    },
    Named {
        name: "treat_and_treat",
        doc: "fixed, with assessments only at named weeks",
    },
    Named {
        name: "treat_and_extend",
        doc: "inject at every visit; the interval follows what is seen",
    },
    Named {
        name: "prn",
        doc: "visit at a fixed rhythm, inject when there is fluid",
    },
    Named {
        name: "capped_prn",
        doc: "the same, and never longer than a longest gap without injection",
    },
    Named {
        name: "dose_regimen_modification",
        doc: "a long fixed interval, shortened when letters fall and fluid rises, extended later (PULSAR)",
    },
    Named {
        name: "assigned_interval",
        doc: "activity at two assessments assigns one of three intervals (TENAYA, LUCERNE)",
    },
];

impl Default for Policy {
    /// Untreated, a visit every 4 weeks.
    fn default() -> Self {
        Policy::Untreated {
            visit_interval_weeks: 4,
        }
    }
}

pub(super) const FLUID: Bounds = Bounds::within(0.0, 1.0);
pub(super) const LETTERS: Bounds = Bounds::within(0.0, 100.0);

impl Record for Policy {
    fn visit(&mut self, v: &mut dyn Visitor) {
        let rhythm = field("visit_interval_weeks", "Weeks between visits");
        match self {
            Policy::Untreated {
                visit_interval_weeks,
            } => {
                v.whole8(&rhythm, 1, 52, visit_interval_weeks);
            }
            Policy::Fixed(grid) => grid.visit(v),
            Policy::TreatAndTreat {
                interval_weeks,
                assessment_weeks,
            } => {
                let key = field("interval_weeks", "Weeks between injections").required();
                v.whole8(&key, 1, 52, interval_weeks);
                v.list(
                    &field("assessment_weeks", "Weeks after the first injection at which the eye is assessed (the visit nearest to each)")
                        .required(),
                    1,
                    100,
                    &mut ListOf {
                        values: assessment_weeks,
                        new: || 1,
                        visit: |week, f, v| v.whole16(f, 1, 2600, week),
                    },
                );
            }
            Policy::TreatAndExtend(rule) => rule.visit(v),
            Policy::Prn {
                visit_interval_weeks,
                fluid_threshold,
                max_gap_weeks,
            } => {
                v.whole8(&rhythm, 1, 52, visit_interval_weeks);
                let key = field(
                    "fluid_threshold",
                    "Measured fluid, 0 to 1, above which an injection is given",
                );
                v.number(&key.from("docs/model.md"), FLUID, fluid_threshold);
                if let Some(gap) = max_gap_weeks {
                    let key = field("max_gap_weeks", "Longest gap between injections, weeks");
                    v.whole8(&key.required(), 1, 104, gap);
                }
            }
            Policy::DoseRegimenModification { .. } => self.visit_modification(v),
            Policy::AssignedInterval { .. } => self.visit_assigned(v),
        }
    }
}

impl Policy {
    fn visit_modification(&mut self, v: &mut dyn Visitor) {
        const PULSAR: &str = "PULSAR, Lanzetta 2024";
        if let Policy::DoseRegimenModification {
            start_weeks,
            min_weeks,
            max_weeks,
            shorten_weeks,
            extend_weeks,
            extend_from_week,
            letters_loss,
            fluid_increase,
        } = self
        {
            v.whole8(
                &field("start_weeks", "Interval after loading, weeks").required(),
                1,
                52,
                start_weeks,
            );
            v.whole8(
                &field("min_weeks", "Shortest interval, weeks").from(PULSAR),
                1,
                52,
                min_weeks,
            );
            v.whole8(
                &field("max_weeks", "Longest interval, weeks").from(PULSAR),
                1,
                52,
                max_weeks,
            );
            v.whole8(
                &field("shorten_weeks", "Taken off at a shortening, weeks").from(PULSAR),
                0,
                26,
                shorten_weeks,
            );
            v.whole8(
                &field("extend_weeks", "Added at an extension, weeks").from(PULSAR),
                0,
                26,
                extend_weeks,
            );
            v.whole16(
                &field("extend_from_week", "No extension before this week").from(PULSAR),
                0,
                2600,
                extend_from_week,
            );
            let key = field(
                "letters_loss",
                "Shorten only when letters are down from the best after loading by more than this",
            );
            v.number(&key.from(PULSAR), LETTERS, letters_loss);
            let key = field(
                "fluid_increase",
                "… and measured fluid, 0 to 1, is up from the last visit by more than this",
            );
            v.number(
                &key.from("stands for 25 µm more central thickness; docs/model.md"),
                FLUID,
                fluid_increase,
            );
        }
    }

    fn visit_assigned(&mut self, v: &mut dyn Visitor) {
        const TENAYA: &str = "TENAYA and LUCERNE, Heier 2022";
        if let Policy::AssignedInterval {
            first_assessment_week,
            second_assessment_week,
            intervals_weeks: [first, second, neither],
            fluid_threshold,
            letters_loss,
        } = self
        {
            let key = field(
                "first_assessment_week",
                "First assessment, weeks from day 0",
            );
            v.whole16(&key.from(TENAYA), 1, 2600, first_assessment_week);
            let key = field(
                "second_assessment_week",
                "Second assessment, weeks from day 0",
            );
            v.whole16(&key.from(TENAYA), 1, 2600, second_assessment_week);
            let key = field(
                "interval_if_active_at_first_weeks",
                "Interval when active at the first, weeks",
            );
            v.whole8(&key.from(TENAYA), 1, 52, first);
            let key = field(
                "interval_if_active_at_second_weeks",
                "Interval when active at the second only, weeks",
            );
            v.whole8(&key.from(TENAYA), 1, 52, second);
            let key = field(
                "interval_if_never_active_weeks",
                "Interval when active at neither, weeks",
            );
            v.whole8(&key.from(TENAYA), 1, 52, neither);
            let key = field(
                "fluid_threshold",
                "Active: measured fluid, 0 to 1, above this …",
            );
            v.number(&key.from("docs/model.md"), FLUID, fluid_threshold);
            let key = field("letters_loss", "… or letters down from the best by this");
            v.number(&key.from(TENAYA), LETTERS, letters_loss);
        }
    }
}

impl Union for Policy {
    fn kinds(&self) -> &'static [Named] {
        &KINDS
    }

    fn kind(&self) -> usize {
        match self {
            Policy::Untreated { .. } => 0,
            Policy::Fixed(_) => 1,
            Policy::TreatAndTreat { .. } => 2,
            Policy::TreatAndExtend(_) => 3,
            Policy::Prn {
                max_gap_weeks: None,
                ..
            } => 4,
            Policy::Prn { .. } => 5,
            Policy::DoseRegimenModification { .. } => 6,
            Policy::AssignedInterval { .. } => 7,
        }
    }

    fn set_kind(&mut self, kind: usize) {
        *self = match kind {
            0 => Policy::default(),
            1 => Policy::Fixed(FixedGrid {
                interval_weeks: 8,
                visit_interval_weeks: 8,
            }),
            2 => Policy::TreatAndTreat {
                interval_weeks: 8,
                assessment_weeks: vec![52],
            },
            3 => Policy::TreatAndExtend(TreatAndExtend::default()),
            4 => Policy::Prn {
                visit_interval_weeks: 4,
                fluid_threshold: 0.24,
                max_gap_weeks: None,
            },
            5 => Policy::Prn {
                visit_interval_weeks: 4,
                fluid_threshold: 0.42,
                max_gap_weeks: Some(12),
            },
            6 => Policy::DoseRegimenModification {
                start_weeks: 16,
                min_weeks: 8,
                max_weeks: 24,
                shorten_weeks: 4,
                extend_weeks: 4,
                extend_from_week: 52,
                letters_loss: 5.0,
                fluid_increase: 0.12,
            },
            _ => Policy::AssignedInterval {
                first_assessment_week: 20,
                second_assessment_week: 24,
                intervals_weeks: [8, 12, 16],
                fluid_threshold: 0.42,
                letters_loss: 5.0,
            },
        };
    }
}
