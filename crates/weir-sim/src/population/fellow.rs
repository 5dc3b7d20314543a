use crate::protocol::FellowEye;
use crate::random::{Decision, Draws, uniform};

/// Years after which the hazard changes.
const EARLY_YEARS: f64 = 2.0;

/// Day on which the fellow eye falls ill, days since enrolment; possibly far beyond any follow-up.
///
/// Piecewise constant hazard times a gamma frailty of shape 2 and mean 1.
pub fn onset_day(rule: &FellowEye, draws: &Draws) -> u32 {
    let [first, second, word, _] = draws.words(Decision::FellowOnset, 0);
    let frailty = -0.5 * libm::log(uniform(first) * uniform(second));
    let needed = -libm::log(uniform(word)) / frailty;
    let early = rule.hazard_first_two_years_per_year * EARLY_YEARS;
    let years = if needed < early {
        needed / rule.hazard_first_two_years_per_year
    } else {
        EARLY_YEARS + (needed - early) / rule.hazard_later_per_year
    };
    // Infinite for a hazard of zero: saturates.
    (years * crate::DAYS_PER_YEAR).ceil() as u32
}
