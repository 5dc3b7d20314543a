//! Each policy's rule, on scripted visits: what was seen goes in, injections and intervals come out.
#![allow(clippy::unwrap_used)]

mod simulated;

use simulated::shipped;
use weir_sim::policy::{Chart, Phase, Plan, Seen};
use weir_sim::protocol::{
    Drug, FixedGrid, Loading, ObserveAndStop, Policy, Restart, Switch, SwitchWhen, TreatAndExtend,
    Treatment,
};

const LOADING: Loading = Loading {
    doses: 3,
    interval_weeks: 4,
};

fn treatment(policy: Policy) -> Treatment {
    Treatment {
        drug: Drug::Aflibercept2mg,
        loading: Some(LOADING),
        policy,
        stop: None,
        restart: Restart {
            doses: 2,
            interval_weeks: 4,
            shorten_previous_by_weeks: 2,
        },
        switches: Vec::new(),
    }
}

const EXTEND: TreatAndExtend = TreatAndExtend {
    start_weeks: 8,
    extend_weeks: 4,
    shorten_weeks: 4,
    min_weeks: 8,
    max_weeks: 16,
    fluid_increase: 0.12,
    letters_loss: 5.0,
    retry_failed_extension_after_visits: 0,
};

/// A clinic that keeps every planned day.
struct Clinic<'p> {
    chart: Chart<'p>,
    plan: Plan,
    last_planned_stop: bool,
}

impl<'p> Clinic<'p> {
    fn open(treatment: &'p Treatment) -> Self {
        let (chart, plan) = Chart::open(treatment, 0, 60);
        Self {
            chart,
            plan,
            last_planned_stop: false,
        }
    }

    /// Holds the planned visit; its week, whether it was assessed, and the drug injected.
    fn visit(&mut self, letters: u8, fluid: f64) -> (u32, bool, Option<Drug>) {
        let Plan { day, assessed, .. } = self.plan;
        let seen = assessed.then_some(Seen {
            day,
            letters,
            fluid,
            wet: fluid > 0.22,
        });
        let decision = self.chart.decide(self.plan, day, seen);
        self.plan = decision.next.unwrap();
        self.last_planned_stop = decision.planned_stop;
        (day / 7, assessed, decision.inject)
    }

    /// Weeks of the injections among so many visits that all look alike.
    fn injections(&mut self, visits: usize, fluid: f64) -> Vec<u32> {
        (0..visits)
            .map(|_| self.visit(60, fluid))
            .filter(|(_, _, drug)| drug.is_some())
            .map(|(week, ..)| week)
            .collect()
    }
}

#[test]
fn fixed_injects_by_the_calendar_whatever_is_seen() {
    let fixed = treatment(Policy::Fixed(FixedGrid {
        interval_weeks: 8,
        visit_interval_weeks: 4,
    }));
    for fluid in [0.0, 0.9] {
        let mut clinic = Clinic::open(&fixed);
        assert_eq!(clinic.injections(10, fluid), [0, 4, 8, 16, 24, 32]);
        assert_eq!(clinic.plan.day / 7, 40, "a visit every 4 weeks");
    }
}

#[test]
fn a_fixed_rhythm_is_not_moved_by_late_or_missed_visits() {
    let fixed = treatment(Policy::Fixed(FixedGrid {
        interval_weeks: 8,
        visit_interval_weeks: 8,
    }));
    let mut clinic = Clinic::open(&fixed);
    clinic.injections(3, 0.0);
    let plan = clinic.plan;
    assert_eq!(plan.day, 16 * 7);
    let late = clinic.chart.decide(plan, plan.day + 10, None);
    assert!(late.inject.is_some());
    assert_eq!(
        late.next.unwrap().day,
        24 * 7,
        "from the grid, not from the late visit"
    );
    let missed = clinic.chart.after_missed(late.next.unwrap(), 24 * 7);
    assert_eq!(missed.day, 32 * 7);
    let gap = clinic.chart.decide(missed, 50 * 7, None);
    assert!(gap.inject.is_some());
    assert_eq!(
        gap.next.unwrap().day,
        56 * 7,
        "the first day of the grid still to come"
    );
}

