//! How many rows have a value.

use arrow_array::ArrayRef;
use arrow_array::builder::Int64Builder;

use super::super::saved::{Damaged, Reader, Writer};
use super::{NOTHING, Overflow, Run, State, same};

#[derive(Default)]
pub(crate) struct Count {
    counts: Vec<u64>,
    out: Int64Builder,
}

impl State for Count {
    fn resize(&mut self, slots: usize) {
        self.counts.resize(slots, 0);
    }

    fn slot_bytes(&self) -> usize {
        size_of::<u64>()
    }

    fn update(&mut self, run: &Run<'_>) {
        match run.values.filter(|_| run.has_nulls()) {
            Some(values) => {
                for (row, slot) in run.slots.iter().enumerate() {
                    self.counts[*slot as usize] += u64::from(values.is_valid(run.start + row));
                }
            }
            None => {
                for slot in run.slots {
                    self.counts[*slot as usize] += 1;
                }
            }
        }
    }

    fn merge(&mut self, later: &dyn State, slots: &[u32]) {
        let later = same::<Self>(later);
        for slot in slots {
            self.counts[*slot as usize] += later.counts[*slot as usize];
        }
    }

    fn finish(&mut self, slots: &[u32]) -> Result<(), Overflow> {
        for slot in slots {
            if *slot == NOTHING {
                self.out.append_null();
            } else {
                let count = i64::try_from(self.counts[*slot as usize]);
                self.out
                    .append_value(count.map_err(|_| Overflow { slot: *slot })?);
            }
        }
        Ok(())
    }

    fn take(&mut self) -> ArrayRef {
        std::sync::Arc::new(self.out.finish())
    }

    fn reset(&mut self, slots: &[u32]) {
        for slot in slots {
            self.counts[*slot as usize] = 0;
        }
    }

    fn save(&self, slots: &[u32], to: &mut Writer) {
        for slot in slots {
            to.u64(self.counts[*slot as usize]);
        }
    }

    fn restore(&mut self, slots: &[u32], from: &mut Reader<'_>) -> Result<(), Damaged> {
        for slot in slots {
            // Far above any number of rows, and far from overflowing when merged.
            self.counts[*slot as usize] = from.u64().map(|count| count.min(1 << 62))?;
        }
        Ok(())
    }
}
