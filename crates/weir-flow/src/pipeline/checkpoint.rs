//! Where a run was: committed with its rows, and taken up again.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{FlowError, Pipeline};
use crate::{Checkpoint, Committed, Position};

/// More state than this is not written into a dataset's metadata; the pipeline then commits at its end only.
const MOST_STATE: usize = 8 << 20;

/// A sink whose rows are final: it has rows that came of the end of a run and cannot be replaced.
pub(super) struct Final {
    sink: String,
    positions: BTreeMap<String, Position>,
}

/// What was taken up.
#[derive(Default)]
pub(super) struct Resumed {
    /// The number of the checkpoint; 0 for a beginning.
    pub(super) number: u64,
    /// Everything is done already, unless a source has more rows.
    pub(super) ended: bool,
    /// All sinks are at this checkpoint.
    pub(super) whole: bool,
    /// How far each source was read when some sink has rows of it, though everything is read again.
    pub(super) read_before: BTreeMap<String, Position>,
    finals: Vec<Final>,
}

impl Resumed {
    /// Refuses rows that a final result cannot take in.
    pub(super) fn check(&self, source: &str, position: &Position) -> Result<(), FlowError> {
        for done in &self.finals {
            let rows = done
                .positions
                .get(source)
                .map_or(0, |position| position.rows);
            if position.rows > rows {
                return Err(FlowError::Restart {
                    sink: done.sink.clone(),
                    what: format!(
                        "its last run came to the end and is final, but `{source}` now has more than {rows} rows; write into a new \
                         dataset, or write with replaced labels, or end runs with `keep open`"
                    ),
                });
            }
        }
        Ok(())
    }
}

impl Pipeline {
    /// Commits what is settled so far, with the places of the sources and the states of the operators, atomically for each sink. A run
    /// that is killed later goes on from here with the same result.
    ///
    /// Whether it committed: not where a sink is a plain file, or an operator's state cannot be saved.
    ///
    /// # Errors
    ///
    /// [`FlowError`]; then the last checkpoint stands.
    pub fn checkpoint(&mut self) -> Result<bool, FlowError> {
        let keeps = self
            .cascade
            .sinks()
            .all(|(_, _, work)| work.sink.keeps_checkpoints());
        if !keeps {
            return Ok(false);
        }
        self.cascade.settle()?;
        let checkpoint = self.describe()?;
        if !checkpoint.resumable {
            return Ok(false);
        }
        self.commit(&checkpoint)?;
        Ok(true)
    }

    /// The checkpoint of this moment, everything being settled.
    pub(super) fn describe(&mut self) -> Result<Checkpoint, FlowError> {
        let states = self.cascade.save()?;
        let states =
            states.filter(|states| states.values().map(Vec::len).sum::<usize>() <= MOST_STATE);
        let positions = self
            .sources
            .iter()
            .map(|slot| (slot.name.to_string(), slot.position.clone()));
        Ok(Checkpoint {
            number: self.checkpoint + 1,
            pipeline: self.identity.clone(),
            positions: positions.collect(),
            resumable: states.is_some(),
            states: states
                .unwrap_or_default()
                .into_iter()
                .map(|(name, state)| (name, STANDARD.encode(state)))
                .collect(),
            delivered: self
                .cascade
                .sinks()
                .map(|(_, name, work)| (name.to_owned(), work.delivered))
                .collect(),
            provisional: BTreeMap::new(),
            ended: false,
        })
    }

    pub(super) fn commit(
        &mut self,
        checkpoint: &Checkpoint,
    ) -> Result<Vec<(String, Committed)>, FlowError> {
        // Counted even if it fails, since some sinks may have it.
        self.checkpoint = checkpoint.number;
        let mut all = Vec::new();
        for (_, name, work) in self.cascade.sinks() {
            let committed = work
                .sink
                .commit(checkpoint)
                .map_err(|source| FlowError::Sink {
                    node: name.to_owned(),
                    source,
                })?;
            all.push((name.to_owned(), committed));
        }
        Ok(all)
    }

