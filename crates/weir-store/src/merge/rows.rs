//! Several sorted inputs as one sequence.

use std::{cmp::Ordering, ops::Range};

use arrow_array::{Array, RecordBatch};
use arrow_schema::SchemaRef;
use arrow_select::{concat::concat_batches, interleave::interleave_record_batch};
use weir_memory::{Bytes, Holder, Reservation};

use super::Duplicates;
use crate::{
    data::DataError,
    order::{OrderColumn, OrderType},
};

/// Batches in order.
pub(crate) type Rows<'a> = Box<dyn Iterator<Item = Result<RecordBatch, DataError>> + Send + 'a>;

/// One sorted input. Of equal order values, rows of an earlier input come first.
pub(crate) struct Input<'a> {
    pub(crate) rows: Rows<'a>,
    /// Whether its rows replace equal ones that came before them.
    pub(crate) replaces: bool,
}

struct Cursor<'a> {
    input: Input<'a>,
    /// The batch's place in the pool, its column, and the next row; nothing when the input has ended.
    head: Option<(usize, OrderColumn, usize)>,
}

struct Piece {
    batch: usize,
    rows: Range<usize>,
}

/// Sorted inputs as one sorted sequence, without the rows that later ones replace.
///
/// Inputs are swept: runs of rows that no other input comes between are found by doubling steps and passed on as slices.
pub(crate) struct Merge<'a> {
    schema: SchemaRef,
    order_type: OrderType,
    order_column: usize,
    batch_rows: usize,
    cursors: Vec<Cursor<'a>>,
    duplicates: Option<Duplicates>,
    pool: Vec<RecordBatch>,
    replaces: Vec<bool>,
    held: Reservation,
    failed: bool,
    started: bool,
}

/// Bytes of a batch's rows.
pub(crate) fn memory_of(batch: &RecordBatch) -> u64 {
    batch
        .columns()
        .iter()
        .map(|array| {
            array
                .to_data()
                .get_slice_memory_size()
                .unwrap_or_else(|_| array.get_array_memory_size()) as u64
        })
        .sum()
}

impl<'a> Merge<'a> {
    pub(crate) fn new(
        schema: &SchemaRef,
        order_type: &OrderType,
        order_column: usize,
        inputs: Vec<Input<'a>>,
        duplicates: Option<Duplicates>,
        batch_rows: usize,
        holder: &Holder,
    ) -> Result<Self, DataError> {
        Ok(Self {
            schema: schema.clone(),
            order_type: order_type.clone(),
            order_column,
            batch_rows: batch_rows.max(1),
            cursors: inputs
                .into_iter()
                .map(|input| Cursor { input, head: None })
                .collect(),
            duplicates,
            pool: Vec::new(),
            replaces: Vec::new(),
            held: holder.reserve(Bytes::new(0))?,
            failed: false,
            started: false,
        })
    }

    /// Puts the next batch of an input into the pool.
    fn load(&mut self, cursor: usize) -> Result<(), DataError> {
        let input = &mut self.cursors[cursor].input;
        let replaces = input.replaces;
        let head = loop {
            match input.rows.next() {
                None => break None,
                Some(batch) => {
                    let batch = batch?;
                    if batch.num_rows() == 0 {
                        continue;
                    }
                    self.held.grow(Bytes::new(memory_of(&batch)))?;
                    let column =
                        OrderColumn::new(&self.order_type, batch.column(self.order_column))?;
                    self.pool.push(batch);
                    self.replaces.push(replaces);
                    break Some((self.pool.len() - 1, column, 0));
                }
            }
        };
        self.cursors[cursor].head = head;
        Ok(())
    }

    /// The two inputs whose next rows come first.
    fn first_two(&self) -> (Option<usize>, Option<usize>) {
        let (mut first, mut second): (Option<usize>, Option<usize>) = (None, None);
        for cursor in 0..self.cursors.len() {
            if self.cursors[cursor].head.is_none() {
                continue;
            }
            if first.is_none_or(|first| self.compare(cursor, first).is_lt()) {
                second = first;
                first = Some(cursor);
            } else if second.is_none_or(|second| self.compare(cursor, second).is_lt()) {
                second = Some(cursor);
            }
        }
        (first, second)
    }

