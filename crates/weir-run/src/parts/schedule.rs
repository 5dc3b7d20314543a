//! The decisions of the executor, without threads: who may take the next part, which result
//! is due, when it is over.

use std::collections::BTreeMap;

/// What a worker that asks for work should do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Take {
    /// Take the next part.
    Now,
    /// Wait: too many results are waiting for an earlier one.
    Wait,
    /// There will be no more.
    Stop,
}

/// What the deliverer should do.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Due<R> {
    /// Hand this result on.
    Deliver(R),
    /// Wait for a worker.
    Wait,
    /// Everything that was handed out was delivered, and no more will be.
    Done,
}

/// Tickets count handed-out parts from 0. Invariants: at most `window` tickets are handed out
/// and not delivered; delivery is in ticket order without gaps; after a failed ticket nothing new
/// is handed out, but all earlier tickets are still delivered.
#[derive(Debug)]
pub(super) struct Schedule<R> {
    window: u64,
    next: u64,
    delivered: u64,
    waiting: BTreeMap<u64, R>,
    /// No more is handed out: the parts are used up, the run is cancelled, or a part failed.
    closed: bool,
}

impl<R> Schedule<R> {
    pub(super) fn new(window: usize) -> Self {
        Self {
            window: (window as u64).max(1),
            next: 0,
            delivered: 0,
            waiting: BTreeMap::new(),
            closed: false,
        }
    }

    pub(super) fn may_take(&self) -> Take {
        if self.closed {
            Take::Stop
        } else if self.next - self.delivered < self.window {
            Take::Now
        } else {
            Take::Wait
        }
    }

    /// Hands out the next ticket.
    pub(super) fn take(&mut self) -> u64 {
        debug_assert_eq!(self.may_take(), Take::Now);
        let ticket = self.next;
        self.next += 1;
        ticket
    }

    /// Nothing more is handed out.
    pub(super) fn close(&mut self) {
        self.closed = true;
    }

    /// A worker brings the result of its ticket.
    pub(super) fn complete(&mut self, ticket: u64, result: R) {
        debug_assert!(ticket >= self.delivered && ticket < self.next);
        let before = self.waiting.insert(ticket, result);
        debug_assert!(before.is_none(), "a ticket is completed once");
    }

    /// The next result in order, if it is there. A delivered ticket makes room in the window.
    pub(super) fn due(&mut self) -> Due<R> {
        match self.waiting.remove(&self.delivered) {
            Some(result) => {
                self.delivered += 1;
                Due::Deliver(result)
            }
            None if self.closed && self.delivered == self.next => Due::Done,
            None => Due::Wait,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Any interleaving of takes, completions and deliveries delivers every ticket once,
        /// in order, within the window, and always can go on until done.
        #[test]
        fn any_interleaving_delivers_in_order_within_the_window(
            window in 1usize..9,
            parts in 0u64..60,
            choices in proptest::collection::vec(any::<u32>(), 1..600),
        ) {
            let mut schedule = Schedule::new(window);
            let mut working: Vec<u64> = Vec::new();
            let mut delivered = Vec::new();
            let mut taken = 0;
            let mut choices = choices.into_iter().cycle();
            let mut due = None;
            while due != Some(Due::Done) {
                prop_assert!(taken - delivered.len() as u64 <= window as u64);
                let may_take = schedule.may_take() == Take::Now;
                let can_complete = !working.is_empty();
                let may_look = due != Some(Due::Wait);
                // Whoever waits can count on someone else being able to move.
                prop_assert!(may_take || can_complete || may_look);
                let moves: Vec<char> = [(may_take, 't'), (can_complete, 'c'), (may_look, 'd')]
                    .into_iter()
                    .filter_map(|(possible, name)| possible.then_some(name))
                    .collect();
                let choice = choices.next().unwrap() as usize;
                match moves[choice % moves.len()] {
                    't' if taken == parts => {
                        schedule.close();
                        due = None;
                    }
                    't' => {
                        working.push(schedule.take());
                        taken += 1;
                    }
                    'c' => {
                        let ticket = working.swap_remove(choice / 3 % working.len());
                        schedule.complete(ticket, ticket);
                        due = None;
                    }
                    _ => {
                        due = Some(schedule.due());
                        if let Some(Due::Deliver(ticket)) = due {
                            delivered.push(ticket);
                        }
                    }
                }
            }
            prop_assert_eq!(delivered, (0..parts).collect::<Vec<_>>());
        }
    }
}
