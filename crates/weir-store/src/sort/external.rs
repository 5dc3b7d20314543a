//! The external sort.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use weir_memory::{Bytes, Holder, Reservation};

use super::{
    SpillFolder, memory,
    run::{Run, RunRows, block_rows, own},
};
use crate::{
    data::DataError,
    merge::{Input, Merge, Spans},
    order::{OrderColumn, OrderType, OrderValue},
};

/// Runs that are merged at a time; more are merged in rounds.
const FAN_IN: usize = 16;
/// What sorting a row takes beside the row: its rank, batch and index, twice.
const INDEX_BYTES: u64 = 40;
/// The least that is collected before a run is spilled, so that runs are not tiny when others hold the budget.
const LEAST_RUN: u64 = 1 << 20;

/// How rows are sorted.
#[derive(Debug, Clone)]
pub struct SortOptions {
    /// Whose memory it is.
    pub holder: Holder,
    /// Where rows go that do not fit.
    pub spill: SpillFolder,
    /// Refuse rows that are not in order, instead of sorting them.
    pub sorted: bool,
    /// Rows of the batches that come out, at most.
    pub batch_rows: usize,
}

impl SortOptions {
    /// Sorts in this holder's budget, spilling into the system's temporary folder, in batches of 8,192 rows.
    #[must_use]
    pub fn new(holder: Holder) -> Self {
        Self {
            holder,
            spill: SpillFolder::default(),
            sorted: false,
            batch_rows: 8192,
        }
    }
}

/// Collects rows and gives them back in the order of one column; rows of equal value in the order they came in.
///
/// Memory: what the holder allows, and at least about 1 MiB; beyond it rows go to scratch files, which vanish with the value.
///
/// ```
/// use std::sync::Arc;
/// use arrow_array::{Int64Array, RecordBatch, cast::AsArray, types::Int64Type};
/// use weir_memory::{Budget, HolderName};
/// use weir_store::sort::{ExternalSort, SortOptions};
///
/// let rows = RecordBatch::try_from_iter([("ts", Arc::new(Int64Array::from(vec![3, 1, 2])) as _)])?;
/// let holder = Budget::detached("64MiB".parse()?).holder(HolderName::new("run", "write", "sort"));
/// let mut sort = ExternalSort::new(&rows.schema(), "ts", SortOptions::new(holder))?;
/// sort.push(rows)?;
/// let sorted = sort.finish()?;
/// let first = sorted.rows()?.next().expect("three rows came in")?;
/// assert_eq!(first.column(0).as_primitive::<Int64Type>().values(), &[1, 2, 3]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ExternalSort {
    schema: SchemaRef,
    order_type: OrderType,
    order_column: usize,
    options: SortOptions,
    buffer: Vec<RecordBatch>,
    /// Whether the buffer is in order, and its last value.
    in_order: bool,
    last: Option<OrderValue>,
    buffer_bytes: u64,
    buffer_rows: u64,
    held: Reservation,
    runs: Vec<Arc<Run>>,
    rows: u64,
    range: Option<(OrderValue, OrderValue)>,
}

impl ExternalSort {
    /// Sorts rows of this schema by one column.
    ///
    /// # Errors
    /// [`DataError::Unsupported`] without such a column, [`DataError::Order`] when it cannot order rows.
    pub fn new(
        schema: &SchemaRef,
        order_column: &str,
        options: SortOptions,
    ) -> Result<Self, DataError> {
        let column = schema
            .index_of(order_column)
            .map_err(DataError::unsupported)?;
        let held = options.holder.reserve(Bytes::new(0))?;
        Ok(Self {
            schema: schema.clone(),
            order_type: OrderType::of(schema.field(column).data_type())?,
            order_column: column,
            options,
            buffer: Vec::new(),
            in_order: true,
            last: None,
            buffer_bytes: 0,
            buffer_rows: 0,
            held,
            runs: Vec::new(),
            rows: 0,
            range: None,
        })
    }

