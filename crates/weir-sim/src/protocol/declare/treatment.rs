use super::{Bounds, Field, ListOf, Named, OptionalOf, Record, Union, Visitor, field};
use crate::protocol::{
    Drug, Loading, ObserveAndStop, Policy, Restart, Switch, SwitchWhen, Treatment,
};

static DRUGS: [Named; 6] = [
    Named {
        name: "aflibercept_2mg",
        doc: "aflibercept 2 mg",
    },
    Named {
        name: "aflibercept_8mg",
        doc: "aflibercept 8 mg",
    },
    Named {
        name: "ranibizumab",
        doc: "ranibizumab 0.5 mg",
    },
    Named {
        name: "bevacizumab",
        doc: "bevacizumab 1.25 mg",
    },
    Named {
        name: "faricimab",
        doc: "faricimab 6 mg",
    },
    Named {
        name: "none",
        doc: "only with the policy untreated",
    },
];

static NO_LOADING: Named = Named {
    name: "none",
    doc: "the policy starts at once",
};
static NO_STOP: Named = Named {
    name: "none",
    doc: "treatment is never stopped as planned",
};
static UNCHANGED: Named = Named {
    name: "unchanged",
    doc: "the old policy goes on",
};

const SWITCH: Field = field(
    "switches",
    "Changes of drug or policy, in order, each at most once",
);

impl Record for Treatment {
    fn visit(&mut self, v: &mut dyn Visitor) {
        let untreated = matches!(self.policy, Policy::Untreated { .. });
        let mut drug = if untreated {
            DRUGS.len() - 1
        } else {
            self.drug as usize
        };
        v.choice(
            &field("drug", "The first drug")
                .follows("none; must be given unless the policy is untreated"),
            &DRUGS,
            &mut drug,
        );
        self.drug = Drug::ALL.get(drug).copied().unwrap_or(Drug::Aflibercept2mg);
        v.optional(
            &field("loading", "Doses that every eye gets first"),
            &NO_LOADING,
            &mut OptionalOf {
                value: &mut self.loading,
                visit: |l, f, v| v.record(f, l),
            },
        );
        v.union(
            &field(
                "policy",
                "The rule that decides injection and next interval after loading",
            )
            .required(),
            &mut self.policy,
        );
        v.optional(
            &field(
                "stop",
                "Planned stop after a run of stable visits, then monitoring",
            ),
            &NO_STOP,
            &mut OptionalOf {
                value: &mut self.stop,
                visit: |s, f, v| v.record(f, s),
            },
        );
        v.record(
            &field(
                "restart",
                "How treatment starts again after a stop or a return",
            ),
            &mut self.restart,
        );
        v.list(
            &SWITCH,
            0,
            20,
            &mut ListOf {
                values: &mut self.switches,
                new: || Switch {
                    when: SwitchWhen::AtWeek(52),
                    drug: None,
                    policy: None,
                    reload: false,
                },
                visit: |switch, f, v| v.record(f, switch),
            },
        );
    }
}

impl Record for Loading {
    fn visit(&mut self, v: &mut dyn Visitor) {
        let key = field("doses", "Injections, the first at day 0");
        v.whole8(&key, 1, 12, &mut self.doses);
        v.whole8(
            &field("interval_weeks", "Weeks between them"),
            1,
            12,
            &mut self.interval_weeks,
        );
    }
}

impl Record for ObserveAndStop {
    fn visit(&mut self, v: &mut dyn Visitor) {
        v.whole8(
            &field(
                "stable_visits",
                "Dry visits in a row at the longest interval (without one, at the policy's rhythm)",
            )
            .from("Chandra 2021 (Moorfields) and Corazza 2021: three"),
            1,
            24,
            &mut self.stable_visits,
        );
        let key = field(
            "monitor_interval_weeks",
            "Weeks between visits after the stop",
        );
        v.whole8(&key, 1, 52, &mut self.monitor_interval_weeks);
    }
}

