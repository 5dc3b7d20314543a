//! What a crash leaves on the disk.

use std::{path::Path, sync::Arc};

use weir_files::{Files, FilesError, RealFiles};

use super::{
    FaultPlan, FaultyFiles,
    state::{Lengths, State, Undo},
};
use crate::seed::Seeded;

/// More steps than any work that is worth enumerating.
const MOST_POINTS: u64 = 100_000;

/// What a crash takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The process dies (`kill -9`): all that it did stays.
    Process,
    /// The power goes, and all that was not synced with it: bytes of files, and names in folders.
    Power,
    /// The power goes, and some of what was not synced with it: of each file's unsynced bytes a seeded part, of the
    /// unsynced changes of names the last few, as in a file system with one journal.
    SomePower(u64),
    /// The power goes, and any seeded subset of what was not synced with it: each unsynced change of a name stays or not, whatever
    /// becomes of the others; of each file's unsynced bytes a part stays, cut off or with zeros in the place of the rest.
    AnyPower(u64),
}

/// One place of an enumeration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrashPoint {
    /// Steps that were done before the crash.
    pub step: u64,
    /// What it took.
    pub loss: Loss,
    /// False at the last point only: the work was done before the crash came.
    pub interrupted: bool,
}

/// Runs `work` again and again, crashing it after 0, 1, 2, … steps until it gets through, for every sort of loss; after each
/// crash `check` looks at the disk. Returns the number of points.
///
/// `setup` makes a fresh place for each point. `work` gets the faulty disk, must drop it all before it returns, and must
/// not panic when the disk fails.
///
/// # Panics
/// When the disk below fails, or `work` has no end.
pub fn at_every_crash_point<Place>(
    mut setup: impl FnMut() -> Place,
    mut work: impl FnMut(&Place, Arc<dyn Files>),
    mut check: impl FnMut(&Place, CrashPoint),
) -> u64 {
    let losses = [Loss::Process, Loss::Power]
        .into_iter()
        .chain((0..6).map(Loss::SomePower));
    let mut points = 0;
    for loss in losses {
        for step in 0.. {
            assert!(step < MOST_POINTS, "the work has no end after {step} steps");
            let place = setup();
            let disk = FaultyFiles::new(Arc::new(RealFiles), FaultPlan::none().crash_after(step));
            work(&place, disk.shared());
            let interrupted = disk.crashed();
            disk.crash(loss)
                .unwrap_or_else(|error| panic!("the disk below failed: {error}"));
            check(
                &place,
                CrashPoint {
                    step,
                    loss,
                    interrupted,
                },
            );
            points += 1;
            if !interrupted {
                break;
            }
        }
    }
    points
}

pub(super) fn lose(inner: &dyn Files, state: &mut State, loss: Loss) -> Result<(), FilesError> {
    let (mut random, all) = match loss {
        Loss::Process => return Ok(()),
        Loss::Power => (Seeded::new(0), true),
        Loss::SomePower(seed) | Loss::AnyPower(seed) => (Seeded::new(seed), false),
    };
    let any = matches!(loss, Loss::AnyPower(_));
    let unsettled = std::mem::take(&mut state.unsettled);
    let kept = if all || any {
        0
    } else {
        random.below(unsettled.len() as u64 + 1) as usize
    };
    for undo in unsettled.into_iter().skip(kept).rev() {
        // A folder that is gone was empty when it went, and that is never lost.
        if !undo
            .folder()
            .map_or(Ok(true), |folder| inner.exists(folder))?
        {
            continue;
        }
        if !any || random.below(2) == 0 {
            take_back(inner, state, undo)?;
        }
    }
    for (path, Lengths { written, synced }) in std::mem::take(&mut state.lengths) {
        if synced == written || !inner.exists(&path)? {
            continue;
        }
        let left = if all {
            synced
        } else {
            synced + random.below(written - synced + 1)
        };
        let mut bytes = inner.read(&path, u64::MAX)?;
        let len = bytes.len();
        bytes.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        if any && random.below(2) == 0 {
            // The length reached the disk before the bytes did.
            bytes.resize(len, 0);
        }
        replace(inner, &path, &bytes)?;
    }
    Ok(())
}

fn take_back(inner: &dyn Files, state: &mut State, undo: Undo) -> Result<(), FilesError> {
    match undo {
        Undo::Created(path) => {
            state.forget(&path);
            if inner.exists(&path)? {
                inner.remove_file(&path)?;
            }
        }
        Undo::Renamed { from, to, replaced } => {
            if inner.exists(&to)? && !inner.exists(&from)? {
                inner.rename(&to, &from)?;
                state.moved(&to, &from);
            }
            if let Some(bytes) = replaced {
                replace(inner, &to, &bytes)?;
            }
        }
        // Another file may have the name meanwhile, whose creation stays.
        Undo::Removed { path, bytes } if !inner.exists(&path)? => replace(inner, &path, &bytes)?,
        Undo::Removed { .. } => {}
    }
    Ok(())
}

fn replace(inner: &dyn Files, path: &Path, bytes: &[u8]) -> Result<(), FilesError> {
    if inner.exists(path)? {
        inner.remove_file(path)?;
    }
    inner.create_new(path)?.write_all(bytes)
}
