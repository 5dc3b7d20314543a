use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;
use serde_json::json;
use weir_flow::{Ending, FlowError, FlowReport, PipelineFile, RunOptions, Setting, Surroundings};
use weir_library::{Library, Registration};
use weir_memory::Bytes;
use weir_run::{Cancel, CancelReason, Outcome, RunReport, Total};

use crate::failure::{Exit, Failure};
use crate::output::{Output, count, counted, seconds};
use crate::piped::{Noted, Patient, Unheard};
use crate::sim::{Means, begin};

/// How a pipeline is to be run.
pub struct Work<'a> {
    pub file: &'a PipelineFile,
    /// The folder that its paths start from.
    pub folder: PathBuf,
    pub keep_open: bool,
    pub checkpoint_rows: u64,
}

#[derive(Debug, Serialize)]
struct SinkResult {
    name: String,
    version: Option<u64>,
    rows: u64,
    /// Stored bars in whose place these rows are, where the bars follow a dataset.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaced: Option<u64>,
}

/// The dataset that bars follow.
#[derive(Debug, Serialize)]
struct FollowedResult {
    source: String,
    /// The oldest version that a sink's bars were of before.
    before: Option<u64>,
    version: u64,
}

#[derive(Debug, Serialize)]
struct StepResult {
    name: String,
    arrivals: u64,
    firings: u64,
    rows_in: u64,
    rows_out: u64,
    peak_bytes: u64,
}

/// A run that ended without an error.
#[derive(Debug, Serialize)]
pub struct Finished {
    run: String,
    id: String,
    pipeline: String,
    cancelled: bool,
    up_to_date: bool,
    resumed_from: u64,
    rows: u64,
    commits: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    followed: Option<FollowedResult>,
    sinks: Vec<SinkResult>,
    steps: Vec<StepResult>,
    seconds: f64,
    peak_resident_bytes: u64,
    limit_bytes: u64,
    limit_origin: String,
    folder: PathBuf,
    stdout: bool,
    /// The reader of standard output went away before the last row.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unheard: bool,
}

/// Runs a registered pipeline to its end, its cancellation or its error, and records which.
pub fn execute(
    library: &Library,
    mut registration: Registration,
    work: &Work<'_>,
    means: &Means,
    cancel: Cancel,
    output: &Output,
) -> Result<Finished, Failure> {
    let recorder = library.recorder(&registration)?;
    let named = (registration.id(), registration.name());
    let kind = &registration.manifest().kind;
    let started = begin(
        kind,
        named,
        means,
        cancel.clone(),
        vec![recorder.observer()],
        output,
    );
    let run = match started {
        Ok(run) => run,
        Err(failure) => {
            recorder.fail(&mut registration, &failure.what)?;
            return Err(failure);
        }
    };
    let gone = Noted::default();
    let result = flow(work, &registration, means, cancel, &gone, &run, output);
    let outcome = match &result {
        Ok(Some(_)) => Outcome::Finished,
        Ok(None) => Outcome::Cancelled {
            reason: run.cancel().reason().unwrap_or(CancelReason::User),
        },
        Err(failure) => Outcome::Failed {
            error: format!("error[{}]: {}", failure.code, failure.what),
        },
    };
    let report = run.finish(outcome);
    let finished = result.map(|flow| Finished {
        unheard: gone.is_so(),
        ..finished(&registration, work, flow, &report, means)
    });
    if let Ok(finished) = &finished {
        registration.set_result(json!(finished));
    }
    let recorded = recorder.finish(&mut registration, &report);
    let finished = finished.map_err(|failure| {
        if !resume_helps(&failure) {
            return failure;
        }
        let name = registration.name().to_string();
        failure.with(format!(
            "`weir flow resume {name}` once that is done: what was committed stays"
        ))
    })?;
    recorded?;
    Ok(finished)
}

/// Whether resuming can end otherwise. A run keeps the pipeline as it was, mistakes included, and a source or pipeline that has changed
/// needs another run.
fn resume_helps(failure: &Failure) -> bool {
    failure.exit != Exit::Mistakes && failure.code != "W0404"
}

