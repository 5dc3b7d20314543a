use std::collections::BTreeMap;

/// Thousandths: whole numbers add up to the same in any order.
const SCALE: f64 = 1_000.0;

/// What patients add up to: count, mean, standard deviation and, where asked for, every quantile.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Tally {
    count: u64,
    sum: i64,
    squares: i128,
    /// Values by count; only for medians.
    values: Option<BTreeMap<i64, u64>>,
}

impl Tally {
    pub(crate) fn new(median: bool) -> Self {
        Self {
            values: median.then(BTreeMap::new),
            ..Self::default()
        }
    }

    pub(crate) fn add(&mut self, value: f64) {
        let value = (value * SCALE).round() as i64;
        self.count += 1;
        self.sum += value;
        self.squares += i128::from(value) * i128::from(value);
        if let Some(values) = &mut self.values {
            *values.entry(value).or_default() += 1;
        }
    }

    pub(crate) fn merge(&mut self, other: &Tally) {
        self.count += other.count;
        self.sum += other.sum;
        self.squares += other.squares;
        if let (Some(values), Some(others)) = (&mut self.values, &other.values) {
            for (value, count) in others {
                *values.entry(*value).or_default() += count;
            }
        }
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    pub(crate) fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / SCALE / self.count as f64)
    }

    pub(crate) fn sd(&self) -> Option<f64> {
        if self.count < 2 {
            return None;
        }
        let (n, sum) = (self.count as f64, self.sum as f64);
        let spread = (self.squares as f64 - sum * sum / n) / (n - 1.0);
        Some(spread.max(0.0).sqrt() / SCALE)
    }

    /// The mean, or the median where values were kept: the mean of the two in the middle.
    pub(crate) fn centre(&self) -> Option<f64> {
        let Some(values) = &self.values else {
            return self.mean();
        };
        let at = |rank: u64| {
            let mut seen = 0;
            values.iter().find_map(|(value, count)| {
                seen += count;
                (seen > rank).then_some(*value as f64 / SCALE)
            })
        };
        let last = self.count.checked_sub(1)?;
        Some(0.5 * (at(last / 2)? + at(self.count / 2)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_grouping_change_nothing() {
        let values = [3.25, -8.0, 0.1, 15.5, 2.0, 7.75];
        let mut whole = Tally::new(true);
        values.iter().for_each(|value| whole.add(*value));
        let (mut left, mut right) = (Tally::new(true), Tally::new(true));
        values.iter().rev().enumerate().for_each(|(i, value)| {
            if i % 2 == 0 {
                left.add(*value)
            } else {
                right.add(*value)
            }
        });
        left.merge(&right);
        assert_eq!(whole, left);
        assert!((whole.mean().unwrap() - 3.433).abs() < 0.001);
        assert!((whole.centre().unwrap() - 2.625).abs() < 1e-9);
        assert!((whole.sd().unwrap() - 7.8506).abs() < 0.001);
        assert_eq!(Tally::new(false).centre(), None);
    }
}
