use rusqlite::{OptionalExtension, named_params};
use weir_run::{Manifest, RunId, RunState, Timestamp};

use super::refresh::AtWork;
use super::rows::json;
use super::{Library, signed};
use crate::{LibraryError, Owner, Registration};

impl Library {
    /// Makes this process the owner of a run that ended early, to resume it. Of several processes
    /// that try at once exactly one succeeds.
    ///
    /// A folder or manifest that was never written, because its process was killed while it registered
    /// the run, is made now.
    ///
    /// # Errors
    ///
    /// [`LibraryError::InUse`] with the process that works on it, [`LibraryError::NotResumable`] for a
    /// finished run.
    pub fn take_over(&self, id: RunId) -> Result<Registration, LibraryError> {
        self.refresh()?;
        let row = self.known(id)?;
        let owner = Owner::here();
        let taken = self.write(|transaction| {
            let sql = format!("SELECT {} FROM runs WHERE id = ?1 AND trash IS NULL", AtWork::COLUMNS);
            let run = transaction
                .query_row(&sql, [id.to_string()], |row| AtWork::read(self, row))
                .optional()?;
            // The write lock is held from here to the change, so nobody comes between.
            let Some(run) = run else {
                return Ok(Err(None));
            };
            if !run.state.can_resume() {
                return Ok(Err(Some(run)));
            }
            transaction.execute(
                "UPDATE runs SET state = 'registered', ended = NULL, error = NULL, owner_pid = :pid,
                     owner_start = :start, owner_boot = :boot, owner_space = :space, owner_seen = :seen
                 WHERE id = :id",
                named_params! {
                    ":id": id.to_string(),
                    ":pid": owner.pid,
                    ":start": signed(owner.start),
                    ":boot": owner.boot,
                    ":space": owner.namespace,
                    ":seen": Timestamp::now().to_string(),
                },
            )?;
            Ok(Ok(()))
        })?;
        match taken {
            Ok(()) => {}
            Err(Some(run)) if run.state.is_active() => {
                return Err(LibraryError::InUse {
                    name: row.name,
                    pid: run.owner.map_or(0, |owner| owner.pid),
                });
            }
            Err(Some(run)) => {
                return Err(LibraryError::NotResumable {
                    name: row.name,
                    state: run.state,
                });
            }
            Err(None) => {
                return self.known(id).and(Err(LibraryError::UnknownRun {
                    text: id.to_string(),
                    suggestions: Vec::new(),
                }));
            }
        }
        let mut manifest = if self.belongs_to(&row.folder, id) {
            Manifest::read(&**self.files(), &row.folder)?
        } else {
            self.remembered_manifest(id)?
        };
        // Not an end any more: a catalogue made again from the folders must not take the
        // former end for this attempt's.
        manifest.state = RunState::Registered;
        manifest.ended = None;
        manifest.error = None;
        self.prepare_folder(&row.folder, &manifest)?;
        Ok(Registration {
            manifest,
            folder: row.folder,
            owner,
            resumed: true,
        })
    }

    /// A manifest from what the catalogue knows.
    fn remembered_manifest(&self, id: RunId) -> Result<Manifest, LibraryError> {
        let details = self.show(id)?;
        let row = details.row;
        let mut manifest = Manifest::new(row.id, row.name, row.kind, row.created);
        manifest.weir = details.weir;
        manifest.parameters = details.parameters;
        manifest.inputs = details.inputs;
        manifest.seed = details.seed;
        manifest.result = self.read(|connection| {
            connection.query_row(
                "SELECT result FROM runs WHERE id = ?1",
                [id.to_string()],
                |row| json(row, "result"),
            )
        })?;
        Ok(manifest)
    }
}
