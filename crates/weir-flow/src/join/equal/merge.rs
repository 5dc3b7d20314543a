//! The left's rows once more, each with its matches.

use std::sync::Arc;

use arrow_array::{RecordBatch, UInt32Array, new_null_array};
use arrow_schema::Schema;
use arrow_select::take::take_record_batch;

use super::ROWS;
use super::grace::partition_of;
use super::matches::{Collector, Matches, MatchesReader};
use crate::OperatorError;
use crate::join::JoinKind;
use crate::join::keys::{Hashes, NO_HASH};
use crate::join::shape::{Shape, Side};
use crate::spill::{Block, Spill};

/// Where the output is. A clone goes on from the same place.
#[derive(Clone, Debug)]
pub(in crate::join) struct Merge {
    left: Arc<Vec<Block>>,
    next: usize,
    rows: Option<(RecordBatch, Arc<Vec<u64>>)>,
    row: usize,
    /// Matches of the current row that were not passed on, once it was begun.
    begun: Option<u32>,
    readers: Vec<MatchesReader>,
    none: RecordBatch,
    /// By which bits of the hash the matches are told apart.
    depth: u32,
}

impl Merge {
    pub(in crate::join) fn new(
        shape: &Shape,
        left: Vec<Block>,
        matches: Vec<Matches>,
        depth: u32,
    ) -> Result<Self, OperatorError> {
        let fields = shape.right_out.iter().map(|out| {
            let field = shape.right_schema.field(*out).clone();
            field.with_nullable(true)
        });
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let columns = schema
            .fields()
            .iter()
            .map(|field| new_null_array(field.data_type(), 1));
        let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(1));
        let columns = columns.collect();
        Ok(Self {
            left: Arc::new(left),
            next: 0,
            rows: None,
            row: 0,
            begun: None,
            readers: matches.into_iter().map(MatchesReader::new).collect(),
            depth,
            none: RecordBatch::try_new_with_options(schema, columns, &options)?,
        })
    }

    /// The next piece of output, of one left block at the most; nothing at the end. An empty one says nothing.
    pub(in crate::join) fn next(
        &mut self,
        shape: &Shape,
        hashes: &Hashes,
        spill: &Spill,
    ) -> Result<Option<RecordBatch>, OperatorError> {
        if self
            .rows
            .as_ref()
            .is_none_or(|(rows, _)| self.row >= rows.num_rows())
        {
            let Some(block) = self.left.get(self.next).copied() else {
                return Ok(None);
            };
            let rows = spill.read(block)?;
            let found = hashes.of(&shape.keys(Side::Left, &rows))?;
            self.rows = Some((rows, Arc::new(found)));
            self.next += 1;
            self.row = 0;
        }
        let Some((rows, found)) = self.rows.clone() else {
            return Ok(None);
        };
        let mut left: Vec<u32> = Vec::with_capacity(ROWS);
        let mut collector = Collector::with(self.none.clone());
        self.readers.iter_mut().for_each(MatchesReader::forget);
        while self.row < rows.num_rows() && left.len() < ROWS {
            let hash = found[self.row];
            let part = partition_of(hash, self.depth);
            let mut count = match self.begun.take() {
                Some(count) => count,
                None => {
                    let count = if hash == NO_HASH {
                        0
                    } else {
                        self.readers[part].next_count(spill)?
                    };
                    if count == 0 && shape.kind == JoinKind::Left {
                        left.push(self.row as u32);
                        collector.indices.push((0, 0));
                    }
                    count
                }
            };
            while count > 0 && left.len() < ROWS {
                left.push(self.row as u32);
                self.readers[part].collect(spill, &mut collector)?;
                count -= 1;
            }
            if count > 0 {
                self.begun = Some(count);
                break;
            }
            self.row += 1;
        }
        let Some(right) = collector.rows()? else {
            return Ok(Some(RecordBatch::new_empty(shape.output.schema().clone())));
        };
        let left = take_record_batch(&rows, &UInt32Array::from(left))?;
        let columns = [left.columns(), right.columns()].concat();
        shape.output_rows(columns, left.num_rows()).map(Some)
    }
}
