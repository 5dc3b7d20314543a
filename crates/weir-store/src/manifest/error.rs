//! What can be wrong with a manifest.

/// A manifest that cannot be read or made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// The bytes are not those that were written.
    #[error(
        "{path} is damaged at byte {offset}: {reason}; use an older version (`weir store versions`), go back to it (`weir store repair`), or restore the file"
    )]
    Damaged {
        /// The manifest.
        path: String,
        /// Where, in bytes from its start; the end of what was checked when only a checksum tells.
        offset: u64,
        /// What is wrong.
        reason: String,
    },
    /// A newer program wrote it.
    #[error(
        "{path} has format {found}, and this program reads formats up to {newest}; use a newer weir"
    )]
    TooNew {
        /// The manifest.
        path: String,
        /// Its format.
        found: u64,
        /// The newest format read here.
        newest: u32,
    },
    /// It would break a rule or a limit.
    #[error("this cannot be a version of a dataset: {reason}")]
    Invalid {
        /// Which, with names and numbers.
        reason: String,
    },
}
