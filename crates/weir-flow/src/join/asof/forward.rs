//! Forward and nearest: left rows wait for the first right row of their key.

use std::collections::VecDeque;

use super::AsofDirection;
use crate::join::inputs::{Inputs, LeftRows, Matcher, Plan};
use crate::join::keys::NO_KEY;
use crate::join::piece::RowAt;
use crate::join::reach::{self, Reach};

/// The end of a chain.
const NIL: u64 = u64::MAX;

/// Rows taken in between two looks at what can be passed on.
const STRIDE: usize = 4096;

/// A left row that waits.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    time: i64,
    key: u32,
    /// Whether `back` is what it meets.
    decided: bool,
    /// The newest right row before it, or what it meets.
    back: RowAt,
    back_time: i64,
    /// The next waiting row of its key.
    next: u64,
}

/// What is known of a key.
#[derive(Clone, Copy, Debug)]
struct OfKey {
    /// The last right row taken in.
    last: RowAt,
    last_time: i64,
    /// The first and the last left row that are not decided.
    first: u64,
    end: u64,
}

const NOTHING: OfKey = OfKey {
    last: RowAt::NONE,
    last_time: i64::MIN,
    first: NIL,
    end: NIL,
};

/// A merge of both inputs in the order of time. A right row decides the waiting rows of its key when the next right row of
/// the key has a later time, or when none of equal time can come, so that the last of equal times wins.
///
/// At equal times left rows go first, so that a right row meets them; in a nearest join with exact matches right rows go
/// first: nothing is nearer than the last of them.
#[derive(Debug)]
pub(in crate::join) struct Forward {
    keys: Vec<OfKey>,
    /// Left rows taken in and not passed on, numbered from `number` on.
    waiting: VecDeque<Waiting>,
    number: u64,
    /// Where the first left row is that was not taken in.
    left_at: (usize, usize),
    direction: AsofDirection,
    exact: bool,
    reach: Reach,
    /// Whether ranks are those of floating-point numbers.
    float: bool,
}

impl Forward {
    pub(in crate::join) fn new(
        direction: AsofDirection,
        exact: bool,
        reach: Reach,
        float: bool,
    ) -> Self {
        Self {
            keys: Vec::new(),
            waiting: VecDeque::new(),
            number: 0,
            left_at: (0, 0),
            direction,
            exact,
            reach,
            float,
        }
    }

    fn nearest(&self) -> bool {
        self.direction == AsofDirection::Nearest
    }

    fn right_first(&self) -> bool {
        self.nearest() && self.exact
    }

    /// Whether a right row at `right` is after a left row at `left` in the sense of this join.
    fn fits(&self, left: i64, right: i64) -> bool {
        right > left || (right == left && self.exact && !self.nearest())
    }

    fn left_head(&mut self, inputs: &Inputs) -> Option<(i64, u32)> {
        while let Some(piece) = inputs.left.get(self.left_at.0) {
            let row = self.left_at.1;
            if row < piece.len() {
                return Some((piece.times[row], piece.keys[row]));
            }
            self.left_at = (self.left_at.0 + 1, 0);
        }
        None
    }

    /// Takes in the next row of either input, where it is known which one is next.
    fn take_one(&mut self, inputs: &mut Inputs) -> bool {
        let left = self.left_head(inputs);
        let right_first = self.right_first();
        let right = inputs
            .right_head()
            .map(|(piece, row)| (piece.times[row], piece.keys[row]));
        match (left, right) {
            (Some((left, _)), Some((right, key)))
                if right < left || (right == left && right_first) =>
            {
                self.take_right(inputs, right, key);
            }
            (Some((left, key)), Some(_)) => self.take_left(left, key),
            (Some((left, key)), None) => {
                let settled = inputs.right_settled;
                if !(if right_first {
                    settled.through(left)
                } else {
                    settled.below(left)
                }) {
                    return false;
                }
                self.take_left(left, key);
            }
            (None, Some((right, key))) => {
                let settled = inputs.left_settled;
                if !(if right_first {
                    settled.below(right)
                } else {
                    settled.through(right)
                }) {
                    return false;
                }
                self.take_right(inputs, right, key);
            }
            (None, None) => return false,
        }
        true
    }

    fn take_left(&mut self, time: i64, key: u32) {
        self.left_at.1 += 1;
        let number = self.number + self.waiting.len() as u64;
        let mut row = Waiting {
            time,
            key,
            decided: key == NO_KEY,
            back: RowAt::NONE,
            back_time: i64::MIN,
            next: NIL,
        };
        let (nearest, reach) = (self.nearest(), self.reach);
        if let Some(of_key) = self.keys.get_mut(key as usize) {
            let before = of_key.last_time < time || (self.exact && of_key.last_time == time);
            if nearest && !of_key.last.is_none() && before && of_key.last_time >= reach.before(time)
            {
                row.back = of_key.last;
                row.back_time = of_key.last_time;
                row.decided = of_key.last_time == time;
            }
            if !row.decided {
                if of_key.first == NIL {
                    of_key.first = number;
                } else {
                    let end = (of_key.end - self.number) as usize;
                    self.waiting[end].next = number;
                }
                of_key.end = number;
            }
        }
        self.waiting.push_back(row);
    }

