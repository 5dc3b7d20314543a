use std::collections::BTreeSet;

use arrow_array::{Array, RecordBatch, UInt32Array};
use arrow_data::ArrayData;
use arrow_schema::ArrowError;

/// A copy is made when a batch keeps more than this many times its own bytes alive …
const KEEPS: u64 = 2;
/// … and at least so many bytes more.
const KEEPS_AT_LEAST: u64 = 4 << 10;

/// Bytes of the Arrow buffers that a batch keeps allocated, each buffer counted once.
pub(crate) fn allocated_bytes(rows: &RecordBatch) -> u64 {
    let mut seen = BTreeSet::new();
    let mut bytes = 0;
    for column in rows.columns() {
        allocated(&column.to_data(), &mut seen, &mut bytes);
    }
    bytes
}

fn allocated(data: &ArrayData, seen: &mut BTreeSet<usize>, bytes: &mut u64) {
    let nulls = data.nulls().map(|nulls| nulls.inner().inner());
    for buffer in data.buffers().iter().chain(nulls) {
        if buffer.capacity() > 0 && seen.insert(buffer.data_ptr().as_ptr() as usize) {
            *bytes += buffer.capacity() as u64;
        }
    }
    for child in data.child_data() {
        allocated(child, seen, bytes);
    }
}

/// Bytes that the rows themselves take, without what their buffers hold besides; what a copy would take.
pub(crate) fn own_bytes(rows: &RecordBatch) -> u64 {
    let own = |column: &dyn Array| {
        let data = column.to_data();
        data.get_slice_memory_size()
            .unwrap_or_else(|_| data.get_buffer_memory_size()) as u64
    };
    rows.columns().iter().map(|column| own(column)).sum()
}

/// The batch, copied if it keeps a much larger parent alive.
pub(crate) fn without_parent(rows: RecordBatch) -> Result<(RecordBatch, u64), ArrowError> {
    let allocated = allocated_bytes(&rows);
    if allocated > KEEPS_AT_LEAST {
        let own = own_bytes(&rows);
        if allocated > own.saturating_mul(KEEPS).saturating_add(KEEPS_AT_LEAST) {
            return copied(&rows);
        }
    }
    Ok((rows, allocated))
}

/// A copy in buffers of its own, and their bytes.
pub(crate) fn copied(rows: &RecordBatch) -> Result<(RecordBatch, u64), ArrowError> {
    let length = u32::try_from(rows.num_rows()).map_err(|_| {
        ArrowError::InvalidArgumentError("a batch of more than 2³² rows".to_owned())
    })?;
    let indices = UInt32Array::from_iter_values(0..length);
    let columns = rows.columns().iter().map(|column| {
        let mut column = arrow_select::take::take(column, &indices, None)?;
        column.shrink_to_fit();
        Ok(column)
    });
    let columns = columns.collect::<Result<Vec<_>, ArrowError>>()?;
    let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(rows.num_rows()));
    let rows = RecordBatch::try_new_with_options(rows.schema(), columns, &options)?;
    let bytes = allocated_bytes(&rows);
    Ok((rows, bytes))
}

/// How many rows from the beginning fit into so many rows and bytes; at least one.
pub(crate) fn rows_that_fit(rows: &RecordBatch, most_rows: u64, most_bytes: u64) -> usize {
    let all = rows.num_rows();
    let most = usize::try_from(most_rows).unwrap_or(usize::MAX).min(all);
    let bytes = |count: usize| own_bytes(&rows.slice(0, count));
    if most <= 1 || bytes(most) <= most_bytes {
        return most.max(1);
    }
    // Rows are about equally large mostly: begin near the answer, go away from it in growing steps, then halve.
    let mean = (own_bytes(rows) / all as u64).max(1);
    let guess = usize::try_from(most_bytes / mean)
        .unwrap_or(usize::MAX)
        .clamp(1, most);
    let (mut fits, mut too_many);
    let mut step = 1;
    if bytes(guess) <= most_bytes {
        (fits, too_many) = (guess, most);
        while fits + step < too_many {
            if bytes(fits + step) > most_bytes {
                too_many = fits + step;
                break;
            }
            fits += step;
            step *= 2;
        }
    } else {
        (fits, too_many) = (1, guess);
        while too_many > fits + step {
            if bytes(too_many - step) <= most_bytes {
                fits = too_many - step;
                break;
            }
            too_many -= step;
            step *= 2;
        }
    }
    while too_many - fits > 1 {
        let middle = fits + (too_many - fits) / 2;
        if bytes(middle) <= most_bytes {
            fits = middle;
        } else {
            too_many = middle;
        }
    }
    fits
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Int64Array, StringArray};
    use proptest::prelude::*;

    use super::*;

    fn numbers(rows: i64) -> RecordBatch {
        let column: ArrayRef = Arc::new(Int64Array::from((0..rows).collect::<Vec<_>>()));
        RecordBatch::try_from_iter([("n", column)]).unwrap()
    }

    #[test]
    fn buffers_that_two_columns_share_count_once() {
        let column: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3, 4, 5]));
        let rows = RecordBatch::try_from_iter([("a", column.clone()), ("b", column)]).unwrap();
        assert_eq!(allocated_bytes(&rows), 40);
    }

    #[test]
    fn a_slice_that_keeps_a_much_larger_parent_alive_is_copied() {
        let parent = numbers(10_000);
        let slice = parent.slice(5_000, 10);
        assert_eq!(allocated_bytes(&slice), 80_000);
        let (copy, bytes) = without_parent(slice.clone()).unwrap();
        assert_eq!((bytes, &copy), (80, &slice));
        let (half, bytes) = without_parent(parent.slice(0, 5_000)).unwrap();
        assert_eq!((bytes, half.num_rows()), (80_000, 5_000));
    }

    proptest! {
        #[test]
        fn as_many_rows_fit_as_can(
            lengths in proptest::collection::vec(0usize..60, 1..80), most_rows in 1u64..90, most_bytes in 1u64..2_000,
        ) {
            let texts: ArrayRef = Arc::new(StringArray::from_iter_values(lengths.iter().map(|&length| "x".repeat(length))));
            let rows = RecordBatch::try_from_iter([("t", texts)]).unwrap();
            let count = rows_that_fit(&rows, most_rows, most_bytes);
            let fits = |count: usize| count as u64 <= most_rows && own_bytes(&rows.slice(0, count)) <= most_bytes;
            prop_assert!(count == 1 || fits(count));
            prop_assert!(count == rows.num_rows() || !fits(count + 1));
        }
    }
}
