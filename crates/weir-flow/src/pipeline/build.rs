use std::collections::BTreeMap;
use std::sync::Arc;

use super::builder::{OperatorPart, SinkPart, SourcePart};
use super::error::BuildError;
use super::feed::{Pipeline, SourceSlot};
use super::order::topological;
use super::plan::{NodePlan, NodeRole, Plan};
use super::{PipelineBuilder, Port, Setting};
use crate::cascade::{Cascade, CascadeCause, EdgeSpec, NodeSpec, SinkWork, Work};
use crate::{Context, EventTime, Limits, StreamSchema};

/// A pipeline has at most so many parts; rows move through them by recursion.
const MOST_PARTS: usize = 256;

enum Part {
    Source(SourcePart),
    Operator(OperatorPart),
    Sink(SinkPart),
}

impl Part {
    fn name(&self) -> &str {
        match self {
            Self::Source(part) => &part.name,
            Self::Operator(part) => &part.name,
            Self::Sink(part) => &part.name,
        }
    }

    fn inputs(&self) -> Vec<Port> {
        match self {
            Self::Source(_) => Vec::new(),
            Self::Operator(part) => part.inputs.clone(),
            Self::Sink(part) => vec![part.input.clone()],
        }
    }

    fn ways(&self) -> usize {
        match self {
            Self::Source(_) => 1,
            Self::Operator(part) => part.ways,
            Self::Sink(_) => 0,
        }
    }
}

impl PipelineBuilder {
    /// Checks the description, makes the operators and sinks, and opens them.
    ///
    /// # Errors
    ///
    /// [`BuildError`]: names, inputs that are not there, circles, outputs that go nowhere, operators that do not suit their inputs.
    pub fn build(self, setting: &Setting) -> Result<Pipeline, BuildError> {
        let (name, identity) = (self.name.clone(), self.identity.clone());
        check_name(&name)?;
        let (parts, inputs) = self.ordered()?;
        let holding = parts.iter().filter(
            |part| matches!(part, Part::Operator(part) if part.options.limits != Limits::at_once()),
        );
        let sizes = setting.sizes(holding.count());

        let mut nodes = Vec::new();
        let mut edges = Vec::new();
        let mut sources = Vec::new();
        let mut plan = Vec::new();
        let mut streams: Vec<Vec<StreamSchema>> = Vec::new();
        for (index, (part, inputs)) in parts.into_iter().zip(inputs).enumerate() {
            let node_name: Arc<str> = part.name().into();
            let holder = setting
                .budget
                .holder(setting.holder_name(&name, &node_name));
            let given: Vec<_> = inputs
                .iter()
                .map(|(from, way)| streams[*from][*way].clone())
                .collect();
            for (input, (from, way)) in inputs.iter().enumerate() {
                edges.push(EdgeSpec {
                    from: *from,
                    way: *way,
                    to: index,
                    input,
                });
            }
            let context = Context {
                name: node_name.to_string(),
                holder: holder.clone(),
                files: Arc::clone(&setting.files),
                spill: setting
                    .spill
                    .as_ref()
                    .map(|folder| folder.join(&*node_name)),
                memory: usize::try_from(sizes.node_share.max(sizes.share / 2))
                    .unwrap_or(usize::MAX),
            };
            let made = Made::new(part, index, &given, &context, &mut sources)?;
            plan.push(NodePlan {
                name: node_name.to_string(),
                role: made.role,
                inputs: inputs
                    .iter()
                    .map(|(from, way)| (plan_name(&plan, *from), *way))
                    .collect(),
                limits: made.limits,
                accumulate: made.accumulate,
                share: match made.role {
                    NodeRole::Operator(_) if made.limits != Limits::at_once() => sizes.node_share,
                    _ => 0,
                },
                stream: made.stream.clone(),
            });
            streams.push(made.outputs.clone());
            nodes.push(NodeSpec {
                name: node_name,
                work: made.work,
                inputs: given,
                outputs: made.outputs,
                limits: made.limits,
                accumulate: made.accumulate,
                holder,
            });
        }
        let identity = identify(&identity, &plan);
        let cascade =
            Cascade::new(nodes, edges, setting.budget.clone(), sizes).map_err(|failure| {
                let node = plan[failure.node].name.clone();
                match *failure.cause {
                    CascadeCause::Operator(source) => BuildError::Operator {
                        node,
                        source: Box::new(source),
                    },
                    other => BuildError::Operator {
                        node,
                        source: Box::new(crate::OperatorError::Rows(other.to_string())),
                    },
                }
            })?;
        let plan = Plan {
            pipeline: name,
            share: sizes.share,
            nodes: plan,
        };
        Ok(Pipeline::new(
            cascade,
            sources,
            plan,
            identity,
            setting.clone(),
        ))
    }

