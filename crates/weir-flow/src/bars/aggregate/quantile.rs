//! Quantiles from sketches.

use std::marker::PhantomData;

use arrow_array::builder::Float64Builder;
use arrow_array::cast::AsArray;
use arrow_array::types::ArrowPrimitiveType;
use arrow_array::{Array, ArrayRef};

use super::super::saved::{Damaged, Reader, Writer};
use super::build::Number;
use super::moments::unit;
use super::sketch::Sketch;
use super::{NOTHING, Overflow, Run, State, same};

pub(crate) struct Quantile<T> {
    sketches: Vec<Sketch>,
    /// Bytes that the sketches hold.
    heap: usize,
    out: Float64Builder,
    scale: i8,
    q: f64,
    input: PhantomData<fn(T)>,
}

impl<T> Quantile<T> {
    pub(crate) fn new(scale: i8, q: f64) -> Self {
        Self {
            sketches: Vec::new(),
            heap: 0,
            out: Float64Builder::with_capacity(0),
            scale,
            q,
            input: PhantomData,
        }
    }
}

impl<T: ArrowPrimitiveType> State for Quantile<T>
where
    T::Native: Number,
{
    fn resize(&mut self, slots: usize) {
        self.sketches.resize(slots, Sketch::default());
    }

    fn slot_bytes(&self) -> usize {
        size_of::<Sketch>()
    }

    fn heap_bytes(&self) -> usize {
        self.heap
    }

    fn update(&mut self, run: &Run<'_>) {
        let Some(values) = run.values else { return };
        let all = values.as_primitive::<T>();
        let values = &all.values()[run.start..run.start + run.len()];
        let nulls = run.has_nulls();
        for (row, (slot, value)) in run.slots.iter().zip(values).enumerate() {
            if !nulls || all.is_valid(run.start + row) {
                let sketch = &mut self.sketches[*slot as usize];
                let before = sketch.heap();
                sketch.add(value.float());
                self.heap += sketch.heap() - before;
            }
        }
    }

    fn merge(&mut self, later: &dyn State, slots: &[u32]) {
        let later = same::<Self>(later);
        for slot in slots.iter().map(|slot| *slot as usize) {
            let before = self.sketches[slot].heap();
            self.sketches[slot].merge(&later.sketches[slot]);
            self.heap += self.sketches[slot].heap() - before;
        }
    }

    fn finish(&mut self, slots: &[u32]) -> Result<(), Overflow> {
        let unit = unit(self.scale);
        for slot in slots {
            let value = match self.sketches.get(*slot as usize) {
                Some(sketch) if *slot != NOTHING => sketch.quantile(self.q),
                _ => None,
            };
            self.out.append_option(value.map(|value| value / unit));
        }
        Ok(())
    }

    fn take(&mut self) -> ArrayRef {
        std::sync::Arc::new(self.out.finish())
    }

    fn reset(&mut self, slots: &[u32]) {
        for slot in slots {
            self.sketches[*slot as usize].clear();
        }
    }

    fn save(&self, slots: &[u32], to: &mut Writer) {
        for slot in slots {
            self.sketches[*slot as usize].save(to);
        }
    }

    fn restore(&mut self, slots: &[u32], from: &mut Reader<'_>) -> Result<(), Damaged> {
        for slot in slots {
            let sketch = Sketch::restore(from)?;
            let held = &mut self.sketches[*slot as usize];
            self.heap = (self.heap - held.heap()) + sketch.heap();
            *held = sketch;
        }
        Ok(())
    }
}
