use std::collections::VecDeque;

use arrow_array::RecordBatch;
use arrow_select::interleave::interleave_record_batch;

use crate::batch::{rows_from_bytes, rows_to_bytes, size::allocated_bytes};
use crate::{
    EventTime, Fired, Frontier, Held, Operator, OperatorError, OperatorKind, Output, StreamSchema,
};

/// Rows passed on in one batch.
const BATCH: usize = 8_192;
/// What a column of a batch takes beside its values, about: it is most of a batch of one row.
const COLUMN: usize = 192;

/// Merges inputs of equal columns in the order of event time; rows of equal event time by input, then as they came.
pub struct Union {
    stream: StreamSchema,
    /// Per input, rows that earlier ones may still come before.
    waiting: Vec<VecDeque<Waiting>>,
}

#[derive(Clone)]
struct Waiting {
    rows: RecordBatch,
    times: std::sync::Arc<[EventTime]>,
    next: usize,
}

impl Union {
    /// Of these inputs.
    ///
    /// # Errors
    ///
    /// [`OperatorError::Rows`] where there are fewer than two, they have different columns, or are not ordered by the same one.
    pub fn new(inputs: &[StreamSchema]) -> Result<Self, OperatorError> {
        let [first, others @ ..] = inputs else {
            return Err(OperatorError::Rows(
                "a union takes two inputs or more, not 0".to_owned(),
            ));
        };
        if others.is_empty() {
            return Err(OperatorError::Rows(
                "a union takes two inputs or more, not 1".to_owned(),
            ));
        }
        if first.order().is_none() {
            return Err(OperatorError::Rows(
                "a union takes ordered inputs; sort the first one".to_owned(),
            ));
        }
        for (index, other) in others.iter().enumerate() {
            let same = |a: &StreamSchema, b: &StreamSchema| {
                let fields = a.schema().fields().iter().zip(b.schema().fields());
                a.schema().fields().len() == b.schema().fields().len()
                    && a.order() == b.order()
                    && fields
                        .into_iter()
                        .all(|(a, b)| a.name() == b.name() && a.data_type() == b.data_type())
            };
            if !same(first, other) {
                return Err(OperatorError::Rows(format!(
                    "a union takes inputs of equal columns and order; input {} differs from the first",
                    index + 2
                )));
            }
        }
        // A column that can be null in any input can be null in the output.
        let nullable = |column: usize| {
            inputs
                .iter()
                .any(|input| input.schema().field(column).is_nullable())
        };
        let fields = first.schema().fields().iter().enumerate();
        let fields: Vec<_> = fields
            .map(|(index, field)| field.as_ref().clone().with_nullable(nullable(index)))
            .collect();
        let schema =
            arrow_schema::Schema::new_with_metadata(fields, first.schema().metadata().clone());
        let order = first.order_name().unwrap_or_default();
        Ok(Self {
            stream: StreamSchema::ordered(std::sync::Arc::new(schema), order)?,
            waiting: vec![VecDeque::new(); inputs.len()],
        })
    }

    fn take(
        &self,
        waiting: &mut VecDeque<Waiting>,
        rows: &RecordBatch,
    ) -> Result<(), OperatorError> {
        let rows = RecordBatch::try_new(
            std::sync::Arc::clone(self.stream.schema()),
            rows.columns().to_vec(),
        )?;
        let times = (0..rows.num_rows()).map(|row| {
            let time = self.stream.time(&rows, row)?;
            time.ok_or_else(|| OperatorError::Rows("a row without event time".to_owned()))
        });
        let times = times.collect::<Result<Vec<_>, _>>()?.into();
        waiting.push_back(Waiting {
            rows,
            times,
            next: 0,
        });
        Ok(())
    }
}

/// The next row of all inputs, if nothing can come before it any more.
fn next(waiting: &[VecDeque<Waiting>], bound: Option<(&Frontier, usize)>) -> Option<usize> {
    let heads = waiting.iter().enumerate().filter_map(|(input, queue)| {
        let head = queue.front()?;
        Some((&head.times[head.next], input))
    });
    let (time, input) = heads.min()?;
    let (frontier, of) = bound?;
    let settled = match frontier {
        Frontier::Start => false,
        Frontier::At(frontier) => (time, input) <= (frontier, of),
        Frontier::End => true,
    };
    settled.then_some(input)
}

