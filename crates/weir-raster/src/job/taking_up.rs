//! What an earlier attempt left, and what is to be done about it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use weir_files::{Files, FilesError, sweep_temporaries, write_atomically};
use weir_run::{Journal, JournalError, Run};

use super::checksum::checksum;
use super::inputs::InputFacts;
use super::part::part_file;
use super::record::{AssembledRecord, Begun, PartRecord, Record};
use super::whole::is_as_written;
use super::{Job, JobError};
use crate::Target;

/// The plan as it is run, in the run's folder.
pub(super) const PLAN: &str = "plan.yaml";
/// The journal.
pub(super) const JOURNAL: &str = "journal.jsonl";
/// The folder of parts.
pub(super) const PARTS: &str = "parts";

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Found {
    /// Parts whose files are as they were written.
    parts: BTreeSet<u32>,
    /// Outputs that are complete under their final names.
    assembled: BTreeSet<u32>,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Work {
    /// Parts to compute, in order.
    pub(super) missing: Vec<u32>,
    /// Outputs to assemble, in order.
    pub(super) assemble: Vec<u32>,
}

/// Decides from what was found. Parts are needed as long as an output is not complete; when all are, whatever is left of the parts goes.
fn decide(parts: u32, outputs: u32, found: &Found) -> Work {
    let assemble: Vec<u32> = (0..outputs)
        .filter(|output| !found.assembled.contains(output))
        .collect();
    let missing = if assemble.is_empty() {
        Vec::new()
    } else {
        (0..parts)
            .filter(|part| !found.parts.contains(part))
            .collect()
    };
    Work { missing, assemble }
}

/// A folder that is ready for the missing parts.
pub(super) struct TakenUp {
    pub(super) journal: Journal,
    pub(super) work: Work,
    /// Parts that stay, and parts that were there.
    pub(super) kept: u32,
    pub(super) assembled: BTreeMap<u32, AssembledRecord>,
}

/// Makes the folder ready and finds what is whole.
pub(super) fn take_up(
    job: &Job,
    run: &Run,
    files: &Arc<dyn Files>,
    folder: &Path,
) -> Result<TakenUp, JobError> {
    let parts_folder = folder.join(PARTS);
    files.create_folder_all(&parts_folder)?;
    sweep_temporaries(&**files, folder)?;
    sweep_temporaries(&**files, &parts_folder)?;
    let digest = job.plan.digest();
    if !files.exists(&folder.join(PLAN))? {
        write_atomically(files, folder.join(PLAN), job.plan.to_yaml().as_bytes())?;
    }
    let (mut journal, records) = open_journal(run, files, folder)?;
    let mut begun = None;
    let mut parts: BTreeMap<u32, PartRecord> = BTreeMap::new();
    let mut assembled: BTreeMap<u32, AssembledRecord> = BTreeMap::new();
    let mut found = Found::default();
    for record in records {
        match record {
            Record::Begun(record) => begun = Some(record),
            Record::Part(record) => {
                parts.insert(record.part, record);
            }
            Record::Assembled(record) => {
                assembled.insert(record.output, record);
            }
        }
    }
    match begun {
        Some(begun) => same(job, &begun, &digest, folder)?,
        None => journal.append(&Record::Begun(Begun {
            plan: digest,
            part_rows: job.part_rows(),
            target: described(&job.target),
            inputs: job.inputs.clone(),
        }))?,
    }
    assembled.retain(|output, record| {
        let known = job.outputs.get(*output as usize);
        let whole = known.is_some_and(|known| is_as_written(&known.path, record, &**files));
        if let Some(known) = known.filter(|_| !whole) {
            run.note(format!(
                "{} is not as it was written and is made again",
                known.path.display()
            ));
        }
        whole
    });
    found.assembled = assembled.keys().copied().collect();
    let all = job.parts();
    parts.retain(|part, record| *part < all && is_good(job, run, &**files, &parts_folder, record));
    found.parts = parts.keys().copied().collect();
    let work = decide(all, job.outputs.len() as u32, &found);
    remove_strays(&**files, &parts_folder, &found.parts, job.outputs.len())?;
    Ok(TakenUp {
        journal,
        kept: all - work.missing.len() as u32,
        work,
        assembled,
    })
}

/// Whether a run goes on with what it began with.
fn same(job: &Job, begun: &Begun, digest: &str, folder: &Path) -> Result<(), JobError> {
    let other = || JobError::OtherPlan {
        folder: folder.to_owned(),
    };
    if begun.plan != digest
        || begun.part_rows != job.part_rows()
        || begun.inputs.len() != job.inputs.len()
    {
        return Err(other());
    }
    for (then, now) in begun.inputs.iter().zip(&job.inputs) {
        if then.path != now.path {
            return Err(other());
        }
        if let Some(what) = then.difference(now) {
            return Err(JobError::Changed {
                path: now.path.clone(),
                what,
            });
        }
    }
    // Last: where a file has changed, that is why.
    if begun.target != described(&job.target) {
        return Err(other());
    }
    Ok(())
}

/// A target in words that are the same for the same one only.
fn described(target: &Target) -> String {
    format!("{:?} {:?}", target.grid, target.crs)
}

/// Whether the inputs still are what the job looked at when it was opened: asked after the last part.
pub(super) fn unchanged(inputs: &[InputFacts], files: &dyn Files) -> Result<(), JobError> {
    for then in inputs {
        let now = InputFacts::of(files, &then.path)?;
        if let Some(what) = then.difference(&now) {
            return Err(JobError::Changed {
                path: then.path.clone(),
                what,
            });
        }
    }
    Ok(())
}

fn is_good(job: &Job, run: &Run, files: &dyn Files, folder: &Path, record: &PartRecord) -> bool {
    let good = record.files.len() == job.outputs.len()
        && record.files.iter().enumerate().all(|(output, file)| {
            let found = checksum(files, &part_file(folder, output, record.part));
            found.is_ok_and(|found| found == (file.bytes, file.crc32))
        });
    if !good {
        run.note(format!(
            "part {} is not as it was written and is computed again",
            record.part
        ));
    }
    good
}

/// Removes files of parts that no record vouches for.
fn remove_strays(
    files: &dyn Files,
    folder: &Path,
    good: &BTreeSet<u32>,
    outputs: usize,
) -> Result<(), FilesError> {
    let known: BTreeSet<_> = good
        .iter()
        .flat_map(|part| (0..outputs).map(|output| part_file(folder, output, *part)))
        .collect();
    for name in files.list(folder)? {
        let path = folder.join(name);
        if !known.contains(&path) {
            files.remove_file(&path)?;
        }
    }
    Ok(())
}

/// The journal, new where there is none. A damaged one is set aside: without it no part can be trusted, and all of them can be computed again.
fn open_journal(
    run: &Run,
    files: &Arc<dyn Files>,
    folder: &Path,
) -> Result<(Journal, Vec<Record>), JobError> {
    let path = folder.join(JOURNAL);
    if files.exists(&path)? {
        match Journal::open::<Record>(Arc::clone(files), &path, run.id()) {
            Ok(opened) => return Ok((opened.journal, opened.records)),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn found(parts: &[u32], assembled: &[u32]) -> Found {
        Found {
            parts: parts.iter().copied().collect(),
            assembled: assembled.iter().copied().collect(),
        }
    }

    #[test]
    fn only_what_is_missing_is_computed() {
        let work = decide(4, 2, &found(&[0, 2], &[]));
        assert_eq!((work.missing, work.assemble), (vec![1, 3], vec![0, 1]));
    }

    #[test]
    fn complete_outputs_need_no_parts() {
        let work = decide(4, 2, &found(&[], &[0, 1]));
        assert_eq!((work.missing, work.assemble), (vec![], vec![]));
    }

    #[test]
    fn an_output_that_is_gone_is_made_of_all_parts_again() {
        let work = decide(2, 2, &found(&[], &[1]));
        assert_eq!((work.missing, work.assemble), (vec![0, 1], vec![0]));
    }
}
