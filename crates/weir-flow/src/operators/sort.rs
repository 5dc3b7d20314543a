use arrow_array::{RecordBatch, UInt32Array};
use arrow_select::concat::concat_batches;
use arrow_select::take::take_record_batch;

use crate::batch::size::allocated_bytes;
use crate::{Fired, Frontier, Held, Operator, OperatorError, OperatorKind, Output, StreamSchema};

/// Rows passed on in one batch.
const BATCH: usize = 8_192;

/// Brings rows into the order of a column; equal ones stay as they came. Everything is held until the input ends, so a pipeline
/// with a sort commits at its end only.
pub struct Sort {
    output: StreamSchema,
    rows: Vec<RecordBatch>,
    bytes: u64,
    sorted: Option<(RecordBatch, usize)>,
}

impl Sort {
    /// By this column.
    ///
    /// # Errors
    ///
    /// [`OperatorError::Stream`] where it is not there or not orderable.
    pub fn new(inputs: &[StreamSchema], column: &str) -> Result<Self, OperatorError> {
        let input = super::one(inputs)?;
        Ok(Self {
            output: StreamSchema::ordered(input.schema().clone(), column)?,
            rows: Vec::new(),
            bytes: 0,
            sorted: None,
        })
    }
}

impl Operator for Sort {
    fn output(&self) -> &StreamSchema {
        &self.output
    }

    fn fire(&mut self, held: &Held, _out: &mut Output) -> Result<Fired, OperatorError> {
        for rows in held.input(0) {
            for row in 0..rows.num_rows() {
                self.output.time(rows, row)?;
            }
        }
        for rows in held.input(0) {
            self.bytes += allocated_bytes(rows);
            self.rows.push(rows.clone());
        }
        Ok(Fired::Done)
    }

    fn end(&mut self, out: &mut Output) -> Result<Fired, OperatorError> {
        let all = concat_batches(self.output.schema(), &self.rows)?;
        let count = u32::try_from(all.num_rows())
            .map_err(|_| OperatorError::Rows("more than 2³² rows to sort".to_owned()))?;
        let times = (0..all.num_rows()).map(|row| self.output.time(&all, row));
        let times = times.collect::<Result<Vec<_>, _>>()?;
        let mut order: Vec<u32> = (0..count).collect();
        order.sort_by(|&a, &b| times[a as usize].cmp(&times[b as usize]));
        let sorted = take_record_batch(&all, &UInt32Array::from(order))?;
        self.rows.clear();
        self.sorted = Some((sorted, 0));
        self.resume(out)
    }

    fn resume(&mut self, out: &mut Output) -> Result<Fired, OperatorError> {
        let Some((sorted, next)) = &mut self.sorted else {
            return Ok(Fired::Done);
        };
        while *next < sorted.num_rows() {
            if out.is_full() {
                return Ok(Fired::More);
            }
            let length = BATCH.min(sorted.num_rows() - *next);
            out.push(sorted.slice(*next, length));
            *next += length;
        }
        self.sorted = None;
        self.bytes = 0;
        Ok(Fired::Done)
    }

    fn frontier(&self, _inputs: &[Frontier]) -> Frontier {
        Frontier::Start
    }

    fn state_bytes(&self) -> usize {
        usize::try_from(self.bytes).unwrap_or(usize::MAX)
    }

    fn save(&self) -> Result<Option<Vec<u8>>, OperatorError> {
        Ok((self.rows.is_empty() && self.sorted.is_none()).then(Vec::new))
    }

    fn reset(&mut self) {
        (self.rows, self.bytes, self.sorted) = (Vec::new(), 0, None);
    }

    fn kind(&self) -> OperatorKind {
        OperatorKind::Other
    }
}
