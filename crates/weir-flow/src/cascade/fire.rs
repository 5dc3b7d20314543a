//! Firing: from a buffer through the operator onto its edges, and on.

use arrow_array::RecordBatch;

use super::element::SizedRows;
use super::node::{Node, Phase, Work};
use super::{Cascade, CascadeCause, Failure};
use crate::batch::size::without_parent;
use crate::trigger::{Arriving, Load};
use crate::{Fired, Frontier, Held, HeldBatch, Operator, OperatorError, Output};

impl Cascade {
    /// Gives what is held to the operator and what it passes on to the next ones. An *own* failure has changed nothing; any
    /// other one comes after the operator was reset.
    pub(super) fn fire(&mut self, index: usize) -> Result<(), Failure> {
        let output = self.settings.output;
        let node = &mut self.nodes[index];
        debug_assert!(!node.busy, "a node on the stack does not fire");
        if !node.accumulate {
            return self.close_segment(index);
        }
        let Work::Operator(operator) = &mut node.work else {
            return Ok(());
        };
        let buffer = std::mem::take(&mut node.buffer);
        let batches = buffer.iter().map(|(input, sized)| HeldBatch {
            input: *input,
            rows: sized.rows.clone(),
        });
        let held = Held {
            batches: batches.collect(),
            frontiers: node.frontiers.clone(),
        };
        let mut out = Output::new(output);
        let watched = self.stage.as_ref().map(|stage| stage.operation(&node.name));
        let fired = operator.fire(&held, &mut out);
        drop(watched);
        let fired = match fired {
            Ok(fired) => fired,
            Err(error) => {
                node.buffer = buffer;
                return Err(Failure::own(index, error));
            }
        };
        drop((held, buffer));
        node.load = Load::default();
        node.release_held();
        node.counts.fires += 1;
        self.pass_on(index, out, fired)
    }

    /// Puts output on the edges, delivers it, and resumes the operator while it has more.
    pub(super) fn pass_on(
        &mut self,
        index: usize,
        mut out: Output,
        fired: Fired,
    ) -> Result<(), Failure> {
        self.nodes[index].busy = true;
        let result = self.pass_on_busy(index, &mut out, fired);
        self.nodes[index].busy = false;
        result.map_err(Failure::below)
    }

    fn pass_on_busy(
        &mut self,
        index: usize,
        out: &mut Output,
        mut fired: Fired,
    ) -> Result<(), Failure> {
        loop {
            self.nodes[index].more = fired == Fired::More;
            let frontier = self.frontier_of(index);
            let batches = self.checked(index, out.take())?;
            self.enqueue(index, batches, frontier);
            self.account_state(index)?;
            self.deliver_from(index)?;
            if fired == Fired::Done {
                return Ok(());
            }
            fired = self.operator(index, |operator| operator.resume(out))?;
        }
    }

    /// Goes on with what a failed call left: what waits on the edges, then what the operator has more.
    pub(super) fn catch_up(&mut self, index: usize) -> Result<(), Failure> {
        let output = self.settings.output;
        self.nodes[index].busy = true;
        let result = self.deliver_from(index);
        self.nodes[index].busy = false;
        result.map_err(Failure::below)?;
        self.account_state(index)?;
        if matches!(self.nodes[index].phase, Phase::Due | Phase::Closing) {
            return self.close_segment(index);
        }
        if self.nodes[index].more {
            let mut out = Output::new(output);
            let fired = self.operator(index, |operator| operator.resume(&mut out))?;
            self.pass_on(index, out, fired)?;
        }
        Ok(())
    }

    /// Passes a node's frontier on where nothing is held back.
    pub(super) fn pass_frontier(&mut self, index: usize) -> Result<(), Failure> {
        let node = &self.nodes[index];
        if !node.is_operator() || !node.load.is_empty() || node.more || node.busy {
            return Ok(());
        }
        let frontier = self.frontier_of(index);
        self.enqueue(index, Vec::new(), frontier);
        self.nodes[index].busy = true;
        let result = self.deliver_from(index);
        self.nodes[index].busy = false;
        result.map_err(Failure::below)
    }

    /// How far the node's output is settled once all that waits is delivered.
    fn frontier_of(&self, index: usize) -> Frontier {
        let node = &self.nodes[index];
        match &node.work {
            _ if node.more => Frontier::Start,
            _ if node.phase == Phase::Ended => Frontier::End,
            // What comes at the end may have any event time that was not passed before.
            Work::Operator(operator) => match operator.frontier(&node.frontiers) {
                Frontier::End => Frontier::common(&node.frontiers).min(self.last_time(index)),
                frontier => frontier,
            },
            Work::Source | Work::Sink(_) => Frontier::Start,
        }
    }

    /// What every way out has passed on: nothing before it comes any more.
    fn last_time(&self, index: usize) -> Frontier {
        let last = self.nodes[index].checks.iter().map(|check| {
            let last = check.last();
            last.map_or(Frontier::Start, |time| Frontier::At(time.clone()))
        });
        last.min().unwrap_or_default()
    }

    /// Output with its sizes, checked: it has the operator's columns and is in its order.
    fn checked(
        &mut self,
        index: usize,
        batches: Vec<(usize, RecordBatch)>,
    ) -> Result<Vec<(usize, SizedRows)>, Failure> {
        let mut sized = Vec::with_capacity(batches.len());
        for (way, rows) in batches {
            let node = &mut self.nodes[index];
            let checked = match node.checks.get_mut(way) {
                Some(check) => check.check(&rows),
                None => Err(crate::StreamError::Schema {
                    difference: format!("there is no way out {way}"),
                }),
            };
            if let Err(error) = checked {
                self.broken = true;
                return Err(Failure::later(index, CascadeCause::Broken(error)));
            }
            node.counts.rows_out += rows.num_rows() as u64;
            let (rows, bytes) = match without_parent(rows.clone()) {
                Ok(sized) => sized,
                // Not worth an error: it is only kept larger than it needs to be.
                Err(_) => {
                    let bytes = crate::batch::size::allocated_bytes(&rows);
                    (rows, bytes)
                }
            };
            sized.push((way, SizedRows { rows, bytes }));
        }
        Ok(sized)
    }

    pub(super) fn operator<T>(
        &mut self,
        index: usize,
        work: impl FnOnce(&mut dyn Operator) -> Result<T, OperatorError>,
    ) -> Result<T, Failure> {
        match &mut self.nodes[index].work {
            Work::Operator(operator) => {
                work(&mut **operator).map_err(|error| Failure::later(index, error))
            }
            Work::Source | Work::Sink(_) => {
                let error = OperatorError::Rows("not an operator".to_owned());
                Err(Failure::later(index, error))
            }
        }
    }
}

impl Node {
    pub(super) fn advance(&mut self, input: usize, frontier: Frontier) {
        if let Some(mine) = self.frontiers.get_mut(input)
            && *mine < frontier
        {
            *mine = frontier;
        }
    }

    pub(super) fn note_arrival(&mut self, arriving: &Arriving, slice: bool) {
        self.counts.runs += u64::from(arriving.counts);
        self.counts.rows_in += arriving.rows;
        self.counts.slices += u64::from(slice);
        if let crate::Bound::Fixed(most) = self.limits_now().bytes
            && arriving.rows == 1
            && arriving.bytes > most.get()
        {
            self.counts.oversized += 1;
        }
        self.adaptive.observe(arriving.bytes);
    }
}
