//! The operator around a join that uses the order of both inputs.

use std::sync::Arc;

use arrow_array::{Array, RecordBatch};
use arrow_buffer::ScalarBuffer;
use arrow_schema::DataType;
use arrow_select::interleave::interleave_record_batch;

use super::JoinKind;
use super::inputs::{Inputs, Matcher, Plan};
use super::keys::Keys;
use super::piece::{Piece, RowAt};
use super::rank::{self, Settled};
use super::saved::{self, LookBack};
use super::shape::{Shape, Side};
use super::spilled::{self, Place, Spilled};
use crate::{
    Context, EventTime, Fired, Frontier, Held, Operator, OperatorError, OperatorKind, Output,
    StreamError, StreamSchema,
};

/// Rows of a piece of output at the most.
const OUTPUT_ROWS: usize = 8192;

/// Right rows looked back at are gathered anew when those that nobody needs any more are about as many bytes as all that is
/// needed, and at least so many.
const COMPACT_BYTES: std::ops::RangeInclusive<usize> = 64 << 10..=2 << 20;

/// Pieces held at the most before they are gathered.
const COMPACT_PIECES: usize = 256;

/// As-of or interval join of two ordered inputs.
pub(super) struct OrderedJoin {
    shape: Shape,
    order_type: DataType,
    matcher: Box<dyn Matcher>,
    inputs: Inputs,
    keys: Keys,
    /// The last time of each input, to see that the order holds.
    last: [Option<i64>; 2],
    /// Decided and not passed on successfully yet.
    planned: Vec<Plan>,
    compact_bytes: usize,
    compact_pieces: usize,
    bytes: usize,
    make: MakeMatcher,
    /// Where to go when memory does not suffice.
    place: Option<Place>,
    /// Gone there.
    spilled: Option<Box<Spilled>>,
    /// The time of the first left row that was spilled.
    spilled_from: Option<i64>,
}

/// Makes a matcher, which passes on left rows that meet none, or need not.
pub(super) type MakeMatcher = Arc<dyn Fn(bool) -> Box<dyn Matcher> + Send + Sync>;

impl OrderedJoin {
    pub(super) fn new(shape: Shape, make: MakeMatcher) -> Result<Self, OperatorError> {
        let mut join = Self {
            order_type: shape.order_type()?,
            keys: Keys::new(&shape.key_types)?,
            matcher: make(shape.kind == JoinKind::Left),
            make,
            place: None,
            spilled: None,
            spilled_from: None,
            shape,
            inputs: Inputs::new(),
            last: [None; 2],
            planned: Vec::new(),
            compact_bytes: *COMPACT_BYTES.end(),
            compact_pieces: COMPACT_PIECES,
            bytes: 0,
        };
        join.matcher.grow(join.keys.end());
        Ok(join)
    }

    /// Spills there from now on.
    pub(super) fn spill_to(&mut self, place: Place) {
        self.compact_bytes = (place.memory / 8).clamp(*COMPACT_BYTES.start(), *COMPACT_BYTES.end());
        self.place = Some(place);
    }

    /// The time of the last of these kept rows.
    pub(super) fn last_time(
        &self,
        side: Side,
        rows: &RecordBatch,
    ) -> Result<EventTime, OperatorError> {
        let times = self.times(side, rows, &mut None)?;
        let last = times.last().copied().unwrap_or(i64::MIN);
        Ok(rank::to_time(last, &self.order_type))
    }

    /// A batch with times and key numbers; nothing is changed but that keys may get numbers.
    fn piece(
        &self,
        keys: &mut Keys,
        side: Side,
        rows: RecordBatch,
        last: &mut Option<i64>,
    ) -> Result<Piece, OperatorError> {
        let times = self.times(side, &rows, last)?;
        let keys = keys.number(&self.shape.keys(side, &rows), rows.num_rows())?;
        Ok(Piece { rows, times, keys })
    }

