//! Partitions: spilled rows of both sides, and the matches of each.

use arrow_array::{ArrayRef, RecordBatch};
use arrow_select::concat::concat_batches;
use arrow_select::interleave::interleave_record_batch;

use super::matches::{Collector, Matches, MatchesReader, MatchesWriter};
use super::table::Table;
use super::{DEEPEST, PARTITIONS, ROWS};
use crate::OperatorError;
use crate::join::keys::{Hashes, NO_HASH};
use crate::join::piece::RowAt;
use crate::join::shape::{Shape, Side};
use crate::spill::{Block, Spill};

/// Blocks of rows and how many rows they have.
#[derive(Clone, Debug, Default)]
pub(in crate::join) struct Blocks {
    pub(in crate::join) blocks: Vec<Block>,
    rows: usize,
}

impl Blocks {
    fn push(&mut self, block: Block, rows: usize) {
        self.blocks.push(block);
        self.rows += rows;
    }

    pub(in crate::join) fn extend(&mut self, more: Self) {
        self.blocks.extend(more.blocks);
        self.rows += more.rows;
    }

    fn bytes(&self) -> usize {
        self.blocks.iter().map(|block| block.bytes()).sum()
    }
}

/// A partition: left keys and right rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Partition {
    left: Blocks,
    right: Blocks,
}

/// Which partition a hash belongs to at a depth.
pub(super) fn partition_of(hash: u64, depth: u32) -> usize {
    (hash >> (64 - PARTITIONS.trailing_zeros() * (depth + 1))) as usize % PARTITIONS
}

/// Finds matches within so many bytes.
pub(in crate::join) struct Finder<'a> {
    pub(in crate::join) shape: &'a Shape,
    pub(in crate::join) hashes: &'a Hashes,
    pub(in crate::join) spill: &'a mut Spill,
    pub(in crate::join) memory: usize,
}

