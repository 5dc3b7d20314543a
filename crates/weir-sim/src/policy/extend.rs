use super::{Chart, Decision, Seen};
use crate::protocol::TreatAndExtend;

/// Treat-and-extend: inject at every visit; the interval is the chart's, not what has passed since
/// today's injection (a system that measures it so sends every eye back at the minimum for ever).
#[inline(always)]
pub(super) fn decide(
    chart: &mut Chart<'_>,
    rule: &TreatAndExtend,
    day: u32,
    seen: Option<Seen>,
) -> Decision {
    let (min, max) = (u16::from(rule.min_weeks), u16::from(rule.max_weeks));
    let tried = chart.interval_weeks;
    if let Some(seen) = seen {
        let [last, before] = chart.last_letters;
        let best = f64::from(last.max(before));
        let fluid_up = seen.fluid - chart.last_fluid > rule.fluid_increase;
        let letters_down = best - f64::from(seen.letters) >= rule.letters_loss;
        if seen.wet & (fluid_up | letters_down) {
            chart.interval_weeks = tried.saturating_sub(u16::from(rule.shorten_weeks)).max(min);
            chart.failed = (tried > chart.interval_weeks).then_some((tried, 0));
        } else if !seen.wet {
            let longer = (tried + u16::from(rule.extend_weeks)).min(max);
            let barred = match &mut chart.failed {
                Some((failed, dry)) if longer >= *failed => {
                    *dry = dry.saturating_add(1);
                    *dry <= rule.retry_failed_extension_after_visits
                }
                _ => false,
            };
            if !barred {
                if chart.failed.is_some_and(|(failed, _)| longer >= failed) {
                    chart.failed = None;
                }
                chart.interval_weeks = longer;
            }
        }
    }
    let next = chart.in_weeks(day, chart.interval_weeks.clamp(min, max));
    chart.inject(next)
}