    /// By the order value of the next rows; equal ones in the order of the inputs, which is that of the calls.
    fn compare(&self, a: usize, b: usize) -> Ordering {
        match (&self.cursors[a].head, &self.cursors[b].head) {
            (Some((_, a, row)), Some((_, b, other))) => a.compare(*row, b, *other),
            _ => Ordering::Equal,
        }
    }

    /// How many rows of `first` come before the next row of `second`.
    fn run(&self, first: usize, second: Option<usize>) -> usize {
        let Some((_, column, from)) = &self.cursors[first].head else {
            return 0;
        };
        let Some((_, other, at)) = second.and_then(|second| self.cursors[second].head.as_ref())
        else {
            return column.len() - from;
        };
        let goes = |row: usize| match column.compare(row, other, *at) {
            Ordering::Less => true,
            Ordering::Equal => second.is_some_and(|second| first < second),
            Ordering::Greater => false,
        };
        gallop(*from, column.len(), goes) - from
    }

    /// How many of the next rows of `first` equal the last row picked.
    fn equal_run(&self, first: usize, last: &(OrderColumn, usize)) -> usize {
        let Some((_, column, from)) = &self.cursors[first].head else {
            return 0;
        };
        let equal = |row: usize| column.compare(row, &last.0, last.1).is_eq();
        gallop(*from, column.len(), equal) - from
    }

