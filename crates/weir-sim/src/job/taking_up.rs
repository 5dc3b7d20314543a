//! What an earlier attempt left, and what is to be done about it.

use std::collections::BTreeMap;
use std::sync::Arc;

use weir_files::{sweep_temporaries, write_atomically};
use weir_run::{Journal, JournalError};

use super::error::JobError;
use super::place::Place;
use crate::results::{FileRecord, JournalRecord, parts, read_counts};
use crate::summary::Counts;

/// Largest histogram table that is read.
const COUNTS_BYTES_MAX: u64 = 256 << 20;

/// What was found of one part, every file read against its checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PartFound {
    /// Its patients and, where they are kept, visits are as they were written.
    pub rows: bool,
    /// Its own counts are.
    pub counts: bool,
}

/// What was found of the files of the whole run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct WholeFound {
    /// The journal says that the run was finished: the counts of single parts were removed then.
    pub finished: bool,
    /// The histograms are as they were written.
    pub histograms: bool,
    /// The summary is.
    pub summary: bool,
}

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// Parts to compute, in order.
    pub missing: Vec<u32>,
    /// Parts whose tables stay and whose patients have to be counted again, in order.
    pub uncounted: Vec<u32>,
    /// The run's counts are in its histograms already: parts that are computed again add nothing.
    pub counts_known: bool,
    /// Whether the histograms and the summary have to be written.
    pub close: bool,
}

/// Decides from what was found. The counts of single parts go once the run's own are there: a part without its
/// counts is good enough as long as those are, and its tables are good enough once the run was finished.
pub(super) fn plan(all: u32, found: &BTreeMap<u32, PartFound>, whole: WholeFound) -> Plan {
    let counts_known = whole.histograms;
    let rows = |part: &u32| found.get(part).is_some_and(|found| found.rows);
    let counts = |part: &u32| counts_known || found.get(part).is_some_and(|found| found.counts);
    let good = |part: &u32| rows(part) && (counts(part) || whole.finished);
    Plan {
        missing: (0..all).filter(|part| !good(part)).collect(),
        uncounted: (0..all)
            .filter(|part| good(part) && !counts(part))
            .collect(),
        counts_known,
        close: !(whole.histograms && whole.summary),
    }
}

/// A folder that is ready for the missing parts.
pub(super) struct TakenUp {
    pub journal: Journal,
    pub plan: Plan,
    /// The counts of all parts that stay, or of the whole run.
    pub counts: Counts,
    pub patients_kept: u64,
    pub parts_kept: u32,
}

/// Makes the folder ready and finds what is whole.
pub(super) fn take_up(place: &Place<'_>) -> Result<TakenUp, JobError> {
    prepare(place)?;
    let (journal, records) = open_journal(place)?;
    let mut latest = BTreeMap::new();
    let mut of_all = Vec::new();
    for record in records {
        match record {
            JournalRecord::Part(part) => {
                latest.insert(part.part, part);
            }
            JournalRecord::Whole { files } => of_all = files,
        }
    }
    let is_good = |record: &FileRecord| {
        let verified = record.verify(&**place.files, place.layout.folder());
        if let Err(error) = &verified {
            place
                .run
                .warn(format!("computed again: {}", error.summary()));
        }
        verified.is_ok()
    };
    let mut whole = WholeFound {
        finished: !of_all.is_empty(),
        ..WholeFound::default()
    };
    for record in &of_all {
        match record.table() {
            "histograms" => whole.histograms = is_good(record),
            "summary" => whole.summary = is_good(record),
            _ => {}
        }
    }
    // Not there in a finished run, which is no damage; not read where they are not needed.
    let is_counted = |record: &FileRecord| match whole.finished {
        true => record.verify(&**place.files, place.layout.folder()).is_ok(),
        false => is_good(record),
    };
    let found = latest
        .iter()
        .map(|(number, part)| {
            let (counts, rows): (Vec<_>, Vec<_>) =
                part.files.iter().partition(|file| file.table() == "counts");
            let found = PartFound {
                rows: rows.into_iter().all(is_good),
                counts: !whole.histograms && counts.into_iter().all(is_counted),
            };
            (*number, found)
        })
        .collect();
    let all = parts(place.job.spec.patients);
    let plan = plan(all, &found, whole);
    latest.retain(|part, _| *part < all && plan.missing.binary_search(part).is_err());
    let is_uncounted = |part: &u32| plan.uncounted.binary_search(part).is_ok();
    let of_parts = || latest.values().filter(|part| !is_uncounted(&part.part));
    let counted: Vec<&FileRecord> = if plan.counts_known {
        of_all.iter().collect()
    } else {
        of_parts().flat_map(|part| &part.files).collect()
    };
    if !plan.uncounted.is_empty() {
        place.run.warn(format!(
            "the run has lost its histograms: patients are simulated again to be counted, those of {} of {all} parts \
             whose tables are as written and stay",
            plan.uncounted.len()
        ));
    }
    Ok(TakenUp {
        journal,
        counts: counts_in(place, &counted)?,
        patients_kept: of_parts().map(|part| u64::from(part.patients)).sum(),
        parts_kept: latest.len() as u32,
        plan,
    })
}

