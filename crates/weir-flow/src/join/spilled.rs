//! Joins by order whose look-back alone does not fit: by partitions of the keys.
//!
//! From then on rows go to a scratch file: the left's as they came, and both sides' keys, times and right columns into partitions by
//! hash, each in stream order. When both inputs have ended, each partition is joined on its own, with a look-back of its keys alone; one
//! that does not fit either does the same with other bits of the hash. What each left row meets is written in the left's order, and
//! at the end the left's rows take it from the partition of their key: the same rows in the same order as in memory.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::{RecordBatch, cast::AsArray, types::UInt64Type};
use weir_files::Files;

use super::equal::{Blocks, Finder, Matches, MatchesWriter, Merge, PARTITIONS};
use super::keys::Hashes;
use super::ordered::{MakeMatcher, OrderedJoin};
use super::saved::LookBack;
use super::shape::{Shape, Side};
use crate::spill::{Block, Spill};
use crate::{Fired, Frontier, Held, HeldBatch, Operator, OperatorError, Output};

/// Cuts of a partition at the most; what does not fit then is kept in memory nevertheless.
pub(super) const DEEPEST: u32 = 3;

/// Bytes gathered before they are put into partitions, at the most.
const STAGE_BYTES: usize = 4 << 20;

/// Bytes that a partition's join passes on at a time.
const TARGET: usize = 256 << 10;

/// Where and how much may be spilled.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) files: Arc<dyn Files>,
    pub(super) folder: PathBuf,
    pub(super) memory: usize,
    /// Cuts made before.
    pub(super) depth: u32,
}

/// A join that goes by partitions.
pub(super) struct Spilled {
    place: Place,
    spill: Spill,
    hashes: Hashes,
    /// The partitions' joins: left rows of keys, time and their number.
    narrow: Shape,
    make: MakeMatcher,
    left: Vec<Block>,
    left_rows: u64,
    parts: Vec<[Blocks; 2]>,
    came: [Vec<RecordBatch>; 2],
    bytes: [usize; 2],
    matches: Vec<Matches>,
    merge: Option<Merge>,
}

impl Spilled {
    /// Starts with the rows that are needed to go on.
    pub(super) fn new(
        shape: &Shape,
        make: MakeMatcher,
        place: &Place,
        rows: LookBack,
    ) -> Result<Self, OperatorError> {
        let mut spilled = Self {
            spill: Spill::create(&place.files, &place.folder)?,
            hashes: Hashes::new(&shape.key_types)?,
            narrow: shape.narrow()?,
            make,
            place: place.clone(),
            left: Vec::new(),
            left_rows: 0,
            parts: (0..PARTITIONS).map(|_| Default::default()).collect(),
            came: [Vec::new(), Vec::new()],
            bytes: [0, 0],
            matches: Vec::new(),
            merge: None,
        };
        for rows in rows.left {
            spilled.take_in(Side::Left, rows);
        }
        for rows in rows.right {
            spilled.take_in(Side::Right, rows);
        }
        spilled.write(shape, false)?;
        Ok(spilled)
    }

    /// Takes in kept rows of an input.
    pub(super) fn take_in(&mut self, side: Side, rows: RecordBatch) {
        self.bytes[side as usize] += rows.get_array_memory_size();
        self.came[side as usize].push(rows);
    }

    pub(super) fn bytes(&self) -> usize {
        // A partition's join and the blocks under way are within the join's memory.
        self.bytes[0] + self.bytes[1] + self.place.memory.min(8 << 20)
    }

    /// Does the next piece of work.
    pub(super) fn resume(
        &mut self,
        shape: &Shape,
        ended: bool,
        out: &mut Output,
    ) -> Result<Fired, OperatorError> {
        self.write(shape, ended)?;
        if !ended {
            return Ok(Fired::Done);
        }
        let Some(merge) = &mut self.merge else {
            if self.matches.len() < PARTITIONS {
                let matches = self.join(self.matches.len())?;
                self.matches.push(matches);
            } else {
                let matches = self.matches.clone();
                let depth = self.place.depth;
                self.merge = Some(Merge::new(shape, self.left.clone(), matches, depth)?);
            }
            return Ok(Fired::More);
        };
        // A copy goes ahead: after an error nothing has changed.
        let mut ahead = merge.clone();
        while let Some(rows) = ahead.next(shape, &self.hashes, &self.spill)? {
            out.push(rows);
            if out.is_full() {
                *merge = ahead;
                return Ok(Fired::More);
            }
        }
        *merge = ahead;
        Ok(Fired::Done)
    }

