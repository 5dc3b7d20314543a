/// An exact distribution over consecutive integers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution {
    first: i32,
    counts: Vec<u64>,
}

impl Distribution {
    /// Counts of `first`, `first + 1`, …
    pub fn new(first: i32, counts: Vec<u64>) -> Self {
        Self { first, counts }
    }

    /// `(value, count)` of every cell.
    pub fn cells(&self) -> impl Iterator<Item = (i32, u64)> + '_ {
        self.counts
            .iter()
            .enumerate()
            .map(|(i, count)| (self.first + i as i32, *count))
    }

    /// Adds a distribution over the same values; cells beyond the shorter one are left out.
    pub fn add(&mut self, other: &Distribution) {
        debug_assert_eq!(self.first, other.first);
        for (ours, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *ours += theirs;
        }
    }

    /// Number of observations.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Mean; `None` without observations.
    pub fn mean(&self) -> Option<f64> {
        let sum: i128 = self
            .cells()
            .map(|(value, count)| i128::from(value) * i128::from(count))
            .sum();
        let count = self.count();
        (count > 0).then(|| sum as f64 / count as f64)
    }

    /// Standard deviation of the sample (n − 1); `None` with fewer than two observations.
    pub fn sd(&self) -> Option<f64> {
        let count = i128::from(self.count());
        if count < 2 {
            return None;
        }
        let (mut sum, mut squares) = (0i128, 0i128);
        for (value, n) in self.cells() {
            sum += i128::from(value) * i128::from(n);
            squares += i128::from(value) * i128::from(value) * i128::from(n);
        }
        // Exact integers up to the one division: n·Σx² − (Σx)².
        let numerator = count * squares - sum * sum;
        Some((numerator as f64 / (count * (count - 1)) as f64).sqrt())
    }

    /// The quantile at `share` in 0–1: the smallest value that at least this share does not exceed
    /// (`inverted_cdf` of NumPy, type 1 of Hyndman and Fan, The American Statistician 50 (1996)).
    pub fn quantile(&self, share: f64) -> Option<i32> {
        let count = self.count();
        if count == 0 {
            return None;
        }
        let rank = ((share.clamp(0.0, 1.0) * count as f64).ceil() as u64).max(1);
        let mut below = 0;
        self.cells().find_map(|(value, n)| {
            below += n;
            (below >= rank).then_some(value)
        })
    }

    /// Smallest observed value.
    pub fn min(&self) -> Option<i32> {
        self.cells().find(|(_, n)| *n > 0).map(|(value, _)| value)
    }

    /// Largest observed value.
    pub fn max(&self) -> Option<i32> {
        self.cells()
            .filter(|(_, n)| *n > 0)
            .last()
            .map(|(value, _)| value)
    }

    /// Share of observations for which `keep` holds; `None` without observations.
    pub fn share(&self, keep: impl Fn(i32) -> bool) -> Option<f64> {
        let count = self.count();
        let kept: u64 = self
            .cells()
            .filter(|(value, _)| keep(*value))
            .map(|(_, n)| n)
            .sum();
        (count > 0).then(|| kept as f64 / count as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_are_those_of_the_values() {
        // 2, 3, 3, 7: mean 3.75, sample SD sqrt(14.75/3).
        let d = Distribution::new(2, vec![1, 2, 0, 0, 0, 1]);
        assert_eq!(d.count(), 4);
        assert_eq!(d.mean(), Some(3.75));
        assert!((d.sd().unwrap_or(0.0) - (14.75f64 / 3.0).sqrt()).abs() < 1e-12);
        assert_eq!(
            (d.quantile(0.0), d.quantile(0.25), d.quantile(0.5)),
            (Some(2), Some(2), Some(3))
        );
        assert_eq!(
            (d.quantile(0.75), d.quantile(0.76), d.quantile(1.0)),
            (Some(3), Some(7), Some(7))
        );
        assert_eq!(
            (d.min(), d.max(), d.share(|v| v >= 3)),
            (Some(2), Some(7), Some(0.75))
        );
    }

    #[test]
    fn nothing_gives_nothing() {
        let d = Distribution::new(0, vec![0, 0]);
        assert_eq!(
            (
                d.mean(),
                d.sd(),
                d.quantile(0.5),
                d.min(),
                d.share(|_| true)
            ),
            (None, None, None, None, None)
        );
    }
}
