use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;
use serde_json::json;
use weir_files::Files;
use weir_library::{Library, Registration};
use weir_memory::{Budget, Bytes};
use weir_run::{Cancel, CancelReason, Outcome, Run, RunReport};
use weir_sim::job::{Completed, Job};
use weir_sim::results::Results;
use weir_sim::summary::Cube;

use crate::failure::{Exit, Failure};
use crate::output::{Output, count, seconds};
use crate::progress;

/// A run that ended without an error.
#[derive(Debug, Serialize)]
pub struct Finished {
    pub run: String,
    pub id: String,
    pub folder: PathBuf,
    #[serde(flatten)]
    pub completed: Completed,
    pub seconds: f64,
    pub peak_resident_bytes: u64,
    pub limit_bytes: u64,
    pub limit_origin: String,
    /// `[month, mean letters]` of living patients, at baseline and every year's end.
    pub letters: Vec<(u32, f64)>,
}

/// Threads to use.
pub fn threads(asked: Option<u16>) -> usize {
    asked.map_or_else(
        || std::thread::available_parallelism().map_or(1, usize::from),
        usize::from,
    )
}

/// What a job works with.
pub struct Means<'a> {
    pub budget: &'a Budget,
    pub cancel: Cancel,
    pub threads: usize,
    pub files: &'a Arc<dyn Files>,
}

/// Runs a registered job to its end, its cancellation or its error, and records which.
pub fn execute(
    library: &Library,
    mut registration: Registration,
    job: &Job,
    means: Means<'_>,
    output: &Output,
) -> Result<Finished, Failure> {
    let Means {
        budget,
        cancel,
        threads,
        files,
    } = means;
    let recorder = library.recorder(&registration)?;
    let mut builder = Run::builder(registration.manifest().kind.clone(), budget.clone())
        .id(registration.id())
        .name(registration.name().clone())
        .cancel(cancel)
        .observer(recorder.observer());
    if let Some(observer) = progress::observer(output) {
        builder = builder.observer(observer);
    }
    let run = match builder.start() {
        Ok(run) => run,
        Err(error) => {
            let failure = Failure::new("W0115", &error);
            recorder.fail(&mut registration, &error.to_string())?;
            return Err(failure);
        }
    };
    let folder = registration.folder().to_owned();
    let result = job.run(&run, threads, files, &folder);
    let outcome = match &result {
        Ok(completed) if completed.cancelled => Outcome::Cancelled {
            reason: run.cancel().reason().unwrap_or(CancelReason::User),
        },
        Ok(_) => Outcome::Finished,
        Err(error) => Outcome::Failed {
            error: format!("error[{}]: {error}", error.code().0),
        },
    };
    let report = run.finish(outcome);
    if let Ok(completed) = &result {
        registration.set_result(json!(completed));
    }
    let recorded = recorder.finish(&mut registration, &report);
    let completed = match result {
        Ok(completed) => completed,
        Err(error) => {
            let name = registration.name().to_string();
            return Err(Failure::from(error).with(format!(
                "`weir sim resume {name}` once that is done: parts that are on disk stay"
            )));
        }
    };
    recorded?;
    let stored = job.open(files, &folder)?;
    Ok(finished(
        &registration,
        &report,
        budget,
        completed,
        stored.counts(),
    ))
}

fn finished(
    registration: &Registration,
    report: &RunReport,
    budget: &Budget,
    completed: Completed,
    counts: &weir_sim::summary::Counts,
) -> Finished {
    let letters = (0..=counts.months())
        .step_by(12)
        .filter_map(|month| {
            let mean = counts.distribution(Cube::LettersTrue, None, month).mean()?;
            Some((month, (mean * 10.0).round() / 10.0))
        })
        .collect();
    Finished {
        run: registration.name().to_string(),
        id: registration.id().to_string(),
        folder: registration.folder().to_owned(),
        completed,
        seconds: report.seconds,
        peak_resident_bytes: budget.snapshot().peak_resident.as_u64(),
        limit_bytes: budget.limit().as_u64(),
        limit_origin: budget.origin().to_string(),
        letters,
    }
}

impl Finished {
    /// How the command ends.
    pub fn exit(&self) -> Exit {
        if self.completed.cancelled {
            Exit::Interrupted
        } else {
            Exit::Done
        }
    }

    /// What a person reads.
    pub fn text(&self, job: &Job) -> String {
        let done = &self.completed;
        let mut text = String::new();
        let state = if done.cancelled {
            "stopped"
        } else {
            "finished"
        };
        let _ = writeln!(
            text,
            "{state:<10} {}: {} of {} patients × {} years in {}, {} {}",
            self.run,
            count(u64::from(done.patients)),
            count(u64::from(job.spec().patients)),
            job.spec().years,
            seconds(self.seconds),
            done.threads,
            if done.threads == 1 {
                "thread"
            } else {
                "threads"
            },
        );
        if done.parts_before > 0 {
            let _ = writeln!(
                text,
                "resumed    {} parts were there, {} were computed",
                done.parts_before, done.parts_computed
            );
        }
        let per_visit = if done.visits > 0 {
            format!(
                " ({:.1} bytes a visit)",
                done.bytes as f64 / done.visits as f64
            )
        } else {
            String::new()
        };
        let _ = writeln!(
            text,
            "kept       {} visits, {} on disk{per_visit}, tier {}",
            count(done.visits),
            Bytes::new(done.bytes),
            done.tier
        );
        let _ = writeln!(
            text,
            "memory     {} resident at its peak, of {} ({})",
            Bytes::new(self.peak_resident_bytes),
            Bytes::new(self.limit_bytes),
            self.limit_origin
        );
        if !done.cancelled {
            let letters: Vec<String> = self
                .letters
                .iter()
                .map(|(_, mean)| format!("{mean:.1}"))
                .collect();
            let _ = writeln!(
                text,
                "letters    {} (mean of living patients, baseline and every year)",
                letters.join(" → ")
            );
        }
        let _ = writeln!(text, "folder     {}", self.folder.display());
        if done.cancelled {
            let _ = writeln!(text, "next       weir sim resume {}", self.run);
        } else {
            let _ = writeln!(text, "next       weir plot {}", self.run);
        }
        text
    }
}