#[test]
fn an_injection_that_fell_due_during_a_gap_is_given_at_the_visit_after_it() {
    let fixed = treatment(Policy::Fixed(FixedGrid {
        interval_weeks: 8,
        visit_interval_weeks: 4,
    }));
    let mut clinic = Clinic::open(&fixed);
    clinic.injections(3, 0.0);
    assert_eq!(clinic.plan.day, 12 * 7, "a visit without injection …");
    let late = clinic.chart.decide(clinic.plan, 18 * 7, None);
    assert!(
        late.inject.is_some(),
        "… that comes after the injection of week 16"
    );
    assert_eq!(late.next.unwrap().day, 20 * 7);
}

#[test]
fn treat_and_treat_assesses_only_where_the_protocol_says() {
    let policy = Policy::TreatAndTreat {
        interval_weeks: 8,
        assessment_weeks: vec![24, 53],
    };
    let treatment = treatment(policy);
    let mut clinic = Clinic::open(&treatment);
    let visits: Vec<_> = (0..9).map(|_| clinic.visit(60, 0.9)).collect();
    assert!(visits.iter().all(|(.., drug)| drug.is_some()));
    let assessed: Vec<u32> = visits.iter().skip(3).filter(|v| v.1).map(|v| v.0).collect();
    assert_eq!(
        assessed,
        [24, 56],
        "week 53 is assessed at the nearest visit"
    );
}

#[test]
fn prn_injects_above_its_threshold_only() {
    let prn = treatment(Policy::Prn {
        visit_interval_weeks: 4,
        fluid_threshold: 0.24,
        max_gap_weeks: None,
    });
    let mut clinic = Clinic::open(&prn);
    assert_eq!(
        clinic.injections(8, 0.24),
        [0, 4, 8],
        "loading, then nothing at the threshold"
    );
    assert_eq!(clinic.injections(2, 0.25), [32, 36]);
}

#[test]
fn capped_prn_never_passes_its_gap() {
    let capped = treatment(Policy::Prn {
        visit_interval_weeks: 4,
        fluid_threshold: 0.42,
        max_gap_weeks: Some(12),
    });
    let mut clinic = Clinic::open(&capped);
    assert_eq!(clinic.injections(12, 0.0), [0, 4, 8, 20, 32, 44]);
    assert_eq!(clinic.injections(1, 0.5), [48]);
    assert_eq!(clinic.injections(3, 0.0), [60]);
}

#[test]
fn dose_regimen_modification_needs_letters_and_fluid_and_extends_late() {
    let drm = treatment(Policy::DoseRegimenModification {
        start_weeks: 16,
        min_weeks: 8,
        max_weeks: 24,
        shorten_weeks: 4,
        extend_weeks: 4,
        extend_from_week: 52,
        letters_loss: 5.0,
        fluid_increase: 0.1,
    });
    let after = |seen: &[(u8, f64)]| {
        let mut clinic = Clinic::open(&drm);
        clinic.injections(3, 0.0);
        for &(letters, fluid) in seen {
            clinic.visit(letters, fluid);
        }
        u32::from(clinic.chart.interval_weeks)
    };
    assert_eq!(after(&[(60, 0.0)]), 16);
    assert_eq!(after(&[(60, 0.0), (50, 0.0)]), 16, "letters alone");
    assert_eq!(after(&[(60, 0.0), (60, 0.9)]), 16, "fluid alone");
    assert_eq!(after(&[(60, 0.0), (54, 0.9)]), 12, "both");
    assert_eq!(
        after(&[(60, 0.0), (60, 0.0)]),
        16,
        "dry in week 40: too early"
    );
    assert_eq!(after(&[(60, 0.0); 3]), 20, "dry in week 56");
    assert_eq!(after(&[(60, 0.0); 6]), 24, "the longest");
}

