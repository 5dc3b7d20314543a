//! Treat-and-extend: the interval belongs to the chart and not to what has passed since today's injection.
#![allow(clippy::unwrap_used)]

mod simulated;

use simulated::{obedient, simulate, visits_of};
use weir_sim::policy::{Chart, Seen};
use weir_sim::protocol::{Policy, Protocol, Treatment};
use weir_sim::summary::Cube;

/// Loading of three doses every 4 weeks; 8 to 16 weeks in steps of 2.
fn treatment() -> Treatment {
    obedient("aflibercept-tae-8week").treatment
}

/// Plays one assessment a visit, `(letters, fluid)`, each on its planned day; the weeks between the
/// visits that follow from it.
fn play(treatment: &Treatment, seen: &[(u8, f64)]) -> Vec<u32> {
    let (mut chart, mut plan) = Chart::open(treatment, 0, 60);
    let mut weeks = Vec::new();
    for &(letters, fluid) in seen {
        let day = plan.day;
        let decision = chart.decide(
            plan,
            day,
            Some(Seen {
                day,
                letters,
                fluid,
                wet: fluid > 0.22,
            }),
        );
        assert!(decision.inject.is_some(), "injected at every visit");
        plan = decision.next.unwrap();
        weeks.push((plan.day - day) / 7);
    }
    weeks
}

const DRY: (u8, f64) = (65, 0.0);

#[test]
fn a_stable_eye_reaches_the_longest_interval_and_stays_there() {
    assert_eq!(
        play(&treatment(), &[DRY; 10]),
        [4, 4, 8, 10, 12, 14, 16, 16, 16, 16]
    );
}

#[test]
fn fluid_that_has_risen_shortens_and_unchanged_fluid_holds() {
    let loading = [DRY; 3];
    let wet = |fluid| (65, fluid);
    let weeks = play(
        &treatment(),
        &[&loading[..], &[DRY, DRY, wet(0.30), wet(0.35), wet(0.50)]].concat(),
    );
    assert_eq!(weeks[3..], [10, 12, 10, 10, 8], "never below the shortest");
}

#[test]
fn letters_count_only_with_fluid() {
    // Dry, then a little wet without having risen much: 8, 10, 12 weeks, and held there.
    let dry = (65, 0.15);
    let after = |letters, fluid| {
        play(
            &treatment(),
            &[dry, dry, dry, dry, dry, (65, 0.25), (letters, fluid)],
        )[6]
    };
    assert_eq!(after(61, 0.25), 12, "four letters down: held");
    assert_eq!(
        after(60, 0.25),
        10,
        "five letters down with fluid: shortened"
    );
    assert_eq!(after(50, 0.10), 14, "letters down in a dry eye: extended");
}

#[test]
fn a_failed_extension_is_not_tried_again_at_once() {
    let Policy::TreatAndExtend(mut rule) = treatment().policy else {
        unreachable!()
    };
    let seen = [DRY, DRY, DRY, DRY, DRY, DRY, (65, 0.5), DRY, DRY, DRY, DRY];
    let with = |rule| {
        play(
            &Treatment {
                policy: Policy::TreatAndExtend(rule),
                ..treatment()
            },
            &seen,
        )
    };
    rule.retry_failed_extension_after_visits = 2;
    // 14 weeks failed; 12 holds for two dry visits, then 14 is tried again.
    assert_eq!(with(rule)[5..], [14, 12, 12, 12, 14, 16]);
    rule.retry_failed_extension_after_visits = 0;
    assert_eq!(with(rule)[5..], [14, 12, 14, 16, 16, 16]);
}

/// Fluid stays away for good in every eye.
fn everlasting(mut protocol: Protocol) -> Protocol {
    protocol.biology.durability_median_weeks = 200.0;
    protocol.biology.durability_log_sd = 0.0;
    protocol.biology.persistent_fluid.share = [0.0; 5];
    protocol.visits.fluid_sd = 0.01;
    protocol
}

#[test]
fn simulated_stable_eyes_are_injected_at_the_longest_interval() {
    let block = simulate(&everlasting(obedient("aflibercept-tae-8week")), 4.0, 200);
    for rows in visits_of(&block) {
        let late = &rows[rows.len() - 5..];
        for pair in late.windows(2) {
            let days = block.visits.day[pair[1]] - block.visits.day[pair[0]];
            assert!((105..=119).contains(&days), "{days} days apart");
            assert_ne!(block.visits.drug[pair[1]], 255, "injected there");
        }
    }
    let longest = block.counts.distribution(Cube::LongestInterval, None, 0);
    assert_eq!(longest.mean().unwrap().round(), 16.0);
}

#[test]
fn the_trap_of_measuring_from_todays_injection_would_show() {
    // Measured from today's injection every interval would be the shortest: no eye would pass 8 weeks.
    let block = simulate(&obedient("aflibercept-tae-8week"), 3.0, 2_000);
    let intervals = block.counts.distribution(Cube::InjectionInterval, None, 2);
    let share = |weeks: std::ops::RangeInclusive<i32>| {
        intervals.share(|value| weeks.contains(&value)).unwrap()
    };
    assert!(share(15..=17) > 0.2, "{}", share(15..=17));
    assert!(share(7..=9) > 0.1, "{}", share(7..=9));
}

#[test]
fn what_shortens_changes_the_result() {
    let injections = |increase: f64| {
        let mut protocol = obedient("aflibercept-tae-8week");
        let Policy::TreatAndExtend(rule) = &mut protocol.treatment.policy else {
            unreachable!()
        };
        rule.fluid_increase = increase;
        rule.letters_loss = 101.0;
        let counts = simulate(&protocol, 3.0, 2_000).counts;
        counts.total("injections") as f64 / 2_000.0
    };
    let (sensitive, never) = (injections(0.05), injections(2.0));
    assert!(sensitive > never + 0.5, "{sensitive} and {never}");
}
