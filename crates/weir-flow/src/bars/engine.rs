//! All resolutions under way: rows in, finished bars out.

use std::collections::VecDeque;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use arrow_array::{RecordBatch, UInt32Array};
use arrow_buffer::ScalarBuffer;
use arrow_select::filter::{filter, filter_record_batch};

use super::keys::Keys;
use super::order::{check_sorted, times};
use super::running::{Rows, Running};
use super::saved::{Damaged, Reader, Writer};
use super::{BarFunctions, BarsError, BarsSpec};
use crate::StreamSchema;

const MAGIC: &[u8; 8] = b"weirbar1";

/// Bars under way: takes ordered rows in and gives finished bars, the same for every cutting of the rows into batches.
///
/// Bars of one resolution come in the order of (label, key), null keys first. Each resolution, and each resolution's snapshots, have a way out of their own,
/// numbered from 0: first the resolutions as described, then the snapshots.
///
/// ```
/// use std::sync::Arc;
/// use arrow_array::{Float64Array, RecordBatch, TimestampSecondArray};
/// use arrow_schema::{DataType, Field, Schema, TimeUnit};
/// use weir_flow::StreamSchema;
/// use weir_flow::bars::{BarColumn, BarFunctions, Bars, BarsSpec, Binning, Function, Period, Resolution};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let schema = Arc::new(Schema::new(vec![
///     Field::new("ts", DataType::Timestamp(TimeUnit::Second, None), false),
///     Field::new("price", DataType::Float64, true),
/// ]));
/// let hourly = Resolution::new(
///     "hour",
///     Binning::Period(Period::parse("1h")?),
///     vec![BarColumn::new("high", Function::Max, "price"), BarColumn::rows("n")],
/// );
/// let spec = BarsSpec { keys: vec![], resolutions: vec![hourly] };
/// let mut bars = Bars::new(&spec, &StreamSchema::ordered(schema.clone(), "ts")?, &BarFunctions::new())?;
///
/// let rows = RecordBatch::try_new(schema, vec![
///     Arc::new(TimestampSecondArray::from(vec![10, 20, 3600])),
///     Arc::new(Float64Array::from(vec![1.5, 2.5, 0.5])),
/// ])?;
/// bars.take_in(&[&rows])?;
/// let (way, hour) = bars.next_finished().expect("the first hour is over");
/// assert_eq!((way, hour.num_rows()), (0, 1));
/// assert!(bars.next_finished().is_none()); // the second is still open
/// assert_eq!(bars.open_bars()?.len(), 1);
/// # Ok(())
/// # }
/// ```
pub struct Bars {
    keys: Keys,
    order: usize,
    pub(super) running: Vec<Running>,
    outputs: Vec<StreamSchema>,
    names: Vec<String>,
    last: Option<i64>,
    ready: VecDeque<(usize, RecordBatch)>,
    /// An error left the state in the middle of a batch.
    broken: bool,
    /// Reused: the slots of each batch's rows.
    slots: Vec<Vec<u32>>,
}

impl Bars {
    /// Bars of rows of this stream, as described.
    ///
    /// # Errors
    /// [`BarsError`] where the description does not suit the stream.
    pub fn new(
        spec: &BarsSpec,
        input: &StreamSchema,
        functions: &BarFunctions,
    ) -> Result<Self, BarsError> {
        super::plan::bars(spec, input, functions)
    }

    pub(super) fn of(
        keys: Keys,
        order: usize,
        running: Vec<Running>,
        outputs: Vec<StreamSchema>,
        names: Vec<String>,
    ) -> Self {
        Self {
            keys,
            order,
            running,
            outputs,
            names,
            last: None,
            ready: VecDeque::new(),
            broken: false,
            slots: Vec::new(),
        }
    }

    /// What goes by each way out: resolutions as described, then snapshots.
    pub fn outputs(&self) -> &[StreamSchema] {
        &self.outputs
    }

    /// The names of the ways out: a resolution's own, and `NAME snapshots`.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Takes rows in, in order.
    ///
    /// # Errors
    /// [`BarsError`]; then nothing has changed.
    pub fn take_in(&mut self, batches: &[&RecordBatch]) -> Result<(), BarsError> {
        self.take_in_until(batches, None)
    }

