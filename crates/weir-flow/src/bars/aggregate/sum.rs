//! Sums.

use std::marker::PhantomData;

use arrow_array::builder::{Float64Builder, PrimitiveBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::ArrowPrimitiveType;
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;

use super::super::saved::{Damaged, Reader, Writer};
use super::build::Number;
use super::{NOTHING, Overflow, Run, State, same};

/// More digits than a decimal has.
const DECIMAL_LIMIT: u128 = 10u128.pow(38);
/// A decimal sum that has left even 128 bits; stays so.
const GONE: i128 = i128::MIN;

/// Sums of integers and decimals, kept in 128 bits: only the sum of a whole bar can overflow, not one on the way.
pub(crate) struct WholeSum<T: ArrowPrimitiveType, S: ArrowPrimitiveType> {
    sums: Vec<i128>,
    set: Vec<bool>,
    /// No sum's magnitude is greater.
    bound: u128,
    out: PrimitiveBuilder<S>,
    data_type: DataType,
    input: PhantomData<fn(T)>,
}

impl<T: ArrowPrimitiveType, S: ArrowPrimitiveType> WholeSum<T, S> {
    pub(crate) fn new(data_type: &DataType) -> Self {
        Self {
            sums: Vec::new(),
            set: Vec::new(),
            bound: 0,
            out: PrimitiveBuilder::with_capacity(0).with_data_type(data_type.clone()),
            data_type: data_type.clone(),
            input: PhantomData,
        }
    }

    /// The least magnitude that the sum's type does not hold, or less.
    fn limit(&self) -> u128 {
        match self.data_type {
            DataType::Decimal128(..) => DECIMAL_LIMIT,
            _ => 1 << 63,
        }
    }
}

#[inline(always)]
fn add(sum: &mut i128, value: i128, wide: bool) {
    if wide {
        *sum = if *sum == GONE {
            GONE
        } else {
            sum.checked_add(value).unwrap_or(GONE)
        };
    } else {
        *sum += value;
    }
}

impl<T: ArrowPrimitiveType, S: ArrowPrimitiveType> State for WholeSum<T, S>
where
    T::Native: Number,
    S::Native: TryFrom<i128>,
{
    fn resize(&mut self, slots: usize) {
        self.sums.resize(slots, 0);
        self.set.resize(slots, false);
    }

    fn slot_bytes(&self) -> usize {
        size_of::<i128>() + 1
    }

    fn update(&mut self, run: &Run<'_>) {
        let Some(values) = run.values else { return };
        let wide = size_of::<T::Native>() == size_of::<i128>();
        let all = values.as_primitive::<T>();
        let values = &all.values()[run.start..run.start + run.len()];
        if run.has_nulls() {
            for (row, (slot, value)) in run.slots.iter().zip(values).enumerate() {
                if all.is_valid(run.start + row) {
                    add(
                        &mut self.sums[*slot as usize],
                        value.whole().unwrap_or(0),
                        wide,
                    );
                    self.set[*slot as usize] = true;
                }
            }
        } else {
            for (slot, value) in run.slots.iter().zip(values) {
                add(
                    &mut self.sums[*slot as usize],
                    value.whole().unwrap_or(0),
                    wide,
                );
                self.set[*slot as usize] = true;
            }
        }
    }

    fn may_overflow(&mut self, values: &dyn Array) -> bool {
        let all = values.as_primitive::<T>();
        // The bits of all magnitudes together bound each of them.
        let bits = all.values().iter().fold(0u128, |bits, value| {
            bits | value.whole().unwrap_or(0).unsigned_abs()
        });
        let greatest = bits
            .checked_add(1)
            .and_then(u128::checked_next_power_of_two)
            .unwrap_or(u128::MAX);
        let more = greatest.saturating_mul(all.len() as u128);
        if self.bound.saturating_add(more) >= self.limit() {
            self.bound = self
                .sums
                .iter()
                .map(|sum| sum.unsigned_abs())
                .max()
                .unwrap_or(0);
        }
        self.bound = self.bound.saturating_add(more);
        self.bound >= self.limit()
    }

    fn near_overflow(&self) -> bool {
        self.bound >= self.limit()
    }

    fn merge(&mut self, later: &dyn State, slots: &[u32]) {
        let later = same::<Self>(later);
        for slot in slots.iter().map(|slot| *slot as usize) {
            if later.set[slot] {
                let value = later.sums[slot];
                add(&mut self.sums[slot], value, true);
                if value == GONE {
                    self.sums[slot] = GONE;
                }
                self.set[slot] = true;
            }
        }
        self.bound = self.bound.saturating_add(later.bound);
    }

    fn finish(&mut self, slots: &[u32]) -> Result<(), Overflow> {
        for slot in slots {
            match self.set.get(*slot as usize) {
                Some(true) if *slot != NOTHING => {
                    let sum = self.sums[*slot as usize];
                    let over = || Overflow { slot: *slot };
                    if matches!(self.data_type, DataType::Decimal128(..))
                        && sum.unsigned_abs() >= DECIMAL_LIMIT
                    {
                        return Err(over());
                    }
                    self.out
                        .append_value(S::Native::try_from(sum).map_err(|_| over())?);
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
            self.sums[*slot as usize] = 0;
            self.set[*slot as usize] = false;
        }
    }

    fn save(&self, slots: &[u32], to: &mut Writer) {
        for slot in slots {
            to.u8(u8::from(self.set[*slot as usize]));
            to.i128(self.sums[*slot as usize]);
        }
    }

    fn restore(&mut self, slots: &[u32], from: &mut Reader<'_>) -> Result<(), Damaged> {
        for slot in slots {
            self.set[*slot as usize] = from.u8()? == 1;
            let sum = from.i128()?;
            let wide = matches!(self.data_type, DataType::Decimal128(..));
            if !wide && sum.unsigned_abs() >= 1 << 126 {
                return Err(Damaged("a sum is too large"));
            }
            self.sums[*slot as usize] = sum;
            self.bound = self.bound.max(sum.unsigned_abs());
        }
        Ok(())
    }
}

/// Sums of floating-point numbers in double precision, added in stream order.
pub(crate) struct FloatSum<T> {
    sums: Vec<f64>,
    set: Vec<bool>,
    out: Float64Builder,
    input: PhantomData<fn(T)>,
}

impl<T> Default for FloatSum<T> {
    fn default() -> Self {
        Self {
            sums: Vec::new(),
            set: Vec::new(),
            out: Float64Builder::with_capacity(0),
            input: PhantomData,
        }
    }
}

impl<T: ArrowPrimitiveType> State for FloatSum<T>
where
    T::Native: Number,
{
    fn resize(&mut self, slots: usize) {
        self.sums.resize(slots, 0.0);
        self.set.resize(slots, false);
    }

    fn slot_bytes(&self) -> usize {
        size_of::<f64>() + 1
    }

    fn update(&mut self, run: &Run<'_>) {
        let Some(values) = run.values else { return };
        let all = values.as_primitive::<T>();
        let values = &all.values()[run.start..run.start + run.len()];
        let nulls = run.has_nulls();
        for (row, (slot, value)) in run.slots.iter().zip(values).enumerate() {
            if !nulls || all.is_valid(run.start + row) {
                self.sums[*slot as usize] += value.float();
                self.set[*slot as usize] = true;
            }
        }
    }

    fn merge(&mut self, later: &dyn State, slots: &[u32]) {
        let later = same::<Self>(later);
        for slot in slots.iter().map(|slot| *slot as usize) {
            self.sums[slot] += later.sums[slot];
            self.set[slot] |= later.set[slot];
        }
    }

    fn finish(&mut self, slots: &[u32]) -> Result<(), Overflow> {
        for slot in slots {
            match self.set.get(*slot as usize) {
                Some(true) if *slot != NOTHING => self.out.append_value(self.sums[*slot as usize]),
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
            self.sums[*slot as usize] = 0.0;
            self.set[*slot as usize] = false;
        }
    }

    fn save(&self, slots: &[u32], to: &mut Writer) {
        for slot in slots {
            to.u8(u8::from(self.set[*slot as usize]));
            to.f64(self.sums[*slot as usize]);
        }
    }

    fn restore(&mut self, slots: &[u32], from: &mut Reader<'_>) -> Result<(), Damaged> {
        for slot in slots {
            self.set[*slot as usize] = from.u8()? == 1;
            self.sums[*slot as usize] = from.f64()?;
        }
        Ok(())
    }
}
