use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use weir_files::{Files, sweep_temporaries, write_atomically};
use weir_memory::{Bytes, Reservation};
use weir_run::{Journal, Run, Stage, Total, run_parts};

use super::error::JobError;
use super::preflight::Preflight;
use super::spec::Job;
use super::worker::Worker;
use crate::results::{
    BlockBatches, Held, JournalRecord, Layout, PartRecord, PartWriter, Results, Tier, parts,
    write_counts, write_summary,
};
use crate::summary::Counts;

/// How a run of a job ended, other than by an error.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Completed {
    /// Patients whose results are on disk.
    pub patients: u32,
    /// Visits on disk.
    pub visits: u64,
    /// Bytes on disk.
    pub bytes: u64,
    /// Parts that were there before this call.
    pub parts_before: u32,
    /// Parts that this call computed.
    pub parts_computed: u32,
    /// Cancelled before the end; the rest can be resumed.
    pub cancelled: bool,
    /// Threads that worked.
    pub threads: usize,
    /// The tier that was chosen.
    pub tier: &'static str,
}

impl Job {
    /// Runs the job into `folder`, or finishes what an earlier run of it left there: parts that are whole stay,
    /// damaged and missing ones are computed. The same bytes come out for every budget, thread count and
    /// interruption.
    ///
    /// # Errors
    /// [`JobError`]; every part that was finished stays, temporary files are removed.
    pub fn run(
        &self,
        run: &Run,
        threads: usize,
        files: &Arc<dyn Files>,
        folder: &Path,
    ) -> Result<Completed, JobError> {
        let layout = Layout::new(folder);
        let preparing = run.stage("prepare", Total::unknown("files"));
        files.create_folder_all(folder)?;
        let preflight = self.preflight(run.budget(), threads, &**files, folder);
        let (mut journal, kept) = self.take_up(run, files, &layout)?;
        let all = parts(self.spec.patients);
        let missing: Vec<u32> = (0..all)
            .filter(|part| !kept.iter().any(|k| k.part == *part))
            .collect();
        self.check_disk(
            &preflight,
            missing.len() as f64 / f64::from(all),
            &**files,
            folder,
        )?;
        preparing.finish();

        let mut completed = Completed {
            patients: 0,
            visits: 0,
            bytes: 0,
            parts_before: kept.len() as u32,
            parts_computed: 0,
            cancelled: false,
            threads: preflight.threads,
            tier: preflight.tier,
        };
        let mut counts = self.counts_of(files, &layout, &kept)?;
        let stage = run.stage(
            "simulate",
            Total::known(u64::from(self.spec.patients), "patients"),
        );
        stage
            .progress()
            .add(kept.iter().map(|part| u64::from(part.patients)).sum());
        let outcome = if preflight.tier() == Tier::Memory {
            self.in_memory(
                run,
                &stage,
                &preflight,
                files,
                &layout,
                &missing,
                &mut counts,
                &mut journal,
            )
        } else {
            self.in_parts(
                run,
                &stage,
                &preflight,
                files,
                &layout,
                &missing,
                &mut counts,
                &mut journal,
            )
        };
        match &outcome {
            Ok(_) => stage.finish(),
            Err(error) => stage.fail(error),
        };
        completed.parts_computed = outcome?;
        completed.cancelled = completed.parts_computed < missing.len() as u32;
        if !completed.cancelled {
            self.close(run, files, &layout, &counts, &mut journal)?;
        }
        let stored = self.open(files, folder)?;
        completed.patients = stored.patients_done().0;
        completed.visits = stored.rows("visits");
        completed.bytes = stored.bytes();
        Ok(completed)
    }

