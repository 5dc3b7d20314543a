//! Two protocols on one seed treat the same people: they are born, leave and die alike, and differ
//! only from the visit on where treatment differs.
#![allow(clippy::unwrap_used)]

mod simulated;

use simulated::{SEED, shipped, simulate, visits_of};
use weir_sim::protocol::{Policy, Protocol};
use weir_sim::simulate::{Block, Model, TimeEngine};

const PATIENTS: u32 = 4_000;

fn up_to(max_weeks: u8) -> Protocol {
    let mut protocol = shipped("aflibercept-tae-8week");
    let Policy::TreatAndExtend(rule) = &mut protocol.treatment.policy else {
        unreachable!()
    };
    rule.max_weeks = max_weeks;
    protocol
}

#[test]
fn people_deaths_and_follow_up_are_the_same() {
    let (a, b) = (
        simulate(&up_to(16), 5.0, PATIENTS).patients,
        simulate(&shipped("ranibizumab-monthly"), 5.0, PATIENTS).patients,
    );
    let mut other = shipped("ranibizumab-monthly");
    let same = shipped("aflibercept-tae-8week");
    other.population = same.population;
    other.behaviour = same.behaviour;
    let c = simulate(&other, 5.0, PATIENTS).patients;
    assert_eq!(a.age_years, c.age_years);
    assert_eq!(a.female, c.female);
    assert_eq!(a.baseline_letters, c.baseline_letters);
    assert_eq!(a.enrolment_day, c.enrolment_day);
    assert_eq!(a.death_day, c.death_day);
    assert_eq!(a.followed_days, c.followed_days);
    assert!(a.death_day.iter().any(|&day| day != u16::MAX));
    assert_ne!(a.injections, c.injections);
    assert_ne!(
        a.age_years, b.age_years,
        "another population is another one"
    );
}

#[test]
fn visits_are_identical_until_treatment_differs() {
    let (a, b) = (
        simulate(&up_to(16), 5.0, PATIENTS),
        simulate(&up_to(12), 5.0, PATIENTS),
    );
    let row = |block: &Block, row: usize| {
        let v = &block.visits;
        (
            v.day[row],
            v.letters_measured[row],
            v.letters_true[row],
            v.fluid_percent[row],
            v.wet[row],
        )
    };
    let mut differed = 0;
    for (ours, theirs) in visits_of(&a).iter().zip(visits_of(&b)) {
        for (&i, &j) in ours.iter().zip(&theirs) {
            assert_eq!(row(&a, i), row(&b, j));
            if a.visits.next_planned_days[i] != b.visits.next_planned_days[j] {
                differed += 1;
                break;
            }
        }
    }
    assert!(differed > PATIENTS / 4, "only {differed} ever differed");
}

#[test]
fn pairs_vary_much_less_than_strangers() {
    let letters = |protocol: &Protocol, seed| -> Vec<f64> {
        let model = Model::new(protocol, 3.0, seed, TimeEngine::BetweenVisits);
        let mut block = Block::new(model.months(), false);
        model.simulate(0..PATIENTS, &mut block);
        block
            .patients
            .final_letters_true
            .iter()
            .map(|&l| f64::from(l))
            .collect()
    };
    let sd_of_difference = |a: &[f64], b: &[f64]| {
        let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
        let mean = differences.iter().sum::<f64>() / differences.len() as f64;
        let squares: f64 = differences.iter().map(|d| (d - mean) * (d - mean)).sum();
        (squares / differences.len() as f64).sqrt()
    };
    let a = letters(&up_to(16), SEED);
    let paired = sd_of_difference(&a, &letters(&up_to(10), SEED));
    let unpaired = sd_of_difference(&a, &letters(&up_to(10), SEED + 1));
    assert!(
        paired < unpaired / 4.0,
        "paired {paired}, unpaired {unpaired}"
    );
    assert!(paired > 0.0);
}
