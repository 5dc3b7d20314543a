//! Backward: only the newest row of each key is kept.

use crate::join::inputs::{Inputs, LeftRows, Matcher, Plan};
use crate::join::piece::RowAt;
use crate::join::reach::Reach;

/// The newest right row of a key.
#[derive(Clone, Copy, Debug)]
struct Newest {
    time: i64,
    at: RowAt,
}

const NOTHING: Newest = Newest {
    time: i64::MIN,
    at: RowAt::NONE,
};

/// A sweep over both inputs in the order of time; right rows at a left row's time go first where exact matches are
/// allowed and after it where they are not.
#[derive(Debug)]
pub(in crate::join) struct Backward {
    newest: Vec<Newest>,
    exact: bool,
    reach: Reach,
}

impl Backward {
    pub(in crate::join) fn new(exact: bool, reach: Reach) -> Self {
        Self {
            newest: Vec::new(),
            exact,
            reach,
        }
    }

    /// The right rows that so many rows of the front piece meet, as far as they can be decided.
    fn sweep<const EXACT: bool>(&mut self, inputs: &mut Inputs, want: usize) -> Vec<RowAt> {
        let Some(front) = inputs.left.front() else {
            return Vec::new();
        };
        let end = front.len().min(inputs.left_row + want);
        let times = &front.times[inputs.left_row..end];
        let keys = &front.keys[inputs.left_row..end];
        let limited = self.reach != Reach::Unlimited;
        let mut met = Vec::with_capacity(times.len());
        let (mut piece, mut row) = inputs.right_at;
        'left: for (&time, &key) in times.iter().zip(keys) {
            loop {
                let Some(right) = inputs.right.get(piece) else {
                    let settled = inputs.right_settled;
                    let decided = if EXACT {
                        settled.through(time)
                    } else {
                        settled.below(time)
                    };
                    if decided {
                        break;
                    }
                    break 'left;
                };
                let right_times = &right.times[..];
                let right_keys = &right.keys[..right_times.len()];
                while row < right_times.len()
                    && (right_times[row] < time || (EXACT && right_times[row] == time))
                {
                    // A row without a key has a number beyond the table.
                    if let Some(newest) = self.newest.get_mut(right_keys[row] as usize) {
                        *newest = Newest {
                            time: right_times[row],
                            at: RowAt::new(piece, row),
                        };
                    }
                    row += 1;
                }
                if row < right_times.len() {
                    break;
                }
                (piece, row) = (piece + 1, 0);
            }
            let newest = self.newest.get(key as usize).copied().unwrap_or(NOTHING);
            let too_old = limited && newest.time < self.reach.before(time);
            met.push(if too_old { RowAt::NONE } else { newest.at });
        }
        inputs.right_at = (piece, row);
        met
    }
}

impl Matcher for Backward {
    fn grow(&mut self, end: usize) {
        if self.newest.len() < end {
            self.newest.resize(end, NOTHING);
        }
    }

    fn forget(&mut self) {
        self.newest = Vec::new();
    }

    fn plan(&mut self, inputs: &mut Inputs, want: usize) -> Option<Plan> {
        let right = if self.exact {
            self.sweep::<true>(inputs, want)
        } else {
            self.sweep::<false>(inputs, want)
        };
        if right.is_empty() {
            return None;
        }
        let plan = Plan {
            left: inputs.left.front()?.clone(),
            left_rows: LeftRows::From(inputs.left_row),
            right,
        };
        inputs.left_passed(plan.right.len());
        Some(plan)
    }

    fn live(&self, inputs: &Inputs) -> Vec<RowAt> {
        let Some(floor) = inputs.left_floor() else {
            return Vec::new();
        };
        let oldest = self.reach.before(floor);
        let newest = self.newest.iter();
        newest
            .filter(|newest| !newest.at.is_none() && newest.time >= oldest)
            .map(|newest| newest.at)
            .collect()
    }

    fn bytes(&self) -> usize {
        self.newest.capacity() * size_of::<Newest>()
    }
}