/// The pipeline's run; nothing when it was cancelled.
fn flow(
    work: &Work<'_>,
    registration: &Registration,
    means: &Means,
    cancel: Cancel,
    gone: &Noted,
    run: &weir_run::Run,
    output: &Output,
) -> Result<Option<FlowReport>, Failure> {
    let mut around = Surroundings::new(&work.folder);
    let left = Noted::default();
    if work.file.reads_stdin() {
        let stdin = Patient::stdin(cancel.clone(), &left);
        let stdin = stdin.map_err(|error| Failure::new("W0507", format!("stdin: {error}")))?;
        around.stdin = Some(Box::new(stdin));
    }
    if work.file.writes_stdout() {
        // What else it writes is finished though nobody reads its rows any more.
        let alone = (work.file.sinks() == 1).then(|| cancel.clone());
        around.stdout = Some(Box::new(Unheard::new(gone, alone)));
    }
    let setting = Setting::new(means.budget.clone())
        .files(Arc::clone(&means.files))
        .spill(registration.folder().join("spill"))
        .run(&registration.name().to_string());
    let built = match work.file.build(around, &setting) {
        Err(_) if left.is_so() => return Ok(None),
        built => built?,
    };
    for note in &built.notes {
        output.message(note);
    }
    let total = match built.rows {
        Some(rows) if rows > 0 => Total::known(rows, "rows"),
        _ => Total::unknown("rows"),
    };
    let stage = Arc::new(run.stage("flow", total));
    let result = built.run(&RunOptions {
        cancel: Some(cancel),
        stage: Some(Arc::clone(&stage)),
        threads: means.threads,
        checkpoint_rows: Some(work.checkpoint_rows),
        ending: if work.keep_open {
            Ending::KeepOpen
        } else {
            Ending::End
        },
    });
    let spill = registration.folder().join("spill");
    if means.files.exists(&spill)? {
        means.files.remove_folder_all(&spill)?;
    }
    match result {
        Ok(report) => {
            if let Ok(stage) = Arc::try_unwrap(stage) {
                stage.finish();
            }
            Ok(Some(report))
        }
        Err(FlowError::Cancelled(_)) => Ok(None),
        // It was waiting for rows when it was cancelled.
        Err(FlowError::Source(_)) if left.is_so() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn finished(
    registration: &Registration,
    work: &Work<'_>,
    flow: Option<FlowReport>,
    report: &RunReport,
    means: &Means,
) -> Finished {
    let cancelled = flow.is_none();
    let flow = flow.unwrap_or_default();
    let sinks = flow.committed.iter().map(|(name, committed)| SinkResult {
        name: name.clone(),
        version: committed.version,
        rows: committed.rows,
        replaced: flow.followed.as_ref().and_then(|followed| {
            let sink = followed.sinks.iter().find(|(sink, _)| sink == name);
            sink.map(|(_, done)| done.replaced)
        }),
    });
    let followed = flow.followed.as_ref().map(|followed| FollowedResult {
        source: followed.source.clone(),
        before: followed
            .sinks
            .iter()
            .filter_map(|(_, done)| done.before.map(|version| version.0))
            .min(),
        version: followed.version.0,
    });
    let steps = flow.counts.iter().map(|(name, counts)| StepResult {
        name: name.clone(),
        arrivals: counts.runs,
        firings: counts.fires,
        rows_in: counts.rows_in,
        rows_out: counts.rows_out,
        peak_bytes: counts.peak_bytes,
    });
    Finished {
        run: registration.name().to_string(),
        id: registration.id().to_string(),
        pipeline: work.file.name().to_owned(),
        cancelled,
        up_to_date: flow.up_to_date,
        resumed_from: flow.resumed_from,
        rows: flow.rows,
        commits: flow.commits,
        followed,
        sinks: sinks.collect(),
        steps: steps.collect(),
        seconds: report.seconds,
        peak_resident_bytes: means.budget.snapshot().peak_resident.as_u64(),
        limit_bytes: means.budget.limit().as_u64(),
        limit_origin: means.budget.origin().to_string(),
        folder: registration.folder().to_owned(),
        stdout: work.file.writes_stdout(),
        unheard: false,
    }
}

impl Finished {
    /// Tells how it went, as the end of a command.
    pub fn tell(&self, output: &Output) -> Exit {
        if self.unheard && self.cancelled {
            // Who read its rows has what they wanted.
            return Exit::Done;
        }
        // Standard output has the pipeline's rows.
        if self.stdout {
            output.message(self.text().trim_end());
        } else {
            output.result(&self.text(), self);
        }
        if self.cancelled {
            Exit::Interrupted
        } else {
            Exit::Done
        }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        if self.cancelled {
            let _ = writeln!(text, "stopped    {}: what was committed stays", self.run);
            let _ = writeln!(text, "next       weir flow resume {}", self.run);
            return text;
        }
        if self.up_to_date {
            let _ = writeln!(
                text,
                "finished   {}: up to date, no source has new rows",
                self.run
            );
            return text;
        }
        let _ = writeln!(
            text,
            "finished   {}: {} read in {}",
            self.run,
            counted(self.rows, "row"),
            seconds(self.seconds)
        );
        if self.resumed_from > 0 {
            let _ = writeln!(text, "resumed    from checkpoint {}", self.resumed_from);
        }
        if let Some(followed) = &self.followed {
            let before = followed
                .before
                .map_or_else(String::new, |before| format!("from version {before} "));
            let _ = writeln!(
                text,
                "followed   {} {before}to version {}",
                followed.source, followed.version
            );
        }
        for sink in &self.sinks {
            let version = sink
                .version
                .map_or_else(String::new, |version| format!(", version {version}"));
            let rows = match sink.replaced {
                Some(replaced) => format!(
                    "{} in place of {}",
                    counted(sink.rows, "bar"),
                    count(replaced)
                ),
                None => counted(sink.rows, "row"),
            };
            let _ = writeln!(text, "written    {}: {rows}{version}", sink.name);
        }
        let _ = writeln!(
            text,
            "memory     {} resident at its peak, of {} ({})",
            Bytes::new(self.peak_resident_bytes),
            Bytes::new(self.limit_bytes),
            self.limit_origin
        );
        for step in self.steps.iter().filter(|step| step.firings > 0) {
            let _ = writeln!(
                text,
                "  {:<18} {} in, {} out, {}, {} held at most",
                step.name,
                counted(step.rows_in, "row"),
                count(step.rows_out),
                counted(step.firings, "firing"),
                Bytes::new(step.peak_bytes)
            );
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resume_is_advised_only_where_it_can_end_otherwise() {
        let refused = |code| Failure::new(code, "a run failed");
        assert!(resume_helps(&refused("W0403")));
        assert!(!resume_helps(&refused("W0404")));
        assert!(!resume_helps(&refused("W0401").exit(Exit::Mistakes)));
    }
}
