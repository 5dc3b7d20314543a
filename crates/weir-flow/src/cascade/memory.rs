//! Reservations for what is held, and who lets go when memory is short.

use weir_memory::Bytes;

use super::node::Node;
use super::{Cascade, Failure};
use crate::OperatorError;
use crate::limits::{Candidate, largest_releasable};

/// What asking for room came to.
pub(super) enum Room {
    /// It is reserved.
    Made,
    /// Something fired meanwhile: decide anew.
    LookAgain,
}

impl Cascade {
    /// Reserves for an arrival. Refused, it drains in this very call: first the operator itself, then what spilling
    /// gives, then the largest buffers elsewhere.
    pub(super) fn make_room(&mut self, index: usize, bytes: u64) -> Result<Room, Failure> {
        let refusal = match self.nodes[index].held.grow(Bytes::new(bytes)) {
            Ok(()) => return Ok(Room::Made),
            Err(refusal) => refusal,
        };
        if !self.nodes[index].load.is_empty() {
            self.nodes[index].counts.released += 1;
            self.fire(index)?;
            return Ok(Room::LookAgain);
        }
        if self.relieve(index)? > 0 || self.release_one(1)? {
            return Ok(Room::LookAgain);
        }
        Err(Failure::own(index, OperatorError::from(refusal)))
    }

    /// Lets rows go early where the pipeline holds much or the budget is tight.
    pub(super) fn relieve_pressure(&mut self) -> Result<(), Failure> {
        let held: u64 = self.nodes.iter().map(|node| node.load.bytes).sum();
        let Some(stays) = self.relief.observe(held, self.budget.pressure()) else {
            return Ok(());
        };
        while self.nodes.iter().map(|node| node.load.bytes).sum::<u64>() > stays {
            if !self.release_one(self.settings.minimum_rows)? {
                break;
            }
        }
        Ok(())
    }

    /// Fires the largest buffer that can be; whether there was one.
    fn release_one(&mut self, minimum_rows: u64) -> Result<bool, Failure> {
        let candidates = self.nodes.iter().enumerate().filter(|(_, node)| {
            let meets_the_stack = self
                .nodes
                .iter()
                .zip(&node.below)
                .any(|(other, below)| *below && other.busy);
            node.is_operator() && node.accumulate && !node.busy && !node.more && !meets_the_stack
        });
        let candidates: Vec<_> = candidates
            .map(|(operator, node)| Candidate {
                operator,
                bytes: node.load.bytes,
                rows: node.load.rows,
            })
            .collect();
        let Some(chosen) = largest_releasable(&candidates, minimum_rows) else {
            return Ok(false);
        };
        self.nodes[chosen].counts.released += 1;
        self.fire(chosen).map_err(Failure::below)?;
        Ok(true)
    }

    /// Reserves what waits on a node's edges. Never refused: it is there already, and delivering it frees it; at
    /// most one output and one batch.
    pub(super) fn account_passing(&mut self, index: usize) {
        let node = &mut self.nodes[index];
        let bytes = node
            .outs
            .iter()
            .map(|&edge| self.edges[edge].pending_bytes())
            .sum();
        let _ = node.passing.resize(Bytes::new(bytes));
    }

    fn relieve(&mut self, index: usize) -> Result<usize, Failure> {
        let freed = self.operator(index, |operator| operator.relieve());
        let freed = freed.map_err(|failure| Failure {
            own: true,
            ..failure
        })?;
        if freed > 0 {
            let bytes = self.state_bytes(index);
            let state = &mut self.nodes[index].state;
            let _ = state.resize(Bytes::new(bytes).min(state.size()));
        }
        Ok(freed)
    }

    /// Reserves what the node's state has grown to.
    pub(super) fn account_state(&mut self, index: usize) -> Result<(), Failure> {
        loop {
            let bytes = self.state_bytes(index);
            let Err(refusal) = self.nodes[index].state.resize(Bytes::new(bytes)) else {
                return Ok(());
            };
            if self.nodes[index].is_operator() && self.relieve(index).map_err(Failure::below)? > 0 {
                continue;
            }
            if !self.release_one(1).map_err(Failure::below)? {
                return Err(Failure::later(index, OperatorError::from(refusal)));
            }
        }
    }
}

impl Node {
    /// Gives back what is no longer held.
    pub(super) fn release_held(&mut self) {
        let bytes = Bytes::new(self.load.bytes).min(self.held.size());
        let _ = self.held.resize(bytes);
    }
}
