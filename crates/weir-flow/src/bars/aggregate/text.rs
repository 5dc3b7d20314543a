//! First, last, least and greatest of strings and booleans.

use arrow_array::ArrayRef;
use arrow_array::builder::{BooleanBuilder, StringBuilder};
use arrow_array::cast::AsArray;
use arrow_schema::DataType;

use super::super::saved::{Damaged, Reader, Writer};
use super::{Function, NOTHING, Overflow, Run, State, same};

pub(crate) struct Text {
    function: Function,
    boolean: bool,
    /// Booleans as `"0"` and `"1"`, which order as they do.
    held: Vec<Option<(i64, Box<str>)>>,
    heap: usize,
    strings: StringBuilder,
    booleans: BooleanBuilder,
}

impl Text {
    pub(crate) fn new(function: Function, input: &DataType) -> Self {
        Self {
            function,
            boolean: *input == DataType::Boolean,
            held: Vec::new(),
            heap: 0,
            strings: StringBuilder::with_capacity(0, 0),
            booleans: BooleanBuilder::with_capacity(0),
        }
    }

    fn put(&mut self, slot: usize, time: i64, value: &str) {
        let goes = match &self.held[slot] {
            None => true,
            Some((at, held)) => match self.function {
                Function::First => time < *at,
                Function::Last => time >= *at,
                Function::Min => value < &**held,
                _ => value > &**held,
            },
        };
        if goes {
            self.heap += value.len();
            self.heap -= self.held[slot].as_ref().map_or(0, |(_, held)| held.len());
            self.held[slot] = Some((time, value.into()));
        }
    }
}

impl State for Text {
    fn resize(&mut self, slots: usize) {
        self.held.resize(slots, None);
    }

    fn slot_bytes(&self) -> usize {
        size_of::<Option<(i64, Box<str>)>>()
    }

    fn heap_bytes(&self) -> usize {
        self.heap
    }

    fn update(&mut self, run: &Run<'_>) {
        let Some(values) = run.values else { return };
        for (row, (slot, time)) in run.slots.iter().zip(run.times).enumerate() {
            let at = run.start + row;
            if values.is_null(at) {
                continue;
            }
            if self.boolean {
                let value = if values.as_boolean().value(at) {
                    "1"
                } else {
                    "0"
                };
                self.put(*slot as usize, *time, value);
            } else {
                self.put(*slot as usize, *time, values.as_string::<i32>().value(at));
            }
        }
    }

    fn merge(&mut self, later: &dyn State, slots: &[u32]) {
        let later = same::<Self>(later);
        for slot in slots.iter().map(|slot| *slot as usize) {
            if let Some((time, value)) = &later.held[slot] {
                self.put(slot, *time, value);
            }
        }
    }

    fn finish(&mut self, slots: &[u32]) -> Result<(), Overflow> {
        for slot in slots {
            let held = self.held.get(*slot as usize).filter(|_| *slot != NOTHING);
            let value = held
                .and_then(|held| held.as_ref())
                .map(|(_, value)| &**value);
            if self.boolean {
                self.booleans.append_option(value.map(|value| value == "1"));
            } else {
                self.strings.append_option(value);
            }
        }
        Ok(())
    }

    fn take(&mut self) -> ArrayRef {
        if self.boolean {
            std::sync::Arc::new(self.booleans.finish())
        } else {
            std::sync::Arc::new(self.strings.finish())
        }
    }

    fn reset(&mut self, slots: &[u32]) {
        for slot in slots {
            if let Some((_, held)) = self.held[*slot as usize].take() {
                self.heap -= held.len();
            }
        }
    }

    fn save(&self, slots: &[u32], to: &mut Writer) {
        for slot in slots {
            match &self.held[*slot as usize] {
                None => to.u8(0),
                Some((time, value)) => {
                    to.u8(1);
                    to.i64(*time);
                    to.bytes(value.as_bytes());
                }
            }
        }
    }

    fn restore(&mut self, slots: &[u32], from: &mut Reader<'_>) -> Result<(), Damaged> {
        self.reset(slots);
        for slot in slots {
            if from.u8()? == 1 {
                let time = from.i64()?;
                let value = std::str::from_utf8(from.bytes()?)
                    .map_err(|_| Damaged("a text is not UTF-8"))?;
                self.heap += value.len();
                self.held[*slot as usize] = Some((time, value.into()));
            }
        }
        Ok(())
    }
}
