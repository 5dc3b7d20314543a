use std::io::Read;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::{APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION};
use crate::LibraryError;
use crate::catalogue::sql_error;

/// How long a statement waits for another process's lock.
const BUSY: Duration = Duration::from_secs(10);

/// Whether a catalogue was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// It was made just now.
    New,
    /// It was there.
    Old,
}

/// Opens the catalogue at `path`, makes it when there is none, brings it to this version.
/// What is no catalogue, or a newer one, stays untouched.
pub(crate) fn open(path: &Path) -> Result<(Connection, Freshness), LibraryError> {
    refuse_other_formats(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let database = |error| sql_error(path, error);
    let mut connection = Connection::open_with_flags(path, flags).map_err(database)?;
    connection.busy_timeout(BUSY).map_err(database)?;
    refuse_foreign_and_newer(&connection, path)?;
    // Changing to the write-ahead log does not wait for locks by itself.
    patiently(|| connection.pragma_update(None, "journal_mode", "WAL")).map_err(database)?;
    for (pragma, value) in [("synchronous", "FULL"), ("foreign_keys", "ON")] {
        connection
            .pragma_update(None, pragma, value)
            .map_err(database)?;
    }
    // 1 MiB of pages: the catalogue's memory is outside every budget, so it is kept small.
    connection
        .pragma_update(None, "cache_size", -1024)
        .map_err(database)?;
    let freshness = migrate(&mut connection, path)?;
    Ok((connection, freshness))
}

/// Looks at the first bytes before SQLite does, which would take an empty or short file for
/// its own.
fn refuse_other_formats(path: &Path) -> Result<(), LibraryError> {
    const MAGIC: &[u8] = b"SQLite format 3\0";
    let refuse = |reason: &str| LibraryError::NotACatalogue {
        path: path.to_path_buf(),
        reason: reason.to_owned(),
    };
    match std::fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Ok(facts) if facts.is_dir() => return Err(refuse("a folder")),
        _ => {}
    }
    let unreadable = |error: std::io::Error| LibraryError::ReadOnly {
        path: path.to_path_buf(),
        reason: error.to_string(),
    };
    let mut start = Vec::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(MAGIC.len() as u64)
        .read_to_end(&mut start)
        .map_err(unreadable)?;
    // An empty file is what a process leaves that was killed before its first write.
    if start.is_empty() || start == MAGIC {
        Ok(())
    } else {
        Err(refuse("not a SQLite file"))
    }
}

fn refuse_foreign_and_newer(connection: &Connection, path: &Path) -> Result<(), LibraryError> {
    let (application, version) = stamps(connection).map_err(|error| sql_error(path, error))?;
    if application == APPLICATION_ID && version > SCHEMA_VERSION {
        return Err(LibraryError::Newer {
            path: path.to_path_buf(),
            found: version,
            known: SCHEMA_VERSION,
        });
    }
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(|error| sql_error(path, error))?;
    let ours = application == APPLICATION_ID;
    let empty = application == 0 && version == 0 && tables == 0;
    if ours || empty {
        Ok(())
    } else {
        Err(LibraryError::NotACatalogue {
            path: path.to_path_buf(),
            reason: "a SQLite file of another program".to_owned(),
        })
    }
}

fn stamps(connection: &Connection) -> rusqlite::Result<(i32, u32)> {
    let application = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    // A negative version is nobody's; it counts as newer than anything.
    Ok((application, u32::try_from(version).unwrap_or(u32::MAX)))
}

fn migrate(connection: &mut Connection, path: &Path) -> Result<Freshness, LibraryError> {
    let database = |error| sql_error(path, error);
    if stamps(connection).map_err(database)?.1 == SCHEMA_VERSION {
        return Ok(Freshness::Old);
    }
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(database)?;
    // Another process may have been quicker.
    let (_, version) = stamps(&transaction).map_err(database)?;
    for migration in MIGRATIONS.iter().skip(version as usize) {
        transaction.execute_batch(migration).map_err(database)?;
    }
    transaction
        .pragma_update(None, "application_id", APPLICATION_ID)
        .and_then(|()| transaction.pragma_update(None, "user_version", SCHEMA_VERSION))
        .and_then(|()| transaction.commit())
        .map_err(database)?;
    Ok(if version == 0 {
        Freshness::New
    } else {
        Freshness::Old
    })
}

/// Tries again while another process has the lock, for as long as a statement would wait.
fn patiently<T>(mut attempt: impl FnMut() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    const PAUSE: Duration = Duration::from_millis(20);
    let mut waited = Duration::ZERO;
    loop {
        match attempt() {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && waited < BUSY =>
            {
                std::thread::sleep(PAUSE);
                waited += PAUSE;
            }
            other => return other,
        }
    }
}
