//! One resolution under way: its open bars, and the closed ones not yet passed on.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use arrow_schema::SchemaRef;

use super::aggregate::{NOTHING, Run, State};
use super::boundary::{Boundary, Open};
use super::functions::AfterFunction;
use super::keys::Keys;
use super::order::times_array;
use super::snapshots::Snapshots;
use super::{BarsError, Bin, RowFilter};

/// Closed bars become a batch when there are so many.
pub(super) const BATCH: usize = 8192;
/// Empty periods between two rows that are filled, and snapshots between two rows that are shown.
pub(super) const GAP_LIMIT: u64 = 1_000_000;

pub(super) struct Column {
    pub(super) out: String,
    pub(super) state: Box<dyn State>,
    /// The index of its column among the input's.
    pub(super) input: Option<usize>,
}

pub(super) struct Running {
    pub(super) name: String,
    /// The way out of the operator by which its bars go.
    pub(super) way: usize,
    pub(super) columns: Vec<Column>,
    pub(super) boundary: Boundary,
    pub(super) filter: Option<RowFilter>,
    pub(super) open: Option<Open>,
    /// Slots with rows in the open bar.
    pub(super) present: Vec<bool>,
    /// Slots that ever had a bar, where empty periods are filled.
    pub(super) ever: Option<Vec<bool>>,
    /// The period closed last, where empty periods are filled.
    pub(super) last: Option<Bin>,
    /// The number of the next bin.
    pub(super) number: i64,
    pub(super) schema: SchemaRef,
    pub(super) after: Option<(String, Box<dyn AfterFunction>)>,
    pub(super) snapshots: Option<Snapshots>,
    /// Coarser resolutions that take this one's closed bars instead of rows; for each column there, the column here.
    pub(super) coarser: Vec<(Running, Vec<usize>)>,
    /// Closed bars: label, bin, slot. Their values are in the states' builders.
    pub(super) labels: Vec<i64>,
    pub(super) numbers: Vec<i64>,
    pub(super) slots: Vec<u32>,
    pub(super) ready: Vec<(usize, RecordBatch)>,
    /// Reused: the slots to finish.
    pub(super) order: Vec<u32>,
}

/// Rows of one batch, with what was found out about them.
pub(super) struct Rows<'a> {
    pub(super) batch: &'a RecordBatch,
    pub(super) times: &'a [i64],
    pub(super) slots: &'a [u32],
}

impl Running {
    /// Makes room for slots below `slots`.
    pub(super) fn resize(&mut self, slots: usize) {
        if self.present.len() < slots {
            // Room for twice as many, so that a new key now and then does not copy all states.
            let slots = slots.next_power_of_two();
            self.present.resize(slots, false);
            if let Some(ever) = &mut self.ever {
                ever.resize(slots, false);
            }
            self.columns
                .iter_mut()
                .for_each(|column| column.state.resize(slots));
        }
        self.coarser
            .iter_mut()
            .for_each(|(coarse, _)| coarse.resize(slots));
    }

    /// Bytes that `slots` slots take.
    pub(super) fn bytes_for(&self, slots: usize) -> usize {
        let slots = slots.next_power_of_two();
        let own: usize = self
            .columns
            .iter()
            .map(|column| column.state.slot_bytes())
            .sum();
        let own = slots * (own + 2)
            + (self.labels.capacity() + self.numbers.capacity()) * 8
            + self.slots.capacity() * 4;
        own + self
            .columns
            .iter()
            .map(|column| column.state.heap_bytes())
            .sum::<usize>()
            + self
                .coarser
                .iter()
                .map(|(coarse, _)| coarse.bytes_for(slots))
                .sum::<usize>()
    }