    /// Adds rows. Nothing of a refused batch is taken.
    ///
    /// # Errors
    /// [`DataError::Order`] with the row, counted over all batches: null, NaN, or out of order when order was promised;
    /// [`DataError::Memory`], and what the disk answers.
    pub fn push(&mut self, batch: RecordBatch) -> Result<(), DataError> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        if batch.schema_ref() != &self.schema && batch.schema_ref().fields() != self.schema.fields()
        {
            return Err(DataError::unsupported(
                "a batch has another schema than the first",
            ));
        }
        let column = OrderColumn::new(&self.order_type, batch.column(self.order_column))
            .map_err(|error| error.after_rows(self.rows))?;
        if self.options.sorted {
            column
                .check_sorted(self.range.as_ref().map(|(_, max)| max))
                .map_err(|error| error.after_rows(self.rows))?;
        }
        let sorted = column.first_unsorted().is_none();
        let (min, max) = if sorted {
            (column.value(0), column.value(column.len() - 1))
        } else {
            extremes(&column)
        };
        let (batch, bytes) = own(batch)?;
        let wanted = bytes + INDEX_BYTES * batch.num_rows() as u64;
        if !self.buffer.is_empty()
            && (!self.has_room(wanted) || self.held.grow(Bytes::new(wanted)).is_err())
        {
            self.spill()?;
        }
        if self.buffer.is_empty() {
            self.held.resize(Bytes::new(wanted))?;
        }
        self.in_order &= sorted && self.last.as_ref().is_none_or(|last| *last <= min);
        self.last = Some(max.clone());
        self.range = Some(match self.range.take() {
            None => (min, max),
            Some((least, greatest)) => (least.min(min), greatest.max(max)),
        });
        self.buffer_bytes += bytes;
        self.buffer_rows += batch.num_rows() as u64;
        self.rows += batch.num_rows() as u64;
        self.buffer.push(batch);
        Ok(())
    }

    /// Rows so far.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.rows
    }

    /// Whether no row came.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Whether more rows may be collected: half of what is free is left to what comes after (merging, encoding, other holders).
    fn has_room(&self, bytes: u64) -> bool {
        let wanted = self.held.size().as_u64() + bytes;
        wanted <= LEAST_RUN || wanted <= self.options.holder.available().as_u64()
    }

    fn spill(&mut self) -> Result<(), DataError> {
        let rows = block_rows(self.buffer_bytes, self.buffer_rows);
        let mut run = Run::create(&self.options.spill)?;
        if self.in_order {
            for batch in &self.buffer {
                for start in (0..batch.num_rows()).step_by(rows) {
                    let block = batch.slice(start, rows.min(batch.num_rows() - start));
                    run.append(&block, &self.order_type, self.order_column)?;
                }
            }
        } else {
            memory::sort(
                &self.buffer,
                &self.order_type,
                self.order_column,
                rows,
                |block| run.append(&block, &self.order_type, self.order_column),
            )?;
        }
        self.runs.push(Arc::new(run));
        self.buffer.clear();
        self.buffer_bytes = 0;
        self.buffer_rows = 0;
        self.in_order = true;
        self.last = None;
        self.held.resize(Bytes::new(0))?;
        Ok(())
    }

    /// Ends the input.
    ///
    /// # Errors
    /// [`DataError::Memory`], and what the disk answers.
    pub fn finish(mut self) -> Result<Sorted, DataError> {
        if !self.runs.is_empty() && !self.buffer.is_empty() {
            self.spill()?;
        }
        if !self.in_order {
            // Sorted rows stand beside the unsorted for a moment; where that does not fit, they go to the disk.
            if self.held.grow(Bytes::new(self.buffer_bytes)).is_ok() {
                let mut sorted = Vec::new();
                memory::sort(
                    &self.buffer,
                    &self.order_type,
                    self.order_column,
                    self.options.batch_rows,
                    |batch| {
                        sorted.push(batch);
                        Ok(())
                    },
                )?;
                self.buffer = sorted;
            } else {
                self.spill()?;
            }
        }
        let bytes = self.buffer.iter().map(crate::merge::memory_of).sum();
        self.held.resize(Bytes::new(bytes))?;
        let mut sorted = Sorted {
            schema: self.schema,
            order_type: self.order_type,
            order_column: self.order_column,
            options: self.options,
            memory: self.buffer,
            runs: self.runs,
            rows: self.rows,
            range: self.range,
            _held: self.held,
        };
        sorted.reduce()?;
        Ok(sorted)
    }
}

fn extremes(column: &OrderColumn) -> (OrderValue, OrderValue) {
    if let Some(ranks) = column.ranks() {
        let mut least = 0;
        let mut greatest = 0;
        for (row, rank) in ranks.iter().enumerate() {
            if *rank < ranks[least] {
                least = row;
            }
            if *rank > ranks[greatest] {
                greatest = row;
            }
        }
        return (column.value(least), column.value(greatest));
    }
    let (mut least, mut greatest) = (0, 0);
    for row in 1..column.len() {
        if column.compare(row, column, least).is_lt() {
            least = row;
        }
        if column.compare(row, column, greatest).is_gt() {
            greatest = row;
        }
    }
    (column.value(least), column.value(greatest))
}

