//! Why a version was not published.

use crate::{
    manifest::{ManifestError, Version},
    storage::StorageError,
};

/// What stands between a change and the newest version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Conflict {
    /// A file that the change replaces is no longer there.
    #[error("the file {name} was replaced")]
    FileReplaced {
        /// Its name.
        name: String,
    },
    /// Rows in the range that the change touches were written.
    #[error("rows between {min} and {max} were written")]
    RowsWritten {
        /// The least order value written, shown.
        min: String,
        /// The greatest.
        max: String,
    },
    /// The same metadata key was set or removed.
    #[error("the metadata key {key:?} was changed")]
    MetadataChanged {
        /// The key.
        key: String,
    },
    /// The version that the change was made from is no longer kept.
    #[error("the version that it was made from is gone")]
    BaseGone,
    /// The schema or the settings changed, or the change is such a one and rows were written.
    #[error("the schema or the settings changed")]
    DefinitionChanged,
}

/// A change that was not published. Nothing of it is visible, unless the variant says so.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// Others published meanwhile what this change does not fit on: redo it from the newest version.
    #[error(
        "version {base} became {latest} meanwhile: {conflict}; the write has to be done again from version {latest}"
    )]
    Conflict {
        /// The version that the writer looked at.
        base: Version,
        /// The newest version.
        latest: Version,
        /// What is in the way.
        conflict: Conflict,
    },
    /// Others published at every attempt.
    #[error(
        "others published first in {attempts} attempts: {dataset}; try again when fewer processes write"
    )]
    Contended {
        /// The dataset.
        dataset: String,
        /// How often it was tried.
        attempts: u32,
    },
    /// The dataset was removed meanwhile.
    #[error("the dataset was removed meanwhile: {dataset}; create it again to write to it")]
    Removed {
        /// The dataset.
        dataset: String,
    },
    /// The version is published and may be lost with the power: do not write the rows again.
    #[error(
        "version {version} is published, but a loss of power may undo it ({reason}); look at the disk's health"
    )]
    NotDurable {
        /// The published version.
        version: Version,
        /// Why it could not be made durable.
        reason: String,
    },
    /// Nobody knows whether the version is published: look for the rows, or a metadata key of this change, before writing them again. Its
    /// files stay; a vacuum removes them if no version names them.
    #[error(
        "version {version} may be published or not ({reason}); look at the newest version before doing the write again"
    )]
    Uncertain {
        /// The version that was to be published.
        version: Version,
        /// What the storage answered.
        reason: String,
    },
    /// The change breaks a rule.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// What the storage answered.
    #[error(transparent)]
    Storage(#[from] StorageError),
}
