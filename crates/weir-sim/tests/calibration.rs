//! The model at its anchors: what the parameters were fitted to must come out of the whole engine.
#![allow(clippy::unwrap_used)]

mod simulated;

use simulated::{shipped, simulate};
use weir_sim::summary::Cube;

const EYES: u32 = 20_000;

#[test]
fn aflibercept_every_eight_weeks_gains_what_view_found() {
    let counts = simulate(&shipped("aflibercept-2q8-view"), 1.0, EYES).counts;
    // Pooled 2q8 arms at week 52, last observation carried forward: +8.4 letters, 7.5 injections.
    let change = counts.distribution(Cube::LettersChange, None, 12);
    let (mean, sd) = (change.mean().unwrap(), change.sd().unwrap());
    assert!((mean - 8.4).abs() < 2.0, "mean change {mean}");
    assert!((13.0..=16.0).contains(&sd), "SD of change {sd}");
    let injections = counts
        .distribution(Cube::InjectionsInYear, None, 0)
        .mean()
        .unwrap();
    assert!((injections - 7.5).abs() < 0.4, "{injections} injections");
}

#[test]
fn untreated_eyes_lose_what_the_sham_arm_of_marina_lost() {
    let counts = simulate(&shipped("untreated"), 1.0, EYES).counts;
    let mean = counts
        .distribution(Cube::LettersChange, None, 12)
        .mean()
        .unwrap();
    assert!((mean - -10.4).abs() < 3.0, "mean change {mean}");
    assert_eq!(counts.total("injections"), 0);
}
