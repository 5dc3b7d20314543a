//! Temporary names, and what killed processes leave under them.

use std::{
    ffi::{OsStr, OsString},
    fs::TryLockError,
    os::unix::ffi::{OsStrExt, OsStringExt},
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use rustix::process::{Pid, test_kill_process};

use crate::{FileFacts, FileKind, Files, FilesError};

const MARK: &[u8] = b".weir-tmp-";

/// Names may have 255 bytes; the mark, a process id and a counter take at most 53 of them.
const LONGEST_KEPT: usize = 200;

/// Where locks cannot tell, a file of a living process id is left alone unless nothing was written for this long.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);

static COUNTER: AtomicU64 = AtomicU64::new(0);

/// `.NAME.weir-tmp-<pid>-<counter>`, different at every call in this process.
pub(crate) fn temporary_name(name: &OsStr) -> OsString {
    let name = name.as_bytes();
    let mut bytes = vec![b'.'];
    bytes.extend_from_slice(&name[..name.len().min(LONGEST_KEPT)]);
    bytes.extend_from_slice(MARK);
    let counter = COUNTER.fetch_add(1, Ordering::Relaxed);
    bytes.extend_from_slice(format!("{}-{counter}", std::process::id()).as_bytes());
    OsString::from_vec(bytes)
}

/// Whether a name in a folder is one of [`crate::AtomicFile`]'s temporary names, which readers of a folder skip.
#[must_use]
pub fn is_temporary_name(name: &OsStr) -> bool {
    owner_in(name).is_some()
}

/// The part of a temporary name that its writer chose: of an [`crate::AtomicFile`] the final name, of a [`crate::ScratchFile`] its name;
/// cut at 200 bytes.
#[must_use]
pub fn temporary_label(name: &OsStr) -> Option<&OsStr> {
    owner_in(name)?;
    let rest = &name.as_bytes()[1..];
    let at = rest
        .windows(MARK.len())
        .rposition(|window| window == MARK)?;
    Some(OsStr::from_bytes(&rest[..at]))
}

/// The process id in a temporary name.
fn owner_in(name: &OsStr) -> Option<u32> {
    let name = name.as_bytes();
    let rest = name.strip_prefix(b".")?;
    let at = rest
        .windows(MARK.len())
        .rposition(|window| window == MARK)?;
    let numbers = std::str::from_utf8(&rest[at + MARK.len()..]).ok()?;
    let (owner, counter) = numbers.split_once('-')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(owner) || !digits(counter) {
        return None;
    }
    owner.parse().ok()
}

/// What a sweep did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// Names removed, sorted.
    pub removed: Vec<OsString>,
    /// Bytes given back.
    pub bytes: u64,
    /// Temporary names left alone because their writer lives, sorted.
    pub kept: Vec<OsString>,
}

/// Removes the temporary files of dead writers from `folder`, not from the folders inside it.
///
/// A living writer holds a lock on its file, which holds across containers that share the folder and tells a
/// process from a later one with its number. Where the file system has no locks, the process id in the name is asked for,
/// and a file of a living process goes only when it has not been written for 24 hours.
///
/// # Errors
/// [`FilesError::NotFound`] when there is no such folder; the first file that cannot be removed, after trying all.
pub fn sweep_temporaries(files: &dyn Files, folder: &Path) -> Result<Swept, FilesError> {
    let mut swept = Swept::default();
    let mut first_error = None;
    for name in files.list(folder)? {
        let Some(owner) = owner_in(&name) else {
            continue;
        };
        match sweep_one(files, &folder.join(&name), owner) {
            Ok(Fate::Removed(bytes)) => {
                swept.bytes += bytes;
                swept.removed.push(name);
            }
            Ok(Fate::Kept) => swept.kept.push(name),
            // Its writer committed or another sweep was here.
            Err(FilesError::NotFound { .. }) => {}
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    first_error.map_or(Ok(swept), Err)
}

enum Fate {
    Removed(u64),
    Kept,
}

fn sweep_one(files: &dyn Files, path: &Path, owner: u32) -> Result<Fate, FilesError> {
    let Some(facts) = files.facts(path)? else {
        return Ok(Fate::Removed(0));
    };
    if facts.kind != FileKind::File {
        return Ok(Fate::Kept);
    }
    // Held until the file is gone, so that a writer that is just creating it notices.
    let file = files.open(path)?;
    let dead = match file.try_lock() {
        Ok(()) => true,
        Err(TryLockError::WouldBlock) => false,
        Err(TryLockError::Error(_)) => dead_without_locks(&facts, alive(owner), SystemTime::now()),
    };
    if !dead {
        return Ok(Fate::Kept);
    }
    files.remove_file(path)?;
    Ok(Fate::Removed(facts.len))
}

/// The decision where the file system has no locks.
fn dead_without_locks(facts: &FileFacts, alive: bool, now: SystemTime) -> bool {
    let idle = facts
        .modified
        .and_then(|modified| now.duration_since(modified).ok());
    !alive || idle.is_some_and(|idle| idle > STALE)
}

fn alive(owner: u32) -> bool {
    let Some(pid) = i32::try_from(owner).ok().and_then(Pid::from_raw) else {
        return false;
    };
    // EPERM means that it lives and belongs to someone else.
    test_kill_process(pid) != Err(rustix::io::Errno::SRCH)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_our_own_names_are_temporary() {
        assert_eq!(
            owner_in(&temporary_name(OsStr::new("a.parquet"))),
            Some(std::process::id())
        );
        assert_eq!(
            temporary_label(&temporary_name(OsStr::new("a.parquet"))),
            Some(OsStr::new("a.parquet"))
        );
        assert_eq!(
            owner_in(OsStr::new(".x.weir-tmp-1.weir-tmp-77-3")),
            Some(77)
        );
        for name in [
            "a",
            ".a",
            "a.weir-tmp-1-1",
            ".a.weir-tmp-",
            ".a.weir-tmp-1",
            ".a.weir-tmp-+1-1",
            ".a.weir-tmp-1-x",
            ".a.weir-tmp-99999999999-1",
            ".a.weir-tmp-1-1.parquet",
        ] {
            assert!(!is_temporary_name(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn the_longest_allowed_name_still_gets_a_temporary_one() {
        let name = OsString::from("é".repeat(127));
        assert!(temporary_name(&name).len() <= 255);
    }

    #[test]
    fn without_locks_a_living_writer_is_left_alone_for_a_day() {
        let now = SystemTime::now();
        let written = |ago: Option<Duration>| FileFacts {
            kind: FileKind::File,
            len: 0,
            modified: ago.map(|ago| now.checked_sub(ago).unwrap()),
        };
        assert!(dead_without_locks(&written(None), false, now));
        assert!(!dead_without_locks(&written(None), true, now));
        assert!(!dead_without_locks(&written(Some(STALE)), true, now));
        assert!(dead_without_locks(&written(Some(STALE * 2)), true, now));
        let ahead = FileFacts {
            modified: Some(now + STALE * 3),
            ..written(None)
        };
        assert!(
            !dead_without_locks(&ahead, true, now),
            "a clock that went back"
        );
    }
}