    fn take_in_with(
        &mut self,
        batches: &[&RecordBatch],
        until: Option<i64>,
        slots: &mut [Vec<u32>],
    ) -> Result<(), BarsError> {
        // First everything that can be refused, then the change.
        let mut last = self.last;
        let mut all_times = Vec::with_capacity(batches.len());
        let mut may_fail = false;
        for (rows, slots) in batches.iter().zip(slots.iter_mut()) {
            let order = rows.column(self.order);
            let times = times(order)?;
            check_sorted(&times, last, order.data_type())?;
            for time in times.first().into_iter().chain(times.last()) {
                self.running
                    .iter()
                    .try_for_each(|running| running.check(*time))?;
                last = Some(*time);
            }
            self.keys.slots(rows, slots)?;
            all_times.push(times);
        }
        // Before the first row nothing is open that could close.
        let until = until.filter(|until| last.is_some_and(|last| *until > last));
        if let Some(until) = until {
            self.running
                .iter()
                .try_for_each(|running| running.check(until))?;
            last = Some(until);
        }
        let known = self.keys.len();
        for running in &mut self.running {
            running.resize(known);
            may_fail |= until.is_some() && running.may_fail_closing();
            for rows in batches {
                may_fail |= running.may_fail(rows);
            }
        }
        let before = if may_fail { Some(self.save()?) } else { None };
        let ready = self.ready.len();
        let result = self.change(batches, &all_times, until, slots);
        match (&result, before) {
            (Ok(()), _) => self.last = last,
            (Err(_), Some(before)) => {
                self.ready.truncate(ready);
                self.restore_state(&before)?;
            }
            (Err(_), None) => self.broken = true,
        }
        result
    }

    fn change(
        &mut self,
        batches: &[&RecordBatch],
        times: &[ScalarBuffer<i64>],
        until: Option<i64>,
        slots: &[Vec<u32>],
    ) -> Result<(), BarsError> {
        for ((batch, times), slots) in batches.iter().zip(times).zip(slots) {
            for running in &mut self.running {
                match &running.filter {
                    None => running.take(
                        &Rows {
                            batch,
                            times,
                            slots,
                        },
                        &mut self.keys,
                    )?,
                    Some(keep) => {
                        let keep = keep.keep(batch)?;
                        let kept = filter_record_batch(batch, &keep)?;
                        let kept_slots = filter(&UInt32Array::from(slots.clone()), &keep)?;
                        let kept_slots = kept_slots.as_primitive::<UInt32Type>();
                        let kept_times = super::order::times(kept.column(self.order))?;
                        let rows = Rows {
                            batch: &kept,
                            times: &kept_times,
                            slots: kept_slots.values(),
                        };
                        running.take(&rows, &mut self.keys)?;
                        if let Some(time) = times.last() {
                            running.pass(*time, &mut self.keys)?;
                        }
                    }
                }
            }
        }
        if let Some(until) = until {
            let keys = &mut self.keys;
            self.running
                .iter_mut()
                .try_for_each(|running| running.pass(until, keys))?;
        }
        self.gather()
    }

    /// Rows still to come have this order value or a greater one: closes bars that end by it.
    ///
    /// # Errors
    /// [`BarsError`]; then nothing has changed.
    pub fn advance(&mut self, time: i64) -> Result<(), BarsError> {
        self.take_in_until(&[], Some(time))
    }

    /// [`Bars::take_in`], then [`Bars::advance`], both or none.
    ///
    /// # Errors
    /// [`BarsError`]; then nothing has changed.
    pub fn take_in_until(
        &mut self,
        batches: &[&RecordBatch],
        until: Option<i64>,
    ) -> Result<(), BarsError> {
        self.check_whole()?;
        let mut slots = std::mem::take(&mut self.slots);
        slots.resize_with(slots.len().max(batches.len()), Vec::new);
        let result = self.take_in_with(batches, until, &mut slots);
        self.slots = slots;
        result
    }

    fn gather(&mut self) -> Result<(), BarsError> {
        for running in &mut self.running {
            running.flush(&mut self.keys)?;
            gather(running, &mut self.ready);
        }
        Ok(())
    }

    /// The next finished bars, and the way they go out by.
    pub fn next_finished(&mut self) -> Option<(usize, RecordBatch)> {
        self.ready.pop_front()
    }