/// Folders, the protocol, and no temporary files of processes that are dead.
fn prepare(place: &Place<'_>) -> Result<(), JobError> {
    let Place { files, layout, .. } = place;
    files.create_folder_all(layout.folder())?;
    sweep_temporaries(&***files, layout.folder())?;
    let tables = ["patients", "counts", "visits"];
    let kept = if place.job.keeps_visits() { 3 } else { 2 };
    for table in &tables[..kept] {
        let folder = layout.table(table);
        files.create_folder_all(&folder)?;
        sweep_temporaries(&***files, &folder)?;
    }
    if !files.exists(&layout.protocol())? {
        let text = place.job.protocol.to_yaml();
        write_atomically(files, layout.protocol(), text.as_bytes())?;
    }
    Ok(())
}

/// The journal, new where there is none. A damaged one is set aside: without it no file can be trusted, and
/// all of them can be computed again.
fn open_journal(place: &Place<'_>) -> Result<(Journal, Vec<JournalRecord>), JobError> {
    let (files, path, run) = (place.files, place.layout.journal(), place.run);
    if files.exists(&path)? {
        match Journal::open::<JournalRecord>(Arc::clone(files), &path, run.id()) {
            Ok(opened) => {
                if let Some(dropped) = &opened.dropped {
                    run.note(format!(
                        "the journal's last record was interrupted and is dropped: {dropped:?}"
                    ));
                }
                return Ok((opened.journal, opened.records));
            }
            Err(error @ JournalError::Damaged { .. }) => {
                let aside = path.with_extension("jsonl.damaged");
                files.rename(&path, &aside)?;
                run.warn(format!(
                    "every part is computed again, the journal is kept as {}: {error}",
                    aside.display()
                ));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok((Journal::create(Arc::clone(files), &path, run.id())?, vec![]))
}

/// The sum of the histogram tables among some files that were verified.
fn counts_in(place: &Place<'_>, records: &[&FileRecord]) -> Result<Counts, JobError> {
    let months = place.job.months();
    let mut counts = Counts::new(months);
    for record in records {
        if matches!(record.table(), "counts" | "histograms") {
            let path = place.layout.folder().join(&record.name);
            let bytes = place.files.read(&path, COUNTS_BYTES_MAX)?;
            place.merge(
                &mut counts,
                &read_counts(bytes.into(), &path, months)?,
                &path,
            )?;
        }
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(parts: &[(u32, bool, bool)]) -> BTreeMap<u32, PartFound> {
        parts
            .iter()
            .map(|&(part, rows, counts)| (part, PartFound { rows, counts }))
            .collect()
    }

    #[test]
    fn a_new_run_computes_everything() {
        let plan = plan(3, &found(&[]), WholeFound::default());
        assert_eq!(plan.missing, [0, 1, 2]);
        assert!(plan.close && !plan.counts_known);
    }

    #[test]
    fn an_interrupted_run_needs_rows_and_counts_of_every_part() {
        let parts = found(&[(0, true, true), (1, false, true), (2, true, false)]);
        assert_eq!(plan(4, &parts, WholeFound::default()).missing, [1, 2, 3]);
    }

    #[test]
    fn a_finished_run_needs_only_the_rows_of_its_parts() {
        let parts = found(&[(0, true, false), (1, false, false)]);
        let whole = WholeFound {
            finished: true,
            histograms: true,
            summary: true,
        };
        let plan = plan(2, &parts, whole);
        assert_eq!(plan.missing, [1]);
        assert!(plan.counts_known && !plan.close);
    }

    #[test]
    fn without_its_histograms_a_finished_run_is_counted_again_and_keeps_its_tables() {
        let parts = found(&[(0, true, false), (1, false, false), (2, true, true)]);
        let whole = WholeFound {
            finished: true,
            histograms: false,
            summary: true,
        };
        let plan = plan(3, &parts, whole);
        assert_eq!((plan.missing, plan.uncounted), (vec![1], vec![0]));
        assert!(plan.close && !plan.counts_known);
    }
}
