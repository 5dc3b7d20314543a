//! Interval joins: each left row meets the right rows of its key within a window of time around it.

use std::collections::VecDeque;

use super::inputs::{Inputs, LeftRows, Matcher, Plan};
use super::piece::RowAt;
use super::reach::Reach;

/// The end of a chain.
const NIL: u64 = u64::MAX;

/// A right row in the window.
#[derive(Clone, Copy, Debug)]
struct Entry {
    time: i64,
    at: RowAt,
    /// The next row of its key.
    next: u64,
    key: u32,
}

/// The rows of a key in the window.
#[derive(Clone, Copy, Debug)]
struct OfKey {
    first: u64,
    last: u64,
}

const NOTHING: OfKey = OfKey {
    first: NIL,
    last: NIL,
};

/// The window around a left row. Ranks are integers, so an open end is the closed one next to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) before: Reach,
    pub(super) after: Reach,
    /// Whether rows at the ends themselves are outside.
    pub(super) open_start: bool,
    pub(super) open_end: bool,
}

impl Window {
    /// The first rank inside.
    fn start(&self, rank: i64) -> i64 {
        let start = self.before.before(rank);
        // A start before all ranks leaves none of them out.
        if self.open_start && !self.before.passes_first(rank) {
            start.saturating_add(1)
        } else {
            start
        }
    }

    /// The last rank inside.
    fn end(&self, rank: i64) -> i64 {
        let end = self.after.after(rank);
        if self.open_end && !self.after.passes_last(rank) {
            end.saturating_sub(1)
        } else {
            end
        }
    }
}

/// Two pointers into the right rows, since both ends of the window only move forwards: rows enter at its late end and leave
/// at its early end. The rows of a key are a chain through the window.
#[derive(Debug)]
pub(super) struct Interval {
    keys: Vec<OfKey>,
    /// The right rows taken in that are not before the window, numbered from `number` on.
    window: VecDeque<Entry>,
    number: u64,
    window_of: Window,
    /// Left rows that meet none are passed on too.
    keep_unmatched: bool,
    /// Within the rows that the next left row meets: where to go on.
    inside: Option<u64>,
}

impl Interval {
    pub(super) fn new(window_of: Window, keep_unmatched: bool) -> Self {
        Self {
            keys: Vec::new(),
            window: VecDeque::new(),
            number: 0,
            window_of,
            keep_unmatched,
            inside: None,
        }
    }

    /// Takes in right rows up to this time; whether no more of them can come.
    fn enter(&mut self, inputs: &mut Inputs, end: i64) -> bool {
        let (mut piece, mut row) = inputs.right_at;
        let complete = 'pieces: loop {
            let Some(right) = inputs.right.get(piece) else {
                break inputs.right_settled.through(end);
            };
            let times = &right.times[..];
            while row < times.len() {
                if times[row] > end {
                    break 'pieces true;
                }
                let key = right.keys[row];
                if let Some(of_key) = self.keys.get_mut(key as usize) {
                    let number = self.number + self.window.len() as u64;
                    if of_key.first == NIL {
                        of_key.first = number;
                    } else {
                        self.window[(of_key.last - self.number) as usize].next = number;
                    }
                    of_key.last = number;
                    self.window.push_back(Entry {
                        time: times[row],
                        at: RowAt::new(piece, row),
                        next: NIL,
                        key,
                    });
                }
                row += 1;
            }
            (piece, row) = (piece + 1, 0);
        };
        inputs.right_at = (piece, row);
        complete
    }

    /// Lets go of right rows before this time.
    fn leave(&mut self, start: i64) {
        while let Some(entry) = self.window.front().filter(|entry| entry.time < start) {
            // All earlier rows of the key left before: this one is the first of its chain.
            self.keys[entry.key as usize].first = entry.next;
            self.window.pop_front();
            self.number += 1;
        }
    }
}

impl Matcher for Interval {
    fn grow(&mut self, end: usize) {
        if self.keys.len() < end {
            self.keys.resize(end, NOTHING);
        }
    }

    fn forget(&mut self) {
        *self = Self::new(self.window_of, self.keep_unmatched);
    }

    fn plan(&mut self, inputs: &mut Inputs, want: usize) -> Option<Plan> {
        let front = inputs.left.front()?.clone();
        let mut row = inputs.left_row;
        let mut left_rows = Vec::new();
        let mut right = Vec::new();
        while row < front.len() && right.len() < want {
            let mut number = match self.inside.take() {
                Some(number) => number,
                None => {
                    let time = front.times[row];
                    if !self.enter(inputs, self.window_of.end(time)) {
                        break;
                    }
                    self.leave(self.window_of.start(time));
                    let of_key = self.keys.get(front.keys[row] as usize);
                    let first = of_key.map_or(NIL, |of_key| of_key.first);
                    if first == NIL && self.keep_unmatched {
                        left_rows.push(row as u32);
                        right.push(RowAt::NONE);
                    }
                    first
                }
            };
            // What is in the window is within reach: it was entered up to this row's end at the most.
            while number != NIL && right.len() < want {
                let entry = &self.window[(number - self.number) as usize];
                left_rows.push(row as u32);
                right.push(entry.at);
                number = entry.next;
            }
            if number != NIL {
                self.inside = Some(number);
                break;
            }
            row += 1;
        }
        let passed = row - inputs.left_row;
        inputs.left_passed(passed);
        (passed > 0 || !right.is_empty()).then_some(Plan {
            left: front,
            left_rows: LeftRows::Take(left_rows),
            right,
        })
    }

    fn between_rows(&self) -> bool {
        self.inside.is_none()
    }

    fn live(&self, inputs: &Inputs) -> Vec<RowAt> {
        let Some(floor) = inputs.left_floor() else {
            return Vec::new();
        };
        let start = self.window_of.start(floor);
        let window = self.window.iter().filter(|entry| entry.time >= start);
        window.map(|entry| entry.at).collect()
    }

    fn bytes(&self) -> usize {
        self.keys.capacity() * size_of::<OfKey>() + self.window.capacity() * size_of::<Entry>()
    }
}