    /// Whether a sum might pass what its type holds with these rows, and so an error may come halfway.
    pub(super) fn may_fail(&mut self, rows: &RecordBatch) -> bool {
        let mut may = self.after.is_some()
            || self.ever.is_some()
            || self.snapshots.is_some()
            || self.boundary.may_fail();
        for column in &mut self.columns {
            if let Some(input) = column.input {
                may |= column.state.may_overflow(rows.column(input));
            }
        }
        // Coarser sums are of the same columns over longer periods.
        for (coarse, _) in &mut self.coarser {
            may |= coarse.may_fail(rows);
        }
        may
    }

    /// Takes rows in, closing bars on the way.
    pub(super) fn take(&mut self, rows: &Rows<'_>, keys: &mut Keys) -> Result<(), BarsError> {
        let times = rows.times;
        self.boundary.look(rows.batch, times)?;
        let mut at = 0;
        while at < times.len() {
            self.pass(times[at], keys)?;
            if self.boundary.begins(at) {
                self.close(keys)?;
            }
            if self.open.is_none() {
                self.begin(at, times[at], keys)?;
            }
            let snapshot = self.snapshots.as_ref().and_then(Snapshots::next);
            let Some(open) = &mut self.open else { break };
            let end = self.boundary.end(open, at, times);
            let end = match snapshot {
                Some(limit) if times[end - 1] >= limit => {
                    at + times[at..end].partition_point(|time| *time < limit)
                }
                _ => end,
            };
            open.take(&times[at..end]);
            let full = self.boundary.is_full(open);
            self.update(rows, at, end);
            at = end;
            if full {
                self.close(keys)?;
            }
        }
        Ok(())
    }

    /// No row before `time` comes any more: shows the snapshots up to it and closes the bars that end by then.
    pub(super) fn pass(&mut self, time: i64, keys: &mut Keys) -> Result<(), BarsError> {
        if self
            .snapshots
            .as_ref()
            .and_then(Snapshots::next)
            .is_some_and(|point| point <= time)
        {
            self.show_until(time, keys)?;
        }
        if self
            .open
            .as_ref()
            .and_then(|open| open.limit)
            .is_some_and(|limit| limit <= time)
        {
            self.close(keys)?;
        }
        if self.open.is_none() {
            for (coarse, _) in &mut self.coarser {
                coarse.pass(time, keys)?;
            }
        }
        Ok(())
    }

    fn show_until(&mut self, time: i64, keys: &mut Keys) -> Result<(), BarsError> {
        let Some(open) = self.open.clone() else {
            return Ok(());
        };
        let mut shown = 0;
        while let Some((point, next)) = self.snapshots.as_ref().and_then(Snapshots::point) {
            if next > time || open.limit.is_some_and(|limit| next > limit) {
                break;
            }
            shown += 1;
            if shown > GAP_LIMIT {
                return Err(BarsError::Gap {
                    periods: shown,
                    from: open.last,
                    to: time,
                    limit: GAP_LIMIT,
                });
            }
            self.flush(keys)?;
            self.collect_present(keys);
            self.finish(open.label(&self.boundary), open.number, false, keys)?;
            if let Some(batch) = self.drain(keys)?
                && let Some(snapshots) = &mut self.snapshots
            {
                let shown = snapshots.shown(point, &batch)?;
                self.ready.push((snapshots.way, shown));
            }
            if let Some(snapshots) = &mut self.snapshots {
                snapshots.go_on()?;
            }
        }
        Ok(())
    }

    fn begin(&mut self, at: usize, time: i64, keys: &Keys) -> Result<(), BarsError> {
        let (open, bin) = self.boundary.open(at, time, self.number)?;
        self.number += 1;
        if let (Some(last), Some(bin)) = (self.last.take(), bin)
            && self.ever.is_some()
        {
            self.fill(last, bin, keys)?;
        }
        if let Some(snapshots) = &mut self.snapshots {
            snapshots.begin(time)?;
        }
        self.open = Some(open);
        Ok(())
    }