/// Sorted rows, in memory or in runs on the disk; they can be read any number of times.
#[derive(Debug)]
pub struct Sorted {
    schema: SchemaRef,
    order_type: OrderType,
    order_column: usize,
    options: SortOptions,
    memory: Vec<RecordBatch>,
    runs: Vec<Arc<Run>>,
    rows: u64,
    range: Option<(OrderValue, OrderValue)>,
    _held: Reservation,
}

/// The rows of a [`Sorted`], in order.
pub struct SortedRows<'a>(Inner<'a>);

enum Inner<'a> {
    Memory(std::slice::Iter<'a, RecordBatch>),
    Owned(
        std::vec::IntoIter<RecordBatch>,
        #[allow(dead_code, reason = "held while the rows are")] Reservation,
    ),
    One(RunRows),
    Many(Box<Merge<'a>>),
}

impl Iterator for SortedRows<'_> {
    type Item = Result<RecordBatch, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Inner::Memory(batches) => batches.next().cloned().map(Ok),
            Inner::Owned(batches, _) => batches.next().map(Ok),
            Inner::One(rows) => rows.next(),
            Inner::Many(rows) => rows.next(),
        }
    }
}

impl Sorted {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.rows
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The least and the greatest order value.
    #[must_use]
    pub fn range(&self) -> Option<&(OrderValue, OrderValue)> {
        self.range.as_ref()
    }

    /// The rows in order, from the first.
    ///
    /// # Errors
    /// [`DataError::Memory`], and what the disk answers.
    pub fn rows(&self) -> Result<SortedRows<'_>, DataError> {
        Ok(SortedRows(match self.runs.as_slice() {
            [] => Inner::Memory(self.memory.iter()),
            [only] => Inner::One(only.rows(&self.options.holder)?),
            runs => Inner::Many(Box::new(self.merge(runs)?)),
        }))
    }

    /// The rows in order, from the first, once: for those who cannot keep the [`Sorted`] beside them.
    ///
    /// # Errors
    /// As [`Sorted::rows`].
    pub fn into_rows(self) -> Result<SortedRows<'static>, DataError> {
        Ok(SortedRows(match self.runs.as_slice() {
            [] => Inner::Owned(self.memory.into_iter(), self._held),
            [only] => Inner::One(only.rows(&self.options.holder)?),
            runs => Inner::Many(Box::new(self.merge(runs)?)),
        }))
    }

    fn merge<'a>(&self, runs: &[Arc<Run>]) -> Result<Merge<'a>, DataError> {
        let inputs = runs
            .iter()
            .map(|run| {
                Ok(Input {
                    rows: Box::new(run.rows(&self.options.holder)?),
                    replaces: false,
                })
            })
            .collect::<Result<Vec<_>, DataError>>()?;
        Merge::new(
            &self.schema,
            &self.order_type,
            self.order_column,
            inputs,
            None,
            self.options.batch_rows,
            &self.options.holder,
        )
    }

    /// Merges adjacent runs until there are few enough; adjacent ones, so that equal values stay in order.
    fn reduce(&mut self) -> Result<(), DataError> {
        while self.runs.len() > FAN_IN {
            let mut fewer = Vec::new();
            for runs in self.runs.chunks(FAN_IN) {
                let mut longer = Run::create(&self.options.spill)?;
                for batch in self.merge(runs)? {
                    longer.append(&batch?, &self.order_type, self.order_column)?;
                }
                fewer.push(Arc::new(longer));
            }
            self.runs = fewer;
        }
        Ok(())
    }

    /// Counts the rows by the files that they belong to. Of the disk only blocks are read that several files' rows are in.
    pub(crate) fn count(&self, spans: &mut Spans<'_>) -> Result<(), DataError> {
        for batch in &self.memory {
            let array = batch.column(self.order_column);
            spans.add(&OrderColumn::new(&self.order_type, array)?);
        }
        for run in &self.runs {
            for block in &run.blocks {
                if spans.same_place(&block.min, &block.max) {
                    spans.add_range(block.rows, &block.min, &block.max);
                } else {
                    let batch = run.block(block)?;
                    let array = batch.column(self.order_column);
                    spans.add(&OrderColumn::new(&self.order_type, array)?);
                }
            }
        }
        Ok(())
    }
}
