//! What comes in from outside.

use arrow_array::RecordBatch;

use super::element::SizedRows;
use super::{Cascade, CascadeCause, CascadeError, Failure};
use crate::batch::size::without_parent;
use crate::{Frontier, OperatorError};

impl Cascade {
    /// Takes rows in at a source and moves whatever that moves. What an earlier failure left is delivered first.
    pub(crate) fn push(&mut self, source: usize, rows: RecordBatch) -> Result<(), CascadeError> {
        self.usable(source)?;
        let prepared = self
            .drain()
            .and_then(|()| self.relieve_pressure())
            .and_then(|()| self.checked_input(source, rows));
        let (rows, frontier, before) = prepared.map_err(|failure| self.error(failure, false))?;
        if rows.rows.num_rows() == 0 {
            return Ok(());
        }
        let count = rows.rows.num_rows() as u64;
        self.enqueue(source, vec![(0, rows)], frontier);
        self.nodes[source].busy = true;
        let result = self.deliver_from(source);
        self.nodes[source].busy = false;
        let taken = result.is_ok() || !self.take_back(source);
        let node = &mut self.nodes[source];
        if taken {
            node.counts.runs += 1;
            node.counts.rows_out += count;
        } else {
            node.checks = before;
        }
        result.map_err(|failure| self.error(failure, taken))
    }

    /// Says that a source has no more rows.
    pub(crate) fn finish_source(&mut self, source: usize) -> Result<(), CascadeError> {
        self.usable(source)?;
        self.drain().map_err(|failure| self.error(failure, false))?;
        self.enqueue(source, Vec::new(), Frontier::End);
        self.drain().map_err(|failure| self.error(failure, true))
    }

    /// Delivers what an earlier failure left, the nearest to the end first.
    pub(super) fn drain(&mut self) -> Result<(), Failure> {
        for node in (0..self.nodes.len()).rev() {
            self.catch_up(node)?;
        }
        Ok(())
    }

    pub(super) fn usable(&self, source: usize) -> Result<(), CascadeError> {
        if self.broken || self.ended {
            let cause = if self.ended {
                CascadeCause::Ended
            } else {
                CascadeCause::Operator(OperatorError::Rows(
                    "the pipeline has failed before and cannot go on".to_owned(),
                ))
            };
            return Err(self.error(Failure::own(source, cause), false));
        }
        Ok(())
    }

    #[allow(clippy::type_complexity, reason = "the check as it was, to go back to")]
    fn checked_input(
        &mut self,
        source: usize,
        rows: RecordBatch,
    ) -> Result<(SizedRows, Frontier, Vec<crate::OrderCheck>), Failure> {
        let before = self.nodes[source].checks.clone();
        let mut frontier = Frontier::Start;
        if let Some(check) = self.nodes[source].checks.first_mut()
            && let Some((_, last)) = check
                .check(&rows)
                .map_err(|error| Failure::own(source, error))?
        {
            frontier = Frontier::At(last);
        }
        let (rows, bytes) = without_parent(rows)
            .map_err(|error| Failure::own(source, OperatorError::from(error)))?;
        Ok((SizedRows { rows, bytes }, frontier, before))
    }

    /// Takes a push back of which nothing was taken by anyone; whether that could be.
    fn take_back(&mut self, source: usize) -> bool {
        let untouched = self.nodes[source].outs.iter().all(|&edge| {
            let pending = &self.edges[edge].pending;
            pending.len() == 1 && !pending[0].touched
        });
        if untouched {
            for position in 0..self.nodes[source].outs.len() {
                let edge = self.nodes[source].outs[position];
                self.edges[edge].pending.clear();
            }
            self.account_passing(source);
        }
        untouched
    }

    pub(super) fn error(&self, failure: Failure, taken: bool) -> CascadeError {
        CascadeError {
            node: self.nodes[failure.node].name.to_string(),
            taken,
            cause: failure.cause,
        }
    }
}
