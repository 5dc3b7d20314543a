//! Following a run at work: its events go to the catalogue in batches, from one thread.

mod observer;
mod writer;

pub use observer::RecorderObserver;

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::{Connection, TransactionBehavior, params};
use weir_run::{Event, Outcome, RunReport};

use crate::catalogue::{insert_manifest_end, replace_report, signed, sql_error};
use crate::{Library, LibraryError, Registration};
use writer::Writer;

/// At most this many events wait for the writing thread. When it is full, memory samples and
/// progress are skipped and everything else waits.
const QUEUE: usize = 1024;

/// What the writing thread is told.
enum Message {
    Event(Box<Event>),
    Stop,
}

/// Records a run's events while it works, and its end.
///
/// Give [`Recorder::observer`] to the run, and call [`Recorder::finish`] with the run's report. A recorder
/// dropped without that records what it has heard and leaves the run's state as it is: once the process is
/// gone, the run is resumable.
#[derive(Debug)]
pub struct Recorder {
    sender: SyncSender<Message>,
    thread: Option<JoinHandle<Result<Connection, LibraryError>>>,
    library: std::path::PathBuf,
    files: Arc<dyn weir_files::Files>,
}

impl Recorder {
    pub(crate) fn start(
        library: &Library,
        registration: &Registration,
    ) -> Result<Self, LibraryError> {
        let path = library.home().library_path();
        let writer = Writer::new(library.connect()?, path.clone(), registration);
        let (sender, receiver) = sync_channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("weir-recorder".to_owned())
            .spawn(move || writer.run(&receiver))
            .map_err(|error| LibraryError::Recorder {
                reason: error.to_string(),
            })?;
        Ok(Self {
            sender,
            thread: Some(thread),
            library: path,
            files: Arc::clone(library.files()),
        })
    }

    /// The observer to give to the run.
    pub fn observer(&self) -> Arc<RecorderObserver> {
        Arc::new(RecorderObserver::new(self.sender.clone()))
    }

    /// Records how the run ended: first in its manifest, then in the catalogue, there in one transaction
    /// with the totals of its stages and its timeline. A process killed between the two leaves the end in
    /// the manifest, from where the next one that looks takes it.
    ///
    /// # Errors
    ///
    /// [`LibraryError::Manifest`] or what the catalogue refuses; the run is resumable then, once this
    /// process is gone. [`LibraryError::TakenOver`] when another process owns the run by now.
    pub fn finish(
        mut self,
        registration: &mut Registration,
        report: &RunReport,
    ) -> Result<(), LibraryError> {
        let written = self.stop();
        if let Ok(connection) = &written {
            self.still_owned(connection, registration)?;
        }
        registration.manifest.take_report(report);
        registration
            .manifest
            .write(&self.files, &registration.folder)?;
        // A catalogue that refused events still gets its run's end from the manifest, later.
        let mut connection = written?;
        let owner = &registration.owner;
        let recorded = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .and_then(|transaction| {
                let owned = transaction.execute(
                    "UPDATE runs SET owner_pid = NULL, owner_start = NULL, owner_boot = NULL,
                         owner_space = NULL, owner_seen = NULL, started = ?4
                     WHERE id = ?1 AND owner_pid = ?2 AND owner_start = ?3
                       AND state IN ('registered', 'running')",
                    params![
                        report.id.to_string(),
                        owner.pid,
                        signed(owner.start),
                        report.started.to_string()
                    ],
                )?;
                if owned == 1 {
                    insert_manifest_end(&transaction, &registration.manifest)?;
                    replace_report(&transaction, report)?;
                }
                transaction.commit()?;
                Ok(owned == 1)
            })
            .map_err(|error| sql_error(&self.library, error))?;
        if recorded {
            Ok(())
        } else {
            Err(LibraryError::TakenOver {
                name: registration.manifest.name.clone(),
            })
        }
    }

    /// Records that the run ended with an error before it could start and had a report.
    ///
    /// # Errors
    ///
    /// As [`Recorder::finish`].
    pub fn fail(
        self,
        registration: &mut Registration,
        error: &dyn std::fmt::Display,
    ) -> Result<(), LibraryError> {
        let now = weir_run::Timestamp::now();
        let report = RunReport {
            id: registration.id(),
            name: registration.name().clone(),
            kind: registration.manifest.kind.clone(),
            outcome: Some(Outcome::Failed {
                error: error.to_string(),
            }),
            started: now,
            seconds: 0.0,
            limit: 0,
            memory: weir_run::MemoryUsage::default(),
            stages: Vec::new(),
            timeline: Vec::new(),
        };
        self.finish(registration, &report)
    }

    fn still_owned(
        &self,
        connection: &Connection,
        registration: &Registration,
    ) -> Result<(), LibraryError> {
        let owner = &registration.owner;
        let owned: bool = connection
            .query_row(
                "SELECT EXISTS (SELECT 1 FROM runs
                     WHERE id = ?1 AND owner_pid = ?2 AND owner_start = ?3)",
                params![
                    registration.id().to_string(),
                    owner.pid,
                    signed(owner.start)
                ],
                |row| row.get(0),
            )
            .map_err(|error| sql_error(&self.library, error))?;
        if owned {
            Ok(())
        } else {
            Err(LibraryError::TakenOver {
                name: registration.manifest.name.clone(),
            })
        }
    }

    /// Waits until everything that was heard is written.
    fn stop(&mut self) -> Result<Connection, LibraryError> {
        // An error means that the thread is gone, which joining tells.
        let _ = self.sender.send(Message::Stop);
        let thread = self.thread.take().map(JoinHandle::join);
        match thread {
            Some(Ok(result)) => result,
            Some(Err(_)) | None => Err(LibraryError::Recorder {
                reason: "it stopped because of a bug".to_owned(),
            }),
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if self.thread.is_some() {
            // Nobody is left to tell; the state in the catalogue is the one before.
            let _ = self.stop();
        }
    }
}
