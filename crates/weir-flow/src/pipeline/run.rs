use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Scope, ScopedJoinHandle};

use arrow_array::RecordBatch;
use weir_memory::{Bytes, Holder, Reservation};
use weir_run::{Cancel, Stage};
use weir_store::Version;

use super::feed::Pipeline;
use super::{FlowError, checkpoint::Resumed};
use crate::bars::Followed;
use crate::batch::size::allocated_bytes;
use crate::{CascadeCause, Committed, Counts, Frontier, Position, Source, SourceError};

/// How a pipeline is run. No result depends on it but [`ending`](Self::ending).
#[derive(Clone, Default)]
pub struct RunOptions {
    /// Asked between batches: a cancelled run leaves its last commit.
    pub cancel: Option<Cancel>,
    /// Told progress in rows, and each operator's time and memory.
    pub stage: Option<Arc<Stage>>,
    /// Threads: one drives, each further one decodes ahead for a source. 0 is taken as 1.
    pub threads: usize,
    /// Commits after about so many rows read; without it at the end only.
    pub checkpoint_rows: Option<u64>,
    /// What happens at the end of the sources.
    pub ending: Ending,
}

/// What happens at the end of the sources.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// Open bars and unmatched rows come out. A sink that replaces rows by their label takes better ones from a later run; for
    /// other sinks the result is final.
    #[default]
    End,
    /// Only what is settled is committed; a later run goes on with more rows.
    KeepOpen,
}

/// What a run did.
#[derive(Clone, Debug, Default)]
pub struct FlowReport {
    /// Rows read in this run.
    pub rows: u64,
    /// The number of the checkpoint that it went on from; 0 where it began.
    pub resumed_from: u64,
    /// Commits of this run.
    pub commits: u64,
    /// There was nothing to do: an earlier run had come to the end, and no source has more rows.
    pub up_to_date: bool,
    /// What each part did.
    pub counts: Vec<(String, Counts)>,
    /// The last commit of each sink, with the rows of all commits of this run.
    pub committed: Vec<(String, Committed)>,
    /// What was brought up to date, where the bars follow a dataset.
    pub followed: Option<FollowedSource>,
}

/// A dataset that bars follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowedSource {
    /// The source's name in the pipeline.
    pub source: String,
    /// Its version that the bars are of now.
    pub version: Version,
    /// What was done for each sink, by name.
    pub sinks: Vec<(String, Followed)>,
}

impl Pipeline {
    /// Runs from the sources, which are read in the order of event time, to the end: goes on from the sinks' last commits, where there are
    /// any.
    ///
    /// # Errors
    ///
    /// [`FlowError`]. What was committed stays, and a new pipeline made the same way goes on from there; this one is
    /// not run again.
    pub fn run(&mut self, options: &RunOptions) -> Result<FlowReport, FlowError> {
        if let Some(stage) = &options.stage {
            self.watch(Arc::clone(stage));
        }
        let resumed = self.take_up()?;
        let mut report = FlowReport {
            resumed_from: resumed.number,
            ..FlowReport::default()
        };
        let mut sources = Vec::new();
        for slot in &mut self.sources {
            let Some(mut source) = slot.source.take() else {
                continue;
            };
            if slot.position != source.position() && slot.position != Position::default() {
                source.seek(&slot.position)?;
            }
            // A sink leaves out as many rows as it has: they have to be those that it has.
            if let Some(before) = resumed.read_before.get(&*slot.name)
                && *before != Position::default()
            {
                source.seek(before)?;
                source.seek(&Position::default())?;
            }
            sources.push(source);
        }
        let holders: Vec<_> = self
            .sources
            .iter()
            .map(|slot| {
                let name = self.setting.holder_name(&self.plan.pipeline, &slot.name);
                self.setting.budget.holder(name)
            })
            .collect();
        std::thread::scope(|scope| {
            let mut pulls = Vec::new();
            let fed = self.sources.iter().map(|slot| Arc::clone(&slot.name));
            for (index, ((source, holder), name)) in
                sources.iter_mut().zip(holders).zip(fed).enumerate()
            {
                pulls.push(if index + 1 < options.threads.max(1) {
                    Pull::ahead(scope, &name, source, holder)?
                } else {
                    Pull::Direct(source)
                });
            }
            self.drive(&mut pulls, &resumed, options, &mut report)
        })?;
        let kept_open = resumed.whole && options.ending == Ending::KeepOpen;
        report.up_to_date = report.rows == 0 && (resumed.ended || kept_open);
        if !report.up_to_date {
            if options.ending == Ending::End {
                report.committed = self.finish()?;
                report.commits += 1;
            } else {
                self.cascade.settle()?;
                let checkpoint = self.describe()?;
                report.committed = self.commit(&checkpoint)?;
                report.commits += 1;
                self.close_sinks()?;
            }
        }
        let names = self.plan.nodes.iter().enumerate();
        report.counts = names
            .map(|(index, node)| (node.name.clone(), self.cascade.counts(index)))
            .collect();
        for (name, committed) in &mut report.committed {
            let counts = report.counts.iter().find(|(part, _)| part == name);
            committed.rows = counts.map_or(committed.rows, |(_, counts)| counts.rows_out);
        }
        Ok(report)
    }

