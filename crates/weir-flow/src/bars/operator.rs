//! Bars as an operator of a pipeline.

use super::{BarFunctions, Bars, BarsError, BarsSpec};
use crate::{
    EventTime, Fired, Frontier, Held, MakeOperator, Operator, OperatorError, OperatorKind, Output,
    StreamSchema,
};

/// [`Bars`] in a pipeline. It has one way out for each resolution and one for each resolution's snapshots; see [`Bars::names`].
///
/// What is passed on while it fires is closed for good; what the end passes on are the open bars as they stand, which a later run gives again under the
/// same label and key, with more in them.
pub struct BarsOperator {
    bars: Bars,
}

impl BarsOperator {
    /// Bars of the rows of `input`.
    ///
    /// # Errors
    /// [`BarsError`] where the description does not suit the stream.
    pub fn new(
        spec: &BarsSpec,
        input: &StreamSchema,
        functions: &BarFunctions,
    ) -> Result<Self, BarsError> {
        Ok(Self {
            bars: Bars::new(spec, input, functions)?,
        })
    }

    /// What makes the operator when the pipeline is built.
    pub fn make(spec: BarsSpec, functions: BarFunctions) -> impl MakeOperator {
        move |inputs: &[StreamSchema]| -> Result<Box<dyn Operator>, OperatorError> {
            let [input] = inputs else {
                return Err(OperatorError::Rows(format!(
                    "bars have one input, not {}; join or unite the streams before",
                    inputs.len()
                )));
            };
            Ok(Box::new(Self::new(&spec, input, &functions)?))
        }
    }

    /// The bars within.
    pub fn bars(&self) -> &Bars {
        &self.bars
    }

    fn pass_on(&mut self, out: &mut Output) -> Fired {
        while let Some((way, rows)) = self.bars.next_finished() {
            out.push_to(way, rows);
            if out.is_full() && self.bars.has_finished() {
                return Fired::More;
            }
        }
        Fired::Done
    }
}

impl From<BarsError> for OperatorError {
    fn from(error: BarsError) -> Self {
        match error {
            BarsError::Memory(refusal) => Self::Memory(refusal),
            BarsError::Arrow(error) => Self::Arrow(error),
            BarsError::State(what) => Self::State(what),
            error @ BarsError::User { .. } => Self::User(Box::new(error)),
            error => Self::Rows(error.to_string()),
        }
    }
}

fn time(frontier: &Frontier) -> Option<i64> {
    match frontier.time()? {
        EventTime::Int(time) => Some(*time),
        EventTime::Uint(time) => i64::try_from(*time).ok(),
        _ => None,
    }
}

impl Operator for BarsOperator {
    fn output(&self) -> &StreamSchema {
        self.output_of(0)
    }

    fn output_of(&self, way: usize) -> &StreamSchema {
        // Every resolution has an output, and there is at least one.
        let outputs = self.bars.outputs();
        outputs.get(way).unwrap_or(&outputs[0])
    }

    fn fire(&mut self, held: &Held, out: &mut Output) -> Result<Fired, OperatorError> {
        let rows: Vec<_> = held.input(0).collect();
        let frontier = held.frontiers.first().and_then(time);
        self.bars.take_in_until(&rows, frontier)?;
        Ok(self.pass_on(out))
    }

    fn resume(&mut self, out: &mut Output) -> Result<Fired, OperatorError> {
        Ok(self.pass_on(out))
    }

    fn end(&mut self, out: &mut Output) -> Result<Fired, OperatorError> {
        for (way, rows) in self.bars.open_bars()? {
            out.push_to(way, rows);
        }
        Ok(Fired::Done)
    }

    fn frontier(&self, inputs: &[Frontier]) -> Frontier {
        let input = Frontier::common(inputs);
        let kind = |label: i64| match self.output().order_type() {
            Some(data_type) if data_type.is_unsigned_integer() => {
                EventTime::Uint(u64::try_from(label).unwrap_or(0))
            }
            _ => EventTime::Int(label),
        };
        match (&input, self.bars.least_label(time(&input))) {
            (Frontier::Start, None) => Frontier::Start,
            (Frontier::End, None) => Frontier::End,
            (_, Some(label)) => Frontier::At(kind(label)),
            (Frontier::At(_), None) => Frontier::Start,
        }
    }

    fn state_bytes(&self) -> usize {
        self.bars.bytes()
    }

    fn save(&self) -> Result<Option<Vec<u8>>, OperatorError> {
        Ok(Some(self.bars.save()?))
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), OperatorError> {
        Ok(self.bars.restore(state)?)
    }

    fn reset(&mut self) {
        self.bars.clear();
    }

    fn keeps_names(&self) -> bool {
        self.bars.keeps_labels()
    }

    fn kind(&self) -> OperatorKind {
        OperatorKind::Aggregation
    }
}
