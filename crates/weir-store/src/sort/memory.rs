//! Sorting what is in memory.

use arrow_array::RecordBatch;
use arrow_select::interleave::interleave_record_batch;

use crate::{
    data::DataError,
    order::{OrderColumn, OrderType},
};

/// Sorts batches stably; `each` gets the rows in order, `batch_rows` at a time.
pub(super) fn sort(
    batches: &[RecordBatch],
    order_type: &OrderType,
    order_column: usize,
    batch_rows: usize,
    mut each: impl FnMut(RecordBatch) -> Result<(), DataError>,
) -> Result<(), DataError> {
    let columns = batches
        .iter()
        .map(|batch| OrderColumn::new(order_type, batch.column(order_column)))
        .collect::<Result<Vec<_>, _>>()?;
    let rows = indices(&columns);
    let batches: Vec<&RecordBatch> = batches.iter().collect();
    for rows in rows.chunks(batch_rows.max(1)) {
        each(interleave_record_batch(&batches, rows).map_err(DataError::unsupported)?)?;
    }
    Ok(())
}

/// (batch, row) in order. The sort of the standard library is stable and linear where runs are sorted already, which late rows behind
/// a sorted chunk are nearly.
fn indices(columns: &[OrderColumn]) -> Vec<(usize, usize)> {
    let ranks: Option<Vec<&[i64]>> = columns.iter().map(OrderColumn::ranks).collect();
    match ranks {
        Some(ranks) => {
            let mut keyed: Vec<(i64, u32, u32)> = Vec::new();
            for (batch, ranks) in ranks.iter().enumerate() {
                let batch = u32::try_from(batch).unwrap_or(u32::MAX);
                keyed.extend((0_u32..).zip(*ranks).map(|(row, rank)| (*rank, batch, row)));
            }
            keyed.sort_by_key(|(rank, _, _)| *rank);
            keyed
                .into_iter()
                .map(|(_, batch, row)| (batch as usize, row as usize))
                .collect()
        }
        None => {
            let mut rows: Vec<(usize, usize)> = columns
                .iter()
                .enumerate()
                .flat_map(|(batch, column)| (0..column.len()).map(move |row| (batch, row)))
                .collect();
            rows.sort_by(|a, b| columns[a.0].compare(a.1, &columns[b.0], b.1));
            rows
        }
    }
}
