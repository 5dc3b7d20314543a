//! Sizes that follow pressure: windows, chunk rows, batch sizes.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::{Budget, Pressure};

/// A size that halves on warning, goes to its floor on critical and doubles back when calm.
///
/// Pure: one call of [`respond`](Self::respond) is one observation of pressure.
/// Invariants: 0 < floor ≤ current ≤ ceiling; all are multiples of the granule. Halves are
/// rounded down to a multiple, then raised to the floor; doubles are cut at the ceiling.
///
/// ```
/// use weir_memory::{Adaptive, Pressure};
/// let mut rows = Adaptive::new(2_048, 256, 2_048).unwrap();
/// assert_eq!(rows.respond(Pressure::Warning), 1_024);
/// assert_eq!(rows.respond(Pressure::Elevated), 1_024);
/// assert_eq!(rows.respond(Pressure::Critical), 256);
/// assert_eq!(rows.respond(Pressure::Calm), 512);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Adaptive {
    current: usize,
    floor: usize,
    ceiling: usize,
    granule: usize,
}

/// Why a size cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AdaptiveError {
    /// Not 0 < floor ≤ start ≤ ceiling.
    #[error(
        "an adaptive size needs 0 < floor ≤ start ≤ ceiling, not floor {floor}, start {start}, ceiling {ceiling}"
    )]
    Order {
        /// As given.
        start: usize,
        /// As given.
        floor: usize,
        /// As given.
        ceiling: usize,
    },
    /// The granule is zero or does not divide start, floor and ceiling.
    #[error(
        "an adaptive size in steps of {granule} needs start, floor and ceiling to be multiples of it"
    )]
    Granule {
        /// As given.
        granule: usize,
    },
}

impl Adaptive {
    /// A size that begins at `start`, in any whole numbers.
    ///
    /// # Errors
    ///
    /// [`AdaptiveError::Order`] unless 0 < floor ≤ start ≤ ceiling.
    pub fn new(start: usize, floor: usize, ceiling: usize) -> Result<Self, AdaptiveError> {
        if floor == 0 || floor > start || start > ceiling {
            return Err(AdaptiveError::Order {
                start,
                floor,
                ceiling,
            });
        }
        Ok(Self {
            current: start,
            floor,
            ceiling,
            granule: 1,
        })
    }

    /// The same in multiples of `granule` only, such as the height of a tile.
    ///
    /// # Errors
    ///
    /// [`AdaptiveError::Granule`] unless it divides all three sizes.
    pub fn in_multiples_of(self, granule: usize) -> Result<Self, AdaptiveError> {
        let divides = |size: usize| granule > 0 && size.is_multiple_of(granule);
        if !(divides(self.current) && divides(self.floor) && divides(self.ceiling)) {
            return Err(AdaptiveError::Granule { granule });
        }
        Ok(Self { granule, ..self })
    }

    /// The size now.
    #[must_use]
    pub fn current(&self) -> usize {
        self.current
    }

    /// Takes in one observation of pressure; the size from here on.
    pub fn respond(&mut self, pressure: Pressure) -> usize {
        self.current = match pressure {
            Pressure::Calm => self.current.saturating_mul(2).min(self.ceiling),
            Pressure::Elevated => self.current,
            Pressure::Warning => {
                let half = self.current / 2;
                (half - half % self.granule).max(self.floor)
            }
            Pressure::Critical => self.floor,
        };
        self.current
    }
}

/// An [`Adaptive`] size tied to a budget, shared by clones. Re-read [`current`](Self::current)
/// before every unit of work.
///
/// It responds once to each observation of the budget (four a second by default), when it is
/// read: at most one step per read, so a size that is read seldom changes slowly.
#[derive(Clone)]
pub struct FollowingSize {
    budget: Budget,
    state: Arc<Mutex<(Adaptive, u64)>>,
}

impl FollowingSize {
    pub(crate) fn new(budget: Budget, size: Adaptive) -> Self {
        let seen = budget.observations();
        Self {
            budget,
            state: Arc::new(Mutex::new((size, seen))),
        }
    }

    /// The size for the next unit of work.
    #[must_use]
    pub fn current(&self) -> usize {
        let (observations, pressure) = self.budget.observed_pressure();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.1 != observations {
            state.1 = observations;
            state.0.respond(pressure);
        }
        state.0.current()
    }
}

impl fmt::Debug for FollowingSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FollowingSize({})", self.current())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Bytes;

    #[test]
    fn chunk_rows_go_down_to_their_floor_and_back() {
        let mut rows = Adaptive::new(5_000, 1_000, 5_000).unwrap();
        let down: Vec<_> = (0..4).map(|_| rows.respond(Pressure::Warning)).collect();
        assert_eq!(down, [2_500, 1_250, 1_000, 1_000]);
        let up: Vec<_> = (0..4).map(|_| rows.respond(Pressure::Calm)).collect();
        assert_eq!(up, [2_000, 4_000, 5_000, 5_000]);
    }

    #[test]
    fn sizes_that_cannot_be_are_refused() {
        for (start, floor, ceiling) in [(5, 0, 9), (5, 6, 9), (9, 5, 8)] {
            assert_eq!(
                Adaptive::new(start, floor, ceiling),
                Err(AdaptiveError::Order {
                    start,
                    floor,
                    ceiling
                })
            );
        }
        let size = Adaptive::new(96, 32, 128).unwrap();
        assert_eq!(
            size.in_multiples_of(0),
            Err(AdaptiveError::Granule { granule: 0 })
        );
        assert_eq!(
            size.in_multiples_of(64),
            Err(AdaptiveError::Granule { granule: 64 })
        );
    }

    #[test]
    fn follows_each_observation_once() {
        let budget = Budget::detached(Bytes::new(100));
        let size = budget.adaptive(Adaptive::new(8, 1, 8).unwrap());
        budget.observe(Bytes::new(85));
        assert_eq!((size.current(), size.current()), (4, 4));
        budget.observe(Bytes::new(85));
        assert_eq!(size.clone().current(), 2);
        budget.observe(Bytes::new(95));
        assert_eq!(size.current(), 1);
        budget.observe(Bytes::new(10));
        assert_eq!(size.current(), 2);
    }

    proptest! {
        #[test]
        fn stays_in_its_bounds(
            floor in 1usize..50, above in 0usize..50, more in 0usize..50, granule in 1usize..9,
            levels in proptest::collection::vec(0usize..4, 0..40),
        ) {
            let (floor, start, ceiling) = (floor * granule, (floor + above) * granule, (floor + above + more) * granule);
            let mut size = Adaptive::new(start, floor, ceiling).unwrap().in_multiples_of(granule).unwrap();
            for level in levels {
                let before = size.current();
                let level = Pressure::ALL[level];
                let after = size.respond(level);
                prop_assert!((floor..=ceiling).contains(&after) && after.is_multiple_of(granule));
                match level {
                    Pressure::Calm => prop_assert!(after == ceiling || after == 2 * before),
                    Pressure::Elevated => prop_assert_eq!(after, before),
                    Pressure::Warning => prop_assert!(after == floor || after <= before / 2),
                    Pressure::Critical => prop_assert_eq!(after, floor),
                }
            }
        }
    }
}
