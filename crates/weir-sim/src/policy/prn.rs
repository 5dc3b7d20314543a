use super::{Chart, Decision, Plan, Seen};
use crate::protocol::Policy;

/// PRN and capped PRN: look at every visit of the rhythm, inject above the threshold, and with a cap
/// never let more than `max_gap_weeks` pass between injections.
pub(super) fn decide(chart: &mut Chart<'_>, plan: Plan, day: u32, seen: Option<Seen>) -> Decision {
    let &Policy::Prn {
        visit_interval_weeks,
        fluid_threshold,
        max_gap_weeks,
    } = chart.policy
    else {
        return chart.by_rhythm(plan, day);
    };
    let wet = seen.is_some_and(|seen| seen.fluid > fluid_threshold);
    // The cap acts at the last visit before it would be passed.
    let capped = max_gap_weeks.is_some_and(|gap| {
        chart.last_injection.is_none_or(|last| {
            day + 7 * u32::from(visit_interval_weeks) > last + 7 * u32::from(gap) + 3
        })
    });
    let decision = chart.by_rhythm(plan, day);
    Decision {
        inject: (wet || capped).then_some(chart.drug),
        ..decision
    }
}