    /// Rows of nulls for the periods between two.
    fn fill(&mut self, last: Bin, next: Bin, keys: &Keys) -> Result<(), BarsError> {
        let Some(ever) = &self.ever else {
            return Ok(());
        };
        let known: Vec<u32> = (0..ever.len() as u32)
            .filter(|slot| ever[*slot as usize])
            .collect();
        let mut filled = 0u64;
        let mut limit = last.limit;
        while limit < next.first {
            let Some(bin) = self.boundary.bin(limit)? else {
                break;
            };
            filled += known.len() as u64;
            if filled > GAP_LIMIT {
                return Err(BarsError::Gap {
                    periods: filled,
                    from: last.first,
                    to: next.first,
                    limit: GAP_LIMIT,
                });
            }
            // Slots are put into the order of their keys when the batch is made.
            self.order.clear();
            self.order.extend_from_slice(&known);
            let absent = vec![NOTHING; known.len()];
            self.append(bin.label, 0, &absent, keys)?;
            limit = bin.limit;
        }
        Ok(())
    }

    fn update(&mut self, rows: &Rows<'_>, start: usize, end: usize) {
        let (slots, times) = (&rows.slots[start..end], &rows.times[start..end]);
        for slot in slots {
            self.present[*slot as usize] = true;
        }
        for column in &mut self.columns {
            let values = column.input.map(|input| rows.batch.column(input).as_ref());
            column.state.update(&Run {
                values,
                start,
                slots,
                times,
            });
        }
    }

    /// Into `order`: the slots with rows in the open bar, by key.
    fn collect_present(&mut self, keys: &mut Keys) {
        self.order.clear();
        let present = &self.present;
        self.order.extend(
            keys.ranked()
                .iter()
                .filter(|slot| present.get(**slot as usize) == Some(&true)),
        );
    }