    /// Makes the folder ready and finds the parts that are whole.
    fn take_up(
        &self,
        run: &Run,
        files: &Arc<dyn Files>,
        layout: &Layout,
    ) -> Result<(Journal, Vec<PartRecord>), JobError> {
        let tables: &[&str] = if self.keeps_visits() {
            &["patients", "visits", "counts"]
        } else {
            &["patients", "counts"]
        };
        sweep_temporaries(&**files, layout.folder())?;
        for table in tables {
            let folder = layout.table(table);
            files.create_folder_all(&folder)?;
            sweep_temporaries(&**files, &folder)?;
        }
        if !files.exists(&layout.protocol())? {
            write_atomically(
                files,
                &layout.protocol(),
                self.protocol.to_yaml().as_bytes(),
            )?;
        }
        if !files.exists(&layout.journal())? {
            return Ok((
                Journal::create(Arc::clone(files), &layout.journal(), run.id())?,
                vec![],
            ));
        }
        let opened =
            Journal::open::<JournalRecord>(Arc::clone(files), &layout.journal(), run.id())?;
        if let Some(dropped) = &opened.dropped {
            run.note(format!(
                "the journal's last record was interrupted and is dropped: {dropped:?}"
            ));
        }
        let stored = self.open(files, layout.folder());
        let finished = opened
            .records
            .iter()
            .any(|record| matches!(record, JournalRecord::Whole { .. }));
        let mut latest = std::collections::BTreeMap::new();
        for record in opened.records {
            if let JournalRecord::Part(part) = record {
                latest.insert(part.part, part);
            }
        }
        let mut kept = Vec::new();
        for mut part in latest.into_values() {
            if finished {
                // The counts of single parts are gone once the run's own are there.
                let own = files.exists(&layout.part_file("counts", part.part))?;
                if !own {
                    part.files.retain(|file| !file.name.starts_with("counts/"));
                }
            }
            let verified = match &stored {
                Ok(stored) => stored.verify_part(&part).map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            };
            match verified {
                Ok(())
                    if part
                        .files
                        .iter()
                        .any(|file| file.name.starts_with("counts/")) =>
                {
                    kept.push(part)
                }
                Ok(()) => run.note(format!(
                    "part {} is computed again for its counts",
                    part.part
                )),
                Err(error) => run.warn(format!("part {} is computed again: {error}", part.part)),
            }
        }
        Ok((opened.journal, kept))
    }

    fn counts_of(
        &self,
        files: &Arc<dyn Files>,
        layout: &Layout,
        kept: &[PartRecord],
    ) -> Result<Counts, JobError> {
        let mut counts = Counts::new(self.months());
        for part in kept {
            let path = layout.part_file("counts", part.part);
            let bytes = files.read(&path, 256 << 20)?;
            let more = crate::results::read_counts(bytes.into(), &path, self.months())?;
            merge(&mut counts, &more, &path)?;
        }
        Ok(counts)
    }

    /// Reserves for as many workers as the preflight found room for; one at least, or a refusal.
    fn workers(
        &self,
        stage: &Stage,
        preflight: &Preflight,
    ) -> Result<(Mutex<Vec<Reservation>>, NonZeroUsize), JobError> {
        let holder = stage.holder("blocks of patients");
        let mut reservations = Vec::new();
        for _ in 0..preflight.threads {
            match holder.reserve(preflight.worker()) {
                Ok(reservation) => reservations.push(reservation),
                Err(refusal) if reservations.is_empty() => {
                    return Err(JobError::DoesNotFit {
                        refusal: Box::new(refusal),
                    });
                }
                Err(_) => break,
            }
        }
        let threads = NonZeroUsize::new(reservations.len()).unwrap_or(NonZeroUsize::MIN);
        Ok((Mutex::new(reservations), threads))
    }

    /// The Parquet tier: parts are written as they are computed.
    #[expect(clippy::too_many_arguments, reason = "the two tiers side by side")]
    fn in_parts(
        &self,
        run: &Run,
        stage: &Stage,
        preflight: &Preflight,
        files: &Arc<dyn Files>,
        layout: &Layout,
        missing: &[u32],
        counts: &mut Counts,
        journal: &mut Journal,
    ) -> Result<u32, JobError> {
        let (reservations, threads) = self.workers(stage, preflight)?;
        let stamp = self.stamp();
        let outcome = run_parts(
            run,
            stage,
            missing.iter().copied(),
            threads,
            || self.worker(stage, preflight, &reservations),
            |worker, part| {
                let _operation = stage.operation("part");
                let progress = |patients| stage.progress().add(patients);
                let record = worker.write_part(self, files, layout, &stamp, part, progress)?;
                Ok((record, worker.block.counts.clone()))
            },
            |part, (record, part_counts)| {
                merge(counts, &part_counts, &layout.part_file("counts", part))?;
                Ok(journal.append(&JournalRecord::Part(record))?)
            },
        )
        .map_err(JobError::from)?;
        Ok(outcome.completed as u32)
    }

