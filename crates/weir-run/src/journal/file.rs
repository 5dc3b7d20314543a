use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use weir_files::{FileWriter, Files, FilesError};

use super::line::{MAX_RECORD, encode};
use super::{DroppedTail, JournalError, recover};
use crate::RunId;

/// The newest format of journals that this weir reads, and the one it writes.
const FORMAT: u32 = 1;
/// The longest journal that is read, in bytes: 64 MiB.
const MAX_LENGTH: u64 = 64 << 20;
/// How many temporary names are tried.
const NAME_ATTEMPTS: u32 = 1024;

/// A file of records, one JSON object a line, that a killed process leaves readable.
///
/// [`Journal::append`] returns when the record is on disk. Opening drops an interrupted last write
/// and reports every other damage with its offset. At most 64 MiB, records at most 1 MiB.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::sync::Arc;
/// use serde::{Deserialize, Serialize};
/// use weir_files::{Files, RealFiles};
/// use weir_run::{Journal, RunId, Timestamp};
///
/// #[derive(Serialize, Deserialize, PartialEq, Debug)]
/// struct PartFinished {
///     part: u32,
/// }
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("journal.jsonl");
/// let files: Arc<dyn Files> = Arc::new(RealFiles);
/// let run = RunId::new(Timestamp::now())?;
/// let mut journal = Journal::create(Arc::clone(&files), &path, run)?;
/// journal.append(&PartFinished { part: 0 })?;
/// drop(journal);
///
/// let opened = Journal::open::<PartFinished>(files, &path, run)?;
/// assert_eq!(opened.records, [PartFinished { part: 0 }]);
/// # Ok(())
/// # }
/// ```
pub struct Journal {
    path: PathBuf,
    writer: Box<dyn FileWriter>,
    crc: u32,
    length: u64,
    failed: Option<FilesError>,
}

/// What opening a journal found.
#[derive(Debug)]
pub struct Opened<R> {
    /// The journal, ready for more.
    pub journal: Journal,
    /// Its records, in order.
    pub records: Vec<R>,
    /// The rest of an interrupted write that was dropped.
    pub dropped: Option<DroppedTail>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    weir_journal: u32,
    run: RunId,
}

impl Journal {
    /// Begins a new journal; its header and its name are on disk when this returns.
    ///
    /// # Errors
    ///
    /// [`JournalError::Files`] when there is a file already or the disk refuses.
    pub fn create(files: Arc<dyn Files>, path: &Path, run: RunId) -> Result<Self, JournalError> {
        let writer = files.create_new(path)?;
        let mut journal = Self::at_start(path, writer);
        journal.append(&Header::of(run))?;
        files.sync_folder(folder_of(path))?;
        Ok(journal)
    }

    /// Reads a journal and makes it ready for more records.
    ///
    /// The good lines are written to a new file that replaces the old one, so that an interrupted
    /// write is gone for good and appending starts from a file of our own. A journal whose
    /// header was never written whole counts as empty.
    ///
    /// # Errors
    ///
    /// [`JournalError`]; the file is as it was then.
    pub fn open<R: DeserializeOwned>(
        files: Arc<dyn Files>,
        path: &Path,
        run: RunId,
    ) -> Result<Opened<R>, JournalError> {
        let bytes = files.read(path, MAX_LENGTH)?;
        let (records, dropped) = Self::parse(&bytes, path, Some(run))?;
        let found = recover(&bytes).map_err(|(offset, reason)| damaged(path, offset, reason))?;
        let mut writer = create_temporary(&*files, path)?;
        let renewed = Self::renew(&*files, path, run, &mut writer, &bytes, &found);
        let (crc, length) = match renewed {
            Ok(end) => end,
            Err(error) => {
                // The old journal is in place; a leftover that cannot be removed is swept later.
                let _ = files.remove_file(&writer.path);
                return Err(error);
            }
        };
        let journal = Self {
            path: path.to_path_buf(),
            writer: writer.writer,
            crc,
            length,
            failed: None,
        };
        Ok(Opened {
            journal,
            records,
            dropped,
        })
    }

    /// Reads a journal's records and leaves the file alone: for looking at a run that another
    /// process may be working on.
    ///
    /// # Errors
    ///
    /// [`JournalError`].
    pub fn read<R: DeserializeOwned>(
        files: &dyn Files,
        path: &Path,
    ) -> Result<Vec<R>, JournalError> {
        let bytes = files.read(path, MAX_LENGTH)?;
        Ok(Self::parse(&bytes, path, None)?.0)
    }

