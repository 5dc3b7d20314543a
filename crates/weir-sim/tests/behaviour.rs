//! Coming, leaving, returning, dying: hazards as stated, and every end once.
#![allow(clippy::unwrap_used)]

mod simulated;

use simulated::{SEED, obedient, shipped, simulate, visits_of};
use weir_sim::behaviour::{Leaving, death_day};
use weir_sim::population::Sex;
use weir_sim::protocol::{
    Attendance, DropOut, FellowEye, Futility, Mortality, Protocol, Return, Transfer,
};
use weir_sim::random::Draws;
use weir_sim::simulate::{Block, End};
use weir_sim::summary::Cube;

/// The share and the expected one, four and a half standard errors apart at most.
fn assert_share(what: &str, hits: usize, of: usize, expected: f64) {
    let share = hits as f64 / of as f64;
    let error = (expected * (1.0 - expected) / of as f64).sqrt();
    assert!(
        (share - expected).abs() < 4.5 * error,
        "{what}: {share}, expected {expected} ± {error}"
    );
}

#[test]
fn deaths_follow_the_gompertz_life_table() {
    let draws = |patient| Draws::new(SEED, patient, 0);
    // Survival exp(−h80·e^(b·(age−80))·(e^(b·t) − 1)/b), computed by hand from MODEL's parameters.
    for (sex, age, years, alive) in [
        (Sex::Male, 80.0, 5.0, 0.6688),
        (Sex::Female, 80.0, 5.0, 0.7355),
        (Sex::Male, 70.0, 10.0, 0.6812),
        (Sex::Female, 65.0, 10.0, 0.8559),
    ] {
        let rule = Mortality {
            hazard_ratio_first_two_years: 1.0,
            hazard_ratio_later: 1.0,
        };
        let survivors = (0..40_000)
            .filter(|&patient| {
                f64::from(death_day(&rule, sex, age, &draws(patient))) > years * 365.25
            })
            .count();
        assert_share(&format!("{sex:?} of {age}"), survivors, 40_000, alive);
    }
    let trial = Mortality {
        hazard_ratio_first_two_years: 0.42,
        hazard_ratio_later: 0.95,
    };
    let days: Vec<f64> = (0..40_000)
        .map(|patient| death_day(&trial, Sex::Male, 80.0, &draws(patient)).into())
        .collect();
    let alive = |years: f64| days.iter().filter(|&&day| day > years * 365.25).count();
    // Cumulative hazards 0.1366 in two years and 0.4022 in five, times 0.42 and 0.95.
    assert_share(
        "two years in a trial",
        alive(2.0),
        40_000,
        (-0.42 * 0.1366_f64).exp(),
    );
    assert_share(
        "five years from a trial",
        alive(5.0),
        40_000,
        (-0.42 * 0.1366_f64 - 0.95 * (0.4022 - 0.1366)).exp(),
    );
}

fn leaving(shape: u8, returning: Option<Return>) -> Protocol {
    let mut protocol = obedient("aflibercept-tae-8week");
    protocol.behaviour.drop_out = DropOut {
        hazards_per_year: vec![0.08, 0.12, 0.10],
        frailty_shape: shape,
    };
    protocol.behaviour.returning = returning;
    protocol
}

#[test]
fn drop_out_follows_its_hazards_with_and_without_frailty() {
    for shape in [0, 1, 2] {
        let protocol = leaving(shape, None);
        let first: Vec<u32> = (0..40_000)
            .map(|patient| {
                let mut leaving = Leaving::new(&protocol.behaviour, Draws::new(SEED, patient, 0));
                leaving
                    .next_episode()
                    .map_or(u32::MAX, |episode| episode.leaves)
            })
            .collect();
        for (years, hazard) in [(1.0, 0.08), (2.0, 0.20), (5.0, 0.50)] {
            let staying = match shape {
                0 => f64::exp(-hazard),
                1 => 1.0 / (1.0 + hazard),
                _ => (1.0 + hazard / 2.0_f64).powi(-2),
            };
            let left = first
                .iter()
                .filter(|&&day| f64::from(day) > years * 365.25)
                .count();
            assert_share(
                &format!("shape {shape}, {years} years"),
                left,
                40_000,
                staying,
            );
        }
    }
}

