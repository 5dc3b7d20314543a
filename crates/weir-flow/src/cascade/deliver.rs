//! Arrivals: from an edge into a buffer.

use arrow_array::RecordBatch;

use super::element::{Element, SizedRows};
use super::memory::Room;
use super::node::Work;
use super::{Cascade, Failure};
use crate::batch::size::{copied, rows_that_fit};
use crate::trigger::{Arriving, Step, decide, is_due};
use crate::{Frontier, OperatorError};

impl Cascade {
    /// Delivers all that waits on a node's ways out, first come first.
    pub(super) fn deliver_from(&mut self, node: usize) -> Result<(), Failure> {
        for position in 0..self.nodes[node].outs.len() {
            let edge = self.nodes[node].outs[position];
            while !self.edges[edge].pending.is_empty() {
                self.arrive(edge)?;
            }
        }
        Ok(())
    }

    /// Takes the first element of an edge, slice by slice, firing as limits say. After an error what was not taken
    /// is first on the edge still.
    fn arrive(&mut self, edge: usize) -> Result<(), Failure> {
        let (to, input) = (self.edges[edge].to, self.edges[edge].input);
        loop {
            let Some(element) = self.edges[edge].pending.front() else {
                return Ok(());
            };
            let Some(first) = element.batches.front().cloned() else {
                return self.arrive_frontier(edge);
            };
            let single = element.batches.len() == 1;
            if matches!(self.nodes[to].work, Work::Sink(_)) {
                self.give_to_sink(to, &first)?;
                self.taken(edge, None);
                self.account_state(to)?;
                continue;
            }
            let arriving = self.arriving(to, input, &first, false)?;
            let limits = self.nodes[to].limits_now();
            let (piece, rest) = match decide(&limits, &self.nodes[to].load, &arriving) {
                Step::FireFirst => {
                    self.fire(to)?;
                    continue;
                }
                Step::Take => (first, None),
                Step::Cut { rows, bytes } => {
                    cut(&first, rows, bytes).map_err(|error| Failure::own(to, error))?
                }
            };
            // What is passed on is one arrival, however many batches it has: it counts with its last piece.
            let counts = single && rest.is_none();
            if !self.nodes[to].accumulate {
                self.process(edge, piece, rest, counts)?;
                continue;
            }
            match self.make_room(to, piece.bytes)? {
                Room::Made => {}
                Room::LookAgain => continue,
            }
            if self.hold(edge, piece, rest, counts)? {
                return Ok(());
            }
        }
    }

    /// Appends a piece to the buffer and fires if that makes it due; takes it back if the firing fails on its own.
    /// Whether that was the last of the element.
    fn hold(
        &mut self,
        edge: usize,
        piece: SizedRows,
        rest: Option<SizedRows>,
        counts: bool,
    ) -> Result<bool, Failure> {
        let (to, input) = (self.edges[edge].to, self.edges[edge].input);
        let arriving = self.arriving(to, input, &piece, counts)?;
        let before = (
            self.nodes[to].load,
            self.nodes[to].counts,
            self.nodes[to].frontiers[input].clone(),
        );
        let cut = rest.is_some();
        let front = &self.edges[edge].pending[0];
        let (touched, sliced, whole) = (front.touched, front.sliced, front.batches[0].clone());
        self.taken(edge, rest);
        let node = &mut self.nodes[to];
        node.note_arrival(&arriving, cut || sliced);
        node.load = node.load.with(&arriving);
        node.counts.peak_bytes = node.counts.peak_bytes.max(node.load.bytes);
        node.buffer.push((input, piece));
        let last = self.edges[edge].pending[0].batches.is_empty();
        let element = if last {
            self.edges[edge].pending.pop_front()
        } else {
            None
        };
        if let Some(element) = &element {
            self.nodes[to].advance(input, element.frontier.clone());
        }
        let node = &self.nodes[to];
        if is_due(&node.limits_now(), &node.load)
            && let Err(failure) = self.fire(to)
        {
            if failure.own {
                // Nothing has changed: the arrival waits on the edge again.
                let node = &mut self.nodes[to];
                node.buffer.pop();
                (node.load, node.counts, node.frontiers[input]) = before;
                node.release_held();
                let edge = &mut self.edges[edge];
                if let Some(element) = element {
                    edge.pending.push_front(element);
                }
                let front = &mut edge.pending[0];
                if cut {
                    front.batches[0] = whole;
                } else {
                    front.batches.push_front(whole);
                }
                (front.touched, front.sliced) = (touched, sliced);
            }
            return Err(failure);
        }
        Ok(last)
    }

