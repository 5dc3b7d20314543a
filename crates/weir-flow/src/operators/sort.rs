use std::sync::Arc;

use weir_memory::Holder;
use weir_store::DataError;
use weir_store::sort::{ExternalSort, SortOptions, SortedRows, SpillFolder};

use crate::{Context, Fired, Frontier, Held, Operator, OperatorError, Output, StreamSchema};

/// Brings rows into the order of a column; rows of equal order stay as they came. It sorts within the memory that it can reserve and spills the
/// rest. Everything is held until the input ends, so a pipeline with a sort commits at its end only.
pub struct Sort {
    output: StreamSchema,
    column: String,
    options: Option<SortOptions>,
    state: State,
    /// Rows of the firing under way that are in already, because it failed after them.
    ahead: usize,
}

enum State {
    Collecting(Option<Box<ExternalSort>>),
    Giving(Box<SortedRows<'static>>),
    /// Giving failed: what it had given is thrown away, and it cannot be given again.
    Lost,
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
            column: column.to_owned(),
            options: None,
            state: State::Collecting(None),
            ahead: 0,
        })
    }

    fn sorter(&mut self) -> Result<&mut ExternalSort, OperatorError> {
        let State::Collecting(sort) = &mut self.state else {
            return Err(OperatorError::Rows("rows after the end".to_owned()));
        };
        if sort.is_none() {
            let options = self.options.clone();
            let options =
                options.ok_or_else(|| OperatorError::Rows("it was not opened".to_owned()))?;
            let new = ExternalSort::new(self.output.schema(), &self.column, options);
            *sort = Some(Box::new(new.map_err(failed)?));
        }
        sort.as_deref_mut()
            .ok_or_else(|| OperatorError::Rows("it was not opened".to_owned()))
    }
}

fn lost() -> OperatorError {
    OperatorError::Rows(
        "a failure while sorted rows were given has lost them; run again".to_owned(),
    )
}

fn failed(error: DataError) -> OperatorError {
    match error {
        DataError::Memory(refusal) => OperatorError::Memory(refusal),
        DataError::Order(error) => OperatorError::Rows(error.to_string()),
        other => OperatorError::Spill {
            doing: "sorting".to_owned(),
            source: Box::new(other),
        },
    }
}

fn spill_folder(context: &Context) -> Result<SpillFolder, OperatorError> {
    let Some(folder) = &context.spill else {
        return Ok(SpillFolder::default());
    };
    context
        .files
        .create_folder_all(folder)
        .map_err(|error| OperatorError::Spill {
            doing: "making the folder to spill into".to_owned(),
            source: Box::new(error),
        })?;
    Ok(SpillFolder::new(Arc::clone(&context.files), folder))
}

impl Operator for Sort {
    fn output(&self) -> &StreamSchema {
        &self.output
    }

    fn open(&mut self, context: &Context) -> Result<(), OperatorError> {
        let holder: Holder = context.holder.clone();
        let mut options = SortOptions::new(holder);
        options.spill = spill_folder(context)?;
        self.options = Some(options);
        Ok(())
    }

    fn fire(&mut self, held: &Held, _out: &mut Output) -> Result<Fired, OperatorError> {
        let mut skip = self.ahead;
        for rows in held.input(0) {
            let count = rows.num_rows();
            if skip < count {
                let rows = rows.slice(skip, count - skip);
                self.sorter()?.push(rows).map_err(failed)?;
                self.ahead += count - skip;
            }
            skip = skip.saturating_sub(count);
        }
        self.ahead = 0;
        Ok(Fired::Done)
    }

    fn end(&mut self, out: &mut Output) -> Result<Fired, OperatorError> {
        if let State::Collecting(sort) = &mut self.state {
            let Some(sort) = sort.take() else {
                return Ok(Fired::Done);
            };
            self.state = State::Lost;
            let sorted = sort.finish().and_then(weir_store::sort::Sorted::into_rows);
            self.state = State::Giving(Box::new(sorted.map_err(failed)?));
        }
        self.resume(out)
    }

    fn resume(&mut self, out: &mut Output) -> Result<Fired, OperatorError> {
        let mut rows = match std::mem::replace(&mut self.state, State::Lost) {
            State::Giving(rows) => rows,
            State::Lost => return Err(lost()),
            collecting => {
                self.state = collecting;
                return Ok(Fired::Done);
            }
        };
        // A failure from here on leaves it lost.
        for batch in &mut rows {
            out.push(batch.map_err(failed)?);
            if out.is_full() {
                self.state = State::Giving(rows);
                return Ok(Fired::More);
            }
        }
        self.state = State::Collecting(None);
        Ok(Fired::Done)
    }

    fn frontier(&self, _inputs: &[Frontier]) -> Frontier {
        Frontier::Start
    }

    fn save(&self) -> Result<Option<Vec<u8>>, OperatorError> {
        let empty = match &self.state {
            State::Collecting(sort) => sort.as_ref().is_none_or(|sort| sort.is_empty()),
            State::Giving(_) | State::Lost => false,
        };
        Ok(empty.then(Vec::new))
    }

    fn reset(&mut self) {
        (self.state, self.ahead) = (State::Collecting(None), 0);
    }
}
