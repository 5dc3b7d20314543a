use crate::{Limits, OperatorKind, StreamSchema};

/// What a pipeline consists of: for `explain`.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Its name.
    pub pipeline: String,
    /// Bytes that all buffers may hold together.
    pub share: u64,
    /// Its parts, each after its inputs.
    pub nodes: Vec<NodePlan>,
}

/// A source, an operator or a sink.
#[derive(Clone, Debug)]
pub struct NodePlan {
    /// Its name.
    pub name: String,
    /// What it is.
    pub role: NodeRole,
    /// Where its inputs come from, with the way out.
    pub inputs: Vec<(String, usize)>,
    /// When it fires.
    pub limits: Limits,
    /// Whether its state survives a firing.
    pub accumulate: bool,
    /// The most bytes that an adaptive limit lets it hold; 0 for what holds nothing.
    pub share: u64,
    /// What it passes on by its first way out (or, a sink, takes).
    pub stream: StreamSchema,
}

/// What a part of a pipeline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeRole {
    /// Gives rows.
    Source,
    /// Turns rows into others.
    Operator(OperatorKind),
    /// Writes rows.
    Sink,
}