    fn take_right(&mut self, inputs: &mut Inputs, time: i64, key: u32) {
        let at = RowAt::new(inputs.right_at.0, inputs.right_at.1);
        inputs.right_at.1 += 1;
        let Some(of_key) = self.keys.get(key as usize).copied() else {
            return;
        };
        if of_key.first != NIL && of_key.last_time < time {
            self.decide_chain(key);
        }
        let of_key = &mut self.keys[key as usize];
        (of_key.last, of_key.last_time) = (at, time);
    }

    /// Decides the waiting rows of a key that its last right row is the first one after.
    fn decide_chain(&mut self, key: u32) {
        let of_key = self.keys[key as usize];
        let mut number = of_key.first;
        while number != NIL {
            let at = (number - self.number) as usize;
            let row = self.waiting[at];
            if of_key.last.is_none() || !self.fits(row.time, of_key.last_time) {
                break;
            }
            self.waiting[at] = self.decide(row, of_key);
            number = row.next;
        }
        self.keys[key as usize].first = number;
    }

    fn decide(&self, row: Waiting, of_key: OfKey) -> Waiting {
        let after = of_key.last_time <= self.reach.after(row.time);
        // The later one, where both are equally far.
        let nearer = row.back.is_none()
            || !reach::is_nearer(row.back_time, row.time, of_key.last_time, self.float);
        Waiting {
            decided: true,
            back: if after && nearer {
                of_key.last
            } else {
                row.back
            },
            ..row
        }
    }

    /// How many rows at the front can be passed on; decides them.
    fn ready(&mut self, inputs: &mut Inputs, want: usize) -> usize {
        let mut count = 0;
        while count < want.min(self.waiting.len()) {
            let row = self.waiting[count];
            if !row.decided {
                // Rows of a chain are decided from its front, and all before this one are.
                let of_key = self.keys[row.key as usize];
                let fits = !of_key.last.is_none() && self.fits(row.time, of_key.last_time);
                if fits && inputs.right_taken_through(of_key.last_time) {
                    self.decide_chain(row.key);
                } else if !fits && inputs.right_taken_through(self.reach.after(row.time)) {
                    self.waiting[count].decided = true;
                    self.keys[row.key as usize].first = row.next;
                } else {
                    break;
                }
            }
            count += 1;
        }
        count
    }
}

impl Matcher for Forward {
    fn grow(&mut self, end: usize) {
        if self.keys.len() < end {
            self.keys.resize(end, NOTHING);
        }
    }

    fn forget(&mut self) {
        *self = Self::new(self.direction, self.exact, self.reach, self.float);
    }

    fn plan(&mut self, inputs: &mut Inputs, want: usize) -> Option<Plan> {
        let front = inputs.left.front()?.clone();
        let want = want.min(front.len() - inputs.left_row);
        let count = loop {
            let count = self.ready(inputs, want);
            if count > 0 {
                break count;
            }
            let mut taken = 0;
            while taken < STRIDE && self.take_one(inputs) {
                taken += 1;
            }
            if taken == 0 {
                return None;
            }
        };
        let right = self.waiting.drain(..count).map(|row| row.back).collect();
        self.number += count as u64;
        let plan = Plan {
            left: front,
            left_rows: LeftRows::From(inputs.left_row),
            right,
        };
        let pieces = inputs.left.len();
        inputs.left_passed(count);
        if inputs.left.len() < pieces {
            // The front piece is gone, and all of its rows had been taken in.
            self.left_at = match self.left_at {
                (0, _) => (0, 0),
                (piece, row) => (piece - 1, row),
            };
        }
        Some(plan)
    }

    fn live(&self, inputs: &Inputs) -> Vec<RowAt> {
        let oldest = match inputs.left_floor() {
            Some(floor) if self.nearest() => self.reach.before(floor),
            _ => i64::MAX,
        };
        let of_keys = self.keys.iter().filter(|of_key| {
            !of_key.last.is_none() && (of_key.first != NIL || of_key.last_time >= oldest)
        });
        let mut live: Vec<RowAt> = of_keys.map(|of_key| of_key.last).collect();
        let waiting = self.waiting.iter().map(|row| row.back);
        live.extend(waiting.filter(|at| !at.is_none()));
        live
    }

    fn bytes(&self) -> usize {
        self.keys.capacity() * size_of::<OfKey>() + self.waiting.capacity() * size_of::<Waiting>()
    }
}
