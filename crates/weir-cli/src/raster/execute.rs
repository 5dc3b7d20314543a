use std::path::PathBuf;

use serde::Serialize;
use serde_json::json;
use weir_library::{Library, Registration};
use weir_raster::{Completed, GeoTiffError, Job, JobError};
use weir_run::{Cancel, CancelReason, Outcome};

use crate::failure::Failure;
use crate::output::Output;
use crate::sim::{Means, begin};

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
    let named = (registration.id(), registration.name());
    let kind = &registration.manifest().kind;
    let run = match begin(
        kind,
        named,
        means,
        cancel,
        vec![recorder.observer()],
        output,
    ) {
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
            error: format!("error[{}]: {error}", error.code()),
        },
    };
    let report = run.finish(outcome);
    let resumable = result.as_ref().err().is_none_or(resume_helps);
    let finished = result.map(|completed| Finished {
        run: registration.name().to_string(),
        id: registration.id().to_string(),
        folder,
        completed,
        seconds: report.seconds,
        peak_resident_bytes: means.budget.snapshot().peak_resident.as_u64(),
        limit_bytes: means.budget.limit().as_u64(),
        limit_origin: means.budget.origin().to_string(),
    });
    if let Ok(finished) = &finished {
        registration.set_result(json!(finished));
    }
    let recorded = recorder.finish(&mut registration, &report);
    let finished = finished.map_err(|error| {
        let failure = Failure::from(error);
        if !resumable {
            return failure;
        }
        let name = registration.name().to_string();
        failure.with(format!(
            "`weir raster resume {name}` once that is done: parts that are finished stay"
        ))
    })?;
    recorded?;
    Ok(finished)
}

/// Whether resuming can end otherwise. It reads the same files by the same plan, so that what is wrong with either stays wrong.
fn resume_helps(error: &JobError) -> bool {
    match error {
        JobError::Raster(error) => matches!(error, GeoTiffError::Io { .. }),
        JobError::Layer { .. }
        | JobError::Target(_)
        | JobError::Output { .. }
        | JobError::Changed { .. }
        | JobError::OtherPlan { .. } => false,
        _ => true,
    }
}