#[test]
fn half_return_after_nine_months_on_average() {
    let protocol = leaving(
        2,
        Some(Return {
            share: 0.5,
            mean_months: 9.0,
        }),
    );
    let (mut left, mut away) = (0, Vec::new());
    for patient in 0..20_000 {
        let mut leaving = Leaving::new(&protocol.behaviour, Draws::new(SEED, patient, 0));
        if let Some(episode) = leaving.next_episode()
            && episode.leaves < u32::MAX
        {
            left += 1;
            if episode.returns < u32::MAX {
                away.push(f64::from(episode.returns - episode.leaves));
            }
        }
    }
    assert_share("return", away.len(), left, 0.5);
    // Exponential with a mean of 9 months, not under four weeks: 274 + 28·(share) − …, within a week.
    let mean = away.iter().sum::<f64>() / away.len() as f64;
    assert!((mean - 275.0).abs() < 9.0, "mean {mean} days");
}

#[test]
fn visits_are_missed_delayed_and_followed_by_long_gaps_as_often_as_the_rule_says() {
    let mut protocol = obedient("aflibercept-tae-8week");
    protocol.behaviour.attendance = Attendance {
        probability: 0.9,
        rebook_after_weeks: 2,
        delay_sd_weeks: 0.0,
        long_gap_probability: 0.015,
        long_gap_min_months: 9.0,
        long_gap_max_months: 12.0,
    };
    let block = simulate(&protocol, 3.0, 4_000);
    let counts = &block.counts;
    let (visits, missed) = (
        counts.total("visits") as usize,
        counts.total("missed_visits") as usize,
    );
    // The first visit always takes place.
    assert_share("missed", missed, visits - 4_000 + missed, 0.1);
    let (mut pairs, mut gaps) = (0, 0);
    for rows in visits_of(&block) {
        for pair in rows.windows(2).skip(1) {
            // Only visits after which a gap of twelve months still ends inside follow-up.
            if block.visits.day[pair[0]] < 700 {
                let days = block.visits.day[pair[1]] - block.visits.day[pair[0]];
                pairs += 1;
                gaps += usize::from(days >= 270);
            }
        }
    }
    assert_share("long gaps", gaps, pairs, 0.015);
}

#[test]
fn nobody_catches_up_on_the_visits_of_a_long_gap() {
    for id in [
        "aflibercept-2q8-view",
        "ranibizumab-monthly",
        "ranibizumab-prn",
    ] {
        let mut protocol = obedient(id);
        protocol.behaviour.attendance.long_gap_probability = 0.2;
        let block = simulate(&protocol, 3.0, 500);
        let mut after_gap = 0;
        for rows in visits_of(&block) {
            for four in rows.windows(4) {
                let day = |visit: usize| block.visits.day[four[visit]];
                // One gap, and none after the next visit.
                if day(1) - day(0) > 120 && day(2) - day(1) < 60 {
                    after_gap += 1;
                    let days = day(3) - day(2);
                    assert!(days >= 20, "{id}: {days} days after the second visit");
                }
            }
        }
        assert!(after_gap > 100, "{id}: {after_gap}");
    }
}

#[test]
fn futility_ends_treatment_and_visits_after_two_poor_ones_running() {
    let mut protocol = obedient("aflibercept-tae-8week");
    protocol.behaviour.futility = Some(Futility {
        below_letters: 40.0,
        visits: 2,
    });
    let block = simulate(&protocol, 3.0, 2_000);
    let mut ended = 0;
    for (patient, rows) in visits_of(&block).iter().enumerate() {
        let poor: Vec<bool> = rows
            .iter()
            .map(|&row| block.visits.letters_measured[row] < 40)
            .collect();
        let first = poor.windows(2).position(|two| two == [true, true]);
        let is_futile = block.patients.first_end[patient] == End::Futility as u8;
        assert_eq!(first.is_some(), is_futile);
        if let Some(first) = first {
            ended += 1;
            assert_eq!(rows.len(), first + 2, "no visit after the end");
            let last = rows[first + 1];
            assert_eq!(
                block.patients.first_end_day[patient],
                block.visits.day[last]
            );
            assert_eq!(block.visits.drug[last], 255, "no injection at the end");
        }
    }
    assert!(ended > 100);
}

