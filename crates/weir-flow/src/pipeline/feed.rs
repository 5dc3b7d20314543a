use std::sync::Arc;

use arrow_array::RecordBatch;
use weir_run::Stage;

use super::{FlowError, PipelineBuilder, Plan, Setting};
use crate::cascade::Cascade;
use crate::{Counts, Frontier, Load, Position, Source};

/// A pipeline at work: [run](Self::run) from its sources, or fed by [`push`](Self::push).
///
/// Rows move in the call that brings them, depth first. Dropping a pipeline flushes nothing: what was not committed is not there,
/// and the next run makes it again.
pub struct Pipeline {
    pub(super) cascade: Cascade,
    pub(super) sources: Vec<SourceSlot>,
    pub(super) plan: Plan,
    pub(super) identity: String,
    pub(super) setting: Setting,
    /// The number of the last checkpoint.
    pub(super) checkpoint: u64,
}

pub(super) struct SourceSlot {
    pub(super) name: Arc<str>,
    pub(super) node: usize,
    pub(super) source: Option<Box<dyn Source>>,
    pub(super) position: Position,
    pub(super) frontier: Frontier,
}

impl SourceSlot {
    pub(super) fn new(name: String, node: usize, source: Option<Box<dyn Source>>) -> Self {
        Self {
            name: name.into(),
            node,
            source,
            position: Position::default(),
            frontier: Frontier::Start,
        }
    }
}

impl Pipeline {
    /// Begins the description of a pipeline.
    pub fn builder(name: &str) -> PipelineBuilder {
        PipelineBuilder::new(name)
    }

    pub(super) fn new(
        cascade: Cascade,
        sources: Vec<SourceSlot>,
        plan: Plan,
        identity: String,
        setting: Setting,
    ) -> Self {
        Self {
            cascade,
            sources,
            plan,
            identity,
            setting,
            checkpoint: 0,
        }
    }

    /// What it consists of.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What its checkpoints name it by.
    pub(crate) fn identity(&self) -> &str {
        &self.identity
    }

    /// Tells the operators' time and memory to this stage from here on.
    pub fn watch(&mut self, stage: Arc<Stage>) {
        self.cascade.watch(stage);
    }

    /// Pushes rows to an input; they move as far as the limits say before it returns.
    ///
    /// # Errors
    ///
    /// [`FlowError::Cascade`] where an operator or sink fails; its `taken` says whether these rows were taken.
    /// Then nothing is lost: what could not be delivered is delivered first by the next call. [`FlowError::NoInput`].
    pub fn push(&mut self, input: &str, rows: RecordBatch) -> Result<(), FlowError> {
        let slot = self.input(input)?;
        let (node, count) = (self.sources[slot].node, rows.num_rows() as u64);
        let result = self.cascade.push(node, rows);
        if result.as_ref().map_or_else(|error| error.taken, |()| true) {
            self.sources[slot].position.rows += count;
        }
        Ok(result?)
    }

    /// Says that an input has no more rows, so that joins need not wait for it.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push).
    pub fn finish_input(&mut self, input: &str) -> Result<(), FlowError> {
        let node = self.sources[self.input(input)?].node;
        Ok(self.cascade.finish_source(node)?)
    }

    fn input(&self, name: &str) -> Result<usize, FlowError> {
        let slot = self
            .sources
            .iter()
            .position(|slot| &*slot.name == name && slot.source.is_none());
        slot.ok_or_else(|| FlowError::NoInput {
            name: name.to_owned(),
            known: self
                .sources
                .iter()
                .filter(|slot| slot.source.is_none())
                .map(|slot| slot.name.to_string())
                .collect(),
        })
    }

    /// Fires everything that is held, in topological order, without ending anything: an early flush.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push).
    pub fn settle(&mut self) -> Result<(), FlowError> {
        Ok(self.cascade.settle()?)
    }

    /// Ends everything: buffers, then state, in topological order, exactly once each. A second call does nothing. Nothing is
    /// committed by it.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push); the next call goes on where it failed.
    pub fn end(&mut self) -> Result<(), FlowError> {
        Ok(self.cascade.end()?)
    }

    /// What a part did so far.
    #[must_use]
    pub fn counts(&self, name: &str) -> Option<Counts> {
        Some(self.cascade.counts(self.node(name)?))
    }

    /// What an operator holds now.
    #[must_use]
    pub fn load(&self, name: &str) -> Option<Load> {
        Some(self.cascade.load(self.node(name)?))
    }

    /// Bytes of an operator's state, or held by a sink.
    #[must_use]
    pub fn state_bytes(&self, name: &str) -> Option<u64> {
        Some(self.cascade.state_bytes(self.node(name)?))
    }

    fn node(&self, name: &str) -> Option<usize> {
        self.plan.nodes.iter().position(|node| node.name == name)
    }
}
