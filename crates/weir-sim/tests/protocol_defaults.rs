//! What a file leaves out, and what a preset gives.
#![allow(clippy::unwrap_used)]

use weir_sim::protocol::{
    Attendance, BaselineLetters, Behaviour, Biology, Drug, Policy, Population, Protocol, Return,
    VisitRules,
};

/// A protocol with more lines after the shortest file there is.
fn with(lines: &str) -> Protocol {
    let text = format!(
        "weir: protocol/1\nname: N\nversion: v1\ndescription: D\nsources: [S]\n\
         treatment:\n  drug: ranibizumab\n  policy: {{kind: fixed, interval_weeks: 8}}\n{lines}"
    );
    Protocol::parse("p.yaml", &text)
        .unwrap_or_else(|mistakes| panic!("{mistakes}"))
        .protocol
}

#[test]
fn the_shortest_file_is_uk_routine_care_with_the_fitted_biology() {
    let protocol = with("");
    assert_eq!(protocol.population, Population::default());
    assert_eq!(protocol.visits, VisitRules::default());
    assert_eq!(protocol.behaviour, Behaviour::routine());
    assert_eq!(protocol.biology, Biology::default());
    assert_eq!(protocol.treatment.loading, None);
}

#[test]
fn visits_fall_on_the_injections_unless_the_file_says_more() {
    let Policy::Fixed(grid) = with("").treatment.policy else {
        panic!("not fixed")
    };
    assert_eq!((grid.interval_weeks, grid.visit_interval_weeks), (8, 8));
}

#[test]
fn what_stands_beside_a_preset_overrides_it_on_either_side() {
    let before = with("behaviour: {attendance: {probability: 0.8}, preset: trial}\n").behaviour;
    let after = with("behaviour: {preset: trial, attendance: {probability: 0.8}}\n").behaviour;
    assert_eq!(before, after);
    let attendance = Attendance {
        probability: 0.8,
        ..Behaviour::trial().attendance
    };
    assert_eq!(
        before,
        Behaviour {
            attendance,
            ..Behaviour::trial()
        }
    );
}

#[test]
fn what_can_be_absent_is_switched_off_and_on_by_name() {
    let behaviour = with("behaviour: {mortality: none, returning: none}\n").behaviour;
    assert_eq!((behaviour.mortality, behaviour.returning), (None, None));
    let behaviour = with("behaviour: {preset: trial, returning: {share: 0.3}}\n").behaviour;
    assert_eq!(
        behaviour.returning,
        Some(Return {
            share: 0.3,
            ..Return::default()
        })
    );
}

#[test]
fn a_baseline_preset_is_a_kind_with_all_its_values() {
    let letters =
        |line: &str| with(&format!("population: {{baseline_letters: {line}}}\n")).population;
    let view = BaselineLetters::TruncatedNormal {
        mean: 53.6,
        sd: 13.5,
        min: 25.0,
        max: 73.0,
    };
    assert_eq!(letters("{preset: view}").baseline_letters, view);
    assert_eq!(
        letters("{preset: marina, sd_letters: 13.5, kind: truncated_normal}").baseline_letters,
        view
    );
    let routine = letters("{preset: uk_routine}").baseline_letters;
    assert_eq!(routine, Population::default().baseline_letters);
}

#[test]
fn one_biology_value_leaves_the_others_fitted() {
    let biology = with("biology: {durability_ratio: {ranibizumab: 0.7}}\n").biology;
    let mut expected = Biology::default();
    expected.durability_ratio[Drug::Ranibizumab as usize] = 0.7;
    assert_eq!(biology, expected);
}

/// The key of a drug and its place in the arrays are the same drug.
#[test]
fn drugs_are_in_the_order_of_their_codes() {
    for (index, drug) in Drug::ALL.iter().enumerate() {
        assert_eq!(*drug as usize, index);
        let lines = format!(
            "biology: {{persistent_fluid: {{share: {{{}: 0.99}}}}}}\n",
            drug.name()
        );
        assert_eq!(with(&lines).biology.persistent_fluid.share[index], 0.99);
    }
}