    /// The times of kept rows, which must be in order.
    fn times(
        &self,
        side: Side,
        rows: &RecordBatch,
        last: &mut Option<i64>,
    ) -> Result<ScalarBuffer<i64>, OperatorError> {
        let order = self
            .shape
            .order(side)
            .expect("joins by order have order columns");
        let column = rows.column(order);
        if let Some(row) = (column.null_count() > 0)
            .then(|| (0..column.len()).find(|row| column.is_null(*row)))
            .flatten()
        {
            return Err(self.no_order(side, "null", row));
        }
        let times = rank::of_column(column).ok_or_else(|| StreamError::NotOrderable {
            column: self.order_name(side),
            data_type: column.data_type().clone(),
        })?;
        if matches!(self.order_type, DataType::Float32 | DataType::Float64)
            && let Some(row) = times.iter().position(|time| rank::to_float(*time).is_nan())
        {
            return Err(self.no_order(side, "NaN", row));
        }
        let first_late = last.is_some_and(|last| times.first().is_some_and(|first| *first < last));
        if first_late || !times.is_sorted() {
            let row = if first_late {
                0
            } else {
                times
                    .windows(2)
                    .position(|pair| pair[1] < pair[0])
                    .map_or(0, |row| row + 1)
            };
            let before = if row == 0 {
                last.unwrap_or(i64::MIN)
            } else {
                times[row - 1]
            };
            return Err(StreamError::OutOfOrder {
                column: self.order_name(side),
                row,
                time: rank::to_time(times[row], &self.order_type).show(&self.order_type),
                before: rank::to_time(before, &self.order_type).show(&self.order_type),
            }
            .into());
        }
        *last = times.last().copied().or(*last);
        Ok(times)
    }

    fn order_name(&self, side: Side) -> String {
        let schema = match side {
            Side::Left => &self.shape.left_schema,
            Side::Right => &self.shape.right_schema,
        };
        let order = self.shape.order(side);
        order.map_or_else(String::new, |order| schema.field(order).name().clone())
    }

    fn no_order(&self, side: Side, what: &'static str, row: usize) -> OperatorError {
        let column = self.order_name(side);
        StreamError::NoOrder { column, what, row }.into()
    }

    /// The rows needed to go on, in stream order. Nothing may be planned.
    fn look_back(&self) -> Result<LookBack, OperatorError> {
        let inputs = &self.inputs;
        let mut live = self.matcher.live(inputs);
        live.sort_unstable();
        live.dedup();
        let right = gather(&inputs.right, &live)?;
        let right =
            right
                .into_iter()
                .chain(rest(&inputs.right, inputs.right_at.0, inputs.right_at.1));
        Ok(LookBack {
            right: right.collect(),
            left: rest(inputs.left.iter(), 0, inputs.left_row).collect(),
        })
    }

    /// Starts anew with the rows needed to go on; on an error nothing has changed.
    fn start_from(&mut self, rows: LookBack) -> Result<(), OperatorError> {
        let mut keys = Keys::new(&self.shape.key_types)?;
        let mut inputs = Inputs {
            left_settled: self.inputs.left_settled,
            right_settled: self.inputs.right_settled,
            ..Inputs::new()
        };
        let mut last = [None; 2];
        for batch in rows.left {
            let piece = self.piece(&mut keys, Side::Left, batch, &mut last[0])?;
            inputs.left.push_back(piece);
        }
        for batch in rows.right {
            let piece = self.piece(&mut keys, Side::Right, batch, &mut last[1])?;
            inputs.right.push(piece);
        }
        self.matcher.forget();
        self.matcher.grow(keys.end());
        self.bytes = inputs.bytes();
        (self.inputs, self.keys) = (inputs, keys);
        for (last, now) in self.last.iter_mut().zip(last) {
            *last = (*last).max(now);
        }
        Ok(())
    }

    /// Lets go of right rows that nobody needs any more, when there are many.
    fn compact(&mut self) -> Result<(), OperatorError> {
        let (piece, _) = self.inputs.right_at;
        if piece < self.compact_pieces.min(self.inputs.right.len()) {
            let behind: usize = self.inputs.right[..piece].iter().map(Piece::bytes).sum();
            if behind < self.compact_bytes.max(self.bytes - behind.min(self.bytes)) {
                return Ok(());
            }
        }
        if piece == 0 || !self.matcher.between_rows() {
            return Ok(());
        }
        let rows = self.look_back()?;
        self.start_from(rows)?;
        let live = self.inputs.right.len() + self.inputs.left.len();
        self.compact_pieces = COMPACT_PIECES.max(live * 2);
        Ok(())
    }
}