impl Finder<'_> {
    /// Puts rows with these key columns into partitions; rows without a key belong to none.
    pub(in crate::join) fn divide(
        &mut self,
        rows: &[RecordBatch],
        keys: impl Fn(&RecordBatch) -> Vec<ArrayRef>,
        depth: u32,
    ) -> Result<Vec<Blocks>, OperatorError> {
        let mut found = vec![Blocks::default(); PARTITIONS];
        let mut places: Vec<Vec<(usize, usize)>> = vec![Vec::new(); PARTITIONS];
        for (batch, rows) in rows.iter().enumerate() {
            for (row, hash) in self.hashes.of(&keys(rows))?.into_iter().enumerate() {
                if hash != NO_HASH {
                    places[partition_of(hash, depth)].push((batch, row));
                }
            }
        }
        let sources: Vec<&RecordBatch> = rows.iter().collect();
        for (blocks, places) in found.iter_mut().zip(&places) {
            for places in places.chunks(ROWS) {
                let rows = interleave_record_batch(&sources, places)?;
                blocks.push(self.spill.append(&rows)?, rows.num_rows());
            }
        }
        Ok(found)
    }

    /// The matches of the left keys of a partition that was made at `depth`.
    pub(super) fn matches(
        &mut self,
        partition: &Partition,
        depth: u32,
    ) -> Result<Matches, OperatorError> {
        let right = &partition.right;
        if Table::bytes_of(right.rows, right.bytes()) <= self.memory || right.blocks.len() <= 1 {
            return self.look_up(&partition.left, &right.blocks);
        }
        if depth + 1 >= DEEPEST {
            return self.by_blocks(partition);
        }
        let mut parts = vec![Partition::default(); PARTITIONS];
        for (side, blocks) in [(Side::Left, &partition.left), (Side::Right, right)] {
            for block in &blocks.blocks {
                let rows = self.spill.read(*block)?;
                let shape = self.shape;
                // Left blocks are of key columns alone.
                let keys = |rows: &RecordBatch| match side {
                    Side::Left => rows.columns().to_vec(),
                    Side::Right => shape.keys(side, rows),
                };
                let divided = self.divide(&[rows], keys, depth + 1)?;
                for (part, blocks) in parts.iter_mut().zip(divided) {
                    part.extend(side, blocks);
                }
            }
        }
        if parts.iter().any(|part| part.right.rows == right.rows) {
            // One key, or keys that no bits tell apart.
            return self.by_blocks(partition);
        }
        let mut found = Vec::with_capacity(PARTITIONS);
        for part in &parts {
            found.push(self.matches(part, depth + 1)?);
        }
        self.merge(&partition.left, &found, Some(depth + 1))
    }

    /// A table of all right rows, looked up by all left keys.
    fn look_up(&mut self, left: &Blocks, right: &[Block]) -> Result<Matches, OperatorError> {
        let rows = right.iter().map(|block| self.spill.read(*block));
        let table = Table::new(self.shape, rows.collect::<Result<Vec<_>, _>>()?)?;
        let out = table
            .rows
            .iter()
            .map(|rows| rows.project(&self.shape.right_out));
        let out = out.collect::<Result<Vec<_>, _>>()?;
        let out: Vec<&RecordBatch> = out.iter().collect();
        let mut writer = MatchesWriter::default();
        let mut indices = Vec::with_capacity(ROWS);
        for block in &left.blocks {
            let keys = self.spill.read(*block)?;
            for number in table.find(keys.columns(), keys.num_rows())? {
                let rows: &[RowAt] = table.rows_of(number);
                // A table has fewer than 2³² rows.
                writer.count(self.spill, rows.len() as u32)?;
                for at in rows {
                    indices.push((at.piece(), at.row()));
                    if indices.len() >= ROWS {
                        writer.rows(self.spill, &interleave_record_batch(&out, &indices)?)?;
                        indices.clear();
                    }
                }
            }
        }
        if !indices.is_empty() {
            writer.rows(self.spill, &interleave_record_batch(&out, &indices)?)?;
        }
        writer.finish(self.spill)
    }

    /// As many right blocks at a time as fit, each time looked up by all left keys.
    fn by_blocks(&mut self, partition: &Partition) -> Result<Matches, OperatorError> {
        let right = &partition.right;
        let row_bytes = Table::bytes_of(right.rows, right.bytes()) / right.rows.max(1);
        let rows = self.memory / row_bytes.max(1);
        let most = (right.blocks.len().saturating_mul(rows) / right.rows.max(1)).max(1);
        let mut found = Vec::new();
        for blocks in right.blocks.chunks(most) {
            found.push(self.look_up(&partition.left, blocks)?);
        }
        // Neighbours are put together, so that the right's order stays.
        while found.len() > 1 {
            let groups = found
                .chunks(PARTITIONS)
                .map(|group| self.merge(&partition.left, group, None));
            found = groups.collect::<Result<_, _>>()?;
        }
        found
            .pop()
            .map_or_else(|| MatchesWriter::default().finish(self.spill), Ok)
    }

    /// One run of matches out of several: each left key's are in the partition of its hash, or, without a depth, in all of them.
    fn merge(
        &mut self,
        left: &Blocks,
        found: &[Matches],
        depth: Option<u32>,
    ) -> Result<Matches, OperatorError> {
        let mut readers: Vec<_> = found.iter().cloned().map(MatchesReader::new).collect();
        let mut writer = MatchesWriter::default();
        let mut collector = Collector::default();
        for block in &left.blocks {
            let keys = self.spill.read(*block)?;
            for hash in self.hashes.of(keys.columns())? {
                let from = match depth {
                    Some(depth) => {
                        let part = partition_of(hash, depth);
                        part..part + 1
                    }
                    None => 0..readers.len(),
                };
                let mut sum = 0_u32;
                for part in from {
                    let count = readers[part].next_count(self.spill)?;
                    sum = sum.checked_add(count).ok_or_else(|| {
                        OperatorError::Rows(
                            "more than 4,294,967,295 right rows of one key".to_owned(),
                        )
                    })?;
                    for _ in 0..count {
                        readers[part].collect(self.spill, &mut collector)?;
                        if collector.indices.len() >= ROWS {
                            self.write(&mut writer, &mut collector, &mut readers)?;
                        }
                    }
                }
                writer.count(self.spill, sum)?;
            }
        }
        self.write(&mut writer, &mut collector, &mut readers)?;
        writer.finish(self.spill)
    }

    fn write(
        &mut self,
        writer: &mut MatchesWriter,
        collector: &mut Collector,
        readers: &mut [MatchesReader],
    ) -> Result<(), OperatorError> {
        if let Some(rows) = collector.rows()? {
            writer.rows(self.spill, &rows)?;
        }
        *collector = Collector::default();
        readers.iter_mut().for_each(MatchesReader::forget);
        Ok(())
    }

    /// Writes left rows as they came.
    pub(in crate::join) fn keep(
        &mut self,
        rows: &[RecordBatch],
    ) -> Result<Vec<Block>, OperatorError> {
        let Some(first) = rows.first() else {
            return Ok(Vec::new());
        };
        let rows = concat_batches(&first.schema(), rows)?;
        let starts = (0..rows.num_rows()).step_by(ROWS);
        starts
            .map(|start| {
                let end = (start + ROWS).min(rows.num_rows());
                self.spill.append(&rows.slice(start, end - start))
            })
            .collect()
    }
}

impl Partition {
    pub(super) fn extend(&mut self, side: Side, blocks: Blocks) {
        let to = match side {
            Side::Left => &mut self.left,
            Side::Right => &mut self.right,
        };
        to.extend(blocks);
    }
}
