use super::{Constants, larger, smaller};

/// Weeks that are held; at least a month's and [`AT_ONCE`] more.
const HELD: usize = 32;
/// Weeks that are computed in one go.
pub(super) const AT_ONCE: usize = 4;
/// Weeks that one step of at most a month reaches into, at most.
const STEP: usize = 6;

/// Fluid by whole weeks since the injection, ahead of the days that are asked for.
///
/// Between injections fluid depends on nothing but itself, so that its weeks need not wait for structure,
/// nor be cut where a month ends: a stop inside a week is read off its week's start.
#[derive(Debug, Clone)]
pub(super) struct Weeks {
    /// Fluid at the start of each week; one more than whole weeks are known.
    fluid: [f64; HELD + 1],
    /// Where fluid tends to in each week.
    target: [f64; HELD],
    /// Share of structure above its floor that each whole week keeps.
    kept: [f64; HELD],
    /// The week since the injection that comes first here.
    first: u32,
    known: usize,
    /// Days of the first week that were over when these weeks began.
    skipped: u32,
    /// The week that the eye is in, of those held, and days of it that are over.
    at: usize,
    days: u32,
}

/// A week of those held and days into it.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub week: usize,
    pub days: u32,
}

/// How an eye's fluid moves, until an injection or remission changes it.
#[derive(Clone, Copy)]
pub(super) struct Motion {
    /// `D^(1/s)`; infinite in remission, so that the escape is 0.
    pub power: f64,
    pub residual: f64,
    pub half_residual: f64,
}

impl Weeks {
    pub(super) fn none() -> Self {
        Self {
            fluid: [0.0; HELD + 1],
            target: [0.0; HELD],
            kept: [0.0; HELD],
            first: 0,
            known: 0,
            skipped: 0,
            at: 0,
            days: 0,
        }
    }

    /// Forgets all weeks: fluid moves in another way from today on.
    #[inline(always)]
    pub(super) fn forget(&mut self) {
        self.known = 0;
    }

    #[inline(always)]
    pub(super) fn are_known(&self) -> bool {
        self.known > 0
    }

    /// Begins anew, `days` into `week`.
    #[inline(always)]
    pub(super) fn begin<const DRIES_FASTER: bool>(
        &mut self,
        constants: &Constants,
        motion: Motion,
        fluid: f64,
        week: u32,
        days: u32,
    ) {
        self.first = week;
        self.skipped = days;
        self.at = 0;
        self.days = days;
        self.fluid[0] = fluid;
        if days > 0 {
            // The rest of a week that has begun; its whole is never asked for.
            let target = larger(constants.escape(week, motion.power), motion.residual);
            let rest = constants.substep(7 - days);
            self.target[0] = target;
            self.kept[0] = 1.0;
            self.fluid[1] =
                target + toward::<DRIES_FASTER>(fluid - target, rest.filling, rest.drying);
            self.known = 1;
        }
    }

    /// Makes the weeks up to that of `place` known, which is `since` days after the injection.
    #[inline(always)]
    pub(super) fn reach<const DRIES_FASTER: bool>(
        &mut self,
        constants: &Constants,
        motion: Motion,
        since: u32,
    ) -> (Place, Place) {
        let week = since / 7;
        if (week - self.first) as usize + AT_ONCE > HELD {
            self.move_up();
        }
        let from = Place {
            week: self.at,
            days: self.days,
        };
        let to = Place {
            week: (week - self.first) as usize,
            days: since - 7 * week,
        };
        while self.known <= to.week {
            self.more::<DRIES_FASTER>(constants, motion);
        }
        (self.at, self.days) = (to.week, to.days);
        (from, to)
    }

    /// Fluid at a place that has been reached.
    #[inline(always)]
    pub(super) fn fluid_at<const DRIES_FASTER: bool>(
        &self,
        constants: &Constants,
        place: Place,
    ) -> f64 {
        let begun = if place.week == 0 { self.skipped } else { 0 };
        let (fluid, target) = (self.fluid[place.week % HELD], self.target[place.week % HELD]);
        let s = constants.substep(place.days - begun);
        target + toward::<DRIES_FASTER>(fluid - target, s.filling, s.drying)
    }

    /// Fluid at the end of a week that is known.
    #[inline(always)]
    pub(super) fn fluid_after(&self, week: usize) -> f64 {
        self.fluid[week % HELD + 1]
    }

    /// Shares kept by the whole weeks between two.
    #[inline(always)]
    pub(super) fn between(&self, from: usize, to: usize) -> &[f64] {
        self.kept.get(from + 1..to).unwrap_or(&[])
    }

    #[inline(always)]
    fn more<const DRIES_FASTER: bool>(&mut self, constants: &Constants, motion: Motion) {
        let start = self.known;
        let escapes = constants.escapes(self.first + start as u32);
        let week = constants.substep(7);
        let (Some(target), Some(fluid), Some(kept)) = (
            self.target[start..].first_chunk_mut::<AT_ONCE>(),
            self.fluid[start..].first_chunk_mut::<{ AT_ONCE + 1 }>(),
            self.kept[start..].first_chunk_mut::<AT_ONCE>(),
        ) else {
            return;
        };
        for (target, escape) in target.iter_mut().zip(escapes) {
            *target = larger(escape / (escape + motion.power), motion.residual);
        }
        for i in 0..AT_ONCE {
            let distance = fluid[i] - target[i];
            fluid[i + 1] =
                target[i] + toward::<DRIES_FASTER>(distance, week.filling, week.drying);
        }
        for i in 0..AT_ONCE {
            kept[i] = 1.0 - week.fluid_loss * larger(fluid[i + 1] - motion.half_residual, 0.0);
        }
        self.known += AT_ONCE;
    }

    /// Makes room: the week that the eye is in becomes the first.
    #[cold]
    #[inline(never)]
    fn move_up(&mut self) {
        let by = self.at;
        self.fluid.copy_within(by..=self.known, 0);
        self.target.copy_within(by..self.known, 0);
        self.kept.copy_within(by..self.known, 0);
        if by > 0 {
            self.skipped = 0;
        }
        self.first += by as u32;
        self.known -= by;
        self.at = 0;
        debug_assert!(self.known + STEP <= HELD);
    }
}

/// What remains of a distance to the target, filling below it and drying above it. Where drying is faster,
/// that is the smaller of both on either side of zero: a choice without waiting for the sign.
#[inline(always)]
pub(super) fn toward<const DRIES_FASTER: bool>(distance: f64, filling: f64, drying: f64) -> f64 {
    let (filling, drying) = (distance * filling, distance * drying);
    if DRIES_FASTER {
        smaller(filling, drying)
    } else {
        larger(filling, drying)
    }
}