    /// The parts, each after its inputs, and where the inputs of each come from.
    #[allow(
        clippy::type_complexity,
        reason = "parts and, for each, (part, way) of its inputs"
    )]
    fn ordered(self) -> Result<(Vec<Part>, Vec<Vec<(usize, usize)>>), BuildError> {
        let (sources, sinks) = (self.sources.len(), self.sinks.len());
        let parts = self.sources.into_iter().map(Part::Source);
        let parts = parts.chain(self.operators.into_iter().map(Part::Operator));
        let parts: Vec<Part> = parts
            .chain(self.sinks.into_iter().map(Part::Sink))
            .collect();
        if parts.len() > MOST_PARTS {
            return Err(BuildError::TooLarge {
                parts: parts.len(),
                most: MOST_PARTS,
            });
        }
        let mut by_name = BTreeMap::new();
        for (index, part) in parts.iter().enumerate() {
            check_name(part.name())?;
            if by_name.insert(part.name().to_owned(), index).is_some() {
                return Err(BuildError::Twice {
                    name: part.name().to_owned(),
                });
            }
        }
        if sources == 0 || sinks == 0 {
            return Err(BuildError::Empty { sources, sinks });
        }
        let mut inputs = Vec::with_capacity(parts.len());
        let mut used: Vec<Vec<bool>> = parts.iter().map(|part| vec![false; part.ways()]).collect();
        for part in &parts {
            let mut resolved = Vec::new();
            for port in part.inputs() {
                let from = *by_name
                    .get(&port.node)
                    .filter(|&&from| parts[from].ways() > 0)
                    .ok_or_else(|| {
                        let known = parts.iter().filter(|part| part.ways() > 0);
                        BuildError::Dangling {
                            node: part.name().to_owned(),
                            input: port.node.clone(),
                            known: known.map(|part| part.name().to_owned()).collect(),
                        }
                    })?;
                let ways = used[from].len();
                *used[from]
                    .get_mut(port.way)
                    .ok_or_else(|| BuildError::NoWay {
                        node: part.name().to_owned(),
                        input: port.node.clone(),
                        way: port.way,
                        ways,
                    })? = true;
                resolved.push((from, port.way));
            }
            inputs.push(resolved);
        }
        let graph: Vec<Vec<usize>> = inputs
            .iter()
            .map(|inputs| inputs.iter().map(|(from, _)| *from).collect())
            .collect();
        let order = topological(&graph).map_err(|circle| BuildError::Cycle {
            nodes: circle
                .iter()
                .map(|&part| parts[part].name().to_owned())
                .collect(),
        })?;
        for (part, used) in parts.iter().zip(&used) {
            if let Some(way) = used.iter().position(|used| !used) {
                return Err(BuildError::Nowhere {
                    node: part.name().to_owned(),
                    way,
                });
            }
        }
        let mut place = vec![0; parts.len()];
        for (at, &part) in order.iter().enumerate() {
            place[part] = at;
        }
        let inputs = order.iter().map(|&part| {
            inputs[part]
                .iter()
                .map(|&(from, way)| (place[from], way))
                .collect()
        });
        let inputs = inputs.collect();
        let mut parts: Vec<_> = parts.into_iter().map(Some).collect();
        let parts = order
            .iter()
            .filter_map(|&part| parts[part].take())
            .collect();
        Ok((parts, inputs))
    }
}

