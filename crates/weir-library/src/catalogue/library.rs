use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use weir_files::{Files, RealFiles};
use weir_run::RunId;

use super::sql::sql_error;
use crate::schema::{self, Freshness};
use crate::{Home, LibraryError, Recorder, Registration};

/// The catalogue of a home.
///
/// Any number of processes may have the same home open; each change is one transaction that is
/// on disk when the call returns. Share it between threads by reference: calls take turns.
pub struct Library {
    home: Home,
    files: Arc<dyn Files>,
    connection: Mutex<Connection>,
}

impl Library {
    /// Opens the library of a home; makes folder and catalogue when there are none, and fills a new
    /// catalogue from the runs' folders.
    ///
    /// Runs whose process died become resumable, removals that were interrupted are completed.
    ///
    /// # Errors
    ///
    /// [`LibraryError::NotACatalogue`], [`LibraryError::Newer`] and [`LibraryError::Damaged`] leave the file
    /// as it is; [`LibraryError::Full`], [`LibraryError::ReadOnly`] and [`LibraryError::Locked`] say what to do.
    pub fn open(home: Home) -> Result<Self, LibraryError> {
        Self::open_with(home, Arc::new(RealFiles))
    }

    /// Opens the library and handles runs' folders and manifests through these files.
    ///
    /// # Errors
    ///
    /// As [`Library::open`].
    pub fn open_with(home: Home, files: Arc<dyn Files>) -> Result<Self, LibraryError> {
        files
            .create_folder_all(&home.runs_folder())
            .map_err(LibraryError::Home)?;
        let (connection, freshness) = schema::open(&home.library_path())?;
        let library = Self {
            home,
            files,
            connection: Mutex::new(connection),
        };
        if freshness == Freshness::New {
            library.rebuild()?;
        } else {
            library.complete_removals()?;
            library.refresh()?;
        }
        Ok(library)
    }

    /// The home.
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// An observer that records a run's events, and the way to end it.
    ///
    /// # Errors
    ///
    /// [`LibraryError`] when the catalogue cannot be opened a second time or there is no thread.
    pub fn recorder(&self, registration: &Registration) -> Result<Recorder, LibraryError> {
        Recorder::start(self, registration)
    }

    pub(crate) fn files(&self) -> &Arc<dyn Files> {
        &self.files
    }

    pub(crate) fn connect(&self) -> Result<Connection, LibraryError> {
        Ok(schema::open(&self.home.library_path())?.0)
    }

    /// Reads.
    pub(super) fn read<T>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, LibraryError> {
        query(&self.lock()).map_err(|error| self.error(error))
    }

    /// Changes something in one transaction, which holds the write lock from its beginning.
    pub(super) fn write<T>(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, LibraryError> {
        let mut connection = self.lock();
        let result = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .and_then(|transaction| {
                let value = change(&transaction)?;
                transaction.commit()?;
                Ok(value)
            });
        result.map_err(|error| self.error(error))
    }

    pub(super) fn error(&self, error: rusqlite::Error) -> LibraryError {
        sql_error(&self.home.library_path(), error)
    }

    /// A run's folder as it is stored: relative to the home when inside it.
    pub(super) fn stored_folder(&self, folder: &Path) -> String {
        let relative = folder.strip_prefix(self.home.path()).unwrap_or(folder);
        relative.to_string_lossy().into_owned()
    }

    /// A stored folder's path.
    pub(super) fn folder_path(&self, stored: &str) -> PathBuf {
        self.home.path().join(stored)
    }

    /// Adds words to find a run by. Those it has stay.
    ///
    /// # Errors
    ///
    /// [`LibraryError`] when there is no such run or the catalogue refuses.
    pub fn tag(&self, id: RunId, tags: &[&str]) -> Result<(), LibraryError> {
        self.known(id)?;
        self.write(|transaction| {
            for tag in tags {
                transaction.execute(
                    "INSERT OR IGNORE INTO tags (run, tag) VALUES (?1, ?2)",
                    (id.to_string(), tag),
                )?;
            }
            Ok(())
        })
    }

    /// Adds a note to a run.
    ///
    /// # Errors
    ///
    /// [`LibraryError`] when there is no such run or the catalogue refuses.
    pub fn note(&self, id: RunId, text: &str) -> Result<(), LibraryError> {
        self.known(id)?;
        self.write(|transaction| {
            transaction.execute(
                "INSERT INTO notes (run, at, text) VALUES (?1, ?2, ?3)",
                (id.to_string(), weir_run::Timestamp::now().to_string(), text),
            )?;
            Ok(())
        })
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic while it was held rolled the transaction back.
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Library {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Library")
            .field("home", &self.home)
            .finish_non_exhaustive()
    }
}
