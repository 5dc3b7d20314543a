//! The two inputs of a join that uses the order: what waits, and how far each is settled.

use std::collections::VecDeque;

use super::piece::{Piece, RowAt};
use super::rank::Settled;

/// Rows in stream order. Left rows leave at the front once they were passed on; right rows stay until a compaction, since
/// they are looked back at.
#[derive(Debug)]
pub(super) struct Inputs {
    /// Pieces with rows that were not passed on yet.
    pub(super) left: VecDeque<Piece>,
    /// The first row of the front piece that was not passed on.
    pub(super) left_row: usize,
    /// All right pieces held.
    pub(super) right: Vec<Piece>,
    /// Where the first right row is that was not taken in: piece and row.
    pub(super) right_at: (usize, usize),
    /// What may still come on the left.
    pub(super) left_settled: Settled,
    /// What may still come on the right.
    pub(super) right_settled: Settled,
}

impl Inputs {
    pub(super) fn new() -> Self {
        Self {
            left: VecDeque::new(),
            left_row: 0,
            right: Vec::new(),
            right_at: (0, 0),
            left_settled: Settled::Nothing,
            right_settled: Settled::Nothing,
        }
    }

    /// The time of the first left row that was not passed on.
    pub(super) fn left_time(&self) -> Option<i64> {
        let front = self.left.front()?;
        front.times.get(self.left_row).copied()
    }

    /// The piece, and the row in it, of the first right row not taken in.
    pub(super) fn right_head(&mut self) -> Option<(&Piece, usize)> {
        while let Some(piece) = self.right.get(self.right_at.0) {
            if self.right_at.1 < piece.len() {
                break;
            }
            self.right_at = (self.right_at.0 + 1, 0);
        }
        let (piece, row) = self.right_at;
        self.right.get(piece).map(|piece| (piece, row))
    }

    /// Whether all right rows up to and including this time were taken in.
    pub(super) fn right_taken_through(&mut self, time: i64) -> bool {
        match self.right_head() {
            Some((piece, row)) => piece.times[row] > time,
            None => self.right_settled.through(time),
        }
    }

    /// The least time that a left row not passed on may have; `None` when there is none to come.
    pub(super) fn left_floor(&self) -> Option<i64> {
        match (self.left_time(), self.left_settled) {
            (Some(time), _) => Some(time),
            (None, Settled::From(time)) => Some(time),
            (None, Settled::Nothing) => Some(i64::MIN),
            (None, Settled::Ended) => None,
        }
    }

    /// Says that so many more rows of the front piece were passed on.
    pub(super) fn left_passed(&mut self, rows: usize) {
        self.left_row += rows;
        if self
            .left
            .front()
            .is_some_and(|front| self.left_row >= front.len())
        {
            self.left.pop_front();
            self.left_row = 0;
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.left.iter().chain(&self.right).map(Piece::bytes).sum()
    }
}

/// The left rows of a piece of output.
#[derive(Debug)]
pub(super) enum LeftRows {
    /// From this row on, as many as there are right rows.
    From(usize),
    /// These rows.
    Take(Vec<u32>),
}

/// A piece of output that was decided: which rows meet. Rows of `left` are rows of the front piece at that time.
#[derive(Debug)]
pub(super) struct Plan {
    /// The left piece.
    pub(super) left: Piece,
    /// Rows of it.
    pub(super) left_rows: LeftRows,
    /// The right row for each of them, or none.
    pub(super) right: Vec<RowAt>,
}

/// Decides which rows of two ordered inputs meet.
pub(super) trait Matcher: Send + std::fmt::Debug {
    /// Key numbers may go up to `end` from now on.
    fn grow(&mut self, end: usize);

    /// Forgets all rows.
    fn forget(&mut self);

    /// Decides the next piece of output, of about `want` rows, in the left's order; moves the inputs on. Nothing where the
    /// next left row cannot be decided yet.
    fn plan(&mut self, inputs: &mut Inputs, want: usize) -> Option<Plan>;

    /// Whether the next left row was not begun: else it has more to pass on, and rows must stay where they are.
    fn between_rows(&self) -> bool {
        true
    }

    /// The right rows taken in that may still be met.
    fn live(&self, inputs: &Inputs) -> Vec<RowAt>;

    /// Bytes held beside the pieces.
    fn bytes(&self) -> usize;
}
