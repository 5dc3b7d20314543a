use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;
use serde_json::json;
use weir_library::{Library, Registration};
use weir_memory::{Budget, Bytes};
use weir_run::{Cancel, CancelReason, Observer, Outcome, Run, RunId, RunKind, RunName, RunReport};
use weir_sim::job::{Completed, Job};
use weir_sim::results::Results;
use weir_sim::summary::Cube;

use super::Means;
use crate::failure::{Exit, Failure};
use crate::output::{Output, count, counted, seconds, years};
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

/// Starts a run's life: its events go to `observers` and to the progress that is shown.
pub fn begin(
    kind: &RunKind,
    (id, name): (RunId, &RunName),
    means: &Means,
    cancel: Cancel,
    observers: Vec<Arc<dyn Observer>>,
    output: &Output,
) -> Result<Run, Failure> {
    let mut builder = Run::builder(kind.clone(), means.budget.clone())
        .id(id)
        .name(name.clone())
        .cancel(cancel);
    for observer in observers.into_iter().chain(progress::observer(output)) {
        builder = builder.observer(observer);
    }
    builder
        .start()
        .map_err(|error| Failure::new("W0115", error))
}

/// Runs a registered job to its end, its cancellation or its error, and records which.
pub fn execute(
    library: &Library,
    mut registration: Registration,
    job: &Job,
    means: &Means,
    cancel: Cancel,
    output: &Output,
) -> Result<Finished, Failure> {
    let recorder = library.recorder(&registration)?;
    let observers: Vec<Arc<dyn Observer>> = vec![recorder.observer()];
    let named = (registration.id(), registration.name());
    let kind = &registration.manifest().kind;
    let run = match begin(kind, named, means, cancel, observers, output) {
        Ok(run) => run,
        Err(failure) => {
            recorder.fail(&mut registration, &failure.what)?;
            return Err(failure);
        }
    };
    let folder = registration.folder().to_owned();
    let result = job.run(&run, means.threads, &means.files, &folder);
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
    let stored = job.open(&means.files, &folder)?;
    Ok(finished(
        &registration,
        &report,
        &means.budget,
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
    /// Tells how it went, as the end of a command.
    pub fn tell(&self, job: &Job, output: &Output) -> Exit {
        output.result(&self.text(job), self);
        self.exit()
    }

    /// Tells that it was stopped and that nothing of it is left, as was asked for.
    pub fn tell_removed(&self, output: &Output) -> Exit {
        let text = format!(
            "stopped    {}: removed, as asked (--on-cancel discard)",
            self.run
        );
        output.result(
            &text,
            &json!({
                "run": self.run,
                "id": self.id,
                "cancelled": true,
                "removed": true,
                "seconds": self.seconds,
            }),
        );
        self.exit()
    }

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
            "{state:<10} {}: {} of {} × {} in {}, {}",
            self.run,
            count(u64::from(done.patients)),
            counted(u64::from(job.spec().patients), "patient"),
            years(job.spec().years),
            seconds(self.seconds),
            counted(done.threads as u64, "thread"),
        );
        if done.parts_before > 0 {
            let _ = writeln!(
                text,
                "resumed    {} {} there, {} {} computed",
                counted(u64::from(done.parts_before), "part"),
                were(done.parts_before),
                done.parts_computed,
                were(done.parts_computed)
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
            "kept       {}, {} on disk{per_visit}, tier {}",
            counted(done.visits, "visit"),
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

fn were(number: u32) -> &'static str {
    if number == 1 { "was" } else { "were" }
}
