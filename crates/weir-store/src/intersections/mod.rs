//! Reading several datasets in step.

mod boundaries;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use arrow_select::concat::concat_batches;
use std::ops::Bound;
use weir_memory::{Bytes, Holder, Reservation};

use crate::{
    data::DataError,
    manifest::FileEntry,
    merge::memory_of,
    order::{OrderColumn, OrderType, OrderValue},
    scan::{OrderRange, Scan, ScanError, ScanOptions},
    snapshot::Snapshot,
};
use boundaries::boundaries;

/// Rows of several datasets between the same order values, `[start, end)`.
#[derive(Debug)]
pub struct Intersection {
    /// Where it begins; nothing for the first one without a start.
    pub start: Option<OrderValue>,
    /// Where it ends; nothing for the last one without an end.
    pub end: Option<OrderValue>,
    /// The rows of each dataset, in the order these were given: nothing where it has no rows in the whole span, an empty batch where it
    /// only has none in this interval.
    pub rows: Vec<Option<RecordBatch>>,
    _held: Reservation,
}

/// Intervals one after the other; see [`intersections`].
#[derive(Debug)]
pub struct Intersections {
    inputs: Vec<Option<Input>>,
    /// Where intervals end, the last first.
    ends: Vec<Option<OrderValue>>,
    start: Option<OrderValue>,
    order_type: OrderType,
    holder: Holder,
    failed: bool,
}

#[derive(Debug)]
struct Input {
    scan: Scan,
    schema: SchemaRef,
    order_column: usize,
    rest: Option<RecordBatch>,
}

/// Reads `[start, end)` of several datasets in step.
///
/// Intervals end where a row group (a file) of any dataset begins, the first of each dataset in the span aside, and at `end`; row groups
/// that touch in equal order values count as one. Memory: about one row group of each.
///
/// # Errors
/// [`ScanError::Orders`] when the order columns differ in type, [`ScanError::Value`] for bounds of another type.
pub fn intersections(
    snapshots: &[Snapshot],
    start: Option<OrderValue>,
    end: Option<OrderValue>,
    holder: &Holder,
) -> Result<Intersections, ScanError> {
    let order_type = match snapshots.first() {
        None => OrderType::of(&arrow_schema::DataType::Int64)?,
        Some(first) => first.order_type(),
    };
    let range = OrderRange {
        start: start.clone().map_or(Bound::Unbounded, Bound::Included),
        end: end.clone().map_or(Bound::Unbounded, Bound::Excluded),
    };
    let mut inputs = Vec::with_capacity(snapshots.len());
    let mut groups: Vec<Vec<(OrderValue, OrderValue)>> = Vec::new();
    for snapshot in snapshots {
        if snapshot.order_type() != order_type {
            return Err(ScanError::Orders {
                first: order_type.to_string(),
                second: snapshot.order_type().to_string(),
            });
        }
        let scan = snapshot.scan(ScanOptions::new(holder.clone()).range(range.clone()))?;
        let meets = |files: &[FileEntry]| files.iter().any(|file| range.meets(file));
        groups.push(
            snapshot
                .base_files()
                .iter()
                .map(|file| (file.min.clone(), file.max.clone()))
                .collect(),
        );
        inputs.push((meets(&snapshot.files)).then(|| {
            Input {
                schema: scan.schema().clone(),
                scan,
                order_column: snapshot
                    .schema
                    .index_of(&snapshot.order_column)
                    .unwrap_or_default(),
                rest: None,
            }
        }));
    }
    let mut ends: Vec<Option<OrderValue>> = boundaries(&groups, start.as_ref(), end.as_ref())
        .into_iter()
        .map(Some)
        .collect();
    if inputs.iter().any(Option::is_some) {
        ends.push(end);
    } else {
        ends.clear();
    }
    ends.reverse();
    Ok(Intersections {
        inputs,
        ends,
        start,
        order_type,
        holder: holder.clone(),
        failed: false,
    })
}

impl Input {
    /// All rows before `end`.
    fn take(
        &mut self,
        end: Option<&OrderValue>,
        order_type: &OrderType,
        held: &mut Reservation,
    ) -> Result<RecordBatch, ScanError> {
        let mut rows = Vec::new();
        loop {
            let batch = match self.rest.take() {
                Some(batch) => batch,
                None => match self.scan.next() {
                    Some(batch) => batch?,
                    None => break,
                },
            };
            let column = OrderColumn::new(order_type, batch.column(self.order_column))?;
            let count = end.map_or(batch.num_rows(), |end| column.rows_below(end));
            if count > 0 {
                let before = batch.slice(0, count);
                // Twice: the pieces, and the one batch made of them.
                held.grow(Bytes::new(memory_of(&before) * 2))
                    .map_err(DataError::from)?;
                rows.push(before);
            }
            if count < batch.num_rows() {
                self.rest = Some(batch.slice(count, batch.num_rows() - count));
                break;
            }
        }
        concat_batches(&self.schema, &rows)
            .map_err(|error| ScanError::Data(DataError::unsupported(error)))
    }
}

impl Iterator for Intersections {
    type Item = Result<Intersection, ScanError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let end = self.ends.pop()?;
        let mut step = || {
            let mut held = self
                .holder
                .reserve(Bytes::new(0))
                .map_err(DataError::from)?;
            let rows = self
                .inputs
                .iter_mut()
                .map(|input| {
                    input
                        .as_mut()
                        .map(|input| input.take(end.as_ref(), &self.order_type, &mut held))
                        .transpose()
                })
                .collect::<Result<Vec<_>, _>>()?;
            Ok(Intersection {
                start: std::mem::replace(&mut self.start, end.clone()),
                end: end.clone(),
                rows,
                _held: held,
            })
        };
        let step = step();
        self.failed = step.is_err();
        Some(step)
    }
}
