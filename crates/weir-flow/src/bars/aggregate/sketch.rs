//! A quantile sketch whose state is a function of the values alone.

use super::super::saved::{Damaged, Reader, Writer};

/// Leading bits of the mantissa that are kept: 2⁶ buckets between two powers of two.
const BITS: u32 = 6;
/// Buckets of one sign at most: 64 powers of two, a factor of 1.8 · 10¹⁹ between the greatest and the least that are told apart.
const MOST: usize = 64 << BITS;

/// Counts of values in buckets of constant relative width: DDSketch (Masson, Rim, Lee, PVLDB 12, 2019, 2195) with its
/// logarithm interpolated linearly between powers of two, so that a bucket is the leading bits of the number and no
/// logarithm is computed. The error is stated for normal numbers; below 2⁻¹⁰²² it is absolute.
///
/// Values of one bucket lie within [a, a + 2⁻⁶·2ᵉ) with a ≥ 2ᵉ; its middle is within 2⁻⁷ of each of them, relative to the value. Where one
/// sign spans more than 64 powers of two, the buckets nearest to zero fall together: the window hangs on the greatest
/// magnitude, so that the counts depend on the values and not on the order in which they came, and sketches merge exactly.
/// NaN is greater than everything; infinities have buckets of their own.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sketch {
    positive: Window,
    negative: Window,
    zeros: u64,
    nans: u64,
    /// Exact bounds, of the values that are not NaN; meaningless while there are none.
    least: f64,
    greatest: f64,
}

/// Counts of consecutive buckets, the last one not empty.
#[derive(Clone, Debug, Default, PartialEq)]
struct Window {
    /// The bucket of `counts[0]`.
    start: u32,
    counts: Vec<u64>,
    total: u64,
}

impl Window {
    fn add(&mut self, bucket: u32, count: u64) {
        if count == 0 {
            return;
        }
        self.total += count;
        if self.counts.is_empty() {
            self.start = bucket;
            self.counts.push(count);
            return;
        }
        let last = self.start + self.counts.len() as u32 - 1;
        if bucket > last {
            let end = bucket as usize + 1;
            let start = (self.start as usize).max(end.saturating_sub(MOST));
            let gone = (start - self.start as usize).min(self.counts.len());
            let fallen: u64 = self.counts.drain(..gone).sum();
            self.start = start as u32;
            self.counts.resize(end - start, 0);
            self.counts[0] += fallen;
            self.counts[end - start - 1] += count;
        } else if bucket >= self.start {
            self.counts[(bucket - self.start) as usize] += count;
        } else {
            let start = bucket
                .max((last as usize + 1).saturating_sub(MOST) as u32)
                .min(self.start);
            let new = (self.start - start) as usize;
            self.counts.splice(0..0, std::iter::repeat_n(0, new));
            self.start = start;
            self.counts[0] += count;
        }
    }

    fn merge(&mut self, other: &Self) {
        // The greatest first, so that the window is in its place before the others come.
        for (index, count) in other.counts.iter().enumerate().rev() {
            self.add(other.start + index as u32, *count);
        }
    }

    /// The bucket with `rank` values below it.
    fn at(&self, rank: u64) -> u32 {
        let mut below = 0;
        for (index, count) in self.counts.iter().enumerate() {
            below += count;
            if rank < below {
                return self.start + index as u32;
            }
        }
        self.start + (self.counts.len().max(1) - 1) as u32
    }

    fn save(&self, to: &mut Writer) {
        to.u32(self.start);
        to.u64(self.counts.len() as u64);
        for count in &self.counts {
            to.u64(*count);
        }
    }

    fn restore(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        let start = from.u32()?;
        let length = from.count(8)?;
        if length > MOST || start as usize + length > (0x7ff << BITS) + 1 {
            return Err(Damaged("a sketch has too many buckets"));
        }
        let mut counts = Vec::with_capacity(length);
        let mut total = 0u64;
        for _ in 0..length {
            let count = from.u64()?;
            total = total
                .checked_add(count)
                .ok_or(Damaged("a sketch counts too much"))?;
            counts.push(count);
        }
        Ok(Self {
            start,
            counts,
            total,
        })
    }
}

/// The exponent and the leading bits of the mantissa; monotone in the magnitude.
fn bucket(magnitude: f64) -> u32 {
    (magnitude.to_bits() >> (52 - BITS)) as u32
}

/// The middle of a bucket.
fn middle(bucket: u32) -> f64 {
    let low = f64::from_bits(u64::from(bucket) << (52 - BITS));
    let high = f64::from_bits(u64::from(bucket + 1) << (52 - BITS));
    if high.is_finite() {
        low + (high - low) / 2.0
    } else {
        low
    }
}

impl Sketch {
    pub(crate) fn add(&mut self, value: f64) {
        if value.is_nan() {
            self.nans += 1;
            return;
        }
        let value = value + 0.0; // −0 is 0
        if self.numbers() == 0 {
            (self.least, self.greatest) = (value, value);
        } else {
            self.least = self.least.min(value);
            self.greatest = self.greatest.max(value);
        }
        if value > 0.0 {
            self.positive.add(bucket(value), 1);
        } else if value < 0.0 {
            self.negative.add(bucket(-value), 1);
        } else {
            self.zeros += 1;
        }
    }