    /// An element without rows, or of which all rows were taken: its frontier goes on at once where nothing is held.
    fn arrive_frontier(&mut self, edge: usize) -> Result<(), Failure> {
        let (to, input) = (self.edges[edge].to, self.edges[edge].input);
        if let Some(element) = self.edges[edge].pending.pop_front() {
            self.nodes[to].advance(input, element.frontier);
        }
        self.pass_frontier(to)
    }

    /// Takes the first batch off an edge, or replaces it by what is left of it.
    pub(super) fn taken(&mut self, edge: usize, rest: Option<SizedRows>) {
        let from = self.edges[edge].from;
        if let Some(element) = self.edges[edge].pending.front_mut() {
            element.touched = true;
            element.sliced = rest.is_some();
            match rest {
                Some(rest) => element.batches[0] = rest,
                None => drop(element.batches.pop_front()),
            }
        }
        self.account_passing(from);
    }

    fn give_to_sink(&mut self, to: usize, rows: &SizedRows) -> Result<(), Failure> {
        let node = &mut self.nodes[to];
        let Work::Sink(work) = &mut node.work else {
            return Ok(());
        };
        let all = rows.rows.num_rows();
        let skip = usize::try_from(work.skip).unwrap_or(usize::MAX).min(all);
        if skip < all {
            let new = rows.rows.slice(skip, all - skip);
            let watched = self.stage.as_ref().map(|stage| stage.operation(&node.name));
            let written = work.sink.write(&new);
            drop(watched);
            written.map_err(|error| Failure::own(to, error))?;
            node.counts.rows_out += (all - skip) as u64;
        }
        work.skip -= skip as u64;
        work.delivered += all as u64;
        node.counts.runs += 1;
        node.counts.fires += 1;
        node.counts.rows_in += all as u64;
        Ok(())
    }

    pub(super) fn arriving(
        &self,
        to: usize,
        input: usize,
        rows: &SizedRows,
        counts: bool,
    ) -> Result<Arriving, Failure> {
        let node = &self.nodes[to];
        let (mut since, mut until) = (None, None);
        if node.limits.needs_event_time() {
            let time = |row| {
                let time = node.inputs[input].time(&rows.rows, row);
                time.map(|time| time.and_then(|time| time.as_int()))
                    .map_err(|error| Failure::own(to, error))
            };
            since = time(0)?;
            until = time(rows.rows.num_rows() - 1)?;
        }
        Ok(Arriving {
            rows: rows.rows.num_rows() as u64,
            bytes: rows.bytes,
            since,
            until,
            counts,
        })
    }

    /// Puts rows on the edges of a node, as one element for each, with the frontier behind them.
    pub(super) fn enqueue(
        &mut self,
        node: usize,
        batches: Vec<(usize, SizedRows)>,
        frontier: Frontier,
    ) {
        for position in 0..self.nodes[node].outs.len() {
            let edge = &mut self.edges[self.nodes[node].outs[position]];
            let mine = batches.iter().filter(|(way, _)| *way == edge.way);
            let mine: std::collections::VecDeque<_> = mine.map(|(_, rows)| rows.clone()).collect();
            if mine.is_empty() && frontier <= edge.told {
                continue;
            }
            edge.told = edge.told.clone().max(frontier.clone());
            edge.pending.push_back(Element {
                batches: mine,
                frontier: frontier.clone(),
                touched: false,
                sliced: false,
            });
        }
        self.account_passing(node);
    }
}

/// A slice that fits, copied so that it does not keep the rest alive, and the rest.
fn cut(
    batch: &SizedRows,
    rows: u64,
    bytes: u64,
) -> Result<(SizedRows, Option<SizedRows>), OperatorError> {
    let all = batch.rows.num_rows();
    let fits = rows_that_fit(&batch.rows, rows, bytes);
    let sized = |rows: RecordBatch| -> Result<SizedRows, OperatorError> {
        let (rows, bytes) = copied(&rows)?;
        Ok(SizedRows { rows, bytes })
    };
    let piece = sized(batch.rows.slice(0, fits))?;
    if fits == all {
        return Ok((piece, None));
    }
    let rest = SizedRows {
        rows: batch.rows.slice(fits, all - fits),
        // All of the parent is alive until its last row was taken.
        bytes: batch.bytes,
    };
    Ok((piece, Some(rest)))
}
