use super::{Chart, Decision, Seen};
use crate::protocol::Policy;

/// PULSAR's dose-regimen modification: shorten only when letters are down *and* fluid is up; extend dry
/// eyes from a given week on.
pub(super) fn decide(chart: &mut Chart<'_>, day: u32, seen: Option<Seen>) -> Decision {
    if let (
        &Policy::DoseRegimenModification {
            min_weeks,
            max_weeks,
            shorten_weeks,
            extend_weeks,
            extend_from_week,
            letters_loss,
            fluid_increase,
            ..
        },
        Some(seen),
    ) = (chart.policy, seen)
    {
        let letters_down = f64::from(chart.best_letters) - f64::from(seen.letters) > letters_loss;
        let fluid_up = seen.wet && seen.fluid - chart.last_fluid > fluid_increase;
        if letters_down && fluid_up {
            chart.interval_weeks = chart
                .interval_weeks
                .saturating_sub(u16::from(shorten_weeks))
                .max(u16::from(min_weeks));
        } else if day >= chart.opened + 7 * u32::from(extend_from_week)
            && !seen.wet
            && !letters_down
        {
            chart.interval_weeks =
                (chart.interval_weeks + u16::from(extend_weeks)).min(u16::from(max_weeks));
        }
    }
    let next = chart.in_weeks(day, chart.interval_weeks);
    chart.inject(next)
}