#[test]
fn activity_at_two_assessments_assigns_8_12_or_16_weeks() {
    let faricimab = shipped("faricimab-assigned").treatment;
    let Policy::AssignedInterval {
        first_assessment_week: first,
        second_assessment_week: second,
        ..
    } = faricimab.policy
    else {
        panic!("another policy")
    };
    assert_eq!((first, second), (20, 24));
    let intervals = |active_first, active_second| {
        let fluid = |active| if active { 0.9 } else { 0.0 };
        let mut clinic = Clinic::open(&faricimab);
        assert_eq!(clinic.injections(4, 0.0), [0, 4, 8, 12]);
        let mut weeks = Vec::new();
        assert_eq!(clinic.plan.day / 7, 20);
        if clinic.visit(60, fluid(active_first)).2.is_some() {
            weeks.push(20);
        }
        if clinic.plan.day / 7 == 24 && clinic.visit(60, fluid(active_second)).2.is_some() {
            weeks.push(24);
        }
        weeks.extend(clinic.injections(2, 0.9));
        weeks
    };
    assert_eq!(
        intervals(true, true),
        [20, 28, 36],
        "active in week 20: every 8"
    );
    assert_eq!(
        intervals(false, true),
        [24, 36, 48],
        "active in week 24: every 12"
    );
    assert_eq!(
        intervals(false, false),
        [28, 44],
        "never: every 16, whatever comes later"
    );
}

/// A restart shortened the interval as treat-and-extend's: eyes came after 14 weeks, which the rule does not
/// know.
#[test]
fn a_restart_keeps_the_assigned_interval() {
    let faricimab = shipped("faricimab-assigned").treatment;
    let weeks_after_restart = |active_first, active_second| {
        let fluid = |active| if active { 0.9 } else { 0.0 };
        let mut clinic = Clinic::open(&faricimab);
        clinic.injections(4, 0.0);
        clinic.visit(60, fluid(active_first));
        if clinic.plan.day / 7 == 24 {
            clinic.visit(60, fluid(active_second));
        }
        clinic.injections(2, 0.9);
        clinic.chart.restart();
        let doses = clinic.injections(usize::from(faricimab.restart.doses), 0.9);
        clinic.plan.day / 7 - doses[doses.len() - 1]
    };
    assert_eq!(weeks_after_restart(true, true), 8);
    assert_eq!(weeks_after_restart(false, true), 12);
    assert_eq!(weeks_after_restart(false, false), 16);

    // Before the assessments, the interval is the one it starts with.
    let mut clinic = Clinic::open(&faricimab);
    clinic.injections(2, 0.0);
    clinic.chart.restart();
    assert_eq!(clinic.chart.interval_weeks, 16);
}

#[test]
fn a_planned_stop_needs_stable_visits_at_the_longest_interval_and_fluid_restarts() {
    let mut stopping = treatment(Policy::TreatAndExtend(EXTEND));
    stopping.stop = Some(ObserveAndStop {
        stable_visits: 2,
        monitor_interval_weeks: 6,
    });
    let mut clinic = Clinic::open(&stopping);
    // 8, 12, 16 weeks: the visit in week 28 chooses 16 but 12 led there.
    assert_eq!(clinic.injections(6, 0.0), [0, 4, 8, 16, 28, 44]);
    assert!(!clinic.last_planned_stop, "one visit at 16 weeks");
    assert_eq!(clinic.visit(60, 0.0), (60, true, None));
    assert!(clinic.last_planned_stop, "two in a row");
    assert_eq!(clinic.chart.phase, Phase::Monitoring);
    assert_eq!(clinic.injections(3, 0.0), [0; 0]);
    assert_eq!(clinic.plan.day / 7, 60 + 4 * 6);
    // Two monthly doses, then 16 less 2 weeks.
    assert_eq!(clinic.injections(2, 0.5), [84, 88]);
    assert_eq!(clinic.plan.day / 7, 88 + 14);
}

