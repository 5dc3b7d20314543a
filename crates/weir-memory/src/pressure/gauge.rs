//! The state machine: memory in, level out.

use super::{Pressure, Thresholds};
use crate::Bytes;

/// The level of pressure, with hysteresis: a level begins at its threshold and ends only some
/// points below it, so that memory which hovers at a threshold changes the level once.
///
/// Pure: no clock, no callbacks. A jump may skip levels in both directions.
#[derive(Clone, Debug, Default)]
pub struct PressureGauge {
    thresholds: Thresholds,
    level: Pressure,
}

impl PressureGauge {
    /// Calm, with these thresholds.
    #[must_use]
    pub fn new(thresholds: Thresholds) -> Self {
        Self {
            thresholds,
            level: Pressure::Calm,
        }
    }

    /// The level now.
    #[must_use]
    pub fn level(&self) -> Pressure {
        self.level
    }

    /// Takes in that `used` of `limit` are used; gives the level before where it changed. A
    /// limit of zero is always critical.
    pub fn update(&mut self, used: Bytes, limit: Bytes) -> Option<Pressure> {
        let at_least = |percent: u8| {
            u128::from(used.as_u64()) * 100 >= u128::from(limit.as_u64()) * u128::from(percent)
        };
        let before = self.level;
        // A level reached is kept until its end; a higher one needs its beginning.
        self.level = Pressure::ALL
            .into_iter()
            .rev()
            .find(|&level| {
                at_least(if level <= before {
                    self.thresholds.ends(level)
                } else {
                    self.thresholds.begins(level)
                })
            })
            .unwrap_or(Pressure::Calm);
        (self.level != before).then_some(before)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn levels(percents: &[u64]) -> Vec<Pressure> {
        let mut gauge = PressureGauge::default();
        percents
            .iter()
            .map(|&percent| {
                gauge.update(Bytes::new(percent), Bytes::new(100));
                gauge.level()
            })
            .collect()
    }

    #[test]
    fn rises_at_the_threshold_and_falls_five_points_below() {
        use Pressure::{Calm, Critical, Elevated, Warning};
        assert_eq!(
            levels(&[69, 70, 79, 80, 89, 90, 85, 84, 75, 74, 65, 64]),
            [
                Calm, Elevated, Elevated, Warning, Warning, Critical, Critical, Warning, Warning,
                Elevated, Elevated, Calm
            ]
        );
        assert_eq!(levels(&[200, 0]), [Critical, Calm]);
    }

    #[test]
    fn no_limit_is_critical_and_huge_numbers_do_not_wrap() {
        let mut gauge = PressureGauge::default();
        gauge.update(Bytes::ZERO, Bytes::ZERO);
        assert_eq!(gauge.level(), Pressure::Critical);
        gauge.update(Bytes::new(1), Bytes::MAX);
        assert_eq!(gauge.level(), Pressure::Calm);
    }

    proptest! {
        /// A level is left downwards only after memory was a full hysteresis below where it
        /// began, so inside any band narrower than that there is at most one change.
        #[test]
        fn never_flaps_inside_a_band_narrower_than_the_hysteresis(
            before in proptest::collection::vec(0u64..1_200, 0..8),
            low in 0u64..1_200,
            within in proptest::collection::vec(0u64..50, 1..60),
            elevated in 10u8..60, gap in 1u8..20, hysteresis in 5u8..10,
        ) {
            let thresholds = Thresholds::new(elevated, elevated + gap, elevated + 2 * gap, hysteresis).unwrap();
            let mut gauge = PressureGauge::new(thresholds);
            for used in before {
                gauge.update(Bytes::new(used), Bytes::new(1_000));
            }
            // The first value in the band may cause any change; then each level can only begin.
            gauge.update(Bytes::new(low + within[0]), Bytes::new(1_000));
            let mut level = gauge.level();
            for used in within {
                gauge.update(Bytes::new(low + used), Bytes::new(1_000));
                prop_assert!(gauge.level() >= level || level_is_out_of_band(&thresholds, level, low));
                level = gauge.level();
            }
        }

        /// The level never understates: at or above a threshold it is at least that level.
        #[test]
        fn never_understates(values in proptest::collection::vec(0u64..120, 1..40)) {
            let mut gauge = PressureGauge::default();
            let thresholds = Thresholds::default();
            for used in values {
                let before = gauge.update(Bytes::new(used), Bytes::new(100));
                prop_assert_ne!(before, Some(gauge.level()));
                for level in Pressure::ALL {
                    if used >= u64::from(thresholds.begins(level)) {
                        prop_assert!(gauge.level() >= level);
                    }
                    if used < u64::from(thresholds.ends(level)) {
                        prop_assert!(gauge.level() < level);
                    }
                }
            }
        }
    }

    /// The level was reached before the band, from whose lower part it may end once.
    fn level_is_out_of_band(thresholds: &Thresholds, level: Pressure, low: u64) -> bool {
        u64::from(thresholds.begins(level)) * 10 > low + 49
    }
}