    /// Appends a record; it is on disk when this returns.
    ///
    /// # Errors
    ///
    /// [`JournalError::Record`] for a record that is no JSON or too long, which changes nothing.
    /// [`JournalError::Files`] when the disk refuses; the journal takes no more records then.
    pub fn append<R: Serialize>(&mut self, record: &R) -> Result<(), JournalError> {
        if let Some(error) = &self.failed {
            return Err(error.clone().into());
        }
        let json = serde_json::to_vec(record).map_err(|error| self.refuse(error.to_string()))?;
        if json.len() > MAX_RECORD {
            return Err(self.refuse(format!(
                "it has {} bytes, at most {MAX_RECORD} are allowed",
                json.len()
            )));
        }
        let (line, crc) = encode(self.crc, &json);
        if self.length + line.len() as u64 > MAX_LENGTH {
            return Err(self.refuse(format!("the journal would exceed {MAX_LENGTH} bytes")));
        }
        let written = self
            .writer
            .write_all(&line)
            .and_then(|()| self.writer.sync());
        if let Err(error) = written {
            self.failed = Some(error.clone());
            return Err(error.into());
        }
        self.crc = crc;
        self.length += line.len() as u64;
        Ok(())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its length, in bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    fn at_start(path: &Path, writer: Box<dyn FileWriter>) -> Self {
        Self {
            path: path.to_path_buf(),
            writer,
            crc: 0,
            length: 0,
            failed: None,
        }
    }

    fn refuse(&self, reason: String) -> JournalError {
        JournalError::Record {
            path: self.path.clone(),
            reason,
        }
    }

    fn parse<R: DeserializeOwned>(
        bytes: &[u8],
        path: &Path,
        run: Option<RunId>,
    ) -> Result<(Vec<R>, Option<DroppedTail>), JournalError> {
        let found = recover(bytes).map_err(|(offset, reason)| damaged(path, offset, reason))?;
        let mut lines = found.records.iter();
        let Some(first) = lines.next() else {
            return Ok((Vec::new(), found.dropped));
        };
        Header::check(first, path, run)?;
        let mut records = Vec::new();
        for line in lines {
            // The checksum fits, so this is a record of another shape, not a damaged one.
            let record = serde_json::from_slice(line).map_err(|error| {
                let offset = line.as_ptr() as usize - bytes.as_ptr() as usize;
                damaged(
                    path,
                    offset as u64,
                    format!("not a record of this job: {error}"),
                )
            })?;
            records.push(record);
        }
        Ok((records, found.dropped))
    }

    fn renew(
        files: &dyn Files,
        path: &Path,
        run: RunId,
        temporary: &mut Temporary,
        bytes: &[u8],
        found: &super::Recovered<'_>,
    ) -> Result<(u32, u64), JournalError> {
        let (line, crc);
        let (good, crc) = if found.records.is_empty() {
            let header =
                serde_json::to_vec(&Header::of(run)).map_err(|error| JournalError::Record {
                    path: path.to_path_buf(),
                    reason: error.to_string(),
                })?;
            (line, crc) = encode(0, &header);
            (line.as_slice(), crc)
        } else {
            // `good` is at most the length of `bytes`.
            (&bytes[..found.good as usize], found.crc)
        };
        temporary.writer.write_all(good)?;
        temporary.writer.sync()?;
        files.rename(&temporary.path, path)?;
        files.sync_folder(folder_of(path))?;
        Ok((crc, good.len() as u64))
    }
}

impl Header {
    fn of(run: RunId) -> Self {
        Self {
            weir_journal: FORMAT,
            run,
        }
    }

    fn check(line: &[u8], path: &Path, run: Option<RunId>) -> Result<(), JournalError> {
        /// What every format has.
        #[derive(Deserialize)]
        struct Version {
            weir_journal: u32,
        }
        let no_header = |error: serde_json::Error| damaged(path, 0, format!("no header: {error}"));
        let version: Version = serde_json::from_slice(line).map_err(no_header)?;
        if version.weir_journal > FORMAT {
            return Err(JournalError::Newer {
                path: path.to_path_buf(),
                found: version.weir_journal,
                known: FORMAT,
            });
        }
        let header: Header = serde_json::from_slice(line).map_err(no_header)?;
        match run {
            Some(expected) if expected != header.run => Err(JournalError::OtherRun {
                path: path.to_path_buf(),
                found: header.run,
                expected,
            }),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Journal")
            .field("path", &self.path)
            .field("length", &self.length)
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

struct Temporary {
    path: PathBuf,
    writer: Box<dyn FileWriter>,
}

/// A new file beside the journal, under a name that [`weir_files::sweep_temporaries`] knows.
fn create_temporary(files: &dyn Files, path: &Path) -> Result<Temporary, FilesError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut attempt = 0;
    loop {
        let owner = std::process::id();
        let temporary = path.with_file_name(format!(".{name}.weir-tmp-{owner}-{attempt}"));
        attempt += 1;
        match files.create_new(&temporary) {
            Ok(writer) => {
                return Ok(Temporary {
                    path: temporary,
                    writer,
                });
            }
            Err(FilesError::AlreadyExists { .. }) if attempt < NAME_ATTEMPTS => {}
            Err(error) => return Err(error),
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

fn damaged(path: &Path, offset: u64, reason: String) -> JournalError {
    JournalError::Damaged {
        path: path.to_path_buf(),
        offset,
        reason,
    }
}