impl OrderedJoin {
    fn fire_spilled(&mut self, held: &Held) -> Result<Fired, OperatorError> {
        let mut last = self.last;
        let kept = held.batches.iter().map(|batch| {
            let side = Side::of(batch.input);
            let rows = self.shape.keep(side, &batch.rows)?;
            let times = self.times(side, &rows, &mut last[batch.input.min(1)])?;
            Ok((side, rows, times.first().copied()))
        });
        let kept = kept.collect::<Result<Vec<_>, OperatorError>>()?;
        self.last = last;
        if let Some(spilled) = &mut self.spilled {
            for (side, rows, first) in kept {
                if side == Side::Left {
                    self.spilled_from = self.spilled_from.or(first);
                }
                spilled.take_in(side, rows);
            }
        }
        Ok(Fired::More)
    }

    /// Spills when what is needed does not fit.
    fn spill_if_over(&mut self) -> Result<Fired, OperatorError> {
        let place = self.place.as_ref().filter(|place| {
            // Without keys there is nothing to cut by.
            place.depth < spilled::DEEPEST && !self.shape.key_types.is_empty()
        });
        let Some(place) = place.cloned() else {
            return Ok(Fired::Done);
        };
        if self.state_bytes() <= place.memory || !self.matcher.between_rows() {
            return Ok(Fired::Done);
        }
        let (piece, _) = self.inputs.right_at;
        let behind: usize = self.inputs.right[..piece].iter().map(Piece::bytes).sum();
        if behind >= place.memory / 8 {
            let rows = self.look_back()?;
            self.start_from(rows)?;
            if self.state_bytes() <= place.memory {
                return Ok(Fired::Done);
            }
        }
        let rows = self.look_back()?;
        let make = Arc::clone(&self.make);
        let spilled = Spilled::new(&self.shape, make, &place, rows)?;
        self.spilled_from = self.inputs.left_time();
        self.spilled = Some(Box::new(spilled));
        self.matcher.forget();
        self.inputs = Inputs {
            left_settled: self.inputs.left_settled,
            right_settled: self.inputs.right_settled,
            ..Inputs::new()
        };
        self.keys = Keys::One;
        self.bytes = 0;
        Ok(Fired::More)
    }
}

/// The rows of pieces from this piece and row on.
fn rest<'a>(
    pieces: impl IntoIterator<Item = &'a Piece>,
    first: usize,
    row: usize,
) -> impl Iterator<Item = RecordBatch> {
    let pieces = pieces.into_iter().enumerate().skip(first);
    pieces
        .map(move |(index, piece)| {
            let skip = if index == first {
                row.min(piece.len())
            } else {
                0
            };
            piece.rows.slice(skip, piece.len() - skip)
        })
        .filter(|rows| rows.num_rows() > 0)
}

/// Copies of these rows, in this order.
fn gather(pieces: &[Piece], rows: &[RowAt]) -> Result<Vec<RecordBatch>, OperatorError> {
    let batches: Vec<&RecordBatch> = pieces.iter().map(|piece| &piece.rows).collect();
    let chunks = rows.chunks(OUTPUT_ROWS).map(|rows| {
        let indices: Vec<_> = rows.iter().map(|at| (at.piece(), at.row())).collect();
        interleave_record_batch(&batches, &indices)
    });
    Ok(chunks.collect::<Result<_, _>>()?)
}

impl Operator for OrderedJoin {
    fn output(&self) -> &StreamSchema {
        &self.shape.output
    }

    fn open(&mut self, context: &Context) -> Result<(), OperatorError> {
        let (files, memory) = (&context.files, context.memory);
        match context.spill.clone() {
            Some(folder) => self.spill_to(Place {
                files: Arc::clone(files),
                folder,
                memory,
                depth: 0,
            }),
            None => self.place = None,
        }
        Ok(())
    }

