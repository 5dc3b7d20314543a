//! The first and the last value, with the order value they came with.

use arrow_array::builder::PrimitiveBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::ArrowPrimitiveType;
use arrow_array::{Array, ArrayRef};
use arrow_buffer::ToByteSlice;
use arrow_schema::DataType;

use super::super::saved::{Damaged, Reader, Writer};
use super::{NOTHING, Overflow, Run, State, same};
use crate::bars::aggregate::build::Native;

/// `LAST`: the last value, else the first.
pub(crate) struct Ends<T: ArrowPrimitiveType, const LAST: bool> {
    values: Vec<T::Native>,
    times: Vec<i64>,
    set: Vec<bool>,
    out: PrimitiveBuilder<T>,
}

impl<T: ArrowPrimitiveType, const LAST: bool> Ends<T, LAST> {
    pub(crate) fn new(data_type: &DataType) -> Self {
        Self {
            values: Vec::new(),
            times: Vec::new(),
            set: Vec::new(),
            out: PrimitiveBuilder::with_capacity(0).with_data_type(data_type.clone()),
        }
    }

    #[inline]
    fn put(&mut self, slot: usize, value: T::Native, time: i64) {
        if LAST || !self.set[slot] {
            self.values[slot] = value;
            self.times[slot] = time;
            self.set[slot] = true;
        }
    }
}

impl<T: ArrowPrimitiveType, const LAST: bool> State for Ends<T, LAST>
where
    T::Native: Native,
{
    fn resize(&mut self, slots: usize) {
        self.values.resize(slots, T::Native::default());
        self.times.resize(slots, 0);
        self.set.resize(slots, false);
    }

    fn slot_bytes(&self) -> usize {
        size_of::<T::Native>() + size_of::<i64>() + 1
    }

    fn update(&mut self, run: &Run<'_>) {
        let Some(values) = run.values else { return };
        let all = values.as_primitive::<T>();
        let values = &all.values()[run.start..run.start + run.len()];
        if run.has_nulls() {
            for (row, ((slot, time), value)) in
                run.slots.iter().zip(run.times).zip(values).enumerate()
            {
                if all.is_valid(run.start + row) {
                    self.put(*slot as usize, *value, *time);
                }
            }
        } else {
            for ((slot, time), value) in run.slots.iter().zip(run.times).zip(values) {
                self.put(*slot as usize, *value, *time);
            }
        }
    }

    fn merge(&mut self, later: &dyn State, slots: &[u32]) {
        let later = same::<Self>(later);
        for slot in slots.iter().map(|slot| *slot as usize) {
            // Of equal order values the earlier in the stream is first, the later last.
            let goes = if LAST {
                self.times[slot] <= later.times[slot]
            } else {
                later.times[slot] < self.times[slot]
            };
            if later.set[slot] && (!self.set[slot] || goes) {
                self.values[slot] = later.values[slot];
                self.times[slot] = later.times[slot];
                self.set[slot] = true;
            }
        }
    }

    fn finish(&mut self, slots: &[u32]) -> Result<(), Overflow> {
        for slot in slots {
            match self.set.get(*slot as usize) {
                Some(true) if *slot != NOTHING => {
                    self.out.append_value(self.values[*slot as usize])
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
            self.set[*slot as usize] = false;
        }
    }

    fn save(&self, slots: &[u32], to: &mut Writer) {
        for slot in slots.iter().map(|slot| *slot as usize) {
            to.u8(u8::from(self.set[slot]));
            to.i64(self.times[slot]);
            to.raw(self.values[slot].to_byte_slice());
        }
    }

    fn restore(&mut self, slots: &[u32], from: &mut Reader<'_>) -> Result<(), Damaged> {
        for slot in slots.iter().map(|slot| *slot as usize) {
            self.set[slot] = from.u8()? == 1;
            self.times[slot] = from.i64()?;
            self.values[slot] = T::Native::read(from)?;
        }
        Ok(())
    }
}
