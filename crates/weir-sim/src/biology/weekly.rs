use super::{Constants, Eye, STEP_YEAR_DAYS, STRUCTURE_MAX, STRUCTURE_MIN, Stepper};
use crate::random::{Decision, Draws, normal};

/// The reference: MODEL §2 line by line, a draw and the limits every week, no tables, no stepping shared
/// with the exact step. Several times slower; for checking. Draws of its own, so it agrees with
/// [`super::BetweenVisits`] in distribution and not patient by patient.
#[derive(Debug, Clone, Copy)]
pub struct WeeklyReference;

impl Stepper for WeeklyReference {
    fn advance(constants: &Constants, eye: &mut Eye, to: u32, _increment: f64, draws: &Draws) {
        let biology = &constants.biology;
        while eye.day < to {
            let (week, left) = eye.week();
            let days = left.min(to - eye.day);
            let (weeks, years) = (f64::from(days) / 7.0, f64::from(days) / STEP_YEAR_DAYS);
            let escape = if eye.remission {
                0.0
            } else if eye.injected_before() {
                let tau = f64::from(week) + 0.5;
                let ln_durability = constants.ln_durability(
                    eye.drug,
                    eye.traits().durability_z,
                    eye.last_injection - eye.start,
                );
                1.0 / (1.0
                    + libm::exp(-(libm::log(tau) - ln_durability) / biology.escape_steepness))
            } else {
                1.0
            };
            let target = escape.max(eye.residual);
            let time = if target > eye.fluid {
                biology.filling_weeks
            } else {
                biology.drying_weeks
            };
            eye.fluid += (target - eye.fluid) * (1.0 - libm::exp(-weeks / time));
            let wet = (eye.fluid - eye.residual / 2.0).max(0.0);
            let [word, ..] = draws.words(Decision::ReferenceWeek, eye.day);
            let change = -biology.structural_loss_letters_per_year * years
                - biology.fluid_loss_per_year * wet * (eye.structure - eye.floor) * years
                + biology.structural_sd_letters_per_sqrt_year * years.sqrt() * normal(word);
            eye.structure = (eye.structure + change).clamp(STRUCTURE_MIN, STRUCTURE_MAX);
            eye.day += days;
        }
    }
}
