//! Bytes from a file or from standard input.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Take};
use std::path::{Path, PathBuf};

use super::{Position, SourceError};

/// Where bytes come from.
pub(super) enum Input {
    /// A file, which can be read again from its beginning.
    File {
        /// Its path.
        path: PathBuf,
        /// Its length when it was opened: later growth is not read.
        bytes: u64,
    },
    /// Something that is read once, such as standard input.
    Once(Option<Box<dyn Read + Send>>),
}

impl Input {
    pub(super) fn file(path: &Path) -> std::io::Result<Self> {
        let facts = std::fs::metadata(path)?;
        if facts.is_dir() {
            return Err(std::io::Error::other("is a folder"));
        }
        Ok(Self::File {
            path: path.to_owned(),
            bytes: facts.len(),
        })
    }

    /// The bytes from the beginning; an error the second time where they come once.
    pub(super) fn open(&mut self) -> std::io::Result<Box<dyn Read + Send>> {
        match self {
            Self::File { path, bytes } => Ok(Box::new(File::open(path)?.take(*bytes))),
            Self::Once(reader) => reader
                .take()
                .ok_or_else(|| std::io::Error::other("it can be read only once")),
        }
    }

    /// What a later process compares before it goes on from a position.
    pub(super) fn detail(&self) -> serde_json::Value {
        match self {
            Self::File { bytes, .. } => serde_json::json!({ "bytes": bytes }),
            Self::Once(_) => serde_json::Value::Null,
        }
    }

    /// Refuses a position that was noted in a file that has become another one.
    pub(super) fn agree(&self, name: &str, position: &Position) -> Result<(), SourceError> {
        if position.rows == 0 || position.detail == self.detail() {
            return Ok(());
        }
        Err(SourceError::Moved {
            name: name.to_owned(),
            what: format!(
                "it was noted with {}, now it has {}",
                position.detail,
                self.detail()
            ),
            versions: false,
        })
    }
}

/// A file that ends where it ended when it was opened, for formats that seek.
pub(super) struct Bounded {
    file: Take<File>,
    bytes: u64,
}

impl Bounded {
    pub(super) fn open(path: &Path, bytes: u64) -> std::io::Result<Self> {
        Ok(Self {
            file: File::open(path)?.take(bytes),
            bytes,
        })
    }
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.file.read(buffer)
    }
}

impl Seek for Bounded {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let to = match to {
            SeekFrom::End(by) => SeekFrom::Start(
                self.bytes
                    .checked_add_signed(by)
                    .ok_or_else(|| std::io::Error::other("a place before the file's beginning"))?,
            ),
            other => other,
        };
        let at = self.file.get_mut().seek(to)?;
        self.file.set_limit(self.bytes.saturating_sub(at));
        Ok(at)
    }
}