    /// The bars that are still open, as they stand: what the end of the input shows and a later run replaces. Changes nothing.
    ///
    /// # Errors
    /// [`BarsError`], an overflow say.
    pub fn open_bars(&mut self) -> Result<Vec<(usize, RecordBatch)>, BarsError> {
        let before = self.save()?;
        let ready = self.ready.len();
        let closed = self
            .running
            .iter_mut()
            .try_for_each(|running| running.close_all(&mut self.keys));
        let result = closed.and_then(|()| self.gather());
        let open = self.ready.split_off(ready);
        self.restore_state(&before)?;
        result.map(|()| open.into())
    }

    /// The state as bytes. Finished bars not yet taken are not in it.
    ///
    /// # Errors
    /// [`BarsError::State`] after an error that nothing could undo.
    pub fn save(&self) -> Result<Vec<u8>, BarsError> {
        self.check_whole()?;
        let mut to = Writer::default();
        to.raw(MAGIC);
        self.keys.save(&mut to);
        to.u8(u8::from(self.last.is_some()));
        to.i64(self.last.unwrap_or(0));
        to.u32(self.running.len() as u32);
        self.running
            .iter()
            .for_each(|running| running.save(&mut to));
        Ok(to.finish())
    }

    /// Takes up a saved state of bars with the same description, forgetting its own.
    ///
    /// # Errors
    /// [`BarsError::State`] where the bytes are no such state; these bars are then empty.
    pub fn restore(&mut self, state: &[u8]) -> Result<(), BarsError> {
        self.ready.clear();
        let result = self.restore_state(state);
        if result.is_err() {
            self.clear();
        }
        result
    }

    fn restore_state(&mut self, state: &[u8]) -> Result<(), BarsError> {
        self.running.iter_mut().for_each(Running::clear);
        let damaged = |Damaged(what)| BarsError::State(what.to_owned());
        let mut from = Reader::new(state);
        self.read(&mut from)
            .and_then(|()| from.end())
            .map_err(damaged)?;
        self.broken = false;
        Ok(())
    }

    fn read(&mut self, from: &mut Reader<'_>) -> Result<(), Damaged> {
        if from.raw(MAGIC.len())? != MAGIC {
            return Err(Damaged("it is no state of bars, or of another version"));
        }
        self.keys.restore(from)?;
        let (some, last) = (from.u8()? == 1, from.i64()?);
        self.last = some.then_some(last);
        if from.u32()? as usize != self.running.len() {
            return Err(Damaged("it has other resolutions"));
        }
        let known = self.keys.len();
        for running in &mut self.running {
            running.resize(known);
            running.restore(from, known)?;
        }
        Ok(())
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.running.iter_mut().for_each(Running::clear);
        self.keys.clear();
        self.last = None;
        self.ready.clear();
        self.broken = false;
    }

    /// Bytes held, about: keys, states, rows not yet taken.
    pub fn bytes(&self) -> usize {
        let slots: usize = self
            .slots
            .iter()
            .map(|slots| slots.capacity() * size_of::<u32>())
            .sum();
        let states: usize = self
            .running
            .iter()
            .map(|running| running.bytes_for(self.keys.len()))
            .sum();
        let ready: usize = self
            .ready
            .iter()
            .map(|(_, rows)| rows.get_array_memory_size())
            .sum();
        self.keys.bytes() + slots + states + ready
    }

    /// The order value of the last row taken in, or what it was advanced to.
    pub fn last(&self) -> Option<i64> {
        self.last
    }

    /// Whether there are finished bars to take.
    pub fn has_finished(&self) -> bool {
        !self.ready.is_empty()
    }

    /// A value that no order value of bars or snapshots still to come lies below, when rows still to come lie at or behind `time`
    /// (`None`: no row comes). `None`: nothing comes, or nothing is known.
    pub fn least_label(&self, time: Option<i64>) -> Option<i64> {
        let labels = self.running.iter().map(|running| running.least_label(time));
        labels.flatten().min()
    }

    /// Whether an open bar's label is that which it will be closed with.
    pub(super) fn keeps_labels(&self) -> bool {
        self.running.iter().all(Running::keeps_labels)
    }

    fn check_whole(&self) -> Result<(), BarsError> {
        if self.broken {
            return Err(BarsError::State("an error stopped it in the middle of a batch; start again from what was saved last".to_owned()));
        }
        Ok(())
    }
}

fn gather(running: &mut Running, ready: &mut VecDeque<(usize, RecordBatch)>) {
    ready.extend(running.ready.drain(..));
    running
        .coarser
        .iter_mut()
        .for_each(|(coarse, _)| gather(coarse, ready));
}
