//! Drug, loading, policy and stop.

use super::Check;
use crate::protocol::decode::Code;
use crate::protocol::{Loading, Policy, Protocol};

pub(super) fn drug(protocol: &Protocol, given: Option<&str>, check: &mut Check<'_, '_>) {
    let path = "treatment.drug";
    let with = ["treatment.policy.kind"];
    if !check.given("treatment.policy") {
        return;
    }
    let untreated = matches!(protocol.treatment.policy, Policy::Untreated { .. });
    match given {
        Some("none") | None if !untreated => check.mistake(
            Code::DrugMissing,
            path,
            &with,
            format!("the policy {} needs a drug", protocol.treatment.policy.name()),
            "add drug: and one of aflibercept_2mg, aflibercept_8mg, ranibizumab, bevacizumab, faricimab",
        ),
        Some(drug) if untreated && drug != "none" => check.mistake(
            Code::DrugUntreated,
            path,
            &with,
            "a drug is given and the policy is untreated",
            "remove drug, or choose a policy that treats",
        ),
        _ => {}
    }
}

pub(super) fn check(protocol: &Protocol, check: &mut Check<'_, '_>) {
    let treatment = &protocol.treatment;
    let loaded = treatment.loading.map_or(0, last_loading_week);
    policy(&treatment.policy, "treatment.policy", loaded, check);
    let untreated = matches!(treatment.policy, Policy::Untreated { .. });
    if untreated && treatment.loading.is_some() {
        check.mistake(
            Code::LoadingUntreated,
            "treatment.loading",
            &["treatment.policy.kind"],
            "loading doses are given and the policy is untreated",
            "remove loading, or choose a policy that treats",
        );
    }
    if let Some(stop) = treatment.stop {
        stop_reachable(&treatment.policy, stop.stable_visits, check);
    }
}

/// Week of the last loading dose.
fn last_loading_week(loading: Loading) -> u16 {
    u16::from(loading.doses.saturating_sub(1)) * u16::from(loading.interval_weeks)
}

fn stop_reachable(policy: &Policy, stable_visits: u8, check: &mut Check<'_, '_>) {
    let path = "treatment.stop";
    match policy {
        Policy::Untreated { .. } => check.mistake(
            Code::StopUnreachable,
            path,
            &["treatment.policy.kind"],
            "a planned stop, and the policy never treats",
            "remove stop, or choose a policy that treats",
        ),
        Policy::TreatAndTreat {
            assessment_weeks, ..
        } if assessment_weeks.len() < usize::from(stable_visits) => {
            check.mistake(
                Code::StopUnreachable,
                "treatment.stop.stable_visits",
                &["treatment.policy.assessment_weeks"],
                format!(
                    "needs {stable_visits} stable assessments, the policy has {}",
                    assessment_weeks.len()
                ),
                "name more assessment_weeks, or ask for fewer stable visits",
            );
        }
        _ => {}
    }
}

/// The shortest, starting and longest interval of a policy that moves between them.
struct Span {
    start: u8,
    min: u8,
    max: u8,
    extend: u8,
    shorten: u8,
}

/// One policy on its own, at `path`; `from_week` is when it begins to decide.
pub(super) fn policy(policy: &Policy, path: &str, from_week: u16, check: &mut Check<'_, '_>) {
    match policy {
        Policy::TreatAndExtend(rule) => span(
            &Span {
                start: rule.start_weeks,
                min: rule.min_weeks,
                max: rule.max_weeks,
                extend: rule.extend_weeks,
                shorten: rule.shorten_weeks,
            },
            path,
            check,
        ),
        Policy::DoseRegimenModification {
            start_weeks,
            min_weeks,
            max_weeks,
            shorten_weeks,
            extend_weeks,
            ..
        } => span(
            &Span {
                start: *start_weeks,
                min: *min_weeks,
                max: *max_weeks,
                extend: *extend_weeks,
                shorten: *shorten_weeks,
            },
            path,
            check,
        ),
        Policy::Fixed(grid) => {
            if !grid
                .interval_weeks
                .is_multiple_of(grid.visit_interval_weeks)
            {
                let interval = grid.interval_weeks;
                let fitting: Vec<String> = (1..=interval)
                    .filter(|w| interval.is_multiple_of(*w))
                    .map(|w| w.to_string())
                    .collect();
                check.mistake(
                    Code::VisitsDoNotDivide,
                    &format!("{path}.visit_interval_weeks"),
                    &[&format!("{path}.interval_weeks")],
                    format!(
                        "{} does not divide interval_weeks {interval}",
                        grid.visit_interval_weeks
                    ),
                    format!("write one of {}", fitting.join(", ")),
                );
            }
        }
        Policy::TreatAndTreat {
            assessment_weeks, ..
        } => {
            for (index, pair) in assessment_weeks.windows(2).enumerate() {
                if pair[1] <= pair[0] {
                    check.mistake(
                        Code::WeeksUnsorted,
                        &format!("{path}.assessment_weeks[{}]", index + 1),
                        &[&format!("{path}.assessment_weeks[{index}]")],
                        format!("{} does not come after {}", pair[1], pair[0]),
                        "write each week once, in rising order",
                    );
                }
            }
        }
        Policy::Prn {
            visit_interval_weeks,
            max_gap_weeks: Some(gap),
            ..
        } => {
            if gap < visit_interval_weeks {
                check.mistake(
                    Code::CapTooShort,
                    &format!("{path}.max_gap_weeks"),
                    &[&format!("{path}.visit_interval_weeks")],
                    format!("{gap} is less than visit_interval_weeks {visit_interval_weeks}"),
                    format!("write {visit_interval_weeks} or more"),
                );
            }
        }
        Policy::AssignedInterval { .. } => assigned(policy, path, from_week, check),
        Policy::Untreated { .. } | Policy::Prn { .. } => {}
    }
}

