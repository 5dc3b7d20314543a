use super::constants::Substep;
use super::{Constants, Eye, STRUCTURE_MAX, STRUCTURE_MIN, Stepper, larger, smaller};
use crate::random::{Decision, Draws, normal};

/// The exact step: one draw for the whole interval.
///
/// Between injections fluid is deterministic, and structure is linear in itself and in Gaussian
/// noise, so its value at the end of an interval is normal with the mean and variance that the
/// weekly recursion gives. Where the path between both ends could have touched the limits of structure,
/// its weeks are drawn one by one, bridged to the same increment.
#[derive(Debug, Clone, Copy)]
pub struct BetweenVisits;

/// A Brownian path from `a` to `b` below a limit touches it with probability
/// `exp(−2·a·b/variance)`, and, looked at once a week, as if the limit were 0.58 weekly standard
/// deviations further away: from this `a·b/variance` on less than once in 200 times, mostly never.
const CLEAR_OF_LIMITS: f64 = 2.0;
/// Substeps of one interval of at most a month: weeks cut by both ends.
pub(super) const SUBSTEPS: usize = 6;

/// Walks fluid from `eye.day` to `to` in weeks since the injection, cut at `to`; calls `step` with the
/// share of structure above its floor that each substep keeps. Returns the last fluid.
#[inline(always)]
fn walk<const DRIES_FASTER: bool>(
    constants: &Constants,
    eye: &Eye,
    to: u32,
    mut step: impl FnMut(f64, &Substep),
) -> f64 {
    let mut fluid = eye.fluid;
    let (week, left) = eye.week();
    let mut days_left = to - eye.day;
    // The escape of an eye never injected is 1, in remission it is 0.
    let power = if eye.remission {
        f64::INFINITY
    } else {
        eye.durability_power
    };
    let (residual, half_residual) = (eye.residual, 0.5 * eye.residual);
    let mut days = left.min(days_left);
    // All targets at once, those of further weeks in vain: two divisions are as fast as one.
    let targets = constants
        .escapes(week)
        .map(|escape| larger(escape / (escape + power), residual));
    for target in targets {
        let s = constants.substep(days);
        // Filling below the target, drying above it. Where drying is faster, that is the smaller of both
        // on either side of zero: a choice without waiting for the sign.
        let distance = fluid - target;
        let (filling, drying) = (distance * s.filling, distance * s.drying);
        fluid = target
            + if DRIES_FASTER {
                smaller(filling, drying)
            } else {
                larger(filling, drying)
            };
        step(1.0 - s.fluid_loss * larger(fluid - half_residual, 0.0), s);
        days_left -= days;
        if days_left == 0 {
            break;
        }
        days = days_left.min(7);
    }
    fluid
}

impl Stepper for BetweenVisits {
    #[inline(always)]
    fn advance(constants: &Constants, eye: &mut Eye, to: u32, increment: f64, draws: &Draws) {
        if constants.dries_faster {
            Self::step::<true>(constants, eye, to, increment, draws);
        } else {
            Self::step::<false>(constants, eye, to, increment, draws);
        }
    }
}

impl BetweenVisits {
    #[inline(always)]
    fn step<const DRIES_FASTER: bool>(
        constants: &Constants,
        eye: &mut Eye,
        to: u32,
        increment: f64,
        draws: &Draws,
    ) {
        let start = eye.structure;
        let (mut above_floor, mut variance) = (start - eye.floor, 0.0);
        let fluid = walk::<DRIES_FASTER>(constants, eye, to, |kept, s| {
            above_floor = above_floor * kept - s.structural_loss;
            variance = variance * (kept * kept) + s.variance;
        });
        let drawn = eye.floor
            + above_floor
            + variance.sqrt() * (increment * constants.per_sqrt_days(to - eye.day));
        let below = (STRUCTURE_MAX - start) * (STRUCTURE_MAX - drawn);
        let above = (start - STRUCTURE_MIN) * (drawn - STRUCTURE_MIN);
        eye.structure = if smaller(below, above) > CLEAR_OF_LIMITS * variance {
            drawn
        } else {
            by_weeks::<DRIES_FASTER>(constants, eye, to, increment, draws)
        };
        eye.fluid = fluid;
        eye.day = to;
    }
}

/// Structure at `to` with the limits applied every week.
#[inline(never)]
fn by_weeks<const DRIES_FASTER: bool>(
    constants: &Constants,
    eye: &Eye,
    to: u32,
    increment: f64,
    draws: &Draws,
) -> f64 {
    let mut steps = [(0.0, 0.0, 0); SUBSTEPS];
    let mut count = 0;
    walk::<DRIES_FASTER>(constants, eye, to, |kept, s| {
        assert!(count < SUBSTEPS, "an interval is at most a month");
        steps[count] = (kept, s.structural_loss, s.days);
        count += 1;
    });
    // A Brownian bridge: every week takes its share of what is left, and its own noise; the last takes
    // the rest, so that the weeks add up to the interval's increment.
    let mut path_left = increment;
    let mut days_left = to - eye.day;
    let mut above_floor = eye.structure - eye.floor;
    let (lowest, highest) = (STRUCTURE_MIN - eye.floor, STRUCTURE_MAX - eye.floor);
    let mut words = [0; 4];
    for (i, &(kept, lost, days)) in steps[..count].iter().enumerate() {
        let after = days_left - days;
        let path = if after == 0 {
            path_left
        } else {
            if i % 4 == 0 {
                words = draws.words(Decision::Week, to * 2 + i as u32 / 4);
            }
            let per_sqrt = constants.per_sqrt_days(days_left);
            let sd = constants.sqrt_days(days) * constants.sqrt_days(after) * per_sqrt;
            path_left * f64::from(days) * (per_sqrt * per_sqrt) + sd * normal(words[i % 4])
        };
        path_left -= path;
        days_left = after;
        let drawn = above_floor * kept - lost + constants.sd_per_sqrt_day * path;
        above_floor = smaller(larger(drawn, lowest), highest);
    }
    eye.floor + above_floor
}
