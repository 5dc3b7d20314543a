//! Means and variances.

use std::marker::PhantomData;

use arrow_array::builder::Float64Builder;
use arrow_array::cast::AsArray;
use arrow_array::types::ArrowPrimitiveType;
use arrow_array::{Array, ArrayRef};

use super::super::saved::{Damaged, Reader, Writer};
use super::build::Number;
use super::{NOTHING, Overflow, Run, State, same};

/// 10^−scale as a divisor.
pub(super) fn unit(scale: i8) -> f64 {
    libm::exp10(f64::from(scale))
}

/// Sum and count: of integers and decimals the exact sum in 128 bits, of floating-point numbers the sum in stream order.
pub(crate) struct Mean<T> {
    sums: Vec<Sum>,
    out: Float64Builder,
    scale: i8,
    input: PhantomData<fn(T)>,
}

#[derive(Clone, Copy, Default)]
struct Sum {
    whole: i128,
    float: f64,
    count: u64,
}

impl Sum {
    #[inline(always)]
    fn add<N: Number>(&mut self, value: N) {
        match value.whole() {
            // Decimals of 38 digits pass 128 bits after two rows: from there on in floating point.
            Some(whole) => match self.whole.checked_add(whole) {
                Some(sum) => self.whole = sum,
                None => self.float += whole as f64,
            },
            None => self.float += value.float(),
        }
        self.count += 1;
    }
}

impl<T> Mean<T> {
    pub(crate) fn new(scale: i8) -> Self {
        Self {
            sums: Vec::new(),
            out: Float64Builder::with_capacity(0),
            scale,
            input: PhantomData,
        }
    }
}

impl<T: ArrowPrimitiveType> State for Mean<T>
where
    T::Native: Number,
{
    fn resize(&mut self, slots: usize) {
        self.sums.resize(slots, Sum::default());
    }

    fn slot_bytes(&self) -> usize {
        size_of::<Sum>()
    }

    fn update(&mut self, run: &Run<'_>) {
        let Some(values) = run.values else { return };
        let all = values.as_primitive::<T>();
        let values = &all.values()[run.start..run.start + run.len()];
        let nulls = run.has_nulls();
        for (row, (slot, value)) in run.slots.iter().zip(values).enumerate() {
            if !nulls || all.is_valid(run.start + row) {
                self.sums[*slot as usize].add(*value);
            }
        }
    }

    fn merge(&mut self, later: &dyn State, slots: &[u32]) {
        let later = same::<Self>(later);
        for slot in slots.iter().map(|slot| *slot as usize) {
            let (sum, more) = (&mut self.sums[slot], later.sums[slot]);
            match sum.whole.checked_add(more.whole) {
                Some(whole) => sum.whole = whole,
                None => sum.float += more.whole as f64,
            }
            sum.float += more.float;
            sum.count += more.count;
        }
    }

    fn finish(&mut self, slots: &[u32]) -> Result<(), Overflow> {
        let unit = unit(self.scale);
        for slot in slots {
            match self.sums.get(*slot as usize) {
                Some(sum) if *slot != NOTHING && sum.count > 0 => {
                    self.out
                        .append_value((sum.whole as f64 + sum.float) / unit / sum.count as f64);
                }
                _ => self.out.append_null(),
            }
        }
        Ok(())
    }

    fn take(&mut self) -> ArrayRef {
        std::sync::Arc::new(self.out.finish())
    }

    fn reset(&mut self, slots: &[u32]) {
        for slot in slots {
            self.sums[*slot as usize] = Sum::default();
        }
    }

    fn save(&self, slots: &[u32], to: &mut Writer) {
        for slot in slots {
            let sum = self.sums[*slot as usize];
            to.i128(sum.whole);
            to.f64(sum.float);
            to.u64(sum.count);
        }
    }

    fn restore(&mut self, slots: &[u32], from: &mut Reader<'_>) -> Result<(), Damaged> {
        for slot in slots {
            let (whole, float, count) = (from.i128()?, from.f64()?, from.u64()?);
            self.sums[*slot as usize] = Sum {
                whole,
                float,
                count: count.min(1 << 62),
            };
        }
        Ok(())
    }
}

