//! What a trial measures at a named week is what a visit on that day measures, and examining changes no course.
#![allow(clippy::unwrap_used)]

use weir_sim::protocol::Protocol;
use weir_sim::simulate::{Block, Model, TimeEngine};

fn simulate(exams: &[u32]) -> Block {
    let text = Protocol::shipped_by_id("ranibizumab-monthly").unwrap().text;
    let protocol = Protocol::parse("shipped", text).unwrap().protocol;
    let model = Model::new(&protocol, 1.0, 7, TimeEngine::BetweenVisits).with_exams(exams);
    let mut block = Block::new(model.months(), true);
    model.simulate(0..400, &mut block);
    block
}

#[test]
fn an_examination_measures_what_a_visit_on_its_day_does() {
    let block = simulate(&[84, 336]);
    let mut compared = 0;
    for exam in &block.exams {
        let row = (0..block.visits.len()).find(|&row| {
            block.visits.patient[row] == exam.patient && block.visits.day[row] == exam.day
        });
        if let Some(row) = row {
            assert_eq!(block.visits.letters_measured[row], exam.letters_measured);
            assert_eq!(block.visits.wet[row], u8::from(exam.wet));
            compared += 1;
        }
    }
    assert!(
        compared > 500,
        "{compared} visits on the days of examinations"
    );
}

#[test]
fn everybody_alive_is_examined_in_order_of_days() {
    let block = simulate(&[300, 100, 100, 0, 9_999]);
    let days: Vec<u16> = block
        .exams
        .iter()
        .filter(|e| e.patient == 3)
        .map(|e| e.day)
        .collect();
    assert_eq!(days, [100, 300]);
    let alive = block
        .patients
        .followed_days
        .iter()
        .filter(|&&day| day >= 100)
        .count();
    assert_eq!(block.exams.iter().filter(|e| e.day == 100).count(), alive);
}

#[test]
fn examining_treats_nobody_and_moves_no_month_end_by_more_than_rounding() {
    let (without, with) = (simulate(&[]), simulate(&[100, 200, 300]));
    assert_eq!(without.patients.injections, with.patients.injections);
    let last = |block: &Block| block.patients.final_letters_true.clone();
    for (left, right) in last(&without).into_iter().zip(last(&with)) {
        // Structure falls faster where it is higher, so a different path within a month shows a little.
        assert!(left.abs_diff(right) <= 1, "{left} and {right}");
    }
}