    /// Only takes rows in: whatever fails later, they are in.
    fn fire(&mut self, held: &Held, _: &mut Output) -> Result<Fired, OperatorError> {
        if let [left, right] = &held.frontiers[..] {
            self.inputs.left_settled = Settled::of(left);
            self.inputs.right_settled = Settled::of(right);
        }
        if self.spilled.is_some() {
            return self.fire_spilled(held);
        }
        let mut keys = std::mem::replace(&mut self.keys, Keys::One);
        let mut last = self.last;
        let pieces = held.batches.iter().map(|batch| {
            let side = Side::of(batch.input);
            let rows = self.shape.keep(side, &batch.rows)?;
            self.piece(&mut keys, side, rows, &mut last[batch.input.min(1)])
                .map(|piece| (side, piece))
        });
        let pieces = pieces.collect::<Result<Vec<_>, OperatorError>>();
        self.keys = keys;
        let pieces = pieces?;
        self.last = last;
        self.matcher.grow(self.keys.end());
        for (side, piece) in pieces {
            self.bytes += piece.bytes();
            match side {
                Side::Left => self.inputs.left.push_back(piece),
                Side::Right => self.inputs.right.push(piece),
            }
        }
        Ok(Fired::More)
    }

    fn resume(&mut self, out: &mut Output) -> Result<Fired, OperatorError> {
        if let Some(spilled) = &mut self.spilled {
            let Inputs {
                left_settled,
                right_settled,
                ..
            } = &self.inputs;
            let ended = *left_settled == Settled::Ended && *right_settled == Settled::Ended;
            return spilled.resume(&self.shape, ended, out);
        }
        // What was decided before an error is passed on first.
        for plan in &self.planned {
            out.push(self.shape.rows(plan, &self.inputs.right)?);
        }
        let fired = loop {
            let pieces = self.inputs.left.len();
            let Some(plan) = self.matcher.plan(&mut self.inputs, OUTPUT_ROWS) else {
                break Fired::Done;
            };
            if self.inputs.left.len() < pieces {
                self.bytes = self.bytes.saturating_sub(plan.left.bytes());
            }
            self.planned.push(plan);
            let plan = self.planned.last().expect("one was put there");
            out.push(self.shape.rows(plan, &self.inputs.right)?);
            if out.is_full() {
                break Fired::More;
            }
        };
        let planned = std::mem::take(&mut self.planned);
        let tidied = self.compact().and_then(|()| match fired {
            Fired::Done => self.spill_if_over(),
            Fired::More => Ok(Fired::More),
        });
        tidied.inspect_err(|_| self.planned = planned)
    }

    fn end(&mut self, out: &mut Output) -> Result<Fired, OperatorError> {
        self.inputs.left_settled = Settled::Ended;
        self.inputs.right_settled = Settled::Ended;
        self.resume(out)
    }

    fn frontier(&self, inputs: &[Frontier]) -> Frontier {
        let left = inputs.first().cloned().unwrap_or_default();
        match self.inputs.left_time().or(self.spilled_from) {
            Some(time) => left.min(Frontier::At(rank::to_time(time, &self.order_type))),
            None => left,
        }
    }

    fn state_bytes(&self) -> usize {
        let spilled = self.spilled.as_ref().map_or(0, |spilled| spilled.bytes());
        self.bytes + self.keys.bytes() + self.matcher.bytes() + spilled
    }

    /// Nothing once rows were spilled: a later run starts from the beginning.
    fn save(&self) -> Result<Option<Vec<u8>>, OperatorError> {
        if self.spilled.is_some() {
            return Ok(None);
        }
        saved::save(&self.shape, &self.look_back()?).map(Some)
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), OperatorError> {
        let rows = saved::restore(&self.shape, state)?;
        self.reset();
        self.start_from(rows)
    }

    fn reset(&mut self) {
        self.matcher.forget();
        self.inputs = Inputs::new();
        self.planned.clear();
        self.last = [None; 2];
        self.bytes = 0;
        (self.spilled, self.spilled_from) = (None, None);
        // The numbers of keys stay, where there are any: no result depends on them.
        if let (Keys::One, Ok(keys)) = (&self.keys, Keys::new(&self.shape.key_types)) {
            self.keys = keys;
        }
        self.matcher.grow(self.keys.end());
    }

    fn kind(&self) -> OperatorKind {
        OperatorKind::Join
    }
}
