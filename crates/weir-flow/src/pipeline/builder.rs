use crate::sink::MakeSink;
use crate::{Limits, MakeOperator, Source, StreamSchema};

/// Describes a pipeline, part by part; [`build`](Self::build) checks it as a whole.
///
/// Parts are named. [`then`](Self::then) continues from the part added last (or chosen with [`from`](Self::from));
/// [`operator`](Self::operator) names its inputs, so that trees and joins can be said too, in any order.
#[must_use = "a pipeline is built by `build`"]
pub struct PipelineBuilder {
    pub(super) name: String,
    pub(super) identity: String,
    pub(super) sources: Vec<SourcePart>,
    pub(super) operators: Vec<OperatorPart>,
    pub(super) sinks: Vec<SinkPart>,
    pub(super) at: Port,
}

pub(super) struct SourcePart {
    pub(super) name: String,
    pub(super) stream: StreamSchema,
    pub(super) source: Option<Box<dyn Source>>,
}

pub(super) struct OperatorPart {
    pub(super) name: String,
    pub(super) inputs: Vec<Port>,
    pub(super) ways: usize,
    pub(super) make: Box<dyn MakeOperator>,
    pub(super) options: NodeOptions,
}

pub(super) struct SinkPart {
    pub(super) name: String,
    pub(super) input: Port,
    pub(super) make: Box<dyn MakeSink>,
}

/// A way out of a source or an operator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Port {
    /// Whose.
    pub node: String,
    /// Which of its ways out, from 0.
    pub way: usize,
}

impl Port {
    /// A way out of a split, from 0.
    #[must_use]
    pub fn way(node: &str, way: usize) -> Self {
        Self {
            node: node.to_owned(),
            way,
        }
    }
}

impl From<&str> for Port {
    /// The first way out.
    fn from(node: &str) -> Self {
        Self::way(node, 0)
    }
}

/// When an operator fires, and whether its state outlives a firing.
#[derive(Clone, Copy, Debug)]
pub struct NodeOptions {
    /// The limits on what it holds.
    pub limits: Limits,
    /// Whether its state survives a firing. If not, every arrival is processed at once and each firing ends a segment: what comes
    /// out then depends on the limits, since that is what was asked for.
    pub accumulate: bool,
    /// How many ways out it has: more than one for a split.
    pub ways: usize,
}

impl Default for NodeOptions {
    /// Adaptive bytes, accumulating, one way out.
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            accumulate: true,
            ways: 1,
        }
    }
}

impl NodeOptions {
    /// Fires at each arrival: for operators that keep nothing back.
    #[must_use]
    pub fn at_once() -> Self {
        Self::limits(Limits::at_once())
    }

    /// With these limits.
    #[must_use]
    pub fn limits(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }
}

impl PipelineBuilder {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            identity: String::new(),
            sources: Vec::new(),
            operators: Vec::new(),
            sinks: Vec::new(),
            at: Port::default(),
        }
    }

    /// What tells this pipeline from another one with parts of the same names: the text of its description, or a version. A run goes on
    /// from a checkpoint of an equal identity only.
    pub fn identity(mut self, text: &str) -> Self {
        text.clone_into(&mut self.identity);
        self
    }

    /// Adds a source.
    pub fn source(mut self, name: &str, source: impl Source + 'static) -> Self {
        self.sources.push(SourcePart {
            name: name.to_owned(),
            stream: source.stream().clone(),
            source: Some(Box::new(source)),
        });
        self.from(name)
    }

    /// Adds a source that is boxed already.
    pub fn source_boxed(mut self, name: &str, source: Box<dyn Source>) -> Self {
        self.sources.push(SourcePart {
            name: name.to_owned(),
            stream: source.stream().clone(),
            source: Some(source),
        });
        self.from(name)
    }

    /// Adds an input that rows are pushed to by [`super::Pipeline::push`].
    pub fn input(mut self, name: &str, stream: StreamSchema) -> Self {
        self.sources.push(SourcePart {
            name: name.to_owned(),
            stream,
            source: None,
        });
        self.from(name)
    }

    /// Continues from this part.
    pub fn from(mut self, port: impl Into<Port>) -> Self {
        self.at = port.into();
        self
    }

    /// Adds an operator on the part where the description is, with adaptive limits.
    pub fn then(self, name: &str, make: impl MakeOperator + 'static) -> Self {
        let at = self.at.clone();
        self.operator(name, [at], make, NodeOptions::default())
    }

    /// Adds an operator on the part where the description is.
    pub fn then_with(
        self,
        name: &str,
        make: impl MakeOperator + 'static,
        options: NodeOptions,
    ) -> Self {
        let at = self.at.clone();
        self.operator(name, [at], make, options)
    }

    /// Adds an operator on these inputs.
    pub fn operator<P: Into<Port>>(
        self,
        name: &str,
        inputs: impl IntoIterator<Item = P>,
        make: impl MakeOperator + 'static,
        options: NodeOptions,
    ) -> Self {
        let inputs = inputs.into_iter().map(Into::into).collect();
        self.operator_boxed(name, inputs, Box::new(make), options)
    }

    /// Adds an operator that is boxed already.
    pub fn operator_boxed(
        mut self,
        name: &str,
        inputs: Vec<Port>,
        make: Box<dyn MakeOperator>,
        options: NodeOptions,
    ) -> Self {
        self.operators.push(OperatorPart {
            name: name.to_owned(),
            inputs,
            ways: options.ways.max(1),
            make,
            options,
        });
        self.from(name)
    }

    /// Writes the part where the description is.
    pub fn write(self, name: &str, make: impl MakeSink + 'static) -> Self {
        let at = self.at.clone();
        self.sink(name, at, make)
    }

    /// Writes this part.
    pub fn sink(self, name: &str, input: impl Into<Port>, make: impl MakeSink + 'static) -> Self {
        self.sink_boxed(name, input.into(), Box::new(make))
    }

    /// Writes this part by a sink that is boxed already.
    pub fn sink_boxed(mut self, name: &str, input: Port, make: Box<dyn MakeSink>) -> Self {
        self.sinks.push(SinkPart {
            name: name.to_owned(),
            input,
            make,
        });
        self
    }
}
