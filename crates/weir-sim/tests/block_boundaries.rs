//! A patient's outcome depends on the model and the patient's number, and on nothing else.
#![allow(clippy::unwrap_used)]

mod simulated;

use simulated::{SEED, shipped};
use weir_sim::protocol::{FellowEye, Protocol};
use weir_sim::simulate::{Block, Model, TimeEngine};

const PATIENTS: u32 = 1_000;

fn protocol() -> Protocol {
    let mut protocol = shipped("aflibercept-tae-8week");
    protocol.population.fellow_eye = Some(FellowEye {
        hazard_first_two_years_per_year: 0.12,
        hazard_later_per_year: 0.08,
        starts_better_by_letters: 5.0,
    });
    protocol
}

fn columns(block: &Block) -> String {
    format!("{:?} {:?}", block.patients, block.visits)
}

#[test]
fn calls_of_any_size_give_the_same_rows_and_counts() {
    for engine in [TimeEngine::BetweenVisits, TimeEngine::WeeklyReference] {
        let model = Model::new(&protocol(), 5.0, SEED, engine);
        let mut whole = Block::new(model.months(), true);
        model.simulate(0..PATIENTS, &mut whole);
        assert!(whole.visits.fellow_eye.contains(&true));
        for size in [1, 7, 64] {
            let mut pieces = Block::new(model.months(), true);
            for first in (0..PATIENTS).step_by(size) {
                model.simulate(first..(first + size as u32).min(PATIENTS), &mut pieces);
            }
            assert_eq!(columns(&whole), columns(&pieces), "calls of {size}");
            assert_eq!(whole.counts, pieces.counts, "calls of {size}");
        }
    }
}

#[test]
fn patients_may_be_simulated_in_any_order_and_in_separate_blocks() {
    let model = Model::new(&protocol(), 5.0, SEED, TimeEngine::BetweenVisits);
    let mut whole = Block::new(model.months(), true);
    model.simulate(0..PATIENTS, &mut whole);
    let mut counts = Block::new(model.months(), false).counts;
    let mut rows = whole.visits.len();
    for patient in (0..PATIENTS).rev() {
        let mut alone = Block::new(model.months(), true);
        model.simulate(patient..patient + 1, &mut alone);
        counts.merge(&alone.counts).unwrap();
        let from = rows - alone.visits.len();
        assert_eq!(whole.visits.day[from..rows], alone.visits.day);
        assert_eq!(
            whole.visits.letters_measured[from..rows],
            alone.visits.letters_measured
        );
        assert_eq!(
            whole.visits.next_planned_days[from..rows],
            alone.visits.next_planned_days
        );
        rows = from;
    }
    assert_eq!(rows, 0);
    assert_eq!(whole.counts, counts);
}

#[test]
fn a_cleared_block_is_as_good_as_a_new_one_and_visits_may_be_left_out() {
    let model = Model::new(&protocol(), 5.0, SEED, TimeEngine::BetweenVisits);
    let mut used = Block::new(model.months(), true);
    model.simulate(0..100, &mut used);
    used.clear(true);
    model.simulate(100..200, &mut used);
    let mut new = Block::new(model.months(), true);
    model.simulate(100..200, &mut new);
    assert_eq!(columns(&used), columns(&new));
    assert_eq!(used.counts, new.counts);

    let mut without = Block::new(model.months(), false);
    model.simulate(100..200, &mut without);
    assert!(without.visits.is_empty());
    assert_eq!(without.counts, new.counts);
    assert_eq!(without.patients.visits, new.patients.visits);
}
