//! What was read of a file, so that a later run knows whether it still begins so.

use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// Bytes looked at at a time.
const PIECE: usize = 64 << 10;

/// A file's beginning: so many bytes with this checksum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Prefix {
    bytes: u64,
    /// CRC-32 of them, eight hexadecimal digits; of an earlier form, which knew the length only, nothing.
    #[serde(default)]
    crc32: Option<String>,
    /// The file ended there within a line: what comes behind must begin a new one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    open_line: bool,
}

impl Prefix {
    /// Whether bytes still begin so; what differs if not.
    pub(super) fn check(
        &self,
        mut bytes: impl Read,
        length: u64,
    ) -> std::io::Result<Option<String>> {
        let Some(expected) = &self.crc32 else {
            let differs = self.bytes != length;
            return Ok(differs.then(|| format!("it had {} bytes, now it has {length}", self.bytes)));
        };
        if length < self.bytes {
            return Ok(Some(format!(
                "{} bytes of it were read, now it has {length}",
                self.bytes
            )));
        }
        let mut hasher = crc32fast::Hasher::new();
        let mut left = self.bytes;
        let mut piece = vec![0; PIECE];
        while left > 0 {
            let most = piece.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let read = bytes.read(&mut piece[..most])?;
            if read == 0 {
                return Ok(Some("it ends before what was read of it".to_owned()));
            }
            hasher.update(&piece[..read]);
            left -= read as u64;
        }
        if *expected != hexadecimal(hasher) {
            return Ok(Some(format!(
                "its first {} bytes, which were read, are no longer what they were",
                self.bytes
            )));
        }
        let mut next = [0];
        let goes_on = self.open_line && bytes.read(&mut next)? > 0;
        Ok((goes_on && !matches!(next[0], b'\n' | b'\r'))
            .then(|| "its last line, which was read, has become longer".to_owned()))
    }
}

fn hexadecimal(hasher: crc32fast::Hasher) -> String {
    format!("{:08x}", hasher.finalize())
}

/// What has gone by so far.
#[derive(Debug, Clone, Default)]
struct Gone {
    bytes: u64,
    hasher: crc32fast::Hasher,
    last: Option<u8>,
    ended: bool,
}

/// Looks at the bytes that go by.
#[derive(Debug, Clone, Default)]
pub(super) struct Watch(Arc<Mutex<Gone>>);

impl Watch {
    /// These bytes, looked at from their beginning.
    pub(super) fn over<R: Read + Send + 'static>(&self, bytes: R) -> Box<dyn Read + Send> {
        *self.gone() = Gone::default();
        Box::new(Watched {
            bytes,
            watch: self.clone(),
        })
    }

    /// What has gone by.
    pub(super) fn prefix(&self) -> Prefix {
        let gone = self.gone().clone();
        Prefix {
            bytes: gone.bytes,
            open_line: gone.ended && gone.last.is_some_and(|byte| byte != b'\n'),
            crc32: Some(hexadecimal(gone.hasher)),
        }
    }

    fn gone(&self) -> std::sync::MutexGuard<'_, Gone> {
        // It is whole at every moment.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Watched<R> {
    bytes: R,
    watch: Watch,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.bytes.read(buffer)?;
        let mut gone = self.watch.gone();
        gone.bytes += read as u64;
        gone.hasher.update(&buffer[..read]);
        gone.last = buffer[..read].last().copied().or(gone.last);
        gone.ended |= read == 0 && !buffer.is_empty();
        Ok(read)
    }
}
