use crate::population::Sex;
use crate::protocol::Mortality;
use crate::random::{Decision, Draws, uniform};

/// Gompertz parameters: hazard at 80 per year, and its growth per year of age.
///
/// Fitted to the UK life tables of 2020–22 (up to 15 % off for women of 60–75).
const fn gompertz(sex: Sex) -> (f64, f64) {
    match sex {
        Sex::Male => (0.0615, 0.103),
        Sex::Female => (0.0457, 0.113),
    }
}

/// Years from enrolment at which a hazard ratio changes.
const RATIO_CHANGES_YEARS: f64 = 2.0;

/// Day of death, days since enrolment (possibly far beyond any follow-up), at least 1.
///
/// Inverts the cumulative hazard `HR·h80·exp(b·(age − 80))·(exp(b·t) − 1)/b`, in two pieces where the
/// hazard ratio changes after two years.
pub fn death_day(rule: &Mortality, sex: Sex, age_years: f64, draws: &Draws) -> u32 {
    let [word, ..] = draws.words(Decision::Death, 0);
    let (at_80, growth) = gompertz(sex);
    let at_start = at_80 * libm::exp(growth * (age_years - 80.0));
    let mut needed = -libm::log(uniform(word));
    let early = rule.hazard_ratio_first_two_years * at_start;
    let early_total = early * libm::expm1(growth * RATIO_CHANGES_YEARS) / growth;
    let years = if needed < early_total {
        libm::log1p(growth * needed / early) / growth
    } else {
        needed -= early_total;
        let later = rule.hazard_ratio_later * at_start * libm::exp(growth * RATIO_CHANGES_YEARS);
        if later <= 0.0 {
            return u32::MAX;
        }
        RATIO_CHANGES_YEARS + libm::log1p(growth * needed / later) / growth
    };
    // Saturates at u32::MAX for hazards near zero.
    (years * crate::DAYS_PER_YEAR).ceil().max(1.0) as u32
}