    /// Writes what came when it is enough, or all has come.
    fn write(&mut self, shape: &Shape, ended: bool) -> Result<(), OperatorError> {
        let stage = (self.place.memory / 4).min(STAGE_BYTES);
        for side in [Side::Left, Side::Right] {
            let came = &self.came[side as usize];
            if came.is_empty() || (self.bytes[side as usize] < stage && !ended) {
                continue;
            }
            let mut rows_after = self.left_rows;
            let narrowed = match side {
                Side::Left => {
                    let narrowed = came.iter().map(|rows| {
                        let first = rows_after;
                        rows_after += rows.num_rows() as u64;
                        shape.narrow_rows(&self.narrow, rows, first)
                    });
                    narrowed.collect::<Result<Vec<_>, _>>()?
                }
                Side::Right => came.clone(),
            };
            let narrow = &self.narrow;
            let mut finder = Finder {
                shape: narrow,
                hashes: &self.hashes,
                spill: &mut self.spill,
                memory: self.place.memory,
            };
            let kept = match side {
                Side::Left => finder.keep(came)?,
                Side::Right => Vec::new(),
            };
            let keys = |rows: &RecordBatch| narrow.keys(side, rows);
            let divided = finder.divide(&narrowed, keys, self.place.depth)?;
            // Written: from here on nothing fails.
            self.left.extend(kept);
            self.left_rows = rows_after;
            for (part, blocks) in self.parts.iter_mut().zip(divided) {
                part[side as usize].extend(blocks);
            }
            self.came[side as usize].clear();
            self.bytes[side as usize] = 0;
        }
        Ok(())
    }

    /// What the left rows of a partition meet.
    fn join(&mut self, part: usize) -> Result<Matches, OperatorError> {
        let mut join = OrderedJoin::new(self.narrow.clone(), Arc::clone(&self.make))?;
        join.spill_to(Place {
            depth: self.place.depth + 1,
            ..self.place.clone()
        });
        let blocks = self.parts[part].clone();
        let mut writer = MatchesWriter::default();
        let number = self.narrow.left_schema.fields().len() - 1;
        // Of each left row that was fed and not told of yet: its number; rows of an inner join may be left out.
        let mut fed = VecDeque::<u64>::new();
        let mut count = 0_u32;
        let mut frontiers = [Frontier::Start, Frontier::Start];
        let mut next = [0, 0];
        let mut out = Output::new(TARGET);
        let mut ended = false;
        while !ended {
            let input = usize::from(frontiers[1] < frontiers[0]);
            let side = Side::of(input);
            let block = blocks[input].blocks.get(next[input]).copied();
            let mut batches = Vec::new();
            match block {
                Some(block) => {
                    let rows = self.spill.read(block)?;
                    next[input] += 1;
                    if side == Side::Left {
                        fed.extend(rows.column(number).as_primitive::<UInt64Type>().values());
                    }
                    frontiers[input] = Frontier::At(join.last_time(side, &rows)?);
                    batches.push(HeldBatch { input, rows });
                }
                None => frontiers[input] = Frontier::End,
            }
            ended = frontiers == [Frontier::End, Frontier::End];
            let held = Held {
                batches,
                frontiers: frontiers.to_vec(),
            };
            let mut fired = join.fire(&held, &mut out)?;
            while fired == Fired::More {
                fired = join.resume(&mut out)?;
                for (_, rows) in out.take() {
                    for met in rows.column(number).as_primitive::<UInt64Type>().values() {
                        while fed.front().is_some_and(|front| front != met) {
                            writer.count(&mut self.spill, count)?;
                            fed.pop_front();
                            count = 0;
                        }
                        count = count.checked_add(1).ok_or_else(|| {
                            OperatorError::Rows(
                                "a left row meets more than 4,294,967,295 right rows".to_owned(),
                            )
                        })?;
                    }
                    let right: Vec<usize> = (number + 1..rows.num_columns()).collect();
                    writer.rows(&mut self.spill, &rows.project(&right)?)?;
                }
            }
        }
        for _ in fed {
            writer.count(&mut self.spill, count)?;
            count = 0;
        }
        writer.finish(&mut self.spill)
    }
}