    /// Ends the operators and commits: what they give because of the end is provisional.
    pub(super) fn finish(&mut self) -> Result<Vec<(String, Committed)>, FlowError> {
        self.cascade.settle()?;
        let mut checkpoint = self.describe()?;
        let same_names = self.cascade.keeps_names();
        for (_, name, work) in self.cascade.sinks() {
            let begun = work.sink.begin_provisional(same_names);
            begun.map_err(|source| FlowError::Sink {
                node: name.to_owned(),
                source,
            })?;
        }
        self.cascade.end()?;
        for (_, name, work) in self.cascade.sinks() {
            let settled = checkpoint.delivered.get(name).copied().unwrap_or(0);
            checkpoint
                .provisional
                .insert(name.to_owned(), work.delivered - settled);
        }
        checkpoint.ended = true;
        let committed = self.commit(&checkpoint)?;
        self.close_sinks()?;
        Ok(committed)
    }

    pub(super) fn close_sinks(&mut self) -> Result<(), FlowError> {
        for (_, name, work) in self.cascade.sinks() {
            work.sink.close().map_err(|source| FlowError::Sink {
                node: name.to_owned(),
                source,
            })?;
        }
        Ok(())
    }

    /// Goes to where the sinks' last commits say. Sinks can be one commit apart, since a crash can come between: the run goes on from
    /// the earliest, and those ahead leave out the rows that they have.
    pub(super) fn take_up(&mut self) -> Result<Resumed, FlowError> {
        let identity = self.identity.clone();
        let mut last = BTreeMap::new();
        for (_, name, work) in self.cascade.sinks() {
            let checkpoint = work.sink.last().map_err(|source| FlowError::Sink {
                node: name.to_owned(),
                source,
            })?;
            if let Some(checkpoint) = &checkpoint
                && checkpoint.pipeline != identity
            {
                return Err(FlowError::Restart {
                    sink: name.to_owned(),
                    what: "it was written by another pipeline, or by this one before it was changed; write into a new dataset".to_owned(),
                });
            }
            last.insert(name.to_owned(), checkpoint.unwrap_or_default());
        }
        let earliest = last
            .values()
            .filter(|one| one.resumable || one.number == 0)
            .min_by_key(|one| one.number);
        // Without a state to go on from, everything is made again, and nothing of it is written twice.
        let start = earliest.cloned().unwrap_or_default();
        let whole = start.number > 0 && last.values().all(|one| one.number == start.number);
        let mut resumed = Resumed {
            number: start.number,
            ended: start.ended && whole,
            whole,
            read_before: BTreeMap::new(),
            finals: Vec::new(),
        };
        if start.number == 0
            && let Some(furthest) = last.values().max_by_key(|one| one.number)
        {
            resumed.read_before.clone_from(&furthest.positions);
        }
        for (_, name, work) in self.cascade.sinks() {
            let Some(mine) = last.get(name) else { continue };
            let delivered =
                |checkpoint: &Checkpoint| checkpoint.delivered.get(name).copied().unwrap_or(0);
            let provisional = mine.provisional.get(name).copied().unwrap_or(0);
            let from = delivered(&start);
            let mut has = delivered(mine);
            if provisional > 0 && !work.sink.replaces() {
                has += provisional;
                resumed.finals.push(Final {
                    sink: name.to_owned(),
                    positions: mine.positions.clone(),
                });
            }
            work.delivered = from;
            work.skip = has.saturating_sub(from);
        }
        let mut states = BTreeMap::new();
        for (name, state) in &start.states {
            let state = STANDARD.decode(state).map_err(|error| FlowError::Restart {
                sink: name.clone(),
                what: format!(
                    "the state of `{name}` is damaged ({error}); write into a new dataset"
                ),
            })?;
            states.insert(name.clone(), state);
        }
        self.cascade.restore(&states)?;
        for slot in &mut self.sources {
            slot.position = start
                .positions
                .get(&*slot.name)
                .cloned()
                .unwrap_or_default();
        }
        self.checkpoint = last.values().map(|one| one.number).max().unwrap_or(0);
        Ok(resumed)
    }
}
