//! Without accumulation: every arrival is processed at once, and each firing ends a segment.

use super::element::SizedRows;
use super::node::Phase;
use super::{Cascade, Failure};
use crate::trigger::{Load, is_due};
use crate::{Fired, Held, HeldBatch, Output};

impl Cascade {
    /// Gives an arrival to the operator at once; what it passes on waits for the trigger.
    pub(super) fn process(
        &mut self,
        edge: usize,
        piece: SizedRows,
        rest: Option<SizedRows>,
        counts: bool,
    ) -> Result<(), Failure> {
        let (to, input) = (self.edges[edge].to, self.edges[edge].input);
        let arriving = self.arriving(to, input, &piece, counts)?;
        if self.edges[edge].pending[0].batches.len() == 1 && rest.is_none() {
            let frontier = self.edges[edge].pending[0].frontier.clone();
            self.nodes[to].advance(input, frontier);
        }
        let held = Held {
            batches: vec![HeldBatch {
                input,
                rows: piece.rows,
            }],
            frontiers: self.nodes[to].frontiers.clone(),
        };
        let mut out = Output::new(usize::MAX);
        let fired = self.operator(to, |operator| operator.fire(&held, &mut out));
        let fired = fired.map_err(|failure| Failure {
            own: true,
            ..failure
        })?;
        let slice = rest.is_some() || self.edges[edge].pending[0].sliced;
        self.taken(edge, rest);
        let node = &mut self.nodes[to];
        node.note_arrival(&arriving, slice);
        node.load = node.load.with(&arriving);
        node.made.extend(out.take());
        node.more = fired == Fired::More;
        if is_due(&node.limits_now(), &node.load) {
            node.phase = Phase::Due;
            self.close_segment(to)?;
        }
        self.account_state(to)
    }

    /// Ends a segment: what is left comes out, all of it goes on, and the state starts afresh.
    pub(super) fn close_segment(&mut self, index: usize) -> Result<(), Failure> {
        if self.nodes[index].phase == Phase::Open {
            self.nodes[index].phase = Phase::Due;
        }
        self.gather(index)?;
        if self.nodes[index].phase == Phase::Due {
            let mut out = Output::new(usize::MAX);
            let fired = self.operator(index, |operator| operator.end(&mut out))?;
            let node = &mut self.nodes[index];
            node.made.extend(out.take());
            node.more = fired == Fired::More;
            node.phase = Phase::Closing;
        }
        self.gather(index)?;
        let mut all = Output::new(self.settings.output);
        let node = &mut self.nodes[index];
        for (way, rows) in node.made.drain(..) {
            all.push_to(way, rows);
        }
        node.phase = Phase::Open;
        node.load = Load::default();
        node.counts.fires += 1;
        self.operator(index, |operator| {
            operator.reset();
            Ok(())
        })?;
        self.pass_on(index, all, Fired::Done)
    }

    /// Takes what an operator has more.
    fn gather(&mut self, index: usize) -> Result<(), Failure> {
        while self.nodes[index].more {
            let mut out = Output::new(usize::MAX);
            let fired = self.operator(index, |operator| operator.resume(&mut out))?;
            let node = &mut self.nodes[index];
            node.made.extend(out.take());
            node.more = fired == Fired::More;
        }
        Ok(())
    }
}
