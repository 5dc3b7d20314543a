//! Checksums of the pieces of a file while it is written.

use std::{collections::VecDeque, io};

use crate::storage::ObjectWrite;

/// Passes bytes on and keeps the CRC-32 of each piece of them. Pieces end where they were announced to end.
#[derive(Debug)]
pub(super) struct Segments {
    sink: Option<Box<dyn ObjectWrite>>,
    position: u64,
    ends: VecDeque<u64>,
    hasher: crc32fast::Hasher,
    finished: Vec<u32>,
    failure: Option<io::Error>,
}

impl Segments {
    pub(super) fn new(sink: Box<dyn ObjectWrite>) -> Self {
        Self {
            sink: Some(sink),
            position: 0,
            ends: VecDeque::new(),
            hasher: crc32fast::Hasher::new(),
            finished: Vec::new(),
            failure: None,
        }
    }

    /// The next piece ends at this byte, which is not written yet.
    pub(super) fn ends_at(&mut self, end: u64) {
        self.ends.push_back(end);
    }

    /// The checksums of the pieces that ended.
    pub(super) fn finished(&self) -> &[u32] {
        &self.finished
    }

    /// The checksum of what was written since the last end, and where that began.
    pub(super) fn open_piece(&self) -> u32 {
        self.hasher.clone().finalize()
    }

    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// What the disk answered, with its type, which does not survive the Parquet library.
    pub(super) fn take_failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    pub(super) fn take_sink(&mut self) -> Option<Box<dyn ObjectWrite>> {
        self.sink.take()
    }
}

impl io::Write for Segments {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sink = self
            .sink
            .as_mut()
            .ok_or_else(|| io::Error::other("the file is finished"))?;
        if let Err(error) = sink.write_all(bytes) {
            let kind = error.kind();
            self.failure = Some(error);
            return Err(io::Error::from(kind));
        }
        let mut rest = bytes;
        while let Some(end) = self.ends.front() {
            let length = usize::try_from(end - self.position).unwrap_or(usize::MAX);
            if length > rest.len() {
                break;
            }
            let (piece, next) = rest.split_at(length);
            self.hasher.update(piece);
            self.position += piece.len() as u64;
            self.finished
                .push(std::mem::take(&mut self.hasher).finalize());
            self.ends.pop_front();
            rest = next;
        }
        self.hasher.update(rest);
        self.position += rest.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
