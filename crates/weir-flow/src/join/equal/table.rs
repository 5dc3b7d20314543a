//! Right rows by key, in memory.

use arrow_array::{ArrayRef, RecordBatch};

use crate::OperatorError;
use crate::join::keys::{Keys, NO_KEY};
use crate::join::piece::RowAt;
use crate::join::shape::{Shape, Side};

/// Bytes of a table beside its rows, for each of them: the number of its key, its place, twice that while it is made.
const ROW_BYTES: usize = 56;

/// Right rows; those of a key are together and in order of arrival.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) rows: Vec<RecordBatch>,
    keys: Keys,
    /// Where the rows of key number n start in `places`; they end where those of the next one start.
    starts: Vec<u32>,
    places: Vec<RowAt>,
}

impl Table {
    /// About the bytes of a table of so many rows that have so many bytes.
    pub(super) fn bytes_of(rows: usize, bytes: usize) -> usize {
        bytes.saturating_add(rows.saturating_mul(ROW_BYTES))
    }

    pub(super) fn new(shape: &Shape, rows: Vec<RecordBatch>) -> Result<Self, OperatorError> {
        let mut keys = Keys::new(&shape.key_types)?;
        let numbers = rows
            .iter()
            .map(|rows| keys.number(&shape.keys(Side::Right, rows), rows.num_rows()));
        let numbers = numbers.collect::<Result<Vec<_>, _>>()?;
        let mut starts = vec![0_u32; keys.end() + 1];
        let mut count = 0_u32;
        for number in numbers.iter().flatten().filter(|number| **number != NO_KEY) {
            starts[*number as usize] += 1;
            count = count.checked_add(1).ok_or_else(|| {
                OperatorError::Rows(
                    "more than 4,294,967,295 right rows in memory; lower the join's memory"
                        .to_owned(),
                )
            })?;
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += std::mem::replace(start, sum);
        }
        let mut places = vec![RowAt::NONE; count as usize];
        let mut next = starts.clone();
        for (piece, numbers) in numbers.iter().enumerate() {
            for (row, number) in numbers.iter().enumerate() {
                if *number != NO_KEY {
                    let place = &mut next[*number as usize];
                    places[*place as usize] = RowAt::new(piece, row);
                    *place += 1;
                }
            }
        }
        Ok(Self {
            rows,
            keys,
            starts,
            places,
        })
    }

    pub(super) fn bytes(&self) -> usize {
        let rows: usize = self
            .rows
            .iter()
            .map(RecordBatch::get_array_memory_size)
            .sum();
        rows + self.keys.bytes() + self.starts.capacity() * 4 + self.places.capacity() * 8
    }

    /// The numbers of left rows' keys, to look up with.
    pub(super) fn find(&self, keys: &[ArrayRef], rows: usize) -> Result<Vec<u32>, OperatorError> {
        Ok(self.keys.find(keys, rows)?)
    }

    /// The right rows of a key.
    #[inline]
    pub(super) fn rows_of(&self, number: u32) -> &[RowAt] {
        match self
            .starts
            .get(number as usize..)
            .and_then(|rest| rest.first_chunk::<2>())
        {
            Some(&[start, end]) => &self.places[start as usize..end as usize],
            _ => &[],
        }
    }
}
