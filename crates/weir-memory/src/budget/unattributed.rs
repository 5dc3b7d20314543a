//! What the process holds outside its reservations: the estimate of the closed loop.

/// The estimate, in bytes; pure.
///
/// Let `S` be resident memory, `R` reserved, and `u` what is resident outside reservations.
/// Reservations are promises: of `R`, some `T ≤ R` has been touched and is resident. Only
/// `S = T + u` can be measured, so all that is known is `S − R ≤ u ≤ S`.
///
/// The estimate is `U = H + K`. `K` was *released* from reservations and is still resident, as
/// far as known: it rises by what `R` falls without `S` falling, and falls as `R` rises again
/// (the allocator reuses it) or `S` falls (the allocator returned it). `H` is all else. It
///
/// * rises at once to `S − R − K`: that much is certainly there;
/// * falls at once to `S − K`: more cannot be there;
/// * between the two falls by an eighth of the distance per observation towards the larger of
///   `S − R − K` and the *floor*, the least resident memory ever seen (first: when the budget
///   was made): a transient is forgotten in a few seconds, the process itself never is;
/// * after memory was given back falls, after `K`, by exactly what resident memory fell by.
///
/// The limit of this: growth of `u` hides behind reservations that are not touched yet, by at
/// most `R − T`, and shows when they are touched.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unattributed {
    floor: u64,
    held: u64,
    released: u64,
    /// What remained when memory was last given back: giving back again can gain the rest.
    kept: u64,
    last_resident: u64,
    last_reserved: u64,
}

impl Unattributed {
    pub(super) fn new(baseline: u64) -> Self {
        Self {
            floor: baseline,
            held: baseline,
            released: 0,
            kept: baseline,
            last_resident: baseline,
            last_reserved: 0,
        }
    }

    pub(super) fn estimate(&self) -> u64 {
        self.held.saturating_add(self.released)
    }

    /// What giving memory back could gain: the estimate above what remained the last time.
    pub(super) fn returnable(&self) -> u64 {
        self.estimate().saturating_sub(self.kept)
    }

    /// How much of the estimate a new reservation could reuse.
    pub(super) fn reusable(&self) -> u64 {
        self.released
    }

    /// One observation. `peak` is the most that was resident since the last one and
    /// `most_reserved` the most that was reserved meanwhile: at the peak at least the
    /// difference was outside reservations, although it may be gone already.
    pub(super) fn observe(&mut self, resident: u64, reserved: u64, peak: u64, most_reserved: u64) {
        self.look(resident, reserved);
        let known = resident
            .saturating_sub(reserved)
            .saturating_sub(self.released);
        let target = known.max(self.floor.saturating_sub(self.released));
        if self.held > target {
            self.held -= (self.held - target).div_ceil(8);
        }
        let at_peak = peak.saturating_sub(most_reserved);
        self.held = self.held.max(at_peak.saturating_sub(self.released));
    }

    /// A look without time passing: only what is certain.
    pub(super) fn look(&mut self, resident: u64, reserved: u64) {
        self.floor = self.floor.min(resident);
        let known = resident.saturating_sub(reserved);
        self.released = self
            .released
            .saturating_add(self.last_reserved.saturating_sub(reserved))
            .saturating_sub(reserved.saturating_sub(self.last_reserved))
            .saturating_sub(self.last_resident.saturating_sub(resident))
            .min(known.saturating_sub(self.floor));
        self.held = self
            .held
            .clamp(known - self.released, resident - self.released);
        self.kept = self.kept.min(self.estimate());
        (self.last_resident, self.last_reserved) = (resident, reserved);
    }

    /// Memory was given back to the system and resident memory went from `before` to `after`.
    pub(super) fn gave_back(&mut self, before: u64, after: u64, reserved: u64) {
        let fell = before.saturating_sub(after);
        self.held = self.held.saturating_sub(fell.saturating_sub(self.released));
        self.released = self.released.saturating_sub(fell);
        // That fall is accounted for; the next look is not to see it again.
        self.last_resident = after;
        self.look(after, reserved);
        self.kept = self.estimate();
    }

