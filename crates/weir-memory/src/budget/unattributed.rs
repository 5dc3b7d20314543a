//! What the process holds outside its reservations: the estimate of the closed loop.

/// The estimate, in bytes; pure.
///
/// Let `S` be resident memory, `R` reserved, and `u` what is resident outside reservations.
/// Reservations are promises: of `R`, some `T ≤ R` has been touched and is resident. Only
/// `S = T + u` can be measured, so all that is known is `S − R ≤ u ≤ S`. The estimate `U`
///
/// * rises at once to `S − R`: that much is certainly there;
/// * falls at once to `S`: more cannot be there;
/// * between the two falls by an eighth of the distance per observation towards the larger of
///   `S − R` and the *floor*, the least resident memory ever seen (first: when the budget was
///   made): a transient, or memory that the allocator kept and a later reservation reuses, is
///   forgotten in a few seconds, the process itself never is;
/// * after memory was given back falls by exactly what resident memory fell by.
///
/// The limit of this: growth of `u` hides behind reservations that are not touched yet, by at
/// most `R − T`, and shows when they are touched.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unattributed {
    floor: u64,
    estimate: u64,
    /// What remained when memory was last given back: giving back again can gain the rest.
    kept: u64,
}

impl Unattributed {
    pub(super) fn new(baseline: u64) -> Self {
        Self {
            floor: baseline,
            estimate: baseline,
            kept: baseline,
        }
    }

    pub(super) fn estimate(&self) -> u64 {
        self.estimate
    }

    /// What giving memory back could gain: the estimate above what remained the last time.
    pub(super) fn returnable(&self) -> u64 {
        self.estimate.saturating_sub(self.kept)
    }

    /// One observation. `peak` is the most that was resident since the last one and
    /// `most_reserved` the most that was reserved meanwhile: at the peak at least the
    /// difference was outside reservations, although it may be gone already.
    pub(super) fn observe(&mut self, resident: u64, reserved: u64, peak: u64, most_reserved: u64) {
        self.floor = self.floor.min(resident);
        let known = resident.saturating_sub(reserved);
        let target = known.max(self.floor);
        if self.estimate > target {
            self.estimate -= (self.estimate - target).div_ceil(8);
        }
        self.look(resident, reserved);
        self.estimate = self.estimate.max(peak.saturating_sub(most_reserved));
    }

    /// A look without time passing: only what is certain.
    pub(super) fn look(&mut self, resident: u64, reserved: u64) {
        self.floor = self.floor.min(resident);
        let known = resident.saturating_sub(reserved);
        self.estimate = self.estimate.clamp(known, resident);
        self.kept = self.kept.min(self.estimate);
    }

    /// Memory was given back to the system and resident memory went from `before` to `after`.
    pub(super) fn gave_back(&mut self, before: u64, after: u64, reserved: u64) {
        self.estimate = self.estimate.saturating_sub(before.saturating_sub(after));
        self.look(after, reserved);
        self.kept = self.estimate;
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
