//! The exact step from visit to visit and the weekly reference are two computations of one model.
//!
//! Bounds are four and a half standard errors of the difference, from the sizes and spreads of both
//! samples: with about 150 comparisons on fixed seeds, chance alone exceeds one in a thousand runs.
#![allow(clippy::unwrap_used)]

mod simulated;

use simulated::{shipped, simulate_with};
use weir_sim::biology::{
    BetweenVisits, Constants, Eye, EyeTraits, Stepper, WeeklyReference, Wiener,
};
use weir_sim::calendar::month_end;
use weir_sim::protocol::{Biology, Drug, Haemorrhage, Protocol};
use weir_sim::random::{Decision, Draws};
use weir_sim::simulate::TimeEngine;
use weir_sim::summary::{Counts, Cube, Distribution};

const PATIENTS: u32 = 20_000;
const SIGMAS: f64 = 4.5;

fn close(what: &str, a: f64, b: f64, standard_error: f64) {
    assert!(
        (a - b).abs() <= SIGMAS * standard_error,
        "{what}: {a} between visits, {b} weekly, standard error {standard_error}"
    );
}

fn same_distribution(what: &str, a: &Distribution, b: &Distribution) {
    let (n, m) = (a.count() as f64, b.count() as f64);
    let (sd_a, sd_b) = (a.sd().unwrap(), b.sd().unwrap());
    let per_n = sd_a * sd_a / n + sd_b * sd_b / m;
    close(
        &format!("mean {what}"),
        a.mean().unwrap(),
        b.mean().unwrap(),
        per_n.sqrt(),
    );
    // The variance of a standard deviation with a kurtosis up to 5.
    close(&format!("SD {what}"), sd_a, sd_b, per_n.sqrt());
}

fn same_outcomes(what: &str, protocol: &Protocol) {
    let run = |engine| simulate_with(protocol, 3.0, PATIENTS, engine).counts;
    let a: Counts = run(TimeEngine::BetweenVisits);
    let b: Counts = run(TimeEngine::WeeklyReference);
    for month in [1, 3, 6, 12, 24, 36] {
        for cube in [Cube::LettersTrue, Cube::LettersChange] {
            same_distribution(
                &format!("{} in month {month}, {what}", cube.name()),
                &a.distribution(cube, None, month),
                &b.distribution(cube, None, month),
            );
        }
        for (group, name) in Cube::State.groups().iter().enumerate() {
            let share = |counts: &Counts| {
                counts.get(Cube::State, group, month, 0) as f64 / f64::from(PATIENTS)
            };
            let (p, q) = (share(&a), share(&b));
            let both = (p + q) / 2.0;
            let error = (2.0 * both * (1.0 - both) / f64::from(PATIENTS)).sqrt();
            close(
                &format!("share {name} in month {month}, {what}"),
                p,
                q,
                error,
            );
        }
    }
    for year in 0..3 {
        same_distribution(
            &format!("injections in year {year}, {what}"),
            &a.distribution(Cube::InjectionsInYear, None, year),
            &b.distribution(Cube::InjectionsInYear, None, year),
        );
    }
}

#[test]
fn fixed_every_eight_weeks() {
    same_outcomes("2q8", &shipped("aflibercept-2q8-view"));
}

#[test]
fn treat_and_extend_with_haemorrhage() {
    let mut protocol = shipped("aflibercept-tae-8week");
    protocol.biology.haemorrhage = Some(Haemorrhage {
        hazard_dry_per_year: 0.01,
        hazard_active_per_year: 0.06,
        min_letters: 10.0,
        max_letters: 30.0,
    });
    same_outcomes("treat-and-extend", &protocol);
}

#[test]
fn as_needed() {
    same_outcomes("PRN", &shipped("ranibizumab-prn"));
}

#[test]
fn untreated() {
    same_outcomes("untreated", &shipped("untreated"));
}

/// Structure half a year after the first of four injections; visits cut the months.
fn structures<S: Stepper>(biology: &Biology, letters: f64, treated: bool) -> Vec<f64> {
    let constants = Constants::new(biology);
    let traits = EyeTraits {
        durability_z: 0.0,
        persistence: 0.9,
        reversible: 10.0,
        structure: letters,
        remission: 0.5,
    };
    let mut all: Vec<f64> = (0..20_000)
        .map(|patient| {
            let draws = Draws::new(7, patient, 0);
            let mut eye = Eye::new(&constants, traits, 0);
            let mut path = Wiener::at(0);
            let to = |eye: &mut Eye, day: u32, path: &mut Wiener| {
                let word = draws.words(Decision::Day, day)[0];
                S::advance(&constants, eye, day, path.advance(day, word), &draws);
            };
            for month in 1..=6 {
                let (from, end) = (month_end(month - 1), month_end(month));
                path.month(end, draws.words(Decision::Month, month)[0], &constants);
                for visit in [0, 28, 59, 120].into_iter().filter(|_| treated) {
                    if (from..end).contains(&visit) {
                        if visit > from {
                            to(&mut eye, visit, &mut path);
                        }
                        eye.inject(&constants, Drug::Aflibercept2mg);
                    }
                }
                to(&mut eye, end, &mut path);
            }
            eye.structure
        })
        .collect();
    all.sort_by(f64::total_cmp);
    all
}

/// The largest distance between two empirical distributions.
fn kolmogorov_smirnov(a: &[f64], b: &[f64]) -> f64 {
    let below = |sample: &[f64], x: f64| {
        sample.partition_point(|&value| value <= x) as f64 / sample.len() as f64
    };
    a.iter()
        .chain(b)
        .map(|&x| (below(a, x) - below(b, x)).abs())
        .fold(0.0, f64::max)
}

#[test]
fn structure_has_one_distribution_also_at_its_limits() {
    for filling_faster in [false, true] {
        let mut biology = Biology::default();
        if filling_faster {
            (biology.filling_weeks, biology.drying_weeks) = (1.0, 5.0);
        }
        for (letters, treated) in [
            (70.0, true),
            (70.0, false),
            (89.0, true),
            (92.0, true),
            (8.0, false),
        ] {
            let a = structures::<BetweenVisits>(&biology, letters, treated);
            let b = structures::<WeeklyReference>(&biology, letters, treated);
            let distance = kolmogorov_smirnov(&a, &b);
            // Exceeded with probability 0.001 by two samples of one distribution.
            let critical = 1.95 * (2.0 / a.len() as f64).sqrt();
            assert!(
                distance < critical,
                "{letters} letters, treated {treated}: {distance} over {critical}"
            );
        }
    }
}
