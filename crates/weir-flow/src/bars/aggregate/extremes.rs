//! The least and the greatest value.

use arrow_array::builder::PrimitiveBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::ArrowPrimitiveType;
use arrow_array::{Array, ArrayRef};
use arrow_buffer::ToByteSlice;
use arrow_schema::DataType;

use super::super::saved::{Damaged, Reader, Writer};
use super::{NOTHING, Overflow, Run, State, same};
use crate::bars::aggregate::build::Native;

/// `MAX`: the greatest value, else the least. Floating-point numbers in the order of `total_cmp`.
pub(crate) struct Extremes<T: ArrowPrimitiveType, const MAX: bool> {
    values: Vec<T::Native>,
    set: Vec<bool>,
    out: PrimitiveBuilder<T>,
}

impl<T: ArrowPrimitiveType, const MAX: bool> Extremes<T, MAX>
where
    T::Native: Native,
{
    pub(crate) fn new(data_type: &DataType) -> Self {
        Self {
            values: Vec::new(),
            set: Vec::new(),
            out: PrimitiveBuilder::with_capacity(0).with_data_type(data_type.clone()),
        }
    }

    #[inline]
    fn put(&mut self, slot: usize, value: T::Native) {
        let held = &mut self.values[slot];
        let beats = if MAX {
            held.before(value)
        } else {
            value.before(*held)
        };
        if beats || !self.set[slot] {
            *held = value;
            self.set[slot] = true;
        }
    }
}

impl<T: ArrowPrimitiveType, const MAX: bool> State for Extremes<T, MAX>
where
    T::Native: Native,
{
    fn resize(&mut self, slots: usize) {
        self.values.resize(slots, T::Native::default());
        self.set.resize(slots, false);
    }

    fn slot_bytes(&self) -> usize {
        size_of::<T::Native>() + 1
    }

    fn update(&mut self, run: &Run<'_>) {
        let Some(values) = run.values else { return };
        let all = values.as_primitive::<T>();
        let values = &all.values()[run.start..run.start + run.len()];
        if run.has_nulls() {
            for (row, (slot, value)) in run.slots.iter().zip(values).enumerate() {
                if all.is_valid(run.start + row) {
                    self.put(*slot as usize, *value);
                }
            }
        } else {
            for (slot, value) in run.slots.iter().zip(values) {
                self.put(*slot as usize, *value);
            }
        }
    }

    fn merge(&mut self, later: &dyn State, slots: &[u32]) {
        let later = same::<Self>(later);
        for slot in slots.iter().map(|slot| *slot as usize) {
            if later.set[slot] {
                self.put(slot, later.values[slot]);
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
            to.raw(self.values[slot].to_byte_slice());
        }
    }

    fn restore(&mut self, slots: &[u32], from: &mut Reader<'_>) -> Result<(), Damaged> {
        for slot in slots.iter().map(|slot| *slot as usize) {
            self.set[slot] = from.u8()? == 1;
            self.values[slot] = T::Native::read(from)?;
        }
        Ok(())
    }
}