#[test]
fn a_wet_visit_breaks_the_run_of_stable_ones() {
    let mut stopping = treatment(Policy::Fixed(FixedGrid {
        interval_weeks: 8,
        visit_interval_weeks: 8,
    }));
    stopping.stop = Some(ObserveAndStop {
        stable_visits: 3,
        monitor_interval_weeks: 8,
    });
    let mut clinic = Clinic::open(&stopping);
    clinic.injections(3, 0.0);
    for fluid in [0.0, 0.0, 0.5, 0.0, 0.0] {
        assert!(clinic.visit(60, fluid).2.is_some());
    }
    assert_eq!(clinic.visit(60, 0.0).2, None, "the third in a row");
}

#[test]
fn a_switch_changes_drug_and_policy_once_and_may_load_again() {
    let mut switching = treatment(Policy::Fixed(FixedGrid {
        interval_weeks: 8,
        visit_interval_weeks: 8,
    }));
    switching.switches = vec![Switch {
        when: SwitchWhen::PersistentFluid {
            visits: 2,
            within_weeks: 8,
            not_before_week: 12,
        },
        drug: Some(Drug::Faricimab),
        policy: Some(Policy::TreatAndExtend(EXTEND)),
        reload: true,
    }];
    let mut clinic = Clinic::open(&switching);
    assert_eq!(clinic.injections(3, 0.0), [0, 4, 8]);
    assert_eq!(
        clinic.visit(60, 0.5).2,
        Some(Drug::Aflibercept2mg),
        "once is not twice"
    );
    let visits: Vec<_> = (0..5).map(|_| clinic.visit(60, 0.5)).collect();
    assert!(
        visits.iter().all(|v| v.2 == Some(Drug::Faricimab)),
        "{visits:?}"
    );
    // Three loading doses from the switch on, then the new policy's first interval.
    let weeks: Vec<u32> = visits.iter().map(|v| v.0).collect();
    assert_eq!(weeks, [24, 28, 32, 40, 48]);
}

#[test]
fn a_switch_by_week_waits_for_a_visit_and_one_by_letters_for_their_loss() {
    let mut switching = treatment(Policy::Fixed(FixedGrid {
        interval_weeks: 8,
        visit_interval_weeks: 8,
    }));
    let to = |when, drug| Switch {
        when,
        drug: Some(drug),
        policy: None,
        reload: false,
    };
    switching.switches = vec![
        to(SwitchWhen::AtWeek(20), Drug::Ranibizumab),
        to(
            SwitchWhen::LettersLost {
                visits: 2,
                letters_loss: 10.0,
                not_before_week: 0,
            },
            Drug::Bevacizumab,
        ),
    ];
    let mut clinic = Clinic::open(&switching);
    let drugs: Vec<Drug> = [60, 60, 60, 60, 60, 60, 50, 50, 60]
        .into_iter()
        .map(|letters| clinic.visit(letters, 0.0).2.unwrap())
        .collect();
    use Drug::{Aflibercept2mg as A, Bevacizumab as B, Ranibizumab as R};
    // Weeks 0, 4, 8, 16, 24, 32, 40, 48, 56.
    assert_eq!(drugs, [A, A, A, A, R, R, R, B, B]);
}

