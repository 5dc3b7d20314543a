use std::collections::VecDeque;
use std::num::NonZeroU64;

use crate::OperatorKind;

/// So many of the last sizes are looked at.
const REMEMBERED: usize = 100;

/// A limit in bytes from the sizes of the last (at most 100) arrivals: their mean times a factor, 1,000 for aggregations,
/// 5,000 for joins, 500 for anything else; never below the minimum, never above the share, which wins.
#[derive(Clone, Debug)]
pub struct AdaptiveLimit {
    sizes: VecDeque<u64>,
    sum: u64,
    factor: u64,
    minimum: u64,
    share: u64,
}

impl AdaptiveLimit {
    /// For this kind of operator, between a minimum batch and a share of the budget, both in bytes.
    #[must_use]
    pub fn new(kind: OperatorKind, minimum: u64, share: u64) -> Self {
        let factor = match kind {
            OperatorKind::Aggregation => 1_000,
            OperatorKind::Join => 5_000,
            OperatorKind::Other => 500,
        };
        Self {
            sizes: VecDeque::with_capacity(REMEMBERED),
            sum: 0,
            factor,
            minimum,
            share,
        }
    }

    /// Takes in the size of an arrival, in bytes.
    pub fn observe(&mut self, bytes: u64) {
        // Sizes are capped so that their sum cannot overflow.
        let bytes = bytes.min(u64::MAX / (2 * REMEMBERED as u64));
        if self.sizes.len() == REMEMBERED {
            self.sum -= self.sizes.pop_front().unwrap_or(0);
        }
        self.sizes.push_back(bytes);
        self.sum += bytes;
    }

    /// The limit now; the share while nothing has arrived.
    #[must_use]
    pub fn limit(&self) -> NonZeroU64 {
        let wanted = match self.sizes.len() as u64 {
            0 => self.share,
            count => (self.sum / count).saturating_mul(self.factor),
        };
        let limit = wanted.max(self.minimum).min(self.share);
        NonZeroU64::new(limit).unwrap_or(NonZeroU64::MIN)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_mean_of_the_last_hundred_times_the_factor_of_the_kind() {
        for (kind, factor) in [
            (OperatorKind::Aggregation, 1_000),
            (OperatorKind::Join, 5_000),
            (OperatorKind::Other, 500),
        ] {
            let mut limit = AdaptiveLimit::new(kind, 1, u64::MAX);
            limit.observe(1 << 40);
            for _ in 0..50 {
                limit.observe(10);
                limit.observe(30);
            }
            assert_eq!(limit.limit().get(), 20 * factor, "the first is forgotten");
        }
    }

    #[test]
    fn the_share_wins_over_the_minimum_batch() {
        let mut limit = AdaptiveLimit::new(OperatorKind::Other, 1_000, 600);
        assert_eq!(limit.limit().get(), 600);
        limit.observe(1);
        assert_eq!(limit.limit().get(), 600);
    }

    proptest! {
        #[test]
        fn always_inside_its_bounds(
            sizes in proptest::collection::vec(any::<u64>(), 0..300), minimum in 1u64..1_000_000, more in 0u64..u64::MAX / 2,
        ) {
            let mut limit = AdaptiveLimit::new(OperatorKind::Join, minimum, minimum + more);
            for size in sizes {
                limit.observe(size);
                prop_assert!((minimum..=minimum + more).contains(&limit.limit().get()));
            }
        }
    }
}
