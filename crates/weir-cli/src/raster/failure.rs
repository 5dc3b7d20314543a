use serde_json::{Value, json};
use weir_files::FilesError;
use weir_raster::{GeoTiffError, JobError, Place, ReadPlanError};

use crate::failure::{Exit, Failure, refusal_json};

impl From<JobError> for Failure {
    fn from(error: JobError) -> Self {
        let exit = match &error {
            JobError::DoesNotFit { .. }
            | JobError::DiskTooSmall { .. }
            | JobError::Files(FilesError::Full { .. }) => Exit::DoesNotFit,
            JobError::Layer { .. } | JobError::Target(_) | JobError::Output { .. } => {
                Exit::Mistakes
            }
            JobError::Cancelled(_) => Exit::Interrupted,
            _ => Exit::Failed,
        };
        let mut failure = match error {
            JobError::Files(files) => {
                let code = JobError::from(files.clone()).code();
                Self {
                    code,
                    ..Self::from(files)
                }
            }
            error => {
                let mut failure = Self::new(error.code(), &error);
                failure.remedies = error.remedies();
                failure.details = details(&error);
                failure
            }
        };
        failure.exit = exit;
        failure
    }
}

/// Numbers and places for programs.
fn details(error: &JobError) -> Value {
    match error {
        JobError::DoesNotFit { refusal } => refusal_json(refusal),
        JobError::DiskTooSmall {
            needed,
            spare,
            available,
            folder,
        } => json!({
            "needed_bytes": needed,
            "spare_bytes": spare,
            "available_bytes": available,
            "path": folder,
        }),
        JobError::Raster(GeoTiffError::Damaged { name, place, .. }) => {
            let (block, offset) = match place {
                Place::Directory { offset } => (None, offset),
                Place::Block { block, offset } => (Some(block), offset),
            };
            json!({"path": name, "block": block, "offset": offset})
        }
        JobError::Layer { layer, .. } => json!({"layer": layer}),
        JobError::Output { output, .. } => json!({"output": output}),
        JobError::Changed { path, .. } => json!({"path": path}),
        _ => Value::Null,
    }
}

impl From<ReadPlanError> for Failure {
    fn from(error: ReadPlanError) -> Self {
        match error {
            ReadPlanError::Mistakes(mistakes) => mistakes.into(),
            other => Self::new("W0602", other).exit(Exit::Mistakes),
        }
    }
}
