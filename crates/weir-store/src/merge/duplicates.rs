//! Keep the last of equal rows.

use std::collections::HashSet;

use arrow_array::{Array, RecordBatch};
use arrow_row::{RowConverter, SortField};
use arrow_schema::SchemaRef;
use arrow_select::interleave::interleave;

use crate::data::DataError;

/// Groups larger than this are searched with a table.
const SMALL_GROUP: usize = 8;

/// Decides which rows of equal order value stay. A row goes when a later row that may replace others has the same values in the key
/// columns.
#[derive(Debug)]
pub(crate) struct Duplicates {
    /// The key columns without the order column.
    columns: Vec<usize>,
    converter: Option<RowConverter>,
}

impl Duplicates {
    /// Rows are the same when the order column and `names` are.
    pub(crate) fn new(
        schema: &SchemaRef,
        order_column: usize,
        names: &[String],
    ) -> Result<Self, DataError> {
        let mut columns = Vec::new();
        for name in names {
            let column = schema.index_of(name).map_err(DataError::unsupported)?;
            if column != order_column && !columns.contains(&column) {
                columns.push(column);
            }
        }
        columns.sort_unstable();
        let fields = columns
            .iter()
            .map(|column| SortField::new(schema.field(*column).data_type().clone()))
            .collect::<Vec<_>>();
        let converter = match fields.is_empty() {
            true => None,
            false => Some(RowConverter::new(fields).map_err(DataError::unsupported)?),
        };
        Ok(Self { columns, converter })
    }

    /// For each of `picks` (batch, row), whether it stays. `groups` are ranges of picks of equal order value; `replaces[batch]` says
    /// whether rows of that batch replace earlier ones.
    pub(crate) fn keep(
        &mut self,
        batches: &[RecordBatch],
        replaces: &[bool],
        picks: &[(usize, usize)],
        groups: &[std::ops::Range<usize>],
    ) -> Result<Vec<bool>, DataError> {
        let mut keep = vec![true; picks.len()];
        let suspects: Vec<(usize, usize)> = groups
            .iter()
            .flat_map(|group| picks[group.clone()].iter().copied())
            .collect();
        let keys = match &mut self.converter {
            None => None,
            Some(converter) => {
                let columns = self
                    .columns
                    .iter()
                    .map(|column| {
                        let arrays: Vec<&dyn Array> = batches
                            .iter()
                            .map(|batch| batch.column(*column).as_ref())
                            .collect();
                        interleave(&arrays, &suspects)
                    })
                    .collect::<Result<Vec<_>, _>>()
                    .map_err(DataError::unsupported)?;
                Some(
                    converter
                        .convert_columns(&columns)
                        .map_err(DataError::unsupported)?,
                )
            }
        };
        let key = |suspect: usize| keys.as_ref().map(|keys| keys.row(suspect));
        let mut base = 0;
        for group in groups {
            let length = group.len();
            if length <= SMALL_GROUP {
                for row in 0..length {
                    keep[group.start + row] = !(row + 1..length).any(|later| {
                        replaces[picks[group.start + later].0]
                            && key(base + later) == key(base + row)
                    });
                }
            } else {
                let mut seen = HashSet::new();
                for row in (0..length).rev() {
                    let own = key(base + row);
                    keep[group.start + row] = !seen.contains(&own);
                    if replaces[picks[group.start + row].0] {
                        seen.insert(own);
                    }
                }
            }
            base += length;
        }
        Ok(keep)
    }
}
