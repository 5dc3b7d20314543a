//! A writer at work: its base, its files, its commit.

use std::sync::Arc;

use super::{Change, CommitError};
use crate::{
    manifest::{Manifest, Place},
    snapshot::Snapshot,
    storage::{Hold, ObjectWrite, StorageError},
};

/// A writer at work on one dataset: it holds its base version and, in `vacuum`'s eyes, its unpublished files, until it is dropped or dies.
#[derive(Debug)]
pub struct Writing {
    base: Snapshot,
    id: String,
    files: std::sync::atomic::AtomicU32,
    _hold: Option<Box<dyn Hold>>,
    lock: Option<Box<dyn Hold>>,
}

impl Writing {
    /// The version that the change is made from.
    #[must_use]
    pub fn base(&self) -> &Snapshot {
        &self.base
    }

    /// The random name of this writer, 16 hexadecimal digits.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// A name for a new file whose least order value is `sortable` as a file name; sorts as these do.
    #[must_use]
    pub fn new_name(&self, _sortable: &str, _place: Place) -> String {
        todo!()
    }

    /// Starts a data file.
    ///
    /// # Errors
    /// What the storage answers.
    pub fn create_file(
        &self,
        _name: &str,
        _place: Place,
    ) -> Result<Box<dyn ObjectWrite>, StorageError> {
        todo!()
    }

    /// Publishes the change as the next version, on top of what others published if that fits.
    ///
    /// # Errors
    /// [`CommitError::Conflict`]: call [`Writing::redo`] and make the change again. Files of a change that was not published
    /// are removed by [`Writing::abandon`], or by a vacuum after this is dropped.
    pub fn commit(&self, _change: Change) -> Result<Arc<Manifest>, CommitError> {
        todo!()
    }

    /// Starts again from the newest version after a conflict, now with the writers' lock if it is to be had, so that others wait.
    ///
    /// # Errors
    /// [`OpenError`], and [`CommitError::Contended`] after too many attempts.
    pub fn redo(self) -> Result<Self, CommitError> {
        todo!()
    }

    /// Removes files that were finished and will not be published; what cannot be removed is left to a vacuum.
    pub fn abandon(&self, _names: &[(String, Place)]) {
        todo!()
    }
}