    fn drive(
        &mut self,
        pulls: &mut [Pull<'_>],
        resumed: &Resumed,
        options: &RunOptions,
        report: &mut FlowReport,
    ) -> Result<(), FlowError> {
        let mut since_checkpoint = 0;
        while let Some(next) = self.next_source() {
            if let Some(cancel) = &options.cancel {
                cancel.check()?;
            }
            let slot = &mut self.sources[next];
            let Some(pull) = pulls.get_mut(next) else {
                slot.frontier = Frontier::End;
                continue;
            };
            let Some(pulled) = pull.next(&slot.name)? else {
                slot.frontier = Frontier::End;
                let node = slot.node;
                self.cascade.finish_source(node)?;
                continue;
            };
            let rows = pulled.rows.num_rows() as u64;
            resumed.check(&slot.name, &pulled.position)?;
            drop(pulled.reservation);
            self.take(next, pulled.rows, pulled.position)?;
            report.rows += rows;
            since_checkpoint += rows;
            if let Some(stage) = &options.stage {
                stage.progress().add(rows);
            }
            if options
                .checkpoint_rows
                .is_some_and(|every| since_checkpoint >= every.max(1))
            {
                since_checkpoint = 0;
                if self.checkpoint()? {
                    report.commits += 1;
                }
            }
        }
        Ok(())
    }

    /// The source whose rows are furthest behind in event time; of equals the one declared first.
    fn next_source(&self) -> Option<usize> {
        let open = self
            .sources
            .iter()
            .enumerate()
            .filter(|(_, slot)| slot.frontier != Frontier::End);
        open.min_by(|(_, a), (_, b)| a.frontier.cmp(&b.frontier))
            .map(|(index, _)| index)
    }

    fn take(
        &mut self,
        source: usize,
        rows: RecordBatch,
        position: Position,
    ) -> Result<(), FlowError> {
        let slot = &self.sources[source];
        let stream = &self.plan.nodes[slot.node].stream;
        let last = rows.num_rows().checked_sub(1);
        let last = match last {
            Some(last) => stream.time(&rows, last).unwrap_or(None),
            None => None,
        };
        let (name, node, first_row) = (
            slot.name.to_string(),
            slot.node,
            position.rows.saturating_sub(rows.num_rows() as u64),
        );
        if let Err(error) = self.cascade.push(node, rows) {
            return Err(match *error.cause {
                CascadeCause::Rows(source) if !error.taken && error.node == name => {
                    SourceError::Rows {
                        name,
                        first_row,
                        source: Box::new(source),
                    }
                    .into()
                }
                cause => crate::CascadeError {
                    cause: Box::new(cause),
                    ..error
                }
                .into(),
            });
        }
        let slot = &mut self.sources[source];
        slot.position = position;
        if let Some(last) = last {
            slot.frontier = Frontier::At(last);
        }
        Ok(())
    }
}

struct Pulled {
    rows: RecordBatch,
    position: Position,
    reservation: Option<Reservation>,
}

/// Where batches come from: the source itself, or a thread that is at most two batches ahead.
enum Pull<'scope> {
    Direct(&'scope mut Box<dyn Source>),
    Ahead {
        batches: Receiver<Result<Pulled, SourceError>>,
        thread: Option<ScopedJoinHandle<'scope, ()>>,
    },
}

impl<'scope> Pull<'scope> {
    fn ahead<'env>(
        scope: &'scope Scope<'scope, 'env>,
        name: &str,
        source: &'scope mut Box<dyn Source>,
        holder: Holder,
    ) -> Result<Self, FlowError> {
        let (sender, batches) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name(format!("decode {name}"))
            .spawn_scoped(scope, move || decode(&mut **source, &holder, &sender))
            .map_err(|error| FlowError::Thread {
                source_name: name.to_owned(),
                what: format!("cannot be started: {error}"),
            })?;
        Ok(Self::Ahead {
            batches,
            thread: Some(thread),
        })
    }

    fn next(&mut self, name: &str) -> Result<Option<Pulled>, FlowError> {
        match self {
            Self::Direct(source) => Ok(pull(&mut ***source)?),
            Self::Ahead { batches, thread } => match batches.recv() {
                Ok(pulled) => Ok(Some(pulled?)),
                // The thread has ended: at the end of the source, or by a panic.
                Err(_) => match thread.take().map(ScopedJoinHandle::join) {
                    None | Some(Ok(())) => Ok(None),
                    Some(Err(_)) => Err(FlowError::Thread {
                        source_name: name.to_owned(),
                        what: "panicked".to_owned(),
                    }),
                },
            },
        }
    }
}

fn pull(source: &mut dyn Source) -> Result<Option<Pulled>, SourceError> {
    let rows = source.next()?;
    let position = source.position();
    Ok(rows.map(|rows| Pulled {
        rows,
        position,
        reservation: None,
    }))
}

/// Until the source ends or nobody listens any more. Refused memory, it goes on with that one batch alone, as the driver would.
fn decode(
    source: &mut dyn Source,
    holder: &Holder,
    sender: &SyncSender<Result<Pulled, SourceError>>,
) {
    loop {
        let pulled = match pull(source) {
            Ok(Some(pulled)) => Ok(Pulled {
                reservation: holder
                    .reserve(Bytes::new(allocated_bytes(&pulled.rows)))
                    .ok(),
                ..pulled
            }),
            Ok(None) => return,
            Err(error) => Err(error),
        };
        let failed = pulled.is_err();
        if sender.send(pulled).is_err() || failed {
            return;
        }
    }
}
