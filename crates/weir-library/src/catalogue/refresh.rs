use std::collections::BTreeSet;
use std::path::PathBuf;

use rusqlite::{Row, Transaction, named_params, params};
use weir_run::{Manifest, MemoryUsage, RunId, RunState, Timestamp};

use super::rows::{deviation, insert_manifest_end, minimum, parsed};
use super::{Library, unsigned};
use crate::{LibraryError, Liveness, Owner};

/// An owner out of sight that has not been heard of for this long is dead; living ones are heard
/// of every five seconds.
const SILENCE: f64 = 60.0;

/// A run at work, by what is stored.
pub(super) struct AtWork {
    pub(super) id: RunId,
    pub(super) state: RunState,
    pub(super) folder: PathBuf,
    pub(super) owner: Option<Owner>,
    seen: Option<Timestamp>,
}

impl AtWork {
    pub(super) const COLUMNS: &'static str =
        "id, state, folder, owner_pid, owner_start, owner_boot, owner_space, owner_seen";

    pub(super) fn read(library: &Library, row: &Row<'_>) -> rusqlite::Result<Self> {
        let folder: String = row.get("folder")?;
        let seen: Option<String> = row.get("owner_seen")?;
        let pid: Option<u32> = row.get("owner_pid")?;
        let owner = match pid {
            None => None,
            Some(pid) => Some(Owner {
                pid,
                start: unsigned(row.get("owner_start")?),
                boot: row.get("owner_boot")?,
                namespace: row.get("owner_space")?,
            }),
        };
        Ok(Self {
            id: parsed(row, "id")?,
            state: parsed(row, "state")?,
            folder: library.folder_path(&folder),
            owner,
            seen: seen.and_then(|text| text.parse().ok()),
        })
    }

    /// Whether some process may still be working on it.
    pub(super) fn is_owned(&self, now: Timestamp) -> bool {
        let Some(owner) = &self.owner else {
            return false;
        };
        match owner.liveness() {
            Liveness::Alive => true,
            Liveness::Dead => false,
            Liveness::OutOfSight => self
                .seen
                .is_some_and(|seen| now.seconds_since(seen).abs() < SILENCE),
        }
    }
}

impl Library {
    /// Finds runs whose process is gone: those whose manifest says that they ended get that end,
    /// the others become resumable.
    pub(super) fn refresh(&self) -> Result<(), LibraryError> {
        let sql = format!(
            "SELECT {} FROM runs WHERE state IN ('registered', 'running') AND trash IS NULL",
            AtWork::COLUMNS
        );
        let at_work: Vec<AtWork> = self.read(|connection| {
            connection
                .prepare_cached(&sql)?
                .query_map([], |row| AtWork::read(self, row))?
                .collect()
        })?;
        let now = Timestamp::now();
        for run in at_work.iter().filter(|run| !run.is_owned(now)) {
            self.bury(run)?;
        }
        Ok(())
    }

    /// Records what became of a run whose process is gone, unless another process was quicker.
    fn bury(&self, run: &AtWork) -> Result<(), LibraryError> {
        // Its process may have died between writing the manifest and the catalogue. A manifest that
        // cannot be read says nothing about the end.
        let ended = Manifest::read(&**self.files(), &run.folder)
            .ok()
            .filter(|manifest| manifest.id == run.id && !manifest.state.is_active());
        self.write(|transaction| {
            let changed = transaction.execute(
                "UPDATE runs SET state = :new
                 WHERE id = :id AND state = :old AND trash IS NULL
                   AND owner_pid IS :pid
                   AND (:pid IS NULL OR (owner_start IS :start AND owner_boot IS :boot))",
                named_params! {
                    ":new": run.state.when_owner_dead().as_str(),
                    ":id": run.id.to_string(),
                    ":old": run.state.as_str(),
                    ":pid": run.owner.as_ref().map(|owner| owner.pid),
                    ":start": run.owner.as_ref().map(|owner| super::signed(owner.start)),
                    ":boot": run.owner.as_ref().map(|owner| owner.boot.as_str()),
                },
            )?;
            match &ended {
                Some(manifest) if changed == 1 => insert_manifest_end(transaction, manifest),
                None if changed == 1 => totals_from_samples(transaction, run.id),
                _ => Ok(()),
            }
        })
    }
}

