//! `Files` with faults in front of other `Files`.

use std::{
    ffi::OsString,
    fs::File,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use weir_files::{FileFacts, FileWriter, Files, FilesError, Space};

use super::{
    Fault, FaultPlan, Logged, Loss, Operation, crash,
    state::{State, Undo, Verdict},
};

/// Wraps any [`Files`] and fails by plan; without a plan it behaves as what it wraps.
///
/// Clones share one state, so that a test keeps one to look at and gives the other away. Folders are created and
/// removed whole (one step) and are never lost.
#[derive(Debug, Clone)]
pub struct FaultyFiles {
    inner: Arc<dyn Files>,
    state: Arc<Mutex<State>>,
}

impl FaultyFiles {
    /// Puts the plan in front of `inner`.
    #[must_use]
    pub fn new(inner: Arc<dyn Files>, plan: FaultPlan) -> Self {
        Self {
            inner,
            state: Arc::new(Mutex::new(State::new(plan))),
        }
    }

    /// The same disk, as what the code under test takes.
    #[must_use]
    pub fn shared(&self) -> Arc<dyn Files> {
        Arc::new(self.clone())
    }

    /// Steps so far: operations that change something, failed ones included.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.state().steps
    }

    /// Whether the planned crash has happened.
    #[must_use]
    pub fn crashed(&self) -> bool {
        self.state().crashed
    }

    /// Bytes in files created here.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.state().used
    }

    /// The operations so far, at most the first 100,000.
    #[must_use]
    pub fn log(&self) -> Vec<Logged> {
        self.state().log.clone()
    }

    /// Changes the plan; counts go on.
    pub fn set_plan(&self, plan: FaultPlan) {
        self.state().plan = plan;
    }

    /// Ends the simulated process and takes from the disk below what the crash loses. Drop all writers before.
    ///
    /// # Errors
    /// What the disk below answers.
    pub fn crash(&self, loss: Loss) -> Result<(), FilesError> {
        let mut state = self.state();
        state.crashed = true;
        crash::lose(&*self.inner, &mut state, loss)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic of a test elsewhere leaves counts and log as they were.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn judge(
        &self,
        operation: Operation,
        path: &Path,
    ) -> Result<MutexGuard<'_, State>, FilesError> {
        let mut state = self.state();
        match state.judge(operation, path, 0) {
            Verdict::Pass => Ok(state),
            Verdict::Fail(error) => Err(error),
        }
    }

    /// The bytes of a file that a loss of power would bring back.
    fn durable(&self, state: &State, path: &Path) -> Option<Vec<u8>> {
        let mut bytes = self.inner.read(path, u64::MAX).ok()?;
        if let Some(lengths) = state.lengths.get(path) {
            bytes.truncate(usize::try_from(lengths.synced).unwrap_or(usize::MAX));
        }
        Some(bytes)
    }
}

impl Files for FaultyFiles {
    fn create_new(&self, path: &Path) -> Result<Box<dyn FileWriter>, FilesError> {
        let mut state = self.judge(Operation::Create, path)?;
        let inner = self.inner.create_new(path)?;
        state.unsettled.push(Undo::Created(path.to_path_buf()));
        state.wrote(path, 0);
        Ok(Box::new(FaultyWriter {
            inner,
            path: path.to_path_buf(),
            state: Arc::clone(&self.state),
        }))
    }

    fn sync_folder(&self, folder: &Path) -> Result<(), FilesError> {
        let mut state = self.judge(Operation::SyncFolder, folder)?;
        self.inner.sync_folder(folder)?;
        state.unsettled.retain(|undo| undo.folder() != Some(folder));
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), FilesError> {
        let mut state = self.judge(Operation::Rename, to)?;
        let replaced = self.durable(&state, to);
        self.inner.rename(from, to)?;
        state.moved(from, to);
        let (from, to) = (from.to_path_buf(), to.to_path_buf());
        state.unsettled.push(Undo::Renamed { from, to, replaced });
        Ok(())
    }

    fn rename_new(&self, from: &Path, to: &Path) -> Result<(), FilesError> {
        let mut state = self.judge(Operation::Rename, to)?;
        self.inner.rename_new(from, to)?;
        state.moved(from, to);
        state.unsettled.push(Undo::Renamed {
            from: from.to_path_buf(),
            to: to.to_path_buf(),
            replaced: None,
        });
        Ok(())
    }

