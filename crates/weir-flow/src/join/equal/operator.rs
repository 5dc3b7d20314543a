//! The operator: gathers, then looks up in memory or goes by partitions.

use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::RecordBatch;
use weir_files::Files;

use super::grace::{Finder, Partition};
use super::matches::Matches;
use super::merge::Merge;
use super::table::Table;
use super::{PARTITIONS, ROWS};
use crate::join::JoinKind;
use crate::join::inputs::{LeftRows, Plan};
use crate::join::keys::Hashes;
use crate::join::piece::{Piece, RowAt};
use crate::join::saved::{self, LookBack};
use crate::join::shape::{Shape, Side};
use crate::spill::{Block, Spill};
use crate::{
    Context, EventTime, Fired, Frontier, Held, Operator, OperatorError, OperatorKind, Output,
    StreamSchema,
};

/// Bytes gathered before they are put into partitions, at the most.
const STAGE_BYTES: usize = 4 << 20;

/// A join by equal keys.
pub(super) struct Equal {
    shape: Shape,
    left: StreamSchema,
    hashes: Hashes,
    phase: Phase,
    /// Rows that came and were not treated yet.
    came: [Vec<RecordBatch>; 2],
    bytes: [usize; 2],
    ended: [bool; 2],
    /// No row passed on later is before this one.
    first: Option<EventTime>,
    files: Option<(Arc<dyn Files>, PathBuf)>,
    memory: usize,
    /// Whether rows were spilled since the beginning.
    spilled: bool,
}

enum Phase {
    /// Until the right has ended.
    Gather,
    /// The right fits.
    LookUp {
        table: Table,
        right: Vec<Piece>,
        /// Where in the first left batch that came: the row, and the match of it.
        at: (usize, usize),
    },
    /// It does not.
    Spill(Spilled),
    /// Both have ended.
    Merge { merge: Box<Merge>, spill: Spill },
}

struct Spilled {
    spill: Spill,
    left: Vec<Block>,
    parts: Vec<Partition>,
    /// Of the first partitions, once both have ended.
    matches: Vec<Matches>,
}

impl Equal {
    pub(super) fn new(shape: Shape, left: StreamSchema) -> Result<Self, OperatorError> {
        Ok(Self {
            hashes: Hashes::new(&shape.key_types)?,
            shape,
            left,
            phase: Phase::Gather,
            came: [Vec::new(), Vec::new()],
            bytes: [0, 0],
            ended: [false, false],
            first: None,
            files: None,
            memory: usize::MAX,
            spilled: false,
        })
    }

    fn take_in(&mut self, side: Side, rows: RecordBatch) {
        self.bytes[side as usize] += rows.get_array_memory_size();
        self.came[side as usize].push(rows);
    }

    /// The right has ended and fits: its table. Or something has to be spilled.
    fn leave_gather(&mut self) -> Result<bool, OperatorError> {
        let right = &self.came[1];
        let rows = right.iter().map(RecordBatch::num_rows).sum();
        let table = Table::bytes_of(rows, self.bytes[1]);
        if table.saturating_add(self.bytes[0]) > self.memory {
            let Some((files, folder)) = &self.files else {
                return Err(OperatorError::Spill {
                    doing: format!("joining rows of {table} bytes within {} bytes", self.memory),
                    source: "the pipeline has no folder to spill to; give it one, or more memory"
                        .into(),
                });
            };
            self.phase = Phase::Spill(Spilled {
                spill: Spill::create(files, folder)?,
                left: Vec::new(),
                parts: vec![Partition::default(); PARTITIONS],
                matches: Vec::new(),
            });
            self.spilled = true;
            return Ok(true);
        }
        if !self.ended[1] {
            return Ok(false);
        }
        let table = Table::new(&self.shape, right.clone())?;
        // Only the rows are needed of these pieces.
        let right = table.rows.iter().map(|rows| Piece {
            rows: rows.clone(),
            times: Vec::new().into(),
            keys: Vec::new(),
        });
        self.phase = Phase::LookUp {
            right: right.collect(),
            table,
            at: (0, 0),
        };
        self.came[1].clear();
        self.bytes[1] = 0;
        Ok(true)
    }