fn merge(
    waiting: &mut [VecDeque<Waiting>],
    frontiers: &[Frontier],
    mut take: impl FnMut(&[RecordBatch], &[(usize, usize)]) -> Result<(), OperatorError>,
) -> Result<(), OperatorError> {
    let bound = frontiers
        .iter()
        .enumerate()
        .map(|(input, frontier)| (frontier, input))
        .min();
    let mut sources: Vec<RecordBatch> = Vec::new();
    let mut rows: Vec<(usize, usize)> = Vec::new();
    let mut current = vec![None; waiting.len()];
    while let Some(input) = next(waiting, bound) {
        let Some(head) = waiting[input].front_mut() else {
            break;
        };
        let source = *current[input].get_or_insert_with(|| {
            sources.push(head.rows.clone());
            sources.len() - 1
        });
        rows.push((source, head.next));
        head.next += 1;
        if head.next == head.times.len() {
            waiting[input].pop_front();
            current[input] = None;
        }
        if rows.len() == BATCH {
            take(&sources, &rows)?;
            (sources, rows) = (Vec::new(), Vec::new());
            current.fill(None);
        }
    }
    if rows.is_empty() {
        Ok(())
    } else {
        take(&sources, &rows)
    }
}

impl Operator for Union {
    fn output(&self) -> &StreamSchema {
        &self.stream
    }

    fn fire(&mut self, held: &Held, out: &mut Output) -> Result<Fired, OperatorError> {
        let mut waiting = self.waiting.clone();
        for batch in &held.batches {
            let queue = waiting.get_mut(batch.input);
            let queue = queue
                .ok_or_else(|| OperatorError::Rows(format!("there is no input {}", batch.input)))?;
            self.take(queue, &batch.rows)?;
        }
        merge(&mut waiting, &held.frontiers, |sources, rows| {
            let sources: Vec<_> = sources.iter().collect();
            out.push(interleave_record_batch(&sources, rows)?);
            Ok(())
        })?;
        self.waiting = waiting;
        Ok(Fired::Done)
    }

    fn end(&mut self, out: &mut Output) -> Result<Fired, OperatorError> {
        let mut waiting = self.waiting.clone();
        let ended = vec![Frontier::End; waiting.len()];
        merge(&mut waiting, &ended, |sources, rows| {
            let sources: Vec<_> = sources.iter().collect();
            out.push(interleave_record_batch(&sources, rows)?);
            Ok(())
        })?;
        self.waiting = waiting;
        Ok(Fired::Done)
    }

    fn frontier(&self, inputs: &[Frontier]) -> Frontier {
        let waiting = self.waiting.iter().filter_map(|queue| {
            let head = queue.front()?;
            Some(Frontier::At(head.times[head.next].clone()))
        });
        waiting
            .chain([Frontier::common(inputs)])
            .min()
            .unwrap_or_default()
    }

    fn state_bytes(&self) -> usize {
        let all = self.waiting.iter().flatten();
        let bytes = all.map(|one| {
            let beside = size_of::<Waiting>() + one.rows.num_columns() * COLUMN;
            let times = one.times.len() * size_of::<EventTime>();
            allocated_bytes(&one.rows) + (beside + times) as u64
        });
        usize::try_from(bytes.sum::<u64>()).unwrap_or(usize::MAX)
    }

    fn save(&self) -> Result<Option<Vec<u8>>, OperatorError> {
        if self.waiting.iter().all(VecDeque::is_empty) {
            return Ok(Some(Vec::new()));
        }
        let mut all = Vec::new();
        for queue in &self.waiting {
            let rows: Vec<_> = queue
                .iter()
                .map(|one| one.rows.slice(one.next, one.times.len() - one.next))
                .collect();
            let bytes = rows_to_bytes(self.stream.schema(), &rows)?;
            all.extend((bytes.len() as u64).to_le_bytes());
            all.extend(bytes);
        }
        Ok(Some(all))
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), OperatorError> {
        let damaged = |what: &str| OperatorError::State(what.to_owned());
        let mut waiting = vec![VecDeque::new(); self.waiting.len()];
        let mut rest = state;
        for queue in waiting.iter_mut().filter(|_| !state.is_empty()) {
            let (length, after) = rest
                .split_first_chunk::<8>()
                .ok_or_else(|| damaged("it ends early"))?;
            let length = usize::try_from(u64::from_le_bytes(*length))
                .map_err(|_| damaged("a length is too large"))?;
            let (bytes, after) = after
                .split_at_checked(length)
                .ok_or_else(|| damaged("it ends early"))?;
            rest = after;
            let batches = rows_from_bytes(self.stream.schema(), bytes)
                .map_err(|error| damaged(&error.to_string()))?;
            for rows in batches.iter().filter(|rows| rows.num_rows() > 0) {
                self.take(queue, rows)?;
            }
        }
        if !rest.is_empty() {
            return Err(damaged("it has more bytes than inputs"));
        }
        self.waiting = waiting;
        Ok(())
    }

    fn reset(&mut self) {
        self.waiting.iter_mut().for_each(VecDeque::clear);
    }

    fn keeps_names(&self) -> bool {
        true
    }

    fn kind(&self) -> OperatorKind {
        OperatorKind::Join
    }
}
