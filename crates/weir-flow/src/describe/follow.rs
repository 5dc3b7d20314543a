//! Whether a pipeline's bars follow a dataset, or its rows go through it as a stream: decided by the file alone.

use std::fmt;

use super::PipelineFile;
use super::bars::BarsStep;
use super::graph::{Giver, Givers};
use super::sink::{StoreTarget, Target};
use super::source::{SourceSpec, StoreSource};
use super::step::Work;
use super::words::Comparison;
use weir_yaml::Said;

/// How a pipeline takes in what changed in its sources since its last run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Following {
    /// Its bars follow a dataset: a run makes those anew whose rows were added, corrected or removed, wherever they are.
    Followed {
        /// The source's name.
        source: String,
        /// The step's name.
        bars: String,
    },
    /// A run goes on behind the rows that were read before. Rows that came before those, or were changed, are refused.
    Streamed {
        /// Why its rows are not followed.
        why: String,
    },
}

impl fmt::Display for Following {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Followed { source, bars } => write!(
                out,
                "yes: `{source}` is a dataset and `{bars}` are bars of periods in datasets, so that a run makes the bars anew that late, \
                 corrected or removed rows touch"
            ),
            Self::Streamed { why } => write!(
                out,
                "no: {why}; a run goes on behind the rows read before, and refuses late ones"
            ),
        }
    }
}

impl Following {
    pub(super) fn of(chain: Result<&Chain<'_>, &String>) -> Self {
        match chain {
            Ok(chain) => Self::Followed {
                source: chain.source.0.to_owned(),
                bars: chain.bars.0.to_owned(),
            },
            Err(why) => Self::Streamed { why: why.clone() },
        }
    }
}

/// A pipeline that is a dataset, filters, bars, and a dataset for each of their results.
pub(super) struct Chain<'f> {
    pub(super) source: (&'f str, &'f StoreSource),
    pub(super) filters: Vec<&'f [Said<Comparison>]>,
    pub(super) bars: (&'f str, &'f BarsStep),
    /// In the order of the bars' ways out.
    pub(super) targets: Vec<(&'f str, &'f StoreTarget)>,
}

impl PipelineFile {
    /// The chain that this pipeline is, or why it is none.
    pub(super) fn following(&self) -> Result<Chain<'_>, String> {
        let [(source_name, source)] = &self.sources[..] else {
            return Err("it has several sources".to_owned());
        };
        let SourceSpec::Store(source) = source else {
            return Err(format!("`{source_name}` is no dataset of a store"));
        };
        let givers = Givers::of(self);
        let mut bars = self
            .steps
            .iter()
            .filter_map(|(name, step)| match &step.work {
                Work::Bars(bars) => Some((name, step, bars)),
                _ => None,
            });
        let Some((name, step, spec)) = bars.next() else {
            return Err("it makes no bars".to_owned());
        };
        if bars.next().is_some() {
            return Err("it has several steps of bars".to_owned());
        }
        if !step.firing.accumulate {
            return Err(format!("`{name}` starts afresh after each firing"));
        }
        for (resolution, said) in &spec.resolutions {
            let what = if said.rows > 0 {
                "its bars are counted in rows"
            } else if said.empty_periods {
                "it has `empty_periods`"
            } else if said.snapshots.0.is_some() {
                "it has `snapshots`"
            } else {
                continue;
            };
            return Err(format!(
                "`{name}.{resolution}` depends on all rows before, since {what}"
            ));
        }
        let mut filters = Vec::new();
        let (mut from, mut passed) = (&spec.from, 1);
        // Each step at most once: the file has no circles.
        for _ in 0..=self.steps.len() {
            match givers.resolve(from) {
                Ok((Giver::Step(index), _)) => {
                    let (name, step) = &self.steps[index];
                    match &step.work {
                        Work::Filter { from: next, filter } => {
                            filters.push(&filter[..]);
                            from = next;
                        }
                        Work::Buffer { from: next } => from = next,
                        _ => {
                            return Err(format!(
                                "`{name}`, before the bars, is neither a filter nor a buffer"
                            ));
                        }
                    }
                    passed += 1;
                }
                _ => break,
            }
        }
        if passed != self.steps.len() {
            return Err("it has steps beside or behind the bars".to_owned());
        }
        let mut targets = vec![None; spec.resolutions.len()];
        for (name, sink) in &self.sinks {
            let Target::Store(target) = &sink.to else {
                return Err(format!("`{name}` is no dataset of a store"));
            };
            match givers.resolve(&sink.from) {
                Ok((Giver::Step(index), way))
                    if matches!(self.steps[index].1.work, Work::Bars(_)) =>
                {
                    match targets.get_mut(way) {
                        Some(free @ None) => *free = Some((name.as_str(), target)),
                        _ => return Err(format!("`{}` is written twice", sink.from)),
                    }
                }
                _ => return Err(format!("`{name}` takes other rows than bars")),
            }
        }
        let targets: Option<Vec<_>> = targets.into_iter().collect();
        Ok(Chain {
            source: (source_name, source),
            filters,
            bars: (name, spec),
            targets: targets.ok_or("a resolution is not written")?,
        })
    }
}
