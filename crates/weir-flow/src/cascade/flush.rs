//! Flushes: each operator once, in topological order, buffers first, then state.

use super::node::{Phase, Work};
use super::{Cascade, CascadeError, Failure};
use crate::{Frontier, Output};

impl Cascade {
    /// Fires everything that is held, without ending anything: what is left is the operators' state. Changes only when rows move.
    pub(crate) fn settle(&mut self) -> Result<(), CascadeError> {
        if self.ended {
            return Ok(());
        }
        self.usable(0)?;
        self.settle_nodes()
            .map_err(|failure| self.error(failure, true))
    }

    fn settle_nodes(&mut self) -> Result<(), Failure> {
        self.drain()?;
        for node in 0..self.nodes.len() {
            if self.nodes[node].is_operator() && !self.nodes[node].load.is_empty() {
                self.fire(node).map_err(Failure::below)?;
            }
        }
        Ok(())
    }

    /// Ends everything: buffers and then state, in topological order, once each. After an error the next call goes on
    /// where it failed; after success it does nothing.
    pub(crate) fn end(&mut self) -> Result<(), CascadeError> {
        if self.ended {
            return Ok(());
        }
        self.usable(0)?;
        self.end_nodes()
            .map_err(|failure| self.error(failure, true))?;
        self.ended = true;
        Ok(())
    }

    fn end_nodes(&mut self) -> Result<(), Failure> {
        self.drain()?;
        for node in 0..self.nodes.len() {
            match self.nodes[node].work {
                Work::Source => {
                    self.enqueue(node, Vec::new(), Frontier::End);
                    self.catch_up(node)?;
                }
                Work::Operator(_) => self.end_operator(node)?,
                Work::Sink(_) => {}
            }
        }
        Ok(())
    }

    fn end_operator(&mut self, node: usize) -> Result<(), Failure> {
        if !self.nodes[node].load.is_empty() {
            self.fire(node).map_err(Failure::below)?;
        }
        if self.nodes[node].phase == Phase::Ended {
            return Ok(());
        }
        let mut out = Output::new(self.settings.output);
        let fired = if self.nodes[node].accumulate {
            self.operator(node, |operator| operator.end(&mut out))?
        } else {
            crate::Fired::Done
        };
        self.nodes[node].phase = Phase::Ended;
        self.pass_on(node, out, fired)
    }
}
