//! Population, visits, behaviour, biology.

use super::Check;
use crate::protocol::decode::Code;
use crate::protocol::{BaselineLetters, Protocol, Weekday};

pub(super) fn check(protocol: &Protocol, check: &mut Check<'_, '_>) {
    let age = &protocol.population.age;
    let limits = (age.min_years, age.max_years);
    range(
        check,
        "population.age",
        ["min_years", "mean_years", "max_years"],
        limits,
        Some(age.mean_years),
    );
    baseline(&protocol.population.baseline_letters, check);
    first_weekday(protocol, check);
    let attendance = &protocol.behaviour.attendance;
    let gap = (
        attendance.long_gap_min_months,
        attendance.long_gap_max_months,
    );
    range(
        check,
        "behaviour.attendance",
        ["long_gap_min_months", "", "long_gap_max_months"],
        gap,
        None,
    );
    if let Some(haemorrhage) = &protocol.biology.haemorrhage {
        let letters = (haemorrhage.min_letters, haemorrhage.max_letters);
        range(
            check,
            "biology.haemorrhage",
            ["min_letters", "", "max_letters"],
            letters,
            None,
        );
    }
    futility(protocol, check);
}

/// A lower limit, a mean and an upper limit.
fn range(
    check: &mut Check<'_, '_>,
    at: &str,
    [min_key, mean_key, max_key]: [&str; 3],
    (min, max): (f64, f64),
    mean: Option<f64>,
) {
    let (min_path, max_path) = (format!("{at}.{min_key}"), format!("{at}.{max_key}"));
    let equal_is_wrong = mean.is_some();
    if min > max || (equal_is_wrong && min == max) {
        let at = if check.given(&min_path) {
            (&min_path, &max_path)
        } else {
            (&max_path, &min_path)
        };
        check.mistake(
            Code::MinAboveMax,
            at.0,
            &[at.1],
            format!("{min_key} is {min}, {max_key} is {max}"),
            format!("make {min_key} less than {max_key}"),
        );
    } else if let Some(mean) = mean
        && !(min..=max).contains(&mean)
    {
        check.mistake(
            Code::MeanOutside,
            &format!("{at}.{mean_key}"),
            &[&min_path, &max_path],
            format!("{mean} is outside {min_key} {min} to {max_key} {max}"),
            format!("write a mean from {min} to {max}, or move the limits"),
        );
    }
}

fn baseline(letters: &BaselineLetters, check: &mut Check<'_, '_>) {
    let at = "population.baseline_letters";
    let names = ["min_letters", "mean_letters", "max_letters"];
    match letters {
        BaselineLetters::Piecewise { points } => piecewise(points, check),
        BaselineLetters::TruncatedNormal { mean, min, max, .. } => {
            range(check, at, names, (*min, *max), Some(*mean));
        }
        BaselineLetters::Uniform { min, max } => {
            range(check, at, names, (*min, *max), Some((min + max) / 2.0));
        }
        BaselineLetters::Normal { .. } => {}
        BaselineLetters::BetaWithThreshold {
            min,
            max,
            threshold,
            ..
        } => {
            range(check, at, names, (*min, *max), Some((min + max) / 2.0));
            if min < max && !(min..=max).contains(&threshold) {
                check.mistake(
                    Code::ThresholdOutside,
                    &format!("{at}.threshold_letters"),
                    &[&format!("{at}.min_letters"), &format!("{at}.max_letters")],
                    format!("{threshold} is outside {min} to {max}"),
                    format!("write a threshold from {min} to {max}"),
                );
            }
        }
    }
}

fn piecewise(points: &[(f64, f64)], check: &mut Check<'_, '_>) {
    let at = "population.baseline_letters.points";
    if let (Some(first), Some(last)) = (points.first(), points.last())
        && (first.0 != 0.0 || last.0 != 1.0)
    {
        let (index, message, remedy) = if first.0 != 0.0 {
            (
                0,
                format!("the first share is {}", first.0),
                "begin with share: 0",
            )
        } else {
            (
                points.len() - 1,
                format!("the last share is {}", last.0),
                "end with share: 1",
            )
        };
        check.mistake(
            Code::PointsEnds,
            &format!("{at}[{index}].share"),
            &[at],
            message,
            remedy,
        );
    }
    for (index, pair) in points.windows(2).enumerate() {
        let [(share, letters), (next_share, next_letters)] = pair else {
            continue;
        };
        let next = index + 1;
        if next_share <= share {
            check.mistake(
                Code::PointsUnsorted,
                &format!("{at}[{next}].share"),
                &[&format!("{at}[{index}].share")],
                format!("{next_share} does not rise above the {share} before it"),
                "sort the points by share, and keep one of equal shares",
            );
        } else if next_letters < letters {
            check.mistake(
                Code::PointsUnsorted,
                &format!("{at}[{next}].letters"),
                &[&format!("{at}[{index}].letters")],
                format!("{next_letters} is less than the {letters} before it"),
                "letters must not fall while the share rises",
            );
        }
    }
}

fn first_weekday(protocol: &Protocol, check: &mut Check<'_, '_>) {
    let visits = &protocol.visits;
    let closed = match visits.first_weekday {
        Weekday::Saturday if !visits.saturday => "saturday",
        Weekday::Sunday if !visits.sunday => "sunday",
        _ => return,
    };
    check.mistake(
        Code::ClosedOnFirstDay,
        "visits.first_weekday",
        &["visits.saturday", "visits.sunday"],
        format!("the clinic is closed on the first day, a {closed}"),
        format!("write {closed}: true, or first_weekday: monday"),
    );
}

/// The lowest and highest letters with which an eye can enter.
fn extremes(letters: &BaselineLetters) -> (f64, f64) {
    match letters {
        BaselineLetters::Piecewise { points } => (
            points.first().map_or(0.0, |p| p.1),
            points.last().map_or(100.0, |p| p.1),
        ),
        BaselineLetters::Normal { .. } => (0.0, 100.0),
        BaselineLetters::TruncatedNormal { min, max, .. }
        | BaselineLetters::Uniform { min, max }
        | BaselineLetters::BetaWithThreshold { min, max, .. } => (*min, *max),
    }
}

fn futility(protocol: &Protocol, check: &mut Check<'_, '_>) {
    let Some(futility) = protocol.behaviour.futility else {
        return;
    };
    let (_, highest) = extremes(&protocol.population.baseline_letters);
    if futility.below_letters > highest {
        check.mistake(
            Code::FloorAboveStart,
            "behaviour.futility.below_letters",
            &["population.baseline_letters"],
            format!(
                "{} is above every baseline, the highest is {highest}",
                futility.below_letters
            ),
            "write 15 to 25, or futility: none",
        );
    }
}