struct Made {
    work: Work,
    stream: StreamSchema,
    outputs: Vec<StreamSchema>,
    limits: Limits,
    accumulate: bool,
    role: NodeRole,
}

impl Made {
    fn new(
        part: Part,
        index: usize,
        inputs: &[StreamSchema],
        context: &Context,
        sources: &mut Vec<SourceSlot>,
    ) -> Result<Self, BuildError> {
        match part {
            Part::Source(part) => {
                sources.push(SourceSlot::new(part.name, index, part.source));
                Ok(Self {
                    work: Work::Source,
                    outputs: vec![part.stream.clone()],
                    stream: part.stream,
                    limits: Limits::at_once(),
                    accumulate: true,
                    role: NodeRole::Source,
                })
            }
            Part::Operator(part) => {
                let node = part.name;
                let failed = |source| BuildError::Operator {
                    node: node.clone(),
                    source: Box::new(source),
                };
                let mut operator = part.make.make(inputs).map_err(failed)?;
                operator.open(context).map_err(failed)?;
                if part.options.limits.needs_event_time() {
                    check_event_time(&node, inputs)?;
                }
                Ok(Self {
                    stream: operator.output().clone(),
                    outputs: (0..part.ways)
                        .map(|way| operator.output_of(way).clone())
                        .collect(),
                    role: NodeRole::Operator(operator.kind()),
                    work: Work::Operator(operator),
                    limits: part.options.limits,
                    accumulate: part.options.accumulate,
                })
            }
            Part::Sink(part) => {
                let stream = inputs[0].clone();
                let sink = part
                    .make
                    .make(&stream, context)
                    .map_err(|source| BuildError::Sink {
                        node: part.name,
                        source,
                    })?;
                Ok(Self {
                    work: Work::Sink(SinkWork {
                        sink,
                        delivered: 0,
                        skip: 0,
                    }),
                    stream,
                    outputs: Vec::new(),
                    limits: Limits::at_once(),
                    accumulate: false,
                    role: NodeRole::Sink,
                })
            }
        }
    }
}

fn check_event_time(node: &str, inputs: &[StreamSchema]) -> Result<(), BuildError> {
    for input in inputs {
        let is_integer = input.order_type().is_some_and(EventTime::is_integer);
        if !is_integer {
            return Err(BuildError::EventTime {
                node: node.to_owned(),
                found: input
                    .order_type()
                    .map_or_else(|| "a stream without order".to_owned(), ToString::to_string),
            });
        }
    }
    Ok(())
}

fn plan_name(plan: &[NodePlan], index: usize) -> String {
    plan.get(index)
        .map(|node| node.name.clone())
        .unwrap_or_default()
}

pub(super) fn check_name(name: &str) -> Result<(), BuildError> {
    let allowed = |c: char| c.is_alphanumeric() || "_-.:".contains(c);
    if name.is_empty() || name.len() > 100 || !name.chars().all(allowed) || name.starts_with('.') {
        return Err(BuildError::Name {
            name: name.chars().take(120).collect(),
        });
    }
    Ok(())
}

/// A checksum over what the results depend on, so far as the pipeline knows it: never over limits.
fn identify(text: &str, plan: &[NodePlan]) -> String {
    let mut all = text.to_owned();
    for node in plan {
        all.push_str(&format!("\n{}", node.name));
        for (input, way) in &node.inputs {
            all.push_str(&format!(" {input}.{way}"));
        }
        for field in node.stream.schema().fields() {
            all.push_str(&format!(" {}:{}", field.name(), field.data_type()));
        }
    }
    format!("{:08x}", crc32fast::hash(all.as_bytes()))
}