/// Everything that can happen, often.
fn eventful(id: &str) -> Protocol {
    let mut protocol = shipped(id);
    protocol.behaviour.drop_out.hazards_per_year = vec![0.5, 0.5, 1.0];
    protocol.behaviour.returning = Some(Return {
        share: 0.8,
        mean_months: 3.0,
    });
    protocol.behaviour.transfer = Some(Transfer {
        hazard_per_year: 0.05,
    });
    protocol.behaviour.futility = Some(Futility {
        below_letters: 30.0,
        visits: 2,
    });
    protocol.behaviour.mortality = Some(Mortality {
        hazard_ratio_first_two_years: 2.0,
        hazard_ratio_later: 2.0,
    });
    protocol.population.fellow_eye = Some(FellowEye {
        hazard_first_two_years_per_year: 0.5,
        hazard_later_per_year: 0.5,
        starts_better_by_letters: 5.0,
    });
    protocol
}

fn check_bookkeeping(what: &str, block: &Block, patients: u32) {
    let counts = &block.counts;
    assert_eq!(counts.total("patients"), u64::from(patients));
    for month in 0..=counts.months() {
        for cube in [Cube::State, Cube::Pattern, Cube::LettersChange] {
            let all = counts.distribution(cube, None, month).count();
            assert_eq!(
                all,
                u64::from(patients),
                "{what}: {} in month {month}",
                cube.name()
            );
        }
    }
    let people = &block.patients;
    let ends = people.first_end.iter().filter(|&&end| end != 255).count();
    let counted = counts.over_all_periods(Cube::FirstEnd, None).count();
    assert_eq!(counted, ends as u64, "{what}: every end once");
    let deaths = people
        .death_day
        .iter()
        .filter(|&&day| day != u16::MAX)
        .count();
    assert_eq!(
        counts.over_all_periods(Cube::Death, None).count(),
        deaths as u64
    );
    for patient in 0..people.len() {
        let (end, day) = (people.first_end[patient], people.first_end_day[patient]);
        assert_eq!(end == 255, day == u16::MAX);
        if end == End::Death as u8 {
            assert_eq!(day, people.death_day[patient]);
        }
        if day != u16::MAX {
            assert!(
                day <= people.followed_days[patient] + 1,
                "{what}: {} on day {day}, followed for {}",
                End::NAMES[end as usize],
                people.followed_days[patient]
            );
        }
    }
    let v = &block.visits;
    let injected = v.drug.iter().filter(|&&drug| drug != 255).count() as u64;
    assert_eq!(
        injected,
        counts.total("injections") + counts.total("fellow_injections")
    );
    assert_eq!(
        v.len() as u64,
        counts.total("visits") + counts.total("fellow_visits")
    );
    for row in 0..v.len() {
        let patient = v.patient[row] as usize;
        assert!(
            v.day[row] <= people.followed_days[patient],
            "{what}: a visit past the end"
        );
        if v.fellow_eye[row] {
            assert!(v.day[row] >= people.fellow_onset_day[patient]);
        }
        let weekday = (people.enrolment_day[patient] + u32::from(v.day[row])) % 7;
        assert!(weekday < 5, "{what}: a visit on weekday {weekday}");
        if row > 0
            && v.patient[row - 1] == v.patient[row]
            && v.fellow_eye[row - 1] == v.fellow_eye[row]
        {
            assert!(
                v.day[row] >= v.day[row - 1] + 7,
                "{what}: visits less than a week apart"
            );
        }
    }
}