fn span(span: &Span, path: &str, check: &mut Check<'_, '_>) {
    let Span {
        start,
        min,
        max,
        extend,
        shorten,
    } = *span;
    let at = |key: &str| format!("{path}.{key}");
    let (min_at, max_at) = (at("min_weeks"), at("max_weeks"));
    if min > max {
        let place = if check.given(&min_at) {
            &min_at
        } else {
            &max_at
        };
        let message = format!("min_weeks is {min}, max_weeks is {max}");
        check.mistake(
            Code::MinAboveMax,
            place,
            &[&min_at, &max_at],
            message,
            "make min_weeks no more than max_weeks",
        );
        return;
    }
    if !(min..=max).contains(&start) {
        check.mistake(
            Code::StartOutside,
            &at("start_weeks"),
            &[&min_at, &max_at],
            format!("{start} is outside min_weeks {min} to max_weeks {max}"),
            format!("write {min} to {max}"),
        );
    }
    if min == max {
        return;
    }
    if extend == 0 && start < max {
        check.mistake(
            Code::NeverExtends,
            &at("extend_weeks"),
            &[&min_at, &max_at],
            format!("0, so that the interval never grows from {start} to {max}"),
            "write 2 or 4, or make max_weeks equal to start_weeks",
        );
    }
    if shorten == 0 {
        check.mistake(
            Code::NeverShortens,
            &at("shorten_weeks"),
            &[&min_at, &max_at],
            format!("0, so that the interval never shrinks to {min}"),
            "write 2 or 4, or use kind: fixed",
        );
    }
    for (key, step) in [("extend_weeks", extend), ("shorten_weeks", shorten)] {
        if step > max - min {
            check.mistake(
                Code::StepTooLarge,
                &at(key),
                &[&min_at, &max_at],
                format!(
                    "{step} is more than the {} from min_weeks to max_weeks",
                    max - min
                ),
                format!("write at most {}", max - min),
            );
        }
    }
}

fn assigned(policy: &Policy, path: &str, from_week: u16, check: &mut Check<'_, '_>) {
    let Policy::AssignedInterval {
        first_assessment_week: first,
        second_assessment_week: second,
        intervals_weeks: [active_first, active_second, never],
        ..
    } = policy
    else {
        return;
    };
    let at = |key: &str| format!("{path}.{key}");
    if second <= first {
        check.mistake(
            Code::WeeksUnsorted,
            &at("second_assessment_week"),
            &[&at("first_assessment_week")],
            format!("{second} does not come after first_assessment_week {first}"),
            format!("write {} or later", first.saturating_add(1)),
        );
    }
    if *first <= from_week {
        check.mistake(
            Code::AssessmentTooEarly,
            &at("first_assessment_week"),
            &["treatment.loading"],
            format!("{first} is not after week {from_week}, when the policy begins"),
            format!("write {} or later", from_week.saturating_add(1)),
        );
    }
    if active_second < active_first || never < active_second {
        check.mistake(
            Code::IntervalsUnsorted,
            &at("interval_if_active_at_first_weeks"),
            &[
                &at("interval_if_active_at_second_weeks"),
                &at("interval_if_never_active_weeks"),
            ],
            format!(
                "{active_first}, {active_second}, {never}: less activity gives a shorter interval"
            ),
            "write intervals that do not fall, such as 8, 12, 16",
        );
    }
}