    /// Looks up left rows that came, until the output is full.
    fn look_up(&mut self, out: &mut Output) -> Result<Fired, OperatorError> {
        let Phase::LookUp { table, right, at } = &mut self.phase else {
            return Ok(Fired::Done);
        };
        let mut now = *at;
        let mut done = 0;
        let mut fired = Fired::Done;
        'batches: for rows in &self.came[0] {
            let numbers = table.find(&self.shape.keys(Side::Left, rows), rows.num_rows())?;
            while now.0 < numbers.len() {
                let mut plan = Plan {
                    left: Piece {
                        rows: rows.clone(),
                        times: Vec::new().into(),
                        keys: Vec::new(),
                    },
                    left_rows: LeftRows::From(0),
                    right: Vec::with_capacity(ROWS),
                };
                let mut left = Vec::with_capacity(ROWS);
                while now.0 < numbers.len() && left.len() < ROWS {
                    let met = table.rows_of(numbers[now.0]);
                    if met.is_empty() && self.shape.kind == JoinKind::Left {
                        left.push(now.0 as u32);
                        plan.right.push(RowAt::NONE);
                    }
                    let some = &met[now.1..met.len().min(now.1 + ROWS - left.len().min(ROWS))];
                    left.extend(some.iter().map(|_| now.0 as u32));
                    plan.right.extend(some);
                    now.1 += some.len();
                    if now.1 < met.len() {
                        break;
                    }
                    now = (now.0 + 1, 0);
                }
                plan.left_rows = LeftRows::Take(left);
                out.push(self.shape.rows(&plan, right)?);
                if out.is_full() {
                    fired = Fired::More;
                    break 'batches;
                }
            }
            now = (0, 0);
            done += 1;
        }
        *at = now;
        self.came[0].drain(..done);
        self.bytes[0] = self.came[0]
            .iter()
            .map(RecordBatch::get_array_memory_size)
            .sum();
        Ok(fired)
    }

    /// Spills what came when it is enough, or all has come.
    fn spill(&mut self) -> Result<(), OperatorError> {
        let Phase::Spill(spilled) = &mut self.phase else {
            return Ok(());
        };
        let ended = self.ended == [true, true];
        let stage = (self.memory / 4).min(STAGE_BYTES);
        for side in [Side::Left, Side::Right] {
            let came = &self.came[side as usize];
            if came.is_empty() || (self.bytes[side as usize] < stage && !ended) {
                continue;
            }
            let mut finder = Finder {
                shape: &self.shape,
                hashes: &self.hashes,
                spill: &mut spilled.spill,
                memory: self.memory,
            };
            let kept = match side {
                Side::Left => finder.keep(came)?,
                Side::Right => Vec::new(),
            };
            let shape = &self.shape;
            let divided = match side {
                Side::Left => {
                    // Their keys are enough to find what they meet.
                    let keys = came.iter().map(|rows| rows.project(&shape.left_keys));
                    let keys = keys.collect::<Result<Vec<_>, _>>()?;
                    finder.divide(&keys, |rows| rows.columns().to_vec(), 0)?
                }
                Side::Right => finder.divide(came, |rows| shape.keys(side, rows), 0)?,
            };
            // Written: from here on nothing fails.
            spilled.left.extend(kept);
            for (part, blocks) in spilled.parts.iter_mut().zip(divided) {
                part.extend(side, blocks);
            }
            self.came[side as usize].clear();
            self.bytes[side as usize] = 0;
        }
        Ok(())
    }

    /// Finds the matches of the next partition; after the last one, goes on to the output.
    fn find(&mut self) -> Result<(), OperatorError> {
        let Phase::Spill(spilled) = &mut self.phase else {
            return Ok(());
        };
        if let Some(part) = spilled.parts.get(spilled.matches.len()) {
            let mut finder = Finder {
                shape: &self.shape,
                hashes: &self.hashes,
                spill: &mut spilled.spill,
                memory: self.memory,
            };
            let matches = finder.matches(part, 0)?;
            spilled.matches.push(matches);
            return Ok(());
        }
        let merge = Merge::new(
            &self.shape,
            spilled.left.clone(),
            spilled.matches.clone(),
            0,
        )?;
        let gather = std::mem::replace(&mut self.phase, Phase::Gather);
        if let Phase::Spill(Spilled { spill, .. }) = gather {
            self.phase = Phase::Merge {
                merge: Box::new(merge),
                spill,
            };
        }
        Ok(())
    }

    fn merge(&mut self, out: &mut Output) -> Result<Fired, OperatorError> {
        let Phase::Merge { merge, spill } = &mut self.phase else {
            return Ok(Fired::Done);
        };
        // A copy goes ahead: after an error nothing has changed.
        let mut ahead = merge.clone();
        while let Some(rows) = ahead.next(&self.shape, &self.hashes, spill)? {
            out.push(rows);
            if out.is_full() {
                *merge = ahead;
                return Ok(Fired::More);
            }
        }
        // Nothing comes any more: the scratch file goes.
        self.phase = Phase::Gather;
        Ok(Fired::Done)
    }
}