    /// The memory tier: everything is computed, then saved.
    #[expect(clippy::too_many_arguments, reason = "the two tiers side by side")]
    fn in_memory(
        &self,
        run: &Run,
        stage: &Stage,
        preflight: &Preflight,
        files: &Arc<dyn Files>,
        layout: &Layout,
        missing: &[u32],
        counts: &mut Counts,
        journal: &mut Journal,
    ) -> Result<u32, JobError> {
        let (reservations, threads) = self.workers(stage, preflight)?;
        let mut held_bytes = stage
            .holder("results in memory")
            .reserve(Bytes::new(0))
            .map_err(|refusal| JobError::DoesNotFit {
                refusal: Box::new(refusal),
            })?;
        let mut held: Vec<(u32, Vec<BlockBatches>, Counts)> = Vec::new();
        let outcome = run_parts(
            run,
            stage,
            missing.iter().copied(),
            threads,
            || self.worker(stage, preflight, &reservations),
            |worker, part| {
                let mut blocks = Vec::new();
                let progress = |patients| stage.progress().add(patients);
                worker.part(
                    self,
                    part,
                    |block| {
                        blocks.push(block);
                        Ok(())
                    },
                    progress,
                )?;
                Ok((blocks, worker.block.counts.clone()))
            },
            |part, (blocks, part_counts)| {
                let bytes = Held {
                    blocks: blocks.clone(),
                    counts: Counts::new(0),
                    patients: 0,
                }
                .bytes();
                held_bytes
                    .grow(Bytes::new(bytes + Counts::bytes(self.months())))
                    .map_err(|refusal| JobError::DoesNotFit {
                        refusal: Box::new(refusal),
                    })?;
                held.push((part, blocks, part_counts));
                Ok(())
            },
        )
        .map_err(JobError::from)?;
        if outcome.completed < missing.len() as u64 {
            return Ok(0);
        }
        let _saving = stage.operation("save");
        let stamp = self.stamp();
        for (part, blocks, part_counts) in held {
            let mut writer = PartWriter::create(files, layout, &stamp, part, self.keeps_visits())?;
            for block in &blocks {
                writer.write(block)?;
            }
            let record = writer.finish(&part_counts)?;
            merge(counts, &part_counts, &layout.part_file("counts", part))?;
            journal.append(&JournalRecord::Part(record))?;
        }
        Ok(outcome.completed as u32)
    }

    fn worker(
        &self,
        stage: &Stage,
        preflight: &Preflight,
        reservations: &Mutex<Vec<Reservation>>,
    ) -> Result<Worker, JobError> {
        let reserved = reservations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let reservation = match reserved {
            Some(reservation) => reservation,
            None => stage
                .holder("blocks of patients")
                .reserve(preflight.worker())
                .map_err(|refusal| JobError::DoesNotFit {
                    refusal: Box::new(refusal),
                })?,
        };
        Ok(Worker::new(self, reservation))
    }

    /// All parts are there: the run's own histograms and summary, then the parts' counts can go.
    fn close(
        &self,
        run: &Run,
        files: &Arc<dyn Files>,
        layout: &Layout,
        counts: &Counts,
        journal: &mut Journal,
    ) -> Result<(), JobError> {
        let stage = run.stage("summarise", Total::unknown("tables"));
        let stamp = self.stamp();
        let whole = vec![
            write_counts(files, layout, "histograms.parquet", counts, None, &stamp)?,
            write_summary(files, layout, counts, &stamp)?,
        ];
        journal.append(&JournalRecord::Whole { files: whole })?;
        files.remove_folder_all(&layout.table("counts"))?;
        stage.finish();
        Ok(())
    }

    /// Simulates into memory and nothing else: for small questions and for the bench.
    ///
    /// # Errors
    /// [`JobError::DoesNotFit`].
    pub fn hold(&self, run: &Run) -> Result<Held, JobError> {
        let stage = run.stage(
            "simulate",
            Total::known(u64::from(self.spec.patients), "patients"),
        );
        let preflight = self.preflight(run.budget(), 1, &weir_files::RealFiles, Path::new("."));
        let (reservations, _) = self.workers(&stage, &preflight)?;
        let mut worker = self.worker(&stage, &preflight, &reservations)?;
        let mut held = Held {
            blocks: Vec::new(),
            counts: Counts::new(self.months()),
            patients: self.spec.patients,
        };
        for part in 0..parts(self.spec.patients) {
            let progress = |patients| stage.progress().add(patients);
            worker.part(
                self,
                part,
                |block| {
                    held.blocks.push(block);
                    Ok(())
                },
                progress,
            )?;
            merge(
                &mut held.counts,
                &worker.block.counts,
                Path::new("(in memory)"),
            )?;
        }
        stage.finish();
        Ok(held)
    }
}

fn merge(counts: &mut Counts, more: &Counts, path: &Path) -> Result<(), JobError> {
    counts.merge(more).map_err(|reason| {
        JobError::Results(crate::results::ResultsError::Counts {
            reason,
            path: path.to_owned(),
        })
    })
}