#[test]
fn every_end_has_one_reason_and_everybody_is_somewhere_in_every_month() {
    for shipped in Protocol::shipped() {
        let block = simulate(&eventful(shipped.id), 4.0, 1_000);
        check_bookkeeping(shipped.id, &block, 1_000);
        for end in [End::DropOut, End::Death, End::Transfer, End::Futility] {
            assert!(
                block.patients.first_end.contains(&(end as u8)),
                "{}: nobody ended by {end:?}",
                shipped.id
            );
        }
    }
}

#[test]
fn fifty_years_fit() {
    let mut protocol = obedient("ranibizumab-monthly");
    protocol.population.fellow_eye = eventful("untreated").population.fellow_eye;
    let block = simulate(&protocol, 50.0, 20);
    check_bookkeeping("fifty years", &block, 20);
    assert!(block.patients.visits.iter().all(|&visits| visits > 600));
    assert_eq!(
        block
            .counts
            .distribution(Cube::InjectionsInYear, None, 49)
            .count(),
        20
    );
}

#[test]
fn nobody_is_seen_while_away_and_treatment_restarts_on_return() {
    let mut protocol = leaving(
        0,
        Some(Return {
            share: 1.0,
            mean_months: 6.0,
        }),
    );
    protocol.population.fellow_eye = eventful("untreated").population.fellow_eye;
    protocol.behaviour.drop_out.hazards_per_year = vec![0.5];
    let block = simulate(&protocol, 4.0, 2_000);
    let mut absences = vec![Vec::new(); 2_000];
    for patient in 0..2_000u32 {
        let mut leaving = Leaving::new(&protocol.behaviour, Draws::new(SEED, patient, 0));
        while let Some(episode) = leaving.next_episode()
            && episode.leaves < 1_461
        {
            absences[patient as usize].push(episode.leaves..episode.returns);
        }
    }
    let v = &block.visits;
    for row in 0..v.len() {
        let day = u32::from(v.day[row]);
        let away = absences[v.patient[row] as usize]
            .iter()
            .find(|a| a.contains(&day));
        assert!(away.is_none(), "seen on day {day} while away {away:?}");
    }
    // Loading and restarts are months with that pattern; off-treatment months are those away.
    assert!(block.counts.total("restarts") > 1_500);
    let off = block.counts.get(Cube::State, 4, 24, 0) as f64 / 2_000.0;
    assert!(
        (0.10..0.35).contains(&off),
        "{off} off treatment in month 24"
    );
}

#[test]
fn untreated_eyes_stay_untreated_when_their_patients_return() {
    let block = simulate(&eventful("untreated"), 4.0, 1_000);
    assert_eq!(block.counts.total("injections"), 0);
    assert_eq!(block.counts.total("restarts"), 0);
    assert!(block.visits.drug.iter().all(|&drug| drug == 255));
}

/// A patient who came back, was found to be beyond help and got no injection was once counted as restarted.
#[test]
fn a_return_that_ends_as_futile_is_no_restart() {
    let returning = Return {
        share: 1.0,
        mean_months: 6.0,
    };
    let mut protocol = leaving(0, Some(returning));
    protocol.behaviour.drop_out.hazards_per_year = vec![0.5];
    protocol.behaviour.futility = Some(Futility {
        below_letters: 55.0,
        visits: 1,
    });
    let block = simulate(&protocol, 4.0, 2_000);
    let (p, v) = (&block.patients, &block.visits);
    let (mut restarted, mut only_seen) = (0, 0);
    for (patient, rows) in visits_of(&block).into_iter().enumerate() {
        if p.first_end[patient] != End::DropOut as u8 {
            continue;
        }
        let left = p.first_end_day[patient];
        let back: Vec<usize> = rows.into_iter().filter(|&row| v.day[row] > left).collect();
        let injected = back.iter().any(|&row| v.drug[row] != 255);
        assert_eq!(p.restarts[patient] > 0, injected, "patient {patient}");
        restarted += u32::from(injected);
        only_seen += u32::from(!injected && !back.is_empty());
    }
    assert!(restarted > 20 && only_seen > 20, "{restarted}, {only_seen}");
}