impl Operator for Equal {
    fn output(&self) -> &StreamSchema {
        &self.shape.output
    }

    fn open(&mut self, context: &Context) -> Result<(), OperatorError> {
        self.memory = context.memory;
        self.files = context
            .spill
            .clone()
            .map(|folder| (Arc::clone(&context.files), folder));
        Ok(())
    }

    /// Only takes rows in: whatever fails later, they are in.
    fn fire(&mut self, held: &Held, _: &mut Output) -> Result<Fired, OperatorError> {
        let kept = held.batches.iter().map(|batch| {
            let side = Side::of(batch.input);
            let first = match side {
                Side::Left => self.left.time(&batch.rows, 0)?,
                Side::Right => None,
            };
            Ok((side, self.shape.keep(side, &batch.rows)?, first))
        });
        for (side, rows, first) in kept.collect::<Result<Vec<_>, OperatorError>>()? {
            self.take_in(side, rows);
            self.first = self.first.take().or(first);
        }
        if let [left, right] = &held.frontiers[..] {
            self.ended = [*left == Frontier::End, *right == Frontier::End];
        }
        Ok(Fired::More)
    }

    fn resume(&mut self, out: &mut Output) -> Result<Fired, OperatorError> {
        match &self.phase {
            Phase::Gather => Ok(if self.leave_gather()? {
                Fired::More
            } else {
                Fired::Done
            }),
            Phase::LookUp { .. } => {
                let fired = self.look_up(out)?;
                if self.came[0].is_empty() {
                    self.first = None;
                }
                Ok(fired)
            }
            Phase::Spill(_) => {
                self.spill()?;
                if self.ended != [true, true] {
                    return Ok(Fired::Done);
                }
                self.find()?;
                Ok(Fired::More)
            }
            Phase::Merge { .. } => self.merge(out),
        }
    }

    fn end(&mut self, out: &mut Output) -> Result<Fired, OperatorError> {
        self.ended = [true, true];
        self.resume(out)
    }

    fn frontier(&self, inputs: &[Frontier]) -> Frontier {
        let left = inputs.first().cloned().unwrap_or_default();
        match &self.first {
            Some(time) => left.min(Frontier::At(time.clone())),
            None => left,
        }
    }

    fn state_bytes(&self) -> usize {
        let phase = match &self.phase {
            Phase::LookUp { table, .. } => table.bytes(),
            Phase::Gather => 0,
            // Tables of partitions and blocks under way stay within the join's memory.
            Phase::Spill(_) | Phase::Merge { .. } => self.memory.min(64 << 20),
        };
        self.bytes[0] + self.bytes[1] + phase
    }

    /// Nothing once rows were spilled: a later run starts from the beginning.
    fn save(&self) -> Result<Option<Vec<u8>>, OperatorError> {
        if self.spilled {
            return Ok(None);
        }
        let right = match &self.phase {
            Phase::Gather => self.came[1].clone(),
            Phase::LookUp { table, .. } => table.rows.clone(),
            Phase::Spill(_) | Phase::Merge { .. } => return Ok(None),
        };
        let left = self.came[0].clone();
        saved::save(&self.shape, &LookBack { left, right }).map(Some)
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), OperatorError> {
        let rows = saved::restore(&self.shape, state)?;
        self.reset();
        if let Some(first) = rows.left.iter().find(|rows| rows.num_rows() > 0) {
            self.first = self.left.time(first, 0)?;
        }
        for rows in rows.left {
            self.take_in(Side::Left, rows);
        }
        for rows in rows.right {
            self.take_in(Side::Right, rows);
        }
        Ok(())
    }

    fn reset(&mut self) {
        self.phase = Phase::Gather;
        self.came = [Vec::new(), Vec::new()];
        self.bytes = [0, 0];
        self.ended = [false, false];
        self.first = None;
        self.spilled = false;
    }

    fn kind(&self) -> OperatorKind {
        OperatorKind::Join
    }
}
