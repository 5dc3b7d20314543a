use super::constants::Substep;
use super::{Constants, Eye, STRUCTURE_MAX, STRUCTURE_MIN, Stepper, larger, smaller};
use crate::random::{Decision, Draws, normal};

/// The exact step: one draw for the whole interval.
///
/// Between injections fluid is deterministic, and structure is linear in itself and in Gaussian
/// noise, so its value at the end of an interval is normal with the mean and variance that the
/// weekly recursion gives. Where the interval could touch the limits of structure (mean within two and
/// a half standard deviations of 5 or 92), weeks are drawn one by one, bridged to the same increment.
#[derive(Debug, Clone, Copy)]
pub struct BetweenVisits;

/// Mean ± this many standard deviations has to stay inside the limits.
const CLEAR_OF_LIMITS: f64 = 2.5;
/// Substeps of one interval of at most a month: weeks cut by both ends.
const SUBSTEPS: usize = 8;

/// Walks fluid from `eye.day` to `to` in weeks since the injection, cut at `to`; calls `step` with the
/// share of structure kept, the letters and the variance added by each substep. Returns the last fluid.
#[inline(always)]
fn walk(constants: &Constants, eye: &Eye, to: u32, mut step: impl FnMut(f64, f64, f64)) -> f64 {
    let mut fluid = eye.fluid;
    let (mut week, left) = eye.week();
    let mut days = to - eye.day;
    // The escape of an eye never injected is 1, in remission it is 0.
    let power = if eye.remission {
        f64::INFINITY
    } else {
        eye.durability_power
    };
    let half_residual = 0.5 * eye.residual;
    let mut substep = |week: u32, s: &Substep| {
        let target = larger(constants.escape(week, power), eye.residual);
        // Filling below the target, drying above it.
        let distance = fluid - target;
        let remains = if distance > 0.0 { s.drying } else { s.filling };
        fluid = target + distance * remains;
        let lost = s.fluid_loss * larger(fluid - half_residual, 0.0);
        step(1.0 - lost, lost * eye.floor - s.structural_loss, s.variance);
    };
    if left < 7 {
        let here = if left < days { left } else { days };
        substep(week, &constants.substeps[here as usize & 7]);
        days -= here;
        week += 1;
    }
    let whole = &constants.substeps[7];
    while days >= 7 {
        substep(week, whole);
        days -= 7;
        week += 1;
    }
    if days > 0 {
        substep(week, &constants.substeps[days as usize & 7]);
    }
    fluid
}

impl Stepper for BetweenVisits {
    #[inline]
    fn advance(constants: &Constants, eye: &mut Eye, to: u32, increment: f64, draws: &Draws) {
        let (mut mean, mut variance) = (eye.structure, 0.0);
        let fluid = walk(constants, eye, to, |kept, added, more| {
            mean = mean * kept + added;
            variance = variance * (kept * kept) + more;
        });
        let sd = variance.sqrt();
        let clear = CLEAR_OF_LIMITS * sd;
        eye.structure = if mean - clear > STRUCTURE_MIN && mean + clear < STRUCTURE_MAX {
            let drawn = mean + sd * increment / f64::from(to - eye.day).sqrt();
            smaller(larger(drawn, STRUCTURE_MIN), STRUCTURE_MAX)
        } else {
            by_weeks(constants, eye, to, increment, draws)
        };
        eye.fluid = fluid;
        eye.day = to;
    }
}

/// Structure at `to` with the limits applied every week.
#[inline(never)]
fn by_weeks(constants: &Constants, eye: &Eye, to: u32, increment: f64, draws: &Draws) -> f64 {
    let mut steps = [(0.0, 0.0, 0.0); SUBSTEPS];
    let mut count = 0;
    walk(constants, eye, to, |kept, added, variance| {
        assert!(count < SUBSTEPS, "an interval is at most a month");
        steps[count] = (kept, added, variance);
        count += 1;
    });
    let steps = &steps[..count];
    let mut noise = [0.0; SUBSTEPS];
    let mut sum = 0.0;
    for block in 0..count.div_ceil(4) {
        let words = draws.words(Decision::Week, to * 2 + block as u32);
        for (i, word) in words.into_iter().enumerate().take(count - block * 4) {
            let n = block * 4 + i;
            noise[n] = normal(word) * steps[n].2.sqrt();
            sum += noise[n];
        }
    }
    // A Brownian bridge: independent increments, then moved so that they add up to the interval's.
    let length = f64::from(to - eye.day);
    let correction = (increment * constants.variance_per_day.sqrt() - sum)
        / (constants.variance_per_day * length);
    let mut structure = eye.structure;
    for (&(kept, added, variance), noise) in steps.iter().zip(noise) {
        let noise = if variance > 0.0 {
            noise + correction * variance
        } else {
            0.0
        };
        structure = (structure * kept + added + noise).clamp(STRUCTURE_MIN, STRUCTURE_MAX);
    }
    structure
}