    /// Closes the open bar of every key.
    pub(super) fn close(&mut self, keys: &mut Keys) -> Result<(), BarsError> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        self.collect_present(keys);
        for (coarse, columns) in &mut self.coarser {
            coarse.absorb(
                open.first,
                open.last,
                &self.order,
                &self.columns,
                columns,
                keys,
            )?;
        }
        let label = open.label(&self.boundary);
        self.finish(label, open.number, true, keys)?;
        self.last = open.bin;
        for slot in &self.order {
            self.present[*slot as usize] = false;
        }
        for column in &mut self.columns {
            column.state.reset(&self.order);
        }
        if self.labels.len() >= BATCH {
            self.flush(keys)?;
        }
        Ok(())
    }

    /// Appends the bars of the slots in `order` to the closed ones, and where asked the empty ones of the other keys.
    fn finish(
        &mut self,
        label: i64,
        number: i64,
        closing: bool,
        keys: &Keys,
    ) -> Result<(), BarsError> {
        let present = std::mem::take(&mut self.order);
        let appended = match &mut self.ever {
            Some(ever) if closing => {
                present.iter().for_each(|slot| ever[*slot as usize] = true);
                let absent = (0..ever.len() as u32)
                    .filter(|slot| ever[*slot as usize] && !self.present[*slot as usize]);
                let absent: Vec<u32> = absent.collect();
                let mut states = present.clone();
                states.resize(present.len() + absent.len(), NOTHING);
                self.order.extend(present.iter().chain(&absent));
                self.append(label, number, &states, keys)
            }
            _ => {
                self.order.extend_from_slice(&present);
                self.append(label, number, &present, keys)
            }
        };
        self.order = present;
        appended
    }

    /// Appends bars with the keys in `order` and the values of `states`.
    fn append(
        &mut self,
        label: i64,
        number: i64,
        states: &[u32],
        keys: &Keys,
    ) -> Result<(), BarsError> {
        for column in &mut self.columns {
            column
                .state
                .finish(states)
                .map_err(|over| BarsError::Overflow {
                    column: column.out.clone(),
                    label,
                    key: keys.text(over.slot),
                })?;
        }
        self.labels.resize(self.labels.len() + states.len(), label);
        if self.boundary.counts_bins() {
            self.numbers
                .resize(self.numbers.len() + states.len(), number);
        }
        self.slots.extend_from_slice(&self.order);
        Ok(())
    }

    /// Takes in the closed bars of a finer resolution whose period begins at `first`.
    fn absorb(
        &mut self,
        first: i64,
        last: i64,
        slots: &[u32],
        finer: &[Column],
        columns: &[usize],
        keys: &mut Keys,
    ) -> Result<(), BarsError> {
        self.pass(first, keys)?;
        if self.open.is_none() {
            self.begin(0, first, keys)?;
        }
        if let Some(open) = &mut self.open {
            open.last = last;
        }
        for slot in slots {
            self.present[*slot as usize] = true;
        }
        for (column, from) in self.columns.iter_mut().zip(columns) {
            column.state.merge(finer[*from].state.as_ref(), slots);
        }
        Ok(())
    }

    /// Makes a batch of the closed bars and passes it on.
    pub(super) fn flush(&mut self, keys: &mut Keys) -> Result<(), BarsError> {
        for (coarse, _) in &mut self.coarser {
            coarse.flush(keys)?;
        }
        let Some(mut batch) = self.drain(keys)? else {
            return Ok(());
        };
        if let Some((name, after)) = &mut self.after {
            let user = |source| BarsError::User {
                name: name.clone(),
                source,
            };
            batch = after.process(batch).map_err(user)?;
        }
        if batch.num_rows() > 0 {
            self.ready.push((self.way, batch));
        }
        Ok(())
    }

    fn drain(&mut self, keys: &mut Keys) -> Result<Option<RecordBatch>, BarsError> {
        if self.labels.is_empty() {
            return Ok(None);
        }
        let labels = std::mem::take(&mut self.labels);
        let sort = self
            .ever
            .is_some()
            .then(|| by_label_and_key(&labels, &self.slots, keys));
        let mut arrays: Vec<ArrayRef> =
            vec![times_array(self.schema.field(0).data_type(), labels)?];
        if self.boundary.counts_bins() {
            arrays.push(Arc::new(Int64Array::from(std::mem::take(
                &mut self.numbers,
            ))));
        }
        arrays.extend(keys.arrays(&self.slots)?);
        self.slots.clear();
        arrays.extend(self.columns.iter_mut().map(|column| column.state.take()));
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays)?;
        match sort {
            Some(order) => Ok(Some(arrow_select::take::take_record_batch(&batch, &order)?)),
            None => Ok(Some(batch)),
        }
    }

    /// Empties everything, also what is ready.
    pub(super) fn clear(&mut self) {
        let all: Vec<u32> = (0..self.present.len() as u32).collect();
        for column in &mut self.columns {
            column.state.reset(&all);
            let _ = column.state.take();
        }
        self.present.fill(false);
        if let Some(ever) = &mut self.ever {
            ever.fill(false);
        }
        (self.open, self.last, self.number) = (None, None, 0);
        if let Some(snapshots) = &mut self.snapshots {
            snapshots.clear();
        }
        self.labels.clear();
        self.numbers.clear();
        self.slots.clear();
        self.ready.clear();
        self.coarser
            .iter_mut()
            .for_each(|(coarse, _)| coarse.clear());
    }
}

/// The order of (label, key) where empty bars were appended behind the others.
fn by_label_and_key(labels: &[i64], slots: &[u32], keys: &mut Keys) -> arrow_array::UInt32Array {
    let mut rank = vec![0u32; keys.len()];
    for (index, slot) in keys.ranked().iter().enumerate() {
        rank[*slot as usize] = index as u32;
    }
    let mut order: Vec<u32> = (0..labels.len() as u32).collect();
    order.sort_by_key(|row| (labels[*row as usize], rank[slots[*row as usize] as usize]));
    order.into()
}
