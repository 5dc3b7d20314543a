use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::error::ResultsError;

/// Decodes with the Parquet library, which panics at some pages that no writer makes. Checksums keep such
/// pages away unless someone forged the journal too; even then the answer is an error.
///
/// What `decode` borrows must not be used again after an error.
pub(super) fn decoding<T>(
    doing: &'static str,
    path: &Path,
    decode: impl FnOnce() -> Result<T, ResultsError>,
) -> Result<T, ResultsError> {
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|_| {
        Err(ResultsError::Parquet {
            doing,
            reason: "the Parquet library stopped at bytes that no writer makes".to_owned(),
            path: path.to_owned(),
        })
    })
}