    fn numbers(&self) -> u64 {
        self.negative.total + self.zeros + self.positive.total
    }

    pub(crate) fn count(&self) -> u64 {
        self.numbers() + self.nans
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        if other.numbers() > 0 {
            if self.numbers() == 0 {
                (self.least, self.greatest) = (other.least, other.greatest);
            } else {
                self.least = self.least.min(other.least);
                self.greatest = self.greatest.max(other.greatest);
            }
        }
        self.positive.merge(&other.positive);
        self.negative.merge(&other.negative);
        self.zeros += other.zeros;
        self.nans += other.nans;
    }

    /// About the value with ⌊q·(n − 1)⌋ values before it in order; `None` of no values.
    pub(crate) fn quantile(&self, q: f64) -> Option<f64> {
        let count = self.count();
        if count == 0 {
            return None;
        }
        let rank = ((q * (count - 1) as f64) as u64).min(count - 1);
        let (negative, zeros) = (self.negative.total, self.zeros);
        let value = if rank >= self.numbers() {
            return Some(f64::NAN);
        } else if rank == 0 {
            self.least
        } else if rank == self.numbers() - 1 {
            self.greatest
        } else if rank < negative {
            -middle(self.negative.at(negative - 1 - rank))
        } else if rank < negative + zeros {
            0.0
        } else {
            middle(self.positive.at(rank - negative - zeros))
        };
        Some(value.max(self.least).min(self.greatest))
    }

    /// Bytes beyond the sketch's own size.
    pub(crate) fn heap(&self) -> usize {
        (self.positive.counts.capacity() + self.negative.counts.capacity()) * size_of::<u64>()
    }

    pub(crate) fn clear(&mut self) {
        for window in [&mut self.positive, &mut self.negative] {
            window.counts.clear();
            window.total = 0;
        }
        (self.zeros, self.nans, self.least, self.greatest) = (0, 0, 0.0, 0.0);
    }

    pub(crate) fn save(&self, to: &mut Writer) {
        self.positive.save(to);
        self.negative.save(to);
        to.u64(self.zeros);
        to.u64(self.nans);
        to.f64(self.least);
        to.f64(self.greatest);
    }

    pub(crate) fn restore(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        let sketch = Self {
            positive: Window::restore(from)?,
            negative: Window::restore(from)?,
            zeros: from.u64()?,
            nans: from.u64()?,
            least: from.f64()?,
            greatest: from.f64()?,
        };
        let total = sketch
            .positive
            .total
            .checked_add(sketch.negative.total)
            .and_then(|n| n.checked_add(sketch.zeros));
        if total.and_then(|n| n.checked_add(sketch.nans)).is_none() {
            return Err(Damaged("a sketch counts too much"));
        }
        Ok(sketch)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(values: &[f64]) -> Sketch {
        let mut sketch = Sketch::default();
        values.iter().for_each(|value| sketch.add(*value));
        sketch
    }

    proptest! {
        #[test]
        fn every_quantile_is_within_its_stated_error(
            mut values in prop::collection::vec(prop_oneof![-1e9..1e9f64, 0.001..10.0f64, Just(0.0)], 1..300),
            q in 0.0..=1.0f64,
        ) {
            let sketch = of(&values);
            values.sort_by(f64::total_cmp);
            let exact = values[(q * (values.len() - 1) as f64) as usize];
            let got = sketch.quantile(q).unwrap();
            prop_assert!((got - exact).abs() <= exact.abs() / 128.0, "{got} for {exact}");
        }

        #[test]
        fn any_order_and_any_merging_give_the_same_sketch(
            values in prop::collection::vec(prop::num::f64::ANY, 0..200),
            cut in 0usize..200,
        ) {
            let whole = of(&values);
            let cut = cut.min(values.len());
            let mut merged = of(&values[cut..]);
            merged.merge(&of(&values[..cut]));
            let mut backwards = values.clone();
            backwards.reverse();
            for other in [merged, of(&backwards)] {
                prop_assert_eq!(whole.count(), other.count());
                prop_assert_eq!((&whole.positive, &whole.negative), (&other.positive, &other.negative));
            }
            let mut saved = Writer::default();
            whole.save(&mut saved);
            let saved = saved.finish();
            let again = Sketch::restore(&mut Reader::new(&saved)).unwrap();
            prop_assert_eq!(again, whole);
        }
    }

    #[test]
    fn far_apart_values_keep_the_greatest_and_bounded_memory() {
        let sketch = of(&[1e-300, 1e-200, 1.0, 1e300]);
        assert!(sketch.positive.counts.len() <= MOST);
        assert_eq!(sketch.quantile(1.0), Some(1e300));
        assert_eq!(sketch.quantile(0.0).map(|v| v >= 1e-300), Some(true));
    }
}
