use super::{Chart, Decision, Plan, Seen};
use crate::protocol::Policy;

/// After loading: the first assessment week, or the longest interval if that is past.
pub(super) fn first_plan(chart: &Chart<'_>, day: u32) -> Plan {
    let &Policy::AssignedInterval {
        first_assessment_week,
        ..
    } = chart.policy
    else {
        return chart.in_weeks(day, chart.interval_weeks);
    };
    let first = chart.opened + 7 * u32::from(first_assessment_week);
    if !chart.assigned && first > day {
        Plan {
            day: first,
            ..chart.in_weeks(day, 0)
        }
    } else {
        chart.in_weeks(day, chart.interval_weeks)
    }
}

/// Activity at the two assessments assigns the interval once and for all.
pub(super) fn decide(chart: &mut Chart<'_>, day: u32, seen: Option<Seen>) -> Decision {
    let &Policy::AssignedInterval {
        first_assessment_week,
        second_assessment_week,
        intervals_weeks,
        fluid_threshold,
        letters_loss,
    } = chart.policy
    else {
        let next = chart.in_weeks(day, chart.interval_weeks);
        return chart.inject(next);
    };
    if !chart.assigned {
        let active = seen.is_some_and(|seen| {
            seen.fluid > fluid_threshold
                || f64::from(chart.best_letters) - f64::from(seen.letters) > letters_loss
        });
        // A late first assessment counts as the second, a later one as neither.
        let week = (day - chart.opened).div_ceil(7);
        let between = u32::from(first_assessment_week + second_assessment_week).div_ceil(2);
        let first = week <= between;
        let second = !first && week <= u32::from(second_assessment_week) + 2;
        let assigned = match (first, second, active) {
            (true, _, true) => Some(intervals_weeks[0]),
            (_, true, true) => Some(intervals_weeks[1]),
            (true, _, false) | (_, true, false) => None,
            _ => Some(intervals_weeks[2]),
        };
        let Some(weeks) = assigned else {
            let next = if first {
                chart.opened + 7 * u32::from(second_assessment_week)
            } else {
                chart.last_injection.unwrap_or(day) + 7 * u32::from(intervals_weeks[2])
            };
            let next = Plan {
                day: next.max(day + 7),
                ..chart.in_weeks(day, 0)
            };
            return Decision {
                inject: None,
                ..chart.inject(next)
            };
        };
        chart.assigned = true;
        chart.interval_weeks = u16::from(weeks);
    }
    let next = chart.in_weeks(day, chart.interval_weeks);
    chart.inject(next)
}