    /// So much of what is reusable becomes reserved.
    pub(super) fn reuse(&mut self, bytes: u64) {
        let bytes = bytes.min(self.released);
        self.released -= bytes;
        self.kept = self.kept.min(self.estimate());
        // That growth is accounted for; the next look is not to see it again.
        self.last_reserved = self.last_reserved.saturating_add(bytes);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rises_at_once_and_falls_slowly_to_the_floor() {
        let mut u = Unattributed::new(10);
        u.observe(90, 40, 90, 40);
        assert_eq!(u.estimate(), 50);
        // The same resident memory is now reserved: reused, not new.
        u.observe(90, 80, 90, 80);
        assert_eq!(u.estimate(), 45);
        for _ in 0..40 {
            u.observe(90, 80, 90, 80);
        }
        assert_eq!(u.estimate(), 10);
    }

    #[test]
    fn never_more_than_is_resident() {
        let mut u = Unattributed::new(10);
        u.observe(90, 0, 90, 0);
        u.observe(20, 0, 20, 0);
        assert_eq!(u.estimate(), 20);
        u.look(5, 0);
        assert_eq!(u.estimate(), 5);
    }

    #[test]
    fn a_peak_between_observations_counts() {
        let mut u = Unattributed::new(10);
        u.observe(50, 40, 75, 45);
        assert_eq!(u.estimate(), 30);
    }

    #[test]
    fn giving_back_is_attributed_exactly() {
        let mut u = Unattributed::new(10);
        u.observe(60, 0, 60, 0);
        assert_eq!(u.returnable(), 50);
        u.gave_back(60, 15, 0);
        assert_eq!((u.estimate(), u.returnable()), (15, 0));
        // Half of what is reserved is touched: nothing is known to be gone but the 20 given back.
        u.observe(100, 60, 100, 60);
        assert_eq!(u.estimate(), 40);
        u.gave_back(100, 80, 60);
        assert_eq!(u.estimate(), 20);
    }

    #[test]
    fn what_was_released_and_stayed_resident_can_be_reused() {
        let mut u = Unattributed::new(10);
        u.look(90, 80);
        assert_eq!((u.estimate(), u.reusable()), (10, 0));
        // Released, but the allocator keeps it.
        u.look(90, 0);
        assert_eq!((u.estimate(), u.reusable()), (90, 80));
        u.look(60, 0);
        assert_eq!((u.estimate(), u.reusable()), (60, 50));
        u.reuse(30);
        u.look(60, 30);
        assert_eq!((u.estimate(), u.reusable()), (30, 20));
        // The same rise without a release is growth.
        u.look(160, 30);
        assert_eq!((u.estimate(), u.reusable()), (130, 20));
        // Promises that were never touched leave nothing behind.
        let mut u = Unattributed::new(10);
        u.look(10, 80);
        u.look(10, 0);
        assert_eq!(u.reusable(), 0);
    }

    proptest! {
        /// Whatever happens, the estimate is inside what is known, and never below the floor
        /// as long as that much is resident.
        #[test]
        fn inside_what_is_known(
            baseline in 0u64..1_000,
            seen in proptest::collection::vec((0u64..2_000, 0u64..2_000), 1..60),
        ) {
            let mut u = Unattributed::new(baseline);
            let mut least = baseline;
            for (resident, reserved) in seen {
                least = least.min(resident);
                u.observe(resident, reserved, resident, reserved);
                prop_assert!(u.estimate() >= resident.saturating_sub(reserved));
                prop_assert!(u.estimate() <= resident);
                prop_assert!(u.estimate() >= least);
                prop_assert!(u.returnable() <= u.estimate());
                // Reused, it is still inside what is known of the larger reservation.
                let (reused, mut after) = (u.reusable().min(reserved / 2), u);
                after.reuse(reused);
                prop_assert!(after.estimate() >= resident.saturating_sub(reserved + reused));
                prop_assert!(after.estimate() >= least.min(resident));
                if reserved % 3 == 0 {
                    u = after;
                }
            }
        }

        /// Where all reservations are touched and nothing else changes, the estimate comes to
        /// the truth, from above, in a bounded number of observations.
        #[test]
        fn comes_to_the_truth(truth in 0u64..1 << 40, reserved in 0u64..1 << 40, spike in 0u64..1 << 40) {
            let mut u = Unattributed::new(truth);
            u.observe(truth + spike, 0, truth + spike, 0);
            for _ in 0..300 {
                u.observe(truth + reserved, reserved, truth + reserved, reserved);
                prop_assert!(u.estimate() >= truth);
            }
            prop_assert_eq!(u.estimate(), truth);
        }
    }
}
