//! Why a version cannot be opened.

use crate::{
    manifest::{ManifestError, Version},
    storage::StorageError,
};

/// A store, dataset or version that cannot be opened, created or listed.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// There is no store here.
    #[error("there is no store in {path}; create one with `weir store create`")]
    NoStore {
        /// The folder or URL.
        path: String,
    },
    /// There is a store here already.
    #[error("there is a store already in {path}")]
    StoreExists {
        /// The folder or URL.
        path: String,
    },
    /// The store has no dataset under this key.
    #[error("the store has no dataset {key}; `weir store ls` lists them")]
    NoDataset {
        /// The key, shown.
        key: String,
    },
    /// The store has a dataset under this key already.
    #[error("the store has a dataset {key} already")]
    DatasetExists {
        /// The key, shown.
        key: String,
    },
    /// The dataset has no such version, or no longer.
    #[error(
        "the dataset has no version {version} (the newest is {latest}); `weir store versions` lists them"
    )]
    NoVersion {
        /// The number or name asked for.
        version: String,
        /// The newest version.
        latest: Version,
    },
    /// There is nothing that a repair could go back to.
    #[error(
        "no version of it is sound: {damaged} damaged, {without_files} without all of their files: {dataset}; restore them from a copy, or remove the dataset"
    )]
    NoSoundVersion {
        /// The dataset's folder.
        dataset: String,
        /// How many manifests are damaged.
        damaged: usize,
        /// How many versions lack files.
        without_files: usize,
    },
    /// A version has this name already.
    #[error("version {version} has the name {name:?} already; remove the name first")]
    NameTaken {
        /// The name.
        name: String,
        /// The version that has it.
        version: Version,
    },
    /// Another process is at work on the same, and was waited for.
    #[error("another process is at work on it and did not finish: {path}; try again later")]
    Busy {
        /// The lock or the folder.
        path: String,
    },
    /// A name, key, prefix or schema breaks a rule.
    #[error("{reason}")]
    Invalid {
        /// Which, with the value.
        reason: String,
    },
    /// The manifest, the store's file or a name's file is damaged, too new, or would break a rule.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// What the storage answered.
    #[error(transparent)]
    Storage(#[from] StorageError),
}