/// Count, mean and sum of squared deviations, by Welford's recurrence.
pub(crate) struct Moments<T> {
    states: Vec<Moment>,
    out: Float64Builder,
    scale: i8,
    freedom: u64,
    root: bool,
    input: PhantomData<fn(T)>,
}

#[derive(Clone, Copy, Default)]
struct Moment {
    count: u64,
    mean: f64,
    /// Σ (x − mean)².
    squares: f64,
}

impl<T> Moments<T> {
    pub(crate) fn new(scale: i8, freedom: u64, root: bool) -> Self {
        Self {
            states: Vec::new(),
            out: Float64Builder::with_capacity(0),
            scale,
            freedom,
            root,
            input: PhantomData,
        }
    }
}

impl<T: ArrowPrimitiveType> State for Moments<T>
where
    T::Native: Number,
{
    fn resize(&mut self, slots: usize) {
        self.states.resize(slots, Moment::default());
    }

    fn slot_bytes(&self) -> usize {
        size_of::<Moment>()
    }

    fn update(&mut self, run: &Run<'_>) {
        let Some(values) = run.values else { return };
        let all = values.as_primitive::<T>();
        let values = &all.values()[run.start..run.start + run.len()];
        let nulls = run.has_nulls();
        for (row, (slot, value)) in run.slots.iter().zip(values).enumerate() {
            if !nulls || all.is_valid(run.start + row) {
                let state = &mut self.states[*slot as usize];
                let value = value.float();
                state.count += 1;
                let off = value - state.mean;
                state.mean += off / state.count as f64;
                state.squares += off * (value - state.mean);
            }
        }
    }

    /// Chan, Golub, LeVeque (1979): equal to the whole up to rounding.
    fn merge(&mut self, later: &dyn State, slots: &[u32]) {
        let later = same::<Self>(later);
        for slot in slots.iter().map(|slot| *slot as usize) {
            let (a, b) = (&mut self.states[slot], later.states[slot]);
            let count = a.count + b.count;
            if b.count > 0 {
                let off = b.mean - a.mean;
                let share = b.count as f64 / count as f64;
                a.mean += off * share;
                a.squares += b.squares + off * off * a.count as f64 * share;
                a.count = count;
            }
        }
    }

    fn finish(&mut self, slots: &[u32]) -> Result<(), Overflow> {
        let unit = unit(self.scale);
        for slot in slots {
            match self.states.get(*slot as usize) {
                Some(state) if *slot != NOTHING && state.count > self.freedom => {
                    let variance =
                        state.squares / unit / unit / (state.count - self.freedom) as f64;
                    self.out
                        .append_value(if self.root { variance.sqrt() } else { variance });
                }
                _ => self.out.append_null(),
            }
        }
        Ok(())
    }

    fn take(&mut self) -> ArrayRef {
        std::sync::Arc::new(self.out.finish())
    }

    fn reset(&mut self, slots: &[u32]) {
        for slot in slots {
            self.states[*slot as usize] = Moment::default();
        }
    }

    fn save(&self, slots: &[u32], to: &mut Writer) {
        for slot in slots {
            let state = self.states[*slot as usize];
            to.u64(state.count);
            to.f64(state.mean);
            to.f64(state.squares);
        }
    }

    fn restore(&mut self, slots: &[u32], from: &mut Reader<'_>) -> Result<(), Damaged> {
        for slot in slots {
            let (count, mean, squares) = (from.u64()?, from.f64()?, from.f64()?);
            self.states[*slot as usize] = Moment {
                count: count.min(1 << 62),
                mean,
                squares,
            };
        }
        Ok(())
    }
}