    /// The next rows in order, as pieces of the pool; with duplicates to look for, all rows of an order value together.
    fn sweep(&mut self) -> Result<Vec<Piece>, DataError> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut rows = 0;
        let mut last: Option<(OrderColumn, usize)> = None;
        loop {
            let (Some(first), second) = self.first_two() else {
                return Ok(pieces);
            };
            let mut length = self.run(first, second);
            if rows >= self.batch_rows {
                match &last {
                    Some(last) if self.duplicates.is_some() => {
                        length = length.min(self.equal_run(first, last));
                    }
                    _ => return Ok(pieces),
                }
                if length == 0 {
                    return Ok(pieces);
                }
            } else {
                length = length.min(self.batch_rows - rows);
            }
            let Some((batch, column, from)) = &mut self.cursors[first].head else {
                return Ok(pieces);
            };
            let range = *from..*from + length;
            *from += length;
            let ended = *from == column.len();
            rows += length;
            if rows >= self.batch_rows && self.duplicates.is_some() {
                last = Some((column.clone(), range.end - 1));
            }
            match pieces.last_mut() {
                Some(piece) if piece.batch == *batch && piece.rows.end == range.start => {
                    piece.rows.end = range.end;
                }
                _ => pieces.push(Piece {
                    batch: *batch,
                    rows: range,
                }),
            }
            if ended {
                self.load(first)?;
            }
        }
    }

    /// The pieces as one batch, without the rows that others replace.
    fn assemble(&mut self, pieces: &[Piece]) -> Result<Option<RecordBatch>, DataError> {
        let mut picks: Vec<(usize, usize)> = Vec::new();
        let flatten = |picks: &mut Vec<(usize, usize)>| {
            for piece in pieces {
                picks.extend(piece.rows.clone().map(|row| (piece.batch, row)));
            }
        };
        let mut dropped = false;
        if self.duplicates.is_some() && pieces.iter().any(|piece| self.replaces[piece.batch]) {
            flatten(&mut picks);
            let groups = self.groups(pieces)?;
            if !groups.is_empty()
                && let Some(duplicates) = &mut self.duplicates
            {
                let keep = duplicates.keep(&self.pool, &self.replaces, &picks, &groups)?;
                let mut at = 0;
                let before = picks.len();
                picks.retain(|_| {
                    at += 1;
                    keep[at - 1]
                });
                dropped = picks.len() < before;
            }
            if picks.is_empty() {
                return Ok(None);
            }
        }
        let rows: usize = pieces.iter().map(|piece| piece.rows.len()).sum();
        let slice =
            |piece: &Piece| self.pool[piece.batch].slice(piece.rows.start, piece.rows.len());
        if !dropped && let [only] = pieces {
            return Ok(Some(slice(only)));
        }
        // Copying runs costs by the run and by the row, picking rows by the row only.
        if !dropped && rows >= pieces.len() * 16 {
            let slices: Vec<RecordBatch> = pieces.iter().map(slice).collect();
            return concat_batches(&self.schema, &slices)
                .map(Some)
                .map_err(DataError::unsupported);
        }
        if picks.is_empty() {
            flatten(&mut picks);
        }
        let pool: Vec<&RecordBatch> = self.pool.iter().collect();
        interleave_record_batch(&pool, &picks)
            .map(Some)
            .map_err(DataError::unsupported)
    }

    /// Ranges of two and more rows of equal order value in the rows of `pieces`, counted through.
    fn groups(&self, pieces: &[Piece]) -> Result<Vec<Range<usize>>, DataError> {
        let mut groups: Vec<Range<usize>> = Vec::new();
        let mut at = 0;
        let mut previous: Option<(OrderColumn, usize)> = None;
        let mut join = |at: usize| match groups.last_mut() {
            Some(group) if group.end == at => group.end = at + 1,
            _ => groups.push(at - 1..at + 1),
        };
        for piece in pieces {
            let array = self.pool[piece.batch].column(self.order_column);
            let array = array.slice(piece.rows.start, piece.rows.len());
            let column = OrderColumn::new(&self.order_type, &array)?;
            if let Some((before, row)) = &previous
                && column.compare(0, before, *row).is_eq()
            {
                join(at);
            }
            match column.ranks() {
                Some(ranks) => {
                    for (row, pair) in ranks.windows(2).enumerate() {
                        if pair[0] == pair[1] {
                            join(at + row + 1);
                        }
                    }
                }
                None => {
                    for row in 1..column.len() {
                        if column.compare(row, &column, row - 1).is_eq() {
                            join(at + row);
                        }
                    }
                }
            }
            at += column.len();
            let last = column.len() - 1;
            previous = Some((column, last));
        }
        Ok(groups)
    }

    /// Lets go of batches that no input is at.
    fn tidy(&mut self) -> Result<(), DataError> {
        let mut pool = Vec::new();
        let mut replaces = Vec::new();
        let mut held = 0;
        for cursor in &mut self.cursors {
            if let Some((batch, _, _)) = &mut cursor.head {
                pool.push(self.pool[*batch].clone());
                replaces.push(self.replaces[*batch]);
                held += memory_of(&self.pool[*batch]);
                *batch = pool.len() - 1;
            }
        }
        self.pool = pool;
        self.replaces = replaces;
        self.held.resize(Bytes::new(held))?;
        Ok(())
    }

    fn step(&mut self) -> Result<Option<RecordBatch>, DataError> {
        if !self.started {
            self.started = true;
            for cursor in 0..self.cursors.len() {
                self.load(cursor)?;
            }
        }
        loop {
            let pieces = self.sweep()?;
            if pieces.is_empty() {
                return Ok(None);
            }
            let batch = self.assemble(&pieces)?;
            self.tidy()?;
            if let Some(batch) = batch {
                return Ok(Some(batch));
            }
        }
    }
}

/// The end of the leading rows from `from` on that fulfil a condition which only leading rows fulfil; the first does.
fn gallop(from: usize, end: usize, goes: impl Fn(usize) -> bool) -> usize {
    let mut low = from;
    let mut step = 1;
    while low < end && goes((low + step - 1).min(end - 1)) {
        low = (low + step).min(end);
        step *= 2;
    }
    let mut high = (low + step - 1).min(end);
    while low < high {
        let middle = low + (high - low) / 2;
        if goes(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

impl Iterator for Merge<'_> {
    type Item = Result<RecordBatch, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let step = self.step();
        self.failed = !matches!(step, Ok(Some(_)));
        step.transpose()
    }
}