impl Record for Restart {
    fn visit(&mut self, v: &mut dyn Visitor) {
        let key = field("doses", "Injections before the policy goes on").from("docs/model.md");
        v.whole8(&key, 1, 3, &mut self.doses);
        let key = field("interval_weeks", "Weeks between them").from("docs/model.md");
        v.whole8(&key, 1, 12, &mut self.interval_weeks);
        let key = field(
            "shorten_previous_by_weeks",
            "The interval afterwards is the previous one less this, weeks",
        )
        .from("docs/model.md");
        v.whole8(&key, 0, 24, &mut self.shorten_previous_by_weeks);
    }
}

static SWITCH_DRUGS: [Named; 6] = [
    Named {
        name: "unchanged",
        doc: "the old drug goes on",
    },
    Named {
        name: "aflibercept_2mg",
        doc: "",
    },
    Named {
        name: "aflibercept_8mg",
        doc: "",
    },
    Named {
        name: "ranibizumab",
        doc: "",
    },
    Named {
        name: "bevacizumab",
        doc: "",
    },
    Named {
        name: "faricimab",
        doc: "",
    },
];

impl Record for Switch {
    fn visit(&mut self, v: &mut dyn Visitor) {
        v.union(&field("when", "When it happens").required(), &mut self.when);
        let mut drug = self.drug.map_or(0, |drug| drug as usize + 1);
        v.choice(&field("drug", "The new drug"), &SWITCH_DRUGS, &mut drug);
        self.drug = drug
            .checked_sub(1)
            .and_then(|drug| Drug::ALL.get(drug))
            .copied();
        v.optional(
            &field("policy", "The new policy"),
            &UNCHANGED,
            &mut OptionalOf {
                value: &mut self.policy,
                visit: |policy, f, v| v.union(f, policy),
            },
        );
        let key = field("reload", "Whether the loading doses are given again");
        v.flag(&key, &mut self.reload);
    }
}

static WHEN: [Named; 3] = [
    Named {
        name: "at_week",
        doc: "at the first attended visit from a week of follow-up on",
    },
    Named {
        name: "persistent_fluid",
        doc: "fluid called at several attended assessments in a row, each soon after an injection",
    },
    Named {
        name: "letters_lost",
        doc: "letters below baseline at several assessments in a row",
    },
];

impl Record for SwitchWhen {
    fn visit(&mut self, v: &mut dyn Visitor) {
        let earliest = field("not_before_week", "Earliest week of follow-up").required();
        let in_a_row = field("visits", "Attended assessments in a row").required();
        match self {
            SwitchWhen::AtWeek(week) => {
                v.whole16(
                    &field("week", "Week of follow-up").required(),
                    1,
                    2600,
                    week,
                );
            }
            SwitchWhen::PersistentFluid {
                visits,
                within_weeks,
                not_before_week,
            } => {
                v.whole8(&in_a_row, 1, 24, visits);
                let key = field(
                    "within_weeks",
                    "Only visits up to this many weeks after the injection before count",
                );
                v.whole8(&key.required(), 1, 52, within_weeks);
                v.whole16(&earliest, 0, 2600, not_before_week);
            }
            SwitchWhen::LettersLost {
                visits,
                letters_loss,
                not_before_week,
            } => {
                v.whole8(&in_a_row, 1, 24, visits);
                let key = field("letters_loss", "Letters below baseline").required();
                v.number(&key, Bounds::within(1.0, 100.0), letters_loss);
                v.whole16(&earliest, 0, 2600, not_before_week);
            }
        }
    }
}

impl Union for SwitchWhen {
    fn kinds(&self) -> &'static [Named] {
        &WHEN
    }

    fn kind(&self) -> usize {
        match self {
            SwitchWhen::AtWeek(_) => 0,
            SwitchWhen::PersistentFluid { .. } => 1,
            SwitchWhen::LettersLost { .. } => 2,
        }
    }

    fn set_kind(&mut self, kind: usize) {
        *self = match kind {
            0 => SwitchWhen::AtWeek(52),
            1 => SwitchWhen::PersistentFluid {
                visits: 3,
                within_weeks: 8,
                not_before_week: 24,
            },
            _ => SwitchWhen::LettersLost {
                visits: 2,
                letters_loss: 10.0,
                not_before_week: 24,
            },
        };
    }
}
