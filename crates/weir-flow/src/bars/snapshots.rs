//! Running bars as they stand at given points.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{Field, Schema, SchemaRef};

use super::order::times_array;
use super::saved::{Damaged, Reader, Writer};
use super::{BarsError, Bin, Bins};

pub(super) struct Snapshots {
    /// The way out of the operator by which they go.
    pub(super) way: usize,
    bins: Bins,
    bin: Option<Bin>,
    schema: SchemaRef,
}

impl Snapshots {
    pub(super) fn new(way: usize, bins: Bins, bars: &SchemaRef) -> Self {
        let order = bars.field(0);
        let at = Field::new(order.name(), order.data_type().clone(), false);
        let label = Field::new("bar", order.data_type().clone(), false);
        let rest = bars
            .fields()
            .iter()
            .skip(1)
            .map(|field| field.as_ref().clone());
        let schema = Arc::new(Schema::new(
            [at, label].into_iter().chain(rest).collect::<Vec<_>>(),
        ));
        Self {
            way,
            bins,
            bin: None,
            schema,
        }
    }

    pub(super) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The least order value that the next snapshot does not count.
    pub(super) fn next(&self) -> Option<i64> {
        self.bin.map(|bin| bin.limit)
    }

    /// The next snapshot: its order value, and [`Snapshots::next`].
    pub(super) fn point(&self) -> Option<(i64, i64)> {
        self.bin.map(|bin| (bin.end, bin.limit))
    }

    /// Checks that rows of this order value can be placed.
    pub(super) fn check(&self, time: i64) -> Result<(), BarsError> {
        Ok(self.bins.bin(time).map(|_| ())?)
    }

    /// A bar begins.
    pub(super) fn begin(&mut self, time: i64) -> Result<(), BarsError> {
        self.bin = Some(self.bins.bin(time)?);
        Ok(())
    }

    pub(super) fn go_on(&mut self) -> Result<(), BarsError> {
        if let Some(bin) = self.bin {
            self.bin = Some(self.bins.after(&bin)?);
        }
        Ok(())
    }

    pub(super) fn clear(&mut self) {
        self.bin = None;
    }

    /// The rows that show these bars at `point`.
    pub(super) fn shown(&self, point: i64, bars: &RecordBatch) -> Result<RecordBatch, BarsError> {
        let at = times_array(
            self.schema.field(0).data_type(),
            vec![point; bars.num_rows()],
        )?;
        let columns = std::iter::once(at)
            .chain(bars.columns().iter().cloned())
            .collect();
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }

    pub(super) fn save(&self, to: &mut Writer) {
        to.u8(u8::from(self.bin.is_some()));
        to.i64(self.bin.map_or(0, |bin| bin.first));
    }

    pub(super) fn restore(&mut self, from: &mut Reader<'_>) -> Result<(), Damaged> {
        let (some, first) = (from.u8()? == 1, from.i64()?);
        self.bin = match some {
            true => Some(
                self.bins
                    .bin(first)
                    .map_err(|_| Damaged("a snapshot lies outside the range of its period"))?,
            ),
            false => None,
        };
        Ok(())
    }
}
