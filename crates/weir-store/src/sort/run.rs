//! A spilled run: blocks of sorted rows, each with its length, its checksum and its range.

use std::{
    fs::File,
    os::unix::fs::FileExt,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use arrow_array::RecordBatch;
use arrow_ipc::{reader::StreamReader, writer::StreamWriter};
use weir_files::{Doing, FilesError, ScratchFile};
use weir_memory::{Bytes, Holder, Reservation};

use super::SpillFolder;
use crate::{
    data::DataError,
    merge::memory_of,
    order::{OrderColumn, OrderType, OrderValue},
    storage::StorageError,
};

#[derive(Debug, Clone)]
pub(super) struct Block {
    offset: u64,
    length: usize,
    crc: u32,
    pub(super) rows: u64,
    pub(super) min: OrderValue,
    pub(super) max: OrderValue,
}

/// Sorted rows in a scratch file.
#[derive(Debug)]
pub(super) struct Run {
    /// In a mutex only because nobody shares a writer; runs are read through `reader`.
    file: Mutex<ScratchFile>,
    reader: File,
    path: String,
    pub(super) blocks: Vec<Block>,
}

impl Run {
    pub(super) fn create(spill: &SpillFolder) -> Result<Self, DataError> {
        let file = ScratchFile::create(Arc::clone(&spill.files), &spill.folder, "sort")
            .map_err(StorageError::from)?;
        Ok(Self {
            reader: file.open().map_err(StorageError::from)?,
            path: file.path().display().to_string(),
            file: Mutex::new(file),
            blocks: Vec::new(),
        })
    }

    /// Appends rows that come after all before them.
    pub(super) fn append(
        &mut self,
        batch: &RecordBatch,
        order_type: &OrderType,
        order_column: usize,
    ) -> Result<(), DataError> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let column = OrderColumn::new(order_type, batch.column(order_column))?;
        let mut bytes = Vec::new();
        let mut writer =
            StreamWriter::try_new(&mut bytes, &batch.schema()).map_err(DataError::unsupported)?;
        writer.write(batch).map_err(DataError::unsupported)?;
        writer.finish().map_err(DataError::unsupported)?;
        drop(writer);
        let file = self.file.get_mut().unwrap_or_else(PoisonError::into_inner);
        let block = Block {
            offset: file.written(),
            length: bytes.len(),
            crc: crc32fast::hash(&bytes),
            rows: batch.num_rows() as u64,
            min: column.value(0),
            max: column.value(column.len() - 1),
        };
        file.append(&bytes).map_err(StorageError::from)?;
        self.blocks.push(block);
        Ok(())
    }

    pub(super) fn rows(self: &Arc<Self>, holder: &Holder) -> Result<RunRows, DataError> {
        Ok(RunRows {
            run: Arc::clone(self),
            next: 0,
            held: holder.reserve(Bytes::new(0))?,
        })
    }

    /// Reads one block.
    pub(super) fn block(&self, block: &Block) -> Result<RecordBatch, DataError> {
        let mut bytes = vec![0; block.length];
        self.reader
            .read_exact_at(&mut bytes, block.offset)
            .map_err(|error| {
                let path = Path::new(&self.path);
                StorageError::from(FilesError::from_io(error, path, Doing::Read))
            })?;
        let damaged = |why: String| DataError::damaged(&self.path, block.offset, why);
        if crc32fast::hash(&bytes) != block.crc {
            return Err(damaged("spilled rows changed on the disk".to_owned()));
        }
        let mut reader = StreamReader::try_new(std::io::Cursor::new(bytes), None)
            .map_err(|error| damaged(error.to_string()))?;
        match reader.next() {
            Some(Ok(batch)) => Ok(batch),
            Some(Err(error)) => Err(damaged(error.to_string())),
            None => Err(damaged("a spilled block has no rows".to_owned())),
        }
    }
}

/// The rows of a run, block by block.
pub(super) struct RunRows {
    run: Arc<Run>,
    next: usize,
    held: Reservation,
}

impl Iterator for RunRows {
    type Item = Result<RecordBatch, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        let block = self.run.blocks.get(self.next)?;
        self.next += 1;
        if let Err(refusal) = self.held.resize(Bytes::new(block.length as u64)) {
            return Some(Err(refusal.into()));
        }
        Some(self.run.block(block))
    }
}

/// Rows of a block: about 256 KiB.
pub(super) fn block_rows(bytes: u64, rows: u64) -> usize {
    let row = (bytes / rows.max(1)).max(1);
    usize::try_from((256 << 10) / row)
        .unwrap_or(usize::MAX)
        .clamp(64, 8192)
}

/// Bytes of rows, once they do not keep much larger buffers alive.
pub(super) fn own(batch: RecordBatch) -> Result<(RecordBatch, u64), DataError> {
    let bytes = memory_of(&batch);
    let alive: usize = batch
        .columns()
        .iter()
        .map(arrow_array::Array::get_array_memory_size)
        .sum();
    if (alive as u64) < bytes * 2 + (64 << 10) {
        return Ok((batch, bytes));
    }
    let rows: Vec<(usize, usize)> = (0..batch.num_rows()).map(|row| (0, row)).collect();
    let copy = arrow_select::interleave::interleave_record_batch(&[&batch], &rows)
        .map_err(DataError::unsupported)?;
    Ok((copy, bytes))
}
