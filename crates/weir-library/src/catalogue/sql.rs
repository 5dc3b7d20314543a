use std::path::Path;

use rusqlite::ErrorCode;

use crate::LibraryError;

/// What SQLite says, by what the user can do about it.
pub(crate) fn sql_error(path: &Path, error: rusqlite::Error) -> LibraryError {
    let path = path.to_path_buf();
    let reason = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => LibraryError::Full { path },
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            LibraryError::ReadOnly { path, reason }
        }
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            LibraryError::Damaged { path, reason }
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => LibraryError::Locked { path },
        _ => LibraryError::Database { path, reason },
    }
}

/// For storing: SQLite's integers end at 2^63 − 1, and so do sizes and counts here.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// For reading what [`signed`] stored.
pub(crate) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
