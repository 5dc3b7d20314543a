use std::collections::VecDeque;
use std::sync::Arc;

use weir_memory::{Budget, Bytes, Holder};
use weir_run::Stage;

use super::element::Edge;
use super::node::{Node, Phase, Work};
use super::{Counts, Failure};
use crate::limits::{AdaptiveLimit, Relief};
use crate::{Frontier, Limits, Load, OperatorKind, OrderCheck, StreamSchema};

/// Operators, how they hang together, and what each holds.
pub(crate) struct Cascade {
    /// In topological order.
    pub(super) nodes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
    pub(super) settings: Settings,
    pub(super) relief: Relief,
    pub(super) budget: Budget,
    pub(super) ended: bool,
    pub(super) broken: bool,
    pub(super) stage: Option<Arc<Stage>>,
}

/// Sizes that no result depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// Bytes that all buffers of the pipeline may hold together.
    pub(crate) share: u64,
    /// The most that one operator holds by an adaptive limit.
    pub(crate) node_share: u64,
    /// An adaptive limit is at least so many bytes.
    pub(crate) minimum_bytes: u64,
    /// Under pressure, buffers with fewer rows are left alone.
    pub(crate) minimum_rows: u64,
    /// Operators like to pass on so many bytes at a time.
    pub(crate) output: usize,
}

pub(crate) struct NodeSpec {
    pub(crate) name: Arc<str>,
    pub(crate) work: Work,
    pub(crate) inputs: Vec<StreamSchema>,
    pub(crate) outputs: Vec<StreamSchema>,
    pub(crate) limits: Limits,
    pub(crate) accumulate: bool,
    pub(crate) holder: Holder,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct EdgeSpec {
    pub(crate) from: usize,
    pub(crate) way: usize,
    pub(crate) to: usize,
    pub(crate) input: usize,
}

impl Cascade {
    /// Nodes come in topological order: every edge goes from an earlier to a later one.
    pub(crate) fn new(
        nodes: Vec<NodeSpec>,
        edges: Vec<EdgeSpec>,
        budget: Budget,
        settings: Settings,
    ) -> Result<Self, Failure> {
        let count = nodes.len();
        let mut cascade = Self {
            nodes: Vec::with_capacity(count),
            edges: Vec::with_capacity(edges.len()),
            settings,
            relief: Relief::new(settings.share),
            budget,
            ended: false,
            broken: false,
            stage: None,
        };
        for (index, spec) in nodes.into_iter().enumerate() {
            let reserve = |holder: &Holder| {
                holder
                    .reserve(Bytes::ZERO)
                    .map_err(|refusal| Failure::own(index, crate::OperatorError::from(refusal)))
            };
            let kind = match &spec.work {
                Work::Operator(operator) => operator.kind(),
                Work::Source | Work::Sink(_) => OperatorKind::Other,
            };
            cascade.nodes.push(Node {
                held: reserve(&spec.holder)?,
                state: reserve(&spec.holder)?,
                passing: reserve(&spec.holder.unspillable())?,
                name: spec.name,
                work: spec.work,
                frontiers: vec![Frontier::Start; spec.inputs.len()],
                inputs: spec.inputs,
                limits: spec.limits,
                adaptive: AdaptiveLimit::new(kind, settings.minimum_bytes, settings.node_share),
                accumulate: spec.accumulate,
                load: Load::default(),
                buffer: Vec::new(),
                made: Vec::new(),
                phase: Phase::Open,
                more: false,
                busy: false,
                checks: spec.outputs.into_iter().map(OrderCheck::new).collect(),
                outs: Vec::new(),
                ins: Vec::new(),
                below: vec![false; count],
                counts: Counts::default(),
            });
        }
        for (index, edge) in edges.into_iter().enumerate() {
            cascade.nodes[edge.from].outs.push(index);
            cascade.nodes[edge.to].ins.push(index);
            cascade.edges.push(Edge {
                from: edge.from,
                way: edge.way,
                to: edge.to,
                input: edge.input,
                pending: VecDeque::new(),
                told: Frontier::Start,
            });
        }
        for node in (0..count).rev() {
            for edge in cascade.nodes[node].outs.clone() {
                let to = cascade.edges[edge].to;
                let mut below = std::mem::take(&mut cascade.nodes[node].below);
                below[to] = true;
                for (mine, theirs) in below.iter_mut().zip(&cascade.nodes[to].below) {
                    *mine |= theirs;
                }
                cascade.nodes[node].below = below;
            }
        }
        Ok(cascade)
    }

    pub(crate) fn watch(&mut self, stage: Arc<Stage>) {
        self.stage = Some(stage);
    }

    pub(crate) fn counts(&self, node: usize) -> Counts {
        self.nodes[node].counts
    }

    pub(crate) fn load(&self, node: usize) -> Load {
        self.nodes[node].load
    }

    pub(crate) fn state_bytes(&self, node: usize) -> u64 {
        match &self.nodes[node].work {
            Work::Operator(operator) => operator.state_bytes() as u64,
            Work::Sink(work) => work.sink.held_bytes() as u64,
            Work::Source => 0,
        }
    }
}
