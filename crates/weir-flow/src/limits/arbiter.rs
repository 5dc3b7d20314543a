/// What could be let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Which operator, in the pipeline's order.
    pub operator: usize,
    /// Bytes that it holds and that firing it frees.
    pub bytes: u64,
    /// Rows that it holds.
    pub rows: u64,
}

/// Which operator is to fire to free memory: the one that holds most bytes, if it has at least `minimum` rows; of
/// equals the one nearest to the end, since what it passes on goes least far.
#[must_use]
pub fn largest_releasable(candidates: &[Candidate], minimum: u64) -> Option<usize> {
    let releasable = candidates
        .iter()
        .filter(|candidate| candidate.rows >= minimum.max(1) && candidate.bytes > 0);
    releasable
        .max_by_key(|candidate| (candidate.bytes, candidate.operator))
        .map(|candidate| candidate.operator)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_largest_with_enough_rows(
            loads in proptest::collection::vec((0u64..9, 0u64..9), 0..9), minimum in 0u64..9,
        ) {
            let candidates: Vec<_> = loads.iter().enumerate()
                .map(|(operator, &(bytes, rows))| Candidate { operator, bytes, rows }).collect();
            match largest_releasable(&candidates, minimum) {
                Some(chosen) => {
                    let chosen = candidates[chosen];
                    prop_assert!(chosen.rows >= minimum && chosen.rows > 0 && chosen.bytes > 0);
                    let no_larger = |other: &Candidate| {
                        other.rows < minimum.max(1) || (other.bytes, other.operator) <= (chosen.bytes, chosen.operator)
                    };
                    prop_assert!(candidates.iter().all(no_larger));
                }
                None => prop_assert!(candidates.iter().all(|c| c.rows < minimum.max(1) || c.bytes == 0)),
            }
        }
    }
}