/// What a killed process has told of its memory becomes the run's totals, and a row for each stage that it was in
/// and did not end. Nothing changes where it told nothing.
fn totals_from_samples(transaction: &Transaction<'_>, id: RunId) -> rusqlite::Result<()> {
    let id = id.to_string();
    transaction.execute(
        "UPDATE runs SET seconds = told.seconds, peak_resident = told.peak, mean_resident = told.mean,
             peak_reserved = told.reserved, memory_samples = told.samples
         FROM (SELECT max(seconds) AS seconds, max(resident) AS peak, CAST(avg(resident) AS INTEGER) AS mean,
                   max(reserved) AS reserved, count(*) AS samples
               FROM memory_samples WHERE run = ?1) AS told
         WHERE id = ?1 AND told.samples > 0",
        [&id],
    )?;
    transaction.execute(
        "INSERT INTO stages (run, position, stage, ending, began, seconds, done, total, unit, peak_resident,
             mean_resident, peak_reserved, samples, started_at, ended_at)
         SELECT ?1,
             (SELECT coalesce(max(position), -1) FROM stages WHERE run = ?1)
                 + row_number() OVER (ORDER BY min(seconds), told.stage),
             told.stage, 'unfinished', min(seconds), max(seconds) - min(seconds),
             coalesce((SELECT done FROM runs WHERE id = ?1 AND runs.stage = told.stage), 0),
             (SELECT total FROM runs WHERE id = ?1 AND runs.stage = told.stage),
             coalesce((SELECT unit FROM runs WHERE id = ?1 AND runs.stage = told.stage), ''),
             max(resident), CAST(avg(resident) AS INTEGER), max(reserved), count(*), min(at), max(at)
         FROM memory_samples AS told
         WHERE run = ?1 AND told.stage IS NOT NULL
             AND told.stage NOT IN (SELECT stage FROM stages WHERE run = ?1)
         GROUP BY told.stage",
        [&id],
    )?;
    spreads_from_samples(transaction, &id)
}

/// The least and the deviation of what a killed process has told, for the run and the stages that it did not end:
/// SQLite has no square root everywhere.
fn spreads_from_samples(transaction: &Transaction<'_>, id: &str) -> rusqlite::Result<()> {
    let told: Vec<(Option<String>, u64)> = transaction
        .prepare("SELECT stage, resident FROM memory_samples WHERE run = ?1 ORDER BY number")?
        .query_map([id], |row| Ok((row.get(0)?, unsigned(row.get(1)?))))?
        .collect::<rusqlite::Result<_>>()?;
    if told.is_empty() {
        return Ok(());
    }
    let all = MemoryUsage::of(told.iter().map(|(_, resident)| (*resident, 0)));
    transaction.execute(
        "UPDATE runs SET min_resident = ?2, sd_resident = ?3 WHERE id = ?1",
        params![id, minimum(all), deviation(all)],
    )?;
    let stages: BTreeSet<&str> = told
        .iter()
        .filter_map(|(stage, _)| stage.as_deref())
        .collect();
    for stage in stages {
        let of_stage = told
            .iter()
            .filter(|(told, _)| told.as_deref() == Some(stage));
        let usage = MemoryUsage::of(of_stage.map(|(_, resident)| (*resident, 0)));
        transaction.execute(
            "UPDATE stages SET min_resident = ?3, sd_resident = ?4
             WHERE run = ?1 AND stage = ?2 AND min_resident IS NULL",
            params![id, stage, minimum(usage), deviation(usage)],
        )?;
    }
    Ok(())
}