    fn remove_file(&self, path: &Path) -> Result<(), FilesError> {
        let mut state = self.judge(Operation::Remove, path)?;
        let bytes = self.durable(&state, path);
        self.inner.remove_file(path)?;
        state.forget(path);
        if let Some(bytes) = bytes {
            state.unsettled.push(Undo::Removed {
                path: path.to_path_buf(),
                bytes,
            });
        }
        Ok(())
    }

    fn create_folder_all(&self, folder: &Path) -> Result<(), FilesError> {
        let _state = self.judge(Operation::CreateFolder, folder)?;
        self.inner.create_folder_all(folder)
    }

    fn remove_folder_all(&self, folder: &Path) -> Result<(), FilesError> {
        let mut state = self.judge(Operation::RemoveFolder, folder)?;
        self.inner.remove_folder_all(folder)?;
        let gone: Vec<PathBuf> = state
            .lengths
            .keys()
            .filter(|path| path.starts_with(folder))
            .cloned()
            .collect();
        for path in gone {
            state.forget(&path);
        }
        state
            .unsettled
            .retain(|undo| !undo.folder().is_some_and(|here| here.starts_with(folder)));
        Ok(())
    }

    fn remove_empty_folder(&self, folder: &Path) -> Result<bool, FilesError> {
        let _state = self.judge(Operation::RemoveFolder, folder)?;
        self.inner.remove_empty_folder(folder)
    }

    fn list(&self, folder: &Path) -> Result<Vec<OsString>, FilesError> {
        let _state = self.judge(Operation::List, folder)?;
        self.inner.list(folder)
    }

    fn free_space(&self, path: &Path) -> Result<Space, FilesError> {
        let state = self.judge(Operation::Inspect, path)?;
        let mut space = self.inner.free_space(path)?;
        if let (Some(room), Some(capacity)) = (state.room(), state.plan.capacity) {
            space.available = space.available.min(room);
            space.total = space.total.min(capacity);
        }
        Ok(space)
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, FilesError> {
        let _state = self.judge(Operation::Read, path)?;
        self.inner.read(path, limit)
    }

    fn open(&self, path: &Path) -> Result<File, FilesError> {
        let _state = self.judge(Operation::Read, path)?;
        self.inner.open(path)
    }

    fn facts(&self, path: &Path) -> Result<Option<FileFacts>, FilesError> {
        let _state = self.judge(Operation::Inspect, path)?;
        self.inner.facts(path)
    }
}

#[derive(Debug)]
struct FaultyWriter {
    inner: Box<dyn FileWriter>,
    /// The name at creation. A writer is not used after a rename (nothing here does), so it stays right.
    path: PathBuf,
    state: Arc<Mutex<State>>,
}

impl FaultyWriter {
    /// Writes the first `len` bytes; how a real disk fails in the middle of a write.
    fn write_part(
        &mut self,
        state: &mut State,
        bytes: &[u8],
        len: usize,
    ) -> Result<(), FilesError> {
        self.inner.write_all(&bytes[..len])?;
        state.wrote(&self.path, len as u64);
        Ok(())
    }
}

impl FileWriter for FaultyWriter {
    fn write_all(&mut self, bytes: &[u8]) -> Result<(), FilesError> {
        let shared = Arc::clone(&self.state);
        let mut state = shared.lock().unwrap_or_else(PoisonError::into_inner);
        let dead_before = state.crashed;
        if let Verdict::Fail(error) = state.judge(Operation::Write, &self.path, bytes.len() as u64)
        {
            if !dead_before {
                self.write_part(&mut state, bytes, bytes.len() / 2)?;
            }
            return Err(error);
        }
        match state.room() {
            Some(room) if room < bytes.len() as u64 => {
                self.write_part(&mut state, bytes, room as usize)?;
                Err(FilesError::Full {
                    doing: Operation::Write.doing(),
                    path: self.path.clone(),
                    needed: Some(bytes.len() as u64),
                    available: Some(room),
                })
            }
            _ => self.write_part(&mut state, bytes, bytes.len()),
        }
    }

    fn sync(&mut self) -> Result<(), FilesError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Verdict::Fail(error) = state.judge(Operation::Sync, &self.path, 0) {
            return Err(error);
        }
        self.inner.sync()?;
        state.synced(&self.path);
        Ok(())
    }
}

impl From<Fault> for std::io::Error {
    fn from(fault: Fault) -> Self {
        fault.error()
    }
}