#[test]
fn a_switch_to_no_treatment_ends_loading_and_one_away_from_monitoring_treats() {
    let untreated = Policy::Untreated {
        visit_interval_weeks: 12,
    };
    let mut switching = treatment(Policy::TreatAndExtend(EXTEND));
    switching.switches = vec![Switch {
        when: SwitchWhen::AtWeek(4),
        drug: None,
        policy: Some(untreated),
        reload: false,
    }];
    let mut clinic = Clinic::open(&switching);
    assert_eq!(clinic.injections(4, 0.9), [0]);

    let mut stopping = treatment(Policy::TreatAndExtend(EXTEND));
    stopping.stop = Some(ObserveAndStop {
        stable_visits: 2,
        monitor_interval_weeks: 6,
    });
    stopping.switches = vec![Switch {
        when: SwitchWhen::AtWeek(62),
        drug: Some(Drug::Aflibercept8mg),
        policy: Some(Policy::Fixed(FixedGrid {
            interval_weeks: 12,
            visit_interval_weeks: 12,
        })),
        reload: false,
    }];
    let mut clinic = Clinic::open(&stopping);
    assert_eq!(
        clinic.injections(7, 0.0),
        [0, 4, 8, 16, 28, 44],
        "stopped in week 60"
    );
    assert_eq!(
        clinic.visit(60, 0.0),
        (66, true, Some(Drug::Aflibercept8mg))
    );
}

#[test]
fn a_loading_dose_after_a_gap_starts_the_rhythm_anew() {
    let fixed = treatment(Policy::Fixed(FixedGrid {
        interval_weeks: 8,
        visit_interval_weeks: 8,
    }));
    let mut clinic = Clinic::open(&fixed);
    clinic.visit(60, 0.0);
    let late = clinic.chart.decide(clinic.plan, 26 * 7, None);
    assert_eq!(
        late.next.unwrap().day,
        30 * 7,
        "four weeks after the dose that came late"
    );
}

/// Policies once counted their weeks from the patient's enrolment, so a fellow eye that fell ill late was never
/// assessed by faricimab's rule and was extended at once by PULSAR's.
#[test]
fn a_fellow_eye_counts_its_weeks_from_its_own_first_visit() {
    for id in ["faricimab-assigned", "aflibercept-8mg-pulsar"] {
        let shipped = weir_sim::protocol::Protocol::shipped_by_id(id).unwrap();
        let mut protocol = weir_sim::protocol::Protocol::parse(shipped.id, shipped.text)
            .unwrap()
            .protocol;
        protocol.population.fellow_eye = Some(weir_sim::protocol::FellowEye {
            hazard_first_two_years_per_year: 0.3,
            hazard_later_per_year: 0.3,
            starts_better_by_letters: 0.0,
        });
        let model = weir_sim::simulate::Model::new(&protocol, 5.0, 3, Default::default());
        let mut block = weir_sim::simulate::Block::new(model.months(), true);
        model.simulate(0..6_000, &mut block);
        // Planned intervals of weeks 20 to 50 after each eye's own first visit, by eye.
        let mut weeks = [[0u32; 30]; 2];
        let mut first = (u32::MAX, false, 0);
        let visits = &block.visits;
        for row in 0..visits.len() {
            let eye = (visits.patient[row], visits.fellow_eye[row]);
            if eye != (first.0, first.1) {
                first = (eye.0, eye.1, visits.day[row]);
            }
            let since = visits.day[row] - first.2;
            if (140..350).contains(&since) && visits.next_planned_days[row] != u16::MAX {
                let planned = usize::from(visits.next_planned_days[row] / 7).min(29);
                weeks[usize::from(eye.1)][planned] += 1;
            }
        }
        let sums = weeks.map(|eye| eye.iter().sum::<u32>());
        assert!(sums[1] > 3_000, "{id}: {} visits of fellow eyes", sums[1]);
        for (interval, (&study, &fellow)) in weeks[0].iter().zip(&weeks[1]).enumerate() {
            let share = |count: u32, eye: usize| f64::from(count) / f64::from(sums[eye]);
            let (study, fellow) = (share(study, 0), share(fellow, 1));
            assert!(
                (study - fellow).abs() < 0.06,
                "{id}: {interval} weeks: {study} and {fellow}"
            );
        }
    }
}
